from typing import ClassVar

import keras

from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.pel4vad_layers import XAVIER
from keras_wsad.baselines.pel4vad_layers import ForegroundClasses
from keras_wsad.baselines.pel4vad_layers import TemporalContextAggregation
from keras_wsad.baselines.pel4vad_losses import TopScoresCrossentropy
from keras_wsad.baselines.pel4vad_losses import alignment_loss
from keras_wsad.baselines.torch_layers import conv1d
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.torch_layers import layer_norm
from keras_wsad.data import CLASS_NAMES


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
        x = dense(half, feature_dim, activation="gelu", name="visual", **XAVIER)(x)
        visual = keras.layers.Dropout(config.dropout, name="visual_dropout")(x)
        x = dense(self.units, half, activation="gelu", name="latent", **XAVIER)(visual)
        x = keras.layers.Dropout(config.dropout, name="latent_dropout")(x)
        x = conv1d(
            1,
            self.span,
            self.units,
            padding="causal",
            activation="sigmoid",
            name="score",
            dtype="float32",
            **XAVIER,
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
