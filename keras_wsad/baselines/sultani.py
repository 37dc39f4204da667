from typing import ClassVar

import keras

from keras_wsad.baselines.adagrad import adagrad
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import perceptron
from keras_wsad.baselines.head_layers import score
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.losses import MILRankingLoss


class Sultani(Head):
    """Deep multiple-instance ranking, the first system on UCF-Crime.

    ```
    S_t = sigmoid(W_3 D(W_2 D(relu(W_1 F_t))))     512, 32 and 1 units, D dropout
    ```

    It is built and trained as in the released code: weights from `glorot_normal` with an
    L2 penalty of 1e-3, dropout .6, Adagrad at .01 with an epsilon of 1e-8 and no initial
    accumulator, 20,000 steps of 30 anomalous and 30 normal videos drawn at random. The
    text differs: a learning rate of .001 and a lambda 3 of .01.

    The released objective is `MILRankingLoss` to the term: the hinge is summed over the
    anomalous videos and averaged over the normal ones; smoothness and sparsity are summed
    over the anomalous videos alone, 8e-5 each.

    Features are normalised: the paper scales each clip to unit L2 norm and averages the
    clips of a segment; the released code averages first and scales the segment. Here clips
    are scaled and pooled as `reduce` says, which by default is the maximum, as for every
    system. The published result is on C3D's fc6, 4096 features.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - [Sultani, Chen and Shah, CVPR 2018](https://arxiv.org/abs/1801.04264),
          equation 7.
    """

    title = "Sultani et al., CVPR 2018"
    published: ClassVar = {"learning_rate": 0.01, "steps": 20_000}
    settings = (
        *Head.settings,
        "dropout",
        "kernel_l2",
        "smoothness",
        "sparsity",
        "learning_rate",
    )

    def build(self, feature_dim):
        inputs = segment_inputs(self.config, feature_dim)
        latent = perceptron(inputs["normalized_features"], 512, self.config)
        outputs = {"segment_scores": score(latent, self.config)}
        return keras.Model(inputs, outputs, name="sultani")

    def compile(self, model, class_counts):
        config = self.config
        model.compile(
            optimizer=adagrad(config.learning_rate),
            loss={"segment_scores": MILRankingLoss(config.smoothness, config.sparsity)},
            jit_compile=False,
        )
