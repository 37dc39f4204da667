import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.losses import AttentionRegularization
from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import WeightedCategoricalCrossentropy
from keras_wsad.models import JointModel
from keras_wsad.models.objective import compile_joint_model


def test_the_total_is_equation_6():
    keras.utils.set_random_seed(0)
    model = JointModel(
        num_segments=4,
        feature_dim=5,
        num_classes=3,
        lstm_units=3,
        first_level_units=3,
        detection_units=3,
        second_level_units=2,
        class_units=3,
        dropout=0.0,
        kernel_l2=0.0,
    )
    compile_joint_model(
        model,
        [1, 2, 3],
        detection_weight=0.7,
        first_level_weight=0.03,
        second_level_weight=0.02,
        smoothness=0.1,
        sparsity=0.2,
    )
    features = np.random.default_rng(0).normal(size=(4, 4, 5)).astype("float32")
    inputs = {"features": features, "normalized_features": features}
    anomalous = np.array([[1.0], [1.0], [0.0], [0.0]], "float32")
    classes = np.array([0, 2, 1, 1])
    targets = {
        "segment_scores": anomalous,
        "class_probabilities": classes,
        "first_level_attention": anomalous,
        "second_level_attention": anomalous,
    }
    out = model(inputs, training=False)
    total = (
        0.7 * MILRankingLoss(0.1, 0.2)(anomalous, out["segment_scores"])
        + 0.3
        * WeightedCategoricalCrossentropy([1, 2, 3])(classes, out["class_probabilities"])
        + 0.03
        * AttentionRegularization(target=1.0)(anomalous, out["first_level_attention"])
        + 0.02
        * AttentionRegularization(target=0.0)(anomalous, out["second_level_attention"])
    )
    targets = {name: ops.convert_to_tensor(target) for name, target in targets.items()}
    measured = model.compute_loss(inputs, targets, out)
    assert float(measured) == pytest.approx(float(total), rel=1e-5)


def test_a_level_that_is_off_has_no_term():
    model = JointModel(num_segments=4, feature_dim=5, lstm=False, first_level=False)
    compile_joint_model(model, [1] * 14)
    assert set(model.loss) == {
        "segment_scores",
        "class_probabilities",
        "second_level_attention",
    }
