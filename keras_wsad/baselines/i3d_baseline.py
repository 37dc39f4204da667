import keras

from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import penalised
from keras_wsad.baselines.head_layers import score
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.losses import MILRankingLoss


class I3DBaseline(Head):
    """The paper's I3D baseline: the detection branch of the joint model alone.

    ```
    S_t = sigmoid(W_2 D(W_1 D(F_t)))     96 and 1 units, D dropout
    ```

    The paper can be read in two ways. Section IV.C has it "following the [19] approach",
    Sultani's, with a k-NN classifier, which is said of classification and may hold for
    detection; but its AUC of 78.62 is that of l1 in Table I, "only I3D feature along with
    the classification and detection branch". Here detection is l1's: the branch of section
    III.D on features that are not normalised, with its dropout, L2, `MILRankingLoss` and
    Adam at 1e-4, and without the classification branch, which shares no weight with it in
    l1. For the first reading train the system `sultani` on I3D features.

    It names no class. The mAA of 14.6 is that of k-NN on the features of whole videos,
    which uses no score.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - Majhi et al., FG 2021, sections III.D and IV.C, Tables I and II.
    """

    title = "I3D baseline"
    settings = (
        *Head.settings,
        "dropout",
        "kernel_l2",
        "smoothness",
        "sparsity",
        "learning_rate",
    )
    from_preset = ("learning_rate", "dropout")

    def build(self, feature_dim):
        config = self.config
        inputs = segment_inputs(config, feature_dim)
        x = keras.layers.Dropout(config.dropout, name="feature_dropout")(inputs["features"])
        x = keras.layers.Dense(96, name="latent", **penalised(config))(x)
        x = keras.layers.Dropout(config.dropout, name="latent_dropout")(x)
        outputs = {"segment_scores": score(x, config)}
        return keras.Model(inputs, outputs, name="i3d_baseline")

    def compile(self, model, class_counts):
        config = self.config
        model.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate),
            loss={"segment_scores": MILRankingLoss(config.smoothness, config.sparsity)},
            jit_compile=False,
        )
