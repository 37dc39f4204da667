"""Total loss (equation 6) and optimiser of the joint model, and of the equivariant one."""

import keras

from keras_wsad.losses import AttentionRegularization
from keras_wsad.losses import BagCrossentropy
from keras_wsad.losses import MarkedSegments
from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import WeightedCategoricalCrossentropy


def compile_joint_model(
    model,
    class_counts,
    *,
    detection_weight=0.9,
    first_level_weight=1e-3,
    second_level_weight=1e-3,
    smoothness=8e-5,
    sparsity=8e-5,
    first_level_target=1.0,
    learning_rate=1e-4,
    marks_weight=None,
):
    """Compiles a joint model with its total loss (equation 6) and Adam.

    ```
    Loss_total = lambda_d Loss_D + (1 - lambda_d) Loss_C + lambda_att Loss_att

    Loss_D    ranking + lambda_1 smoothness + lambda_2 sparsity, on S     equation 3
    Loss_C    cross-entropy weighted by 1 - f_y, on the classes p         equation 4
    Loss_att  sum_t (1 - alpha_t)^2 + sum_t beta_t^2                      equation 5
    ```

    Loss_D is summed over the anomalous videos of a batch, as in the authors' code; Loss_C
    and Loss_att are means over its videos. The two sums of Loss_att have a weight each; in
    the paper both are lambda_att. A model without one of the levels lacks that level's sum.
    Keras adds the L2 penalty of the branches' kernels, which the authors' code has as well.

    Args:
        model: `JointModel`.
        class_counts: list of ints. Training videos of each class, from which the
            frequencies f_y are computed.
        detection_weight: float. lambda_d. Defaults to `0.9`.
        first_level_weight: float. lambda_att of the sum over alpha. Defaults to `1e-3`.
        second_level_weight: float. lambda_att of the sum over beta. Defaults to `1e-3`.
        smoothness: float. lambda_1 of Loss_D. Defaults to `8e-5`.
        sparsity: float. lambda_2 of Loss_D. Defaults to `8e-5`.
        first_level_target: float. Target of alpha: 1 in equation 5, 0 in the released
            code. Defaults to `1.0`.
        learning_rate: float. Learning rate of Adam. Defaults to `1e-4`.
        marks_weight: float or `None`. Weight of a reviewer's marks in Loss_D, which the
            paper has not: see `MarkedSegments`. Defaults to `None`, for no marks.

    Reference:
        - Majhi, Das, Bremond, Dash and Sa, Weakly-supervised joint anomaly detection and
          classification, FG 2021, equations 3 to 6.
    """
    loss_D = MILRankingLoss(smoothness, sparsity)  # equation 3
    loss_C = WeightedCategoricalCrossentropy(class_counts)  # equation 4
    loss_alpha = AttentionRegularization(target=first_level_target)  # equation 5, alpha
    loss_beta = AttentionRegularization(target=0.0)  # equation 5, beta
    if marks_weight is not None:
        loss_D = MarkedSegments(loss_D, marks_weight)  # not the paper's

    # Equation 6: each output with its loss and the weight of that loss.
    terms = {
        # S: lambda_d Loss_D
        "segment_scores": (loss_D, detection_weight),
        # p: (1 - lambda_d) Loss_C
        "class_probabilities": (loss_C, 1 - detection_weight),
        # alpha, beta: lambda_att Loss_att, a sum each
        "first_level_attention": (loss_alpha, first_level_weight),
        "second_level_attention": (loss_beta, second_level_weight),
    }
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss={name: terms[name][0] for name in model.output},
        loss_weights={name: terms[name][1] for name in model.output},
        # Uncompiled, JAX runs a step one operation at a time. TensorFlow is left
        # uncompiled: its own graph is faster on a CPU than what XLA compiles.
        jit_compile=keras.backend.backend() == "jax",
    )


def compile_equivariant_model(
    model,
    class_counts,
    *,
    detection_loss="crossentropy",
    class_weights="balanced",
    detection_weight=0.9,
    smoothness=2e-4,
    sparsity=8e-5,
    averaging=0.97,
    learning_rate=2e-3,
    marks_weight=None,
):
    """Compiles an equivariant model with its total loss and Adam.

    ```
    Loss = lambda_d Loss_D + (1 - lambda_d) Loss_C
    ```

    It has the form of equation 6, with other terms by default, which can be set to the
    paper's. There is no Loss_att: equation 5 pulls beta to zero, and the attention of
    `EquivariantModel` sums to one.

    Args:
        model: `EquivariantModel`.
        class_counts: list of ints of shape `(classes,)`, training videos of each class.
        detection_loss: `"crossentropy"` of a video's highest segment, or the paper's
            `"ranking"` (equation 3). Defaults to `"crossentropy"`.
        class_weights: `"balanced"`, equal shares of all classes, or the `"paper"`'s
            `1 - f_y` (equation 4). Defaults to `"balanced"`.
        detection_weight: float. lambda_d. Defaults to `0.9`.
        smoothness: float. lambda_1 of Loss_D. Defaults to `2e-4`.
        sparsity: float. lambda_2; only `"ranking"` uses it. Defaults to `8e-5`.
        averaging: float. Momentum of the moving average of the weights, which is what is
            evaluated and kept; `0` for the weights themselves. Defaults to `0.97`.
        learning_rate: float. Learning rate of Adam. Defaults to `2e-3`.
        marks_weight: float or `None`. Weight of a reviewer's marks in Loss_D, see
            `MarkedSegments`. Defaults to `None`, for no marks.
    """
    if detection_loss == "crossentropy":
        loss_D = BagCrossentropy(smoothness=smoothness)
    else:
        loss_D = MILRankingLoss(smoothness, sparsity)
    if marks_weight is not None:
        loss_D = MarkedSegments(loss_D, marks_weight)
    loss_C = WeightedCategoricalCrossentropy(class_counts, class_weights == "balanced")
    terms = {
        "segment_scores": (loss_D, detection_weight),
        "class_probabilities": (loss_C, 1 - detection_weight),
        "second_level_attention": (None, 0.0),
    }
    model.compile(
        optimizer=keras.optimizers.Adam(
            learning_rate, use_ema=averaging > 0, ema_momentum=averaging
        ),
        loss={name: terms[name][0] for name in model.output},
        loss_weights={name: terms[name][1] for name in model.output},
        jit_compile=keras.backend.backend() == "jax",
    )
