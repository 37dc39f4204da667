from typing import ClassVar

import keras

from keras_wsad.baselines.adagrad import adagrad
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import perceptron
from keras_wsad.baselines.head_layers import score
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.layers import SegmentAttention
from keras_wsad.losses import BagRankingLoss


class ZhuNewsam(Head):
    """Ranking of whole videos by the attention-weighted mean of their scores.

    ```
    S_t = sigmoid(W_3 D(W_2 D(relu(W_1 F_t))))     512, 32 and 1 units, D dropout
    w   = softmax over t of 256, 64 and 1 units on F_t, tanh between them
    s   = sum_t w_t S_t                            the score of the video, `bag_scores`
    ```

    Known of the paper, from its abstract and a public summary of its equations: the
    attention block, the ranking of `s` and its sparsity, without smoothness
    (`BagRankingLoss`). Its motion-aware features, of an autoencoder of optical flow, are
    made by `reproduce.motion.flow_features`; this head takes features of any width.

    The score of a segment is `S_t`, also at test time: it is what the paper's equations
    call the score of a segment, it lies between zero and one, and it is comparable between
    videos. The weights are not, as those of each video sum to one.

    The rest is taken from Sultani et al., whom the paper builds on: the layers of `S_t`,
    normalised features, L2 (not on the attention), dropout, Adagrad at .01, 20,000 steps,
    the batch, and 8e-5 for sparsity.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - [Zhu and Newsam, BMVC 2019](https://arxiv.org/abs/1907.10211).
    """

    title = "Zhu and Newsam, BMVC 2019"
    published: ClassVar = {"learning_rate": 0.01, "steps": 20_000}
    settings = (*Head.settings, "dropout", "kernel_l2", "sparsity", "learning_rate")

    def build(self, feature_dim):
        inputs = segment_inputs(self.config, feature_dim)
        features = inputs["normalized_features"]
        scores = score(perceptron(features, 512, self.config), self.config)
        weights = SegmentAttention(name="attention")(features)
        weighed_sum = keras.layers.Dot(axes=1, name="bag_scores", dtype="float32")
        outputs = {"segment_scores": scores, "bag_scores": weighed_sum([weights, scores])}
        return keras.Model(inputs, outputs, name="zhu_newsam")

    def compile(self, model, class_counts):
        config = self.config
        model.compile(
            optimizer=adagrad(config.learning_rate),
            loss={"segment_scores": None, "bag_scores": BagRankingLoss(config.sparsity)},
            jit_compile=False,
        )
