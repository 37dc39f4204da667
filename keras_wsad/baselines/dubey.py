from typing import ClassVar

import keras

from keras_wsad.baselines.adagrad import adagrad
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import perceptron
from keras_wsad.baselines.head_layers import score
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.errors import ConfigError
from keras_wsad.losses import TopScoresRankingLoss
from keras_wsad.losses.top_scores_ranking_loss import TOP_SCORES


class Dubey(Head):
    """Ranking of several top scores, for fewer false alarms.

    ```
    S_t = sigmoid(W_3 D(W_2 D(relu(W_1 F_t))))     128, 32 and 1 units, D dropout
    ```

    Known of the paper, from its abstract and a public reproduction: 3D-ResNet-34, 512
    features a clip; layers of 128, 32 and 1 units; Adagrad at 1e-3; the terms of
    `TopScoresRankingLoss`. No code of its authors is known. The rest is taken from Sultani
    et al., whom the paper builds on: normalised features, activations, dropout, L2, initial
    weights, Adagrad without an initial accumulator, 8e-5 for smoothness and sparsity, the
    batch and 20,000 steps. On features that are not normalised, scores start widely spread
    and hardly change at that rate.

    Args:
        config: `ExperimentConfig`.

    Raises:
        ConfigError: there are fewer segments than top scores.

    Reference:
        - [Dubey, Boragule and Jeon, ICCAIS 2019](https://arxiv.org/abs/2002.01132).
    """

    title = "Dubey et al., ICCAIS 2019"
    published: ClassVar = {"learning_rate": 1e-3, "steps": 20_000}
    settings = (
        *Head.settings,
        "dropout",
        "kernel_l2",
        "smoothness",
        "sparsity",
        "learning_rate",
    )

    def __init__(self, config):
        super().__init__(config)
        if config.num_segments < TOP_SCORES:
            raise ConfigError(
                f"The system dubey ranks the {TOP_SCORES} highest scores of a video. "
                f"Received: num_segments={config.num_segments}"
            )

    def build(self, feature_dim):
        inputs = segment_inputs(self.config, feature_dim)
        latent = perceptron(inputs["normalized_features"], 128, self.config)
        outputs = {"segment_scores": score(latent, self.config)}
        return keras.Model(inputs, outputs, name="dubey")

    def compile(self, model, class_counts):
        config = self.config
        loss = TopScoresRankingLoss(config.smoothness, config.sparsity)
        model.compile(
            optimizer=adagrad(config.learning_rate),
            loss={"segment_scores": loss},
            jit_compile=False,
        )
