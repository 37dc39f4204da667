from typing import ClassVar

import keras

from keras_wsad.baselines.adagrad import adagrad
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import penalised
from keras_wsad.baselines.head_layers import score
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.losses import InnerBagRankingLoss


class Zhang(Head):
    """A temporal convolutional network with the inner bag loss, TCN-IBL.

    ```
    S_t = sigmoid(W_3 D(C_2 * D(relu(C_1 * F)))_t)     512, 32 and 1 units, D dropout
    ```

    `C_1` and `C_2` are causal convolutions over three segments, at dilations of 1 and 2, so
    that a score depends on the segment and the six before it; segments before the video are
    zero.

    From the paper's abstract: the segments before one are encoded by a temporal
    convolutional network, and the gap between highest and lowest score is made large in
    anomalous and small in normal videos (`InnerBagRankingLoss`). The published result is
    on C3D. Nothing more was available; the rest is this project's choice: the head of
    Sultani et al. with its two hidden layers made convolutions, its normalised features,
    its Adagrad and its 20,000 steps; kernel and dilations; the weight of the gaps, 1. The
    rate is 1e-3: at Sultani's .01 one of three seeds on the embedded data set collapsed in
    the first steps to one score for all segments.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - [Zhang, Qing and Miao, ICIP 2019](https://doi.org/10.1109/ICIP.2019.8803657).
    """

    title = "Zhang et al., ICIP 2019"
    published: ClassVar = {"learning_rate": 1e-3, "steps": 20_000}
    settings = (
        *Head.settings,
        "dropout",
        "kernel_l2",
        "smoothness",
        "sparsity",
        "learning_rate",
    )

    def build(self, feature_dim):
        config = self.config
        inputs = segment_inputs(config, feature_dim)
        x = inputs["normalized_features"]
        layers = ((512, 1, "relu", "first"), (32, 2, None, "second"))
        for units, dilation, activation, name in layers:
            x = keras.layers.Conv1D(
                units,
                kernel_size=3,
                padding="causal",
                dilation_rate=dilation,
                activation=activation,
                name=name,
                **penalised(config),
            )(x)
            x = keras.layers.Dropout(config.dropout, name=f"{name}_dropout")(x)
        return keras.Model(inputs, {"segment_scores": score(x, config)}, name="zhang")

    def compile(self, model, class_counts):
        config = self.config
        loss = InnerBagRankingLoss(config.smoothness, config.sparsity)
        model.compile(
            optimizer=adagrad(config.learning_rate),
            loss={"segment_scores": loss},
            jit_compile=False,
        )
