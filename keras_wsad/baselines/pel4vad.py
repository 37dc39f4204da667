import math
from typing import ClassVar

import keras
from keras import ops

from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.torch_layers import conv1d
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.torch_layers import layer_norm
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL

# The weights of convolutions and linear layers are set anew, their biases are not.
_XAVIER = {"kernel_initializer": "glorot_uniform"}


class PEL4VAD(Head):
    """Temporal context by one attention at two ranges, aligned with vectors of the classes.

    ```
    X   = LN(F + context(F))                          `TemporalContextAggregation`
    V   = D(gelu(W_1 X)),   E = D(gelu(W_2 V))        n/2 and 300 units, D dropout
    S_t = sigmoid(sum over 0 <= d < 9 of w_d E_t-d)   a causal convolution
    f, b = means of V, weighed by exp(10 S_t) - 1 and by exp(10 (1 - S_t)) - 1
    p_c = softmax over c of cos(f, u_c) / tau         `class_probabilities`

    loss = mean over videos of the cross-entropy of s + alignment of f and b
    ```

    `s` is the mean of the `T // 16 + 1` highest scores of an anomalous video and the
    highest of a normal one (`TopScoresCrossentropy`). `AlignedModel` has the alignment: `f`
    goes with the class of its video, and `b` of an anomalous video with Normal.

    In the paper `u_c` are fixed: CLIP's vectors of texts that name what belongs to a class.
    Here they are learnt, which needs no text and makes this a variant: what the paper gains
    by its texts is not in it. The temperature tau is learnt in both, from .09.

    Layers, initial values, Adam at 5e-4, the cosine that would reach zero at 60 of 50
    epochs, and batches of 128 are those of the released code for UCF-Crime. What differs:
    batches hold as many anomalous as normal videos, where they were mixed, and 650 of them
    are the 50 epochs; videos have T segments, not up to 200 clips; the cosine falls with
    each step, not each epoch. At test the released code averages each score with the six
    after it, here it does not, as no other head does. It keeps the weights that are best on
    the test videos. That the head names classes is a by-product: it was not published so.

    Args:
        config: `ExperimentConfig`.
        attention_units: int. Defaults to `128`.
        units: int. Size of the latent features `E`. Defaults to `300`.
        window: int. Odd number of segments of the local range. Defaults to `9`.
        span: int. Segments of the causal convolution. Defaults to `9`.
        temperature: float. It begins there. Defaults to `0.09`.
        alignment_weight: float. Defaults to `1.0`.

    Reference:
        - [Pu et al., TIP 2024](https://arxiv.org/abs/2306.14451).
        - Released code: github.com/yujiangpu20/PEL4VAD.
    """

    title = "PEL4VAD (Pu et al., TIP 2024), learnt class vectors"
    published: ClassVar = {
        "dropout": 0.1,
        "learning_rate": 5e-4,
        "steps": 650,
        "anomalous_per_batch": 64,
        "normal_per_batch": 64,
    }
    settings = (*Head.settings, "dropout", "learning_rate")

    def __init__(
        self,
        config,
        *,
        attention_units=128,
        units=300,
        window=9,
        span=9,
        temperature=0.09,
        alignment_weight=1.0,
    ):
        super().__init__(config)
        self.attention_units = attention_units
        self.units = units
        self.window = window
        self.span = span
        self.temperature = temperature
        self.alignment_weight = alignment_weight

    def build(self, feature_dim):
        config = self.config
        inputs = segment_inputs(config, feature_dim)
        features = inputs["features"]
        context = TemporalContextAggregation(
            self.attention_units, self.window, name="context"
        )
        x = layer_norm(name="context_norm")(features + context(features))
        half = max(1, feature_dim // 2)
        x = dense(half, feature_dim, activation="gelu", name="visual", **_XAVIER)(x)
        visual = keras.layers.Dropout(config.dropout, name="visual_dropout")(x)
        x = dense(self.units, half, activation="gelu", name="latent", **_XAVIER)(visual)
        x = keras.layers.Dropout(config.dropout, name="latent_dropout")(x)
        x = conv1d(
            1,
            self.span,
            self.units,
            padding="causal",
            activation="sigmoid",
            name="score",
            dtype="float32",
            **_XAVIER,
        )(x)
        drop_last_axis = keras.layers.Reshape(
            (config.num_segments,), name="segment_scores", dtype="float32"
        )
        scores = drop_last_axis(x)
        vectors = ForegroundClasses(
            len(CLASS_NAMES), self.temperature, name="class_vectors", dtype="float32"
        )
        foreground, background = vectors(visual, scores)
        outputs = {
            "segment_scores": scores,
            "class_probabilities": foreground,
            "background_probabilities": background,
        }
        model = AlignedModel(inputs, outputs, name="pel4vad")
        model.alignment_weight = self.alignment_weight
        return model

    def compile(self, model, class_counts):
        config = self.config
        rate = keras.optimizers.schedules.CosineDecay(
            config.learning_rate, decay_steps=max(1, config.steps * 60 // 50)
        )
        model.compile(
            optimizer=CoupledAdam(rate),
            # Of the others the model itself has the loss.
            loss={
                "segment_scores": TopScoresCrossentropy(),
                "class_probabilities": None,
                "background_probabilities": None,
            },
            jit_compile=False,
        )


@keras.saving.register_keras_serializable("keras_wsad")
class AlignedModel(keras.Model):
    """A functional model that also learns to align two features of a video with classes.

    Its outputs hold `class_probabilities` `p`, those of the foreground of each video, and
    `background_probabilities` `q`, to which `compute_loss` adds `alignment_loss`. It is in
    the model as it needs the labels together with both outputs.
    """

    alignment_weight = 1.0

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        return loss + self.alignment_weight * alignment_loss(
            y["class_probabilities"],
            y_pred["class_probabilities"],
            y_pred["background_probabilities"],
        )


def alignment_loss(labels, foreground, background):
    """How far features are from the vectors of their classes, relative to all in a batch.

    The rows `i` are the foregrounds of all videos, with their labels `y`, and the
    backgrounds of the anomalous ones, with the label Normal. Each row brings the vector of
    its class, and is to be most similar to those of its own class:

    ```
    r_ij = softmax over rows j of log p_i(y_j)
    t_ij = softmax over rows j of 10 [y_i = y_j]
    loss = mean over rows i of sum over j of t_ij log(t_ij / r_ij)
    ```

    A class without a video in the batch has no part in it.

    Args:
        labels: int tensor of shape `(batch,)`, indices of `CLASS_NAMES`.
        foreground: tensor of shape `(batch, classes)`, the probabilities `p` of the
            foregrounds, or anything in proportion.
        background: the same of the backgrounds.

    Returns:
        A scalar.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), prompt-enhanced learning.
    """
    num_classes = foreground.shape[-1]
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    own = ops.one_hot(labels, num_classes, dtype=foreground.dtype)
    anomalous = 1 - own[:, NORMAL]
    normal_class = ops.one_hot(NORMAL, num_classes, dtype=foreground.dtype)
    # Rows of a class are alike, so it is enough to count them.
    counts = ops.sum(own, axis=0) + ops.sum(anomalous) * normal_class
    rows = ops.sum(counts)

    def divergences(probabilities, own):
        weighed = counts * ops.maximum(probabilities, 1e-30)
        similar = ops.log(ops.maximum(probabilities, 1e-30)) - ops.log(
            ops.sum(weighed, axis=-1, keepdims=True)
        )
        raised = ops.exp(10 * own)
        target = raised / ops.sum(counts * raised, axis=-1, keepdims=True)
        return ops.sum(counts * target * (ops.log(target) - similar), axis=-1)

    of_foregrounds = ops.sum(divergences(foreground, own))
    of_backgrounds = ops.sum(anomalous * divergences(background, normal_class[None]))
    return (of_foregrounds + of_backgrounds) / rows


@keras.saving.register_keras_serializable("keras_wsad")
class TemporalContextAggregation(keras.layers.Layer):
    """Attention to all segments and to those nearby, by one map.

    ```
    M   = q k^T / sqrt(units) + exp(-|w (i - j)^2 - b|)
    y   = a softmax(M) v + (1 - a) softmax(M where |i - j| <= window // 2) v
    out = W (sign(y) sqrt|y|, of unit L2 norm over the segments) + bias
    ```

    `q`, `k` and `v` are linear in `x`; `w`, `b` and the logit of `a` are learnt, from .6,
    .2 and 0. The norm is taken over time for each unit, as in the released code.

    Args:
        units: int. Size of q, k and v. Defaults to `128`.
        window: int. Odd number of segments. Defaults to `9`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of the shape of the inputs.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), temporal context aggregation.
    """

    def __init__(self, units=128, window=9, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.window = window

    def build(self, input_shape):
        width = input_shape[-1]

        def linear(units, fan_in, name):
            return dense(units, fan_in, name=name, dtype=self.dtype_policy, **_XAVIER)

        self.query, self.key, self.value = (
            linear(self.units, width, name) for name in ("query", "key", "value")
        )
        for layer in (self.query, self.key, self.value):
            layer.build(input_shape)
        self.out = linear(width, self.units, "out")
        self.out.build((*input_shape[:-1], self.units))
        self.decay, self.offset, self.mix = (
            self.add_weight(
                shape=(), initializer=keras.initializers.Constant(begin), name=name
            )
            for name, begin in (("decay", 0.6), ("offset", 0.2), ("mix", 0.0))
        )

    def call(self, inputs):
        time = ops.arange(inputs.shape[1], dtype="int32")
        distance = ops.abs(time[:, None] - time[None, :])
        squared = ops.cast(ops.square(distance), self.compute_dtype)
        near = ops.exp(-ops.abs(self.decay * squared - self.offset))
        products = ops.matmul(self.query(inputs), ops.swapaxes(self.key(inputs), 1, 2))
        logits = ops.cast(products * self.units**-0.5 + near, "float32")
        local = ops.where(distance <= self.window // 2, logits, -1e9)
        share = ops.cast(ops.sigmoid(self.mix), "float32")
        weights = share * ops.softmax(logits) + (1 - share) * ops.softmax(local)
        y = ops.matmul(weights, ops.cast(self.value(inputs), "float32"))
        # The root has no gradient at zero.
        y = ops.sign(y) * ops.sqrt(ops.maximum(ops.abs(y), 1e-12))
        y = ops.normalize(y, axis=1)
        return self.out(ops.cast(y, self.compute_dtype))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "units": self.units, "window": self.window}


@keras.saving.register_keras_serializable("keras_wsad")
class ForegroundClasses(keras.layers.Layer):
    """Classes of the foreground and the background of a video, by vectors of the classes.

    ```
    f = sum_t w_t x_t / sum_t w_t,  w_t = exp(10 S_t) - 1
    b = the same with 1 - S_t in place of S_t
    p_c = softmax over c of cos(f, u_c) / tau      q_c = softmax over c of cos(b, u_c) / tau
    ```

    `u_c` are learnt, and so is the logarithm of `1 / tau`.

    Args:
        num_classes: int. Defaults to `14`.
        temperature: float. tau at the beginning. Defaults to `0.09`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        features: tensor of shape `(batch, segments, features)`.
        scores: tensor of shape `(batch, segments)`.

    Returns:
        A pair of tensors of shape `(batch, classes)`, `p` and `q`.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), prompt-enhanced learning.
    """

    def __init__(self, num_classes=14, temperature=0.09, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.temperature = temperature

    def build(self, features_shape, scores_shape):
        width = features_shape[-1]
        self.vectors = self.add_weight(
            shape=(self.num_classes, width),
            # Of about unit length, as CLIP's.
            initializer=keras.initializers.RandomNormal(stddev=width**-0.5),
            name="vectors",
        )
        self.log_scale = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(-math.log(self.temperature)),
            name="log_scale",
        )

    def call(self, features, scores):
        vectors = ops.normalize(self.vectors, axis=-1)

        def probabilities(scores):
            weights = ops.expm1(10 * scores)
            total = ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1e-12)
            mean = ops.einsum("bt,btn->bn", weights / total, features)
            cosines = ops.matmul(ops.normalize(mean, axis=-1), ops.transpose(vectors))
            return ops.softmax(ops.exp(self.log_scale) * cosines)

        return probabilities(scores), probabilities(1 - scores)

    def compute_output_shape(self, features_shape, scores_shape):
        shape = (features_shape[0], self.num_classes)
        return shape, shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "temperature": self.temperature,
        }


@keras.saving.register_keras_serializable("keras_wsad")
class TopScoresCrossentropy(keras.losses.Loss):
    """Cross-entropy of a video, whose score is the mean of its highest segments.

    ```
    s    = mean of the T // 16 + 1 highest S_t of an anomalous video, max_t S_t of a normal
    loss = mean over videos of -log s if it is anomalous, -log(1 - s) if it is normal
    ```

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`, scores between zero and one.

    Returns:
        A scalar.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), and the released code.
    """

    def __init__(self, name="top_scores_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        top, _ = ops.top_k(y_pred, y_pred.shape[1] // 16 + 1)
        scores = ops.where(anomalous > 0, ops.mean(top, axis=1), top[:, 0])
        return ops.mean(ops.binary_crossentropy(anomalous, scores))
