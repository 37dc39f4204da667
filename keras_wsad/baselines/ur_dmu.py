from typing import ClassVar

import keras

from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.global_local_transformer import global_local_transformer
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.ur_dmu_layers import GaussianDivergence
from keras_wsad.baselines.ur_dmu_layers import GaussianSample
from keras_wsad.baselines.ur_dmu_layers import MeanAtTop
from keras_wsad.baselines.ur_dmu_layers import MemoryUnit
from keras_wsad.baselines.ur_dmu_layers import Norm
from keras_wsad.baselines.ur_dmu_losses import DualMemoryLoss
from keras_wsad.baselines.ur_dmu_losses import DualMemoryMargin
from keras_wsad.baselines.ur_dmu_losses import DualMemoryTriplet
from keras_wsad.baselines.ur_dmu_losses import NormalMean
from keras_wsad.baselines.ur_dmu_losses import SampledBagLoss
from keras_wsad.layers import MeanOfTop


class URDMU(Head):
    """Two memories, of normal and of abnormal events, and uncertainty of the normal one.

    ```
    x    = transformer(F)                    `global_local_transformer`
    a, A = abnormal memory(x)                `MemoryUnit`: answers a_t, and what is read A_t
    n, N = normal memory(x)
    S    = sigmoid(W_4 relu(W_3 [x, mu(A) + mu(N)]))
    ```

    `mu` is one linear layer for both memories. In training the code `mu(N)` of normal
    videos is a sample of the Gaussian with mean `mu(N)` and log-variance `v(N)`, where `v`
    is a linear layer too. The loss, with the weights of the authors' code:

    ```
    BCE of the mean of the T // 16 + 1 highest scores                  `SampledBagLoss`
    + .1   of how the memories answer                                  `DualMemoryLoss`
    + .1   of the selected features                                    `DualMemoryTriplet`
    + .001 KL(Gaussian, unit Gaussian), mean over N and features, sum over t  `NormalMean`
    + 1e-4 of the norms of the selected codes                          `DualMemoryMargin`
    ```

    It is built and trained as in the authors' code: initial weights and Adam of PyTorch
    with L2 in the gradient, dropout .5, 64 anomalous and 64 normal videos, 3,000 steps.
    What differs: the triplet and the margin take all pairs of an anomalous and a normal
    video of the batch, where the authors pair the i-th with the i-th; the model computes
    the score of each video with and without sampling, as it does not know which are normal.
    The authors had 1,024 I3D features, each of ten crops a sample of its own, 200 segments
    that are means, and chose the checkpoint on the test set. With 1,024 features it has 6.5
    million parameters, as theirs.

    Args:
        config: `ExperimentConfig`.
        width: int. Features of a segment inside. Defaults to `512`.
        heads: int. Of the transformer. Defaults to `4`.
        head_units: int. Features of a head. Defaults to `128`.
        slots: int. Slots of each memory. Defaults to `60`.
        score_units: int. Hidden units of the score. Defaults to `128`.

    Reference:
        - [Zhou, Yu and Yang, AAAI 2023](https://arxiv.org/abs/2302.05160)
        - [the authors' code](https://github.com/henrryzh1/UR-DMU)
    """

    title = "UR-DMU (Zhou et al., AAAI 2023)"
    published: ClassVar = {
        "learning_rate": 1e-4,
        "dropout": 0.5,
        "steps": 3000,
        "anomalous_per_batch": 64,
        "normal_per_batch": 64,
    }
    settings = (*Head.settings, "dropout", "learning_rate")

    def __init__(
        self,
        config,
        *,
        width=512,
        heads=4,
        head_units=128,
        slots=60,
        score_units=128,
    ):
        super().__init__(config)
        self.width = width
        self.heads = heads
        self.head_units = head_units
        self.slots = slots
        self.score_units = score_units

    def build(self, feature_dim):
        width = self.width
        inputs = segment_inputs(self.config, feature_dim)
        mean = dense(width, width, name="code_mean")
        log_variance = dense(width, width, name="code_log_variance")
        join = keras.layers.Concatenate(name="features_and_code")
        hidden = dense(self.score_units, 2 * width, activation="relu", name="score_hidden")
        score = dense(
            1, self.score_units, activation="sigmoid", name="score", dtype="float32"
        )
        select = MeanAtTop(name="selected")

        x = global_local_transformer(
            inputs["features"],
            width=width,
            heads=self.heads,
            head_units=self.head_units,
            dropout=self.config.dropout,
        )
        abnormal, abnormal_read = MemoryUnit(self.slots, name="abnormal_memory")(x)
        normal, normal_read = MemoryUnit(self.slots, name="normal_memory")(x)
        abnormal_code, normal_code = mean(abnormal_read), mean(normal_read)
        spread = log_variance(normal_read)
        sampled_code = GaussianSample(name="sampled_code")([normal_code, spread])

        def scores(code):
            return score(hidden(join([x, abnormal_code + code])))

        def side_by_side(tensors, name):
            return keras.layers.Concatenate(name=name, dtype="float32")(tensors)

        plain = scores(normal_code)
        both = side_by_side([plain, scores(sampled_code)], "both_scores")
        drop_last_axis = keras.layers.Reshape(
            (self.config.num_segments,), name="segment_scores", dtype="float32"
        )
        norms = [
            Norm(name="abnormal_norm")(select([abnormal_code, abnormal])),
            Norm(name="normal_norm")(select([sampled_code, normal])),
        ]
        selected = [select([x, abnormal]), select([x, normal])]
        outputs = {
            "segment_scores": drop_last_axis(plain),
            "bag_scores": MeanOfTop(name="bag_scores", dtype="float32")(both),
            "memory_answers": side_by_side([abnormal, normal], "memory_answers"),
            "selected_features": side_by_side(selected, "selected_features"),
            "code_norms": side_by_side(norms, "code_norms"),
            "divergence": GaussianDivergence(name="divergence")([normal_code, spread]),
        }
        return keras.Model(inputs, outputs, name="ur_dmu")

    def compile(self, model, class_counts):
        terms = {
            "segment_scores": (None, None),
            "bag_scores": (SampledBagLoss(), 1.0),
            "memory_answers": (DualMemoryLoss(), 0.1),
            "selected_features": (DualMemoryTriplet(), 0.1),
            "code_norms": (DualMemoryMargin(), 1e-4),
            "divergence": (NormalMean(), 1e-3),
        }
        model.compile(
            optimizer=CoupledAdam(self.config.learning_rate, l2=5e-5),
            loss={name: loss for name, (loss, _) in terms.items()},
            loss_weights={name: weight for name, (_, weight) in terms.items()},
            jit_compile=False,
        )

    def score(self, data, videos):
        # The other outputs are for the losses.
        return {"segment_scores": super().score(data, videos)["segment_scores"]}
