from typing import ClassVar

import keras
from keras import ops

from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.feature_norms import warn_of_other_norms
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.mgfn_layers import Focus
from keras_wsad.baselines.mgfn_layers import Glance
from keras_wsad.baselines.mgfn_layers import MagnitudeContrast
from keras_wsad.baselines.torch_layers import batch_norm
from keras_wsad.baselines.torch_layers import conv1d
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.torch_layers import layer_norm
from keras_wsad.layers import MagnitudeSelection
from keras_wsad.losses import ScoreRegularization


class MGFN(Head):
    """The magnitude-contrastive glance-and-focus network.

    ```
    x = C * F + 0.1 C' * |F|                          64, the features and their length
    x <- x + C * x,  x <- x + A(x),  x <- x + FF(x)   3, 3 and 2 times
    x <- W LN(x)                                      between the stages of 64, 128, 1024
    X = LN(x),  S_t = sigmoid(w X_t)
    top = the 3 segments of highest |X_t|_2           of those that are not dropped
    s = mean of S_t over top,  m_k = |X_top(k)|_1

    loss = mean over videos of the cross-entropy of s
         + 1e-3 * (1e-3 * mean over pairs (a, n) of max(0, 200 - |m_a - m_n|)^2
                   + mean over pairs of normal videos of |m - m'|^2
                   + mean over pairs of anomalous videos of |m - m'|^2)
         + 8e-4 * sum over v, t of (S_v,t+1 - S_v,t)^2 + 8e-3 * |S_n|_2
    ```

    with the anomalous videos `a` and the normal ones `n` of a batch; convolutions `C` span
    three segments, FF is four times as wide. A is `Glance` in the first stage and `Focus`
    in the others. The outputs are `segment_scores`, `bag_scores`, which is `s`, and
    `magnitudes`, which is `m`.

    Layers, initial values (PyTorch's own), coefficients, Adam with coupled L2 and the batch
    of 16 + 16 are those of the released code, even its sparsity of the scores of normal
    videos, where other heads have that of anomalous ones. Published features are
    I3D's 2048, whose mean norm is about 22; a warning names the norm of others.

    What differs: the published rate is 1e-3, with which an independent reproduction saw it
    diverge; rate and steps here, 5e-5 and 15 epochs of 50 steps, are those that worked
    there. The released code trains on ten crops of a video at once. It pairs the i-th
    anomalous with the i-th normal video, and five crops of a video with its other five;
    here are all pairs of videos, as in the paper. Its normalisations over channels add
    epsilon to the deviation, here to the variance. It does not shuffle the videos and keeps
    the weights that are best on the test videos.

    Args:
        config: `ExperimentConfig`.
        widths: tuple of ints. Channels of the stages. Defaults to `(64, 128, 1024)`.
        depths: tuple of ints. Layers of the stages. Defaults to `(3, 3, 2)`.
        head_width: int. Channels of an attention head. Defaults to `64`.

    Reference:
        - [Chen et al., AAAI 2023](https://arxiv.org/abs/2211.15098).
        - Released code: github.com/carolchenyx/MGFN.
        - Independent reproduction: github.com/jinmang2/wsad.
    """

    title = "MGFN (Chen et al., AAAI 2023)"
    published: ClassVar = {
        "dropout": 0.7,
        "learning_rate": 5e-5,
        "steps": 750,
        "anomalous_per_batch": 16,
        "normal_per_batch": 16,
    }
    settings = (*Head.settings, "dropout", "learning_rate")

    def __init__(
        self,
        config,
        *,
        widths=(64, 128, 1024),
        depths=(3, 3, 2),
        head_width=64,
    ):
        super().__init__(config)
        self.widths = widths
        self.depths = depths
        self.head_width = head_width

    def check(self, data):
        super().check(data)
        warn_of_other_norms(self.title, data, self.config.train_crop)

    def build(self, feature_dim):
        config = self.config
        inputs = segment_inputs(config, feature_dim)
        features = inputs["features"]
        lengths = ops.sqrt(ops.sum(ops.square(features), axis=-1, keepdims=True))
        tokens = conv1d(self.widths[0], 3, feature_dim, name="tokens")(features)
        of_lengths = conv1d(self.widths[0], 3, 1, name="magnitude_tokens")(lengths)
        x = tokens + 0.1 * of_lengths

        before = self.widths[0]
        for stage, (width, depth) in enumerate(zip(self.widths, self.depths, strict=True)):
            if stage:
                x = dense(width, before, name=f"widen_{stage}")(layer_norm()(x))
            for layer in range(depth):
                x = self._layer(x, width, f"{stage}_{layer}", glances=stage == 0)
            before = width
        x = layer_norm(name="embedded", dtype="float32")(x)

        scores = dense(1, before, activation="sigmoid", name="score", dtype="float32")(x)
        drop_last_axis = keras.layers.Reshape(
            (config.num_segments,), name="segment_scores", dtype="float32"
        )
        scores = drop_last_axis(scores)
        selection = MagnitudeSelection(3, config.dropout, name="selection", dtype="float32")
        bag_scores, selected = selection(x, scores)
        outputs = {
            "segment_scores": scores,
            "bag_scores": bag_scores,
            "magnitudes": ops.sum(ops.abs(selected), axis=-1),
        }
        return keras.Model(inputs, outputs, name="mgfn")

    def _layer(self, x, width, name, glances):
        heads = width // self.head_width
        x = x + conv1d(width, 3, width, name=f"shortcut_{name}")(x)
        if glances:
            attention = Glance(heads, self.head_width, name=f"glance_{name}")
            x = x + attention(layer_norm()(x))
        else:
            attention = Focus(heads, self.head_width, name=f"focus_{name}")
            x = x + attention(batch_norm()(x))
        y = dense(4 * width, width, activation="gelu", name=f"expand_{name}")(
            layer_norm()(x)
        )
        return x + dense(width, 4 * width, name=f"contract_{name}")(y)

    def compile(self, model, class_counts):
        model.compile(
            optimizer=CoupledAdam(self.config.learning_rate, l2=5e-4),
            loss={
                "segment_scores": ScoreRegularization(
                    smoothness=8e-4, sparsity=8e-3, smooth="all", sparse="normal"
                ),
                "bag_scores": keras.losses.BinaryCrossentropy(),
                "magnitudes": MagnitudeContrast(margin=200.0, separation=1e-3),
            },
            loss_weights={"segment_scores": 1.0, "bag_scores": 1.0, "magnitudes": 1e-3},
            jit_compile=False,
        )
