"""A sigmoid with as many digits near 0 and near 1 as float32 has."""

from keras import ops


def exact_sigmoid(x):
    """Computes `1 / (1 + exp(-x))` to a relative precision of both itself and `1 - itself`.

    Libraries compute a sigmoid to an absolute precision of some 1e-7, each in its own way:
    ONNX Runtime gives 0 or 1e-8 where TensorFlow gives 1e-20. A calibration takes the
    logarithm of scores, and scores pile up at 0 and 1: there its results would differ from
    library to library in the first digit.

    Args:
        x: float tensor of any shape.

    Returns:
        A tensor of the same shape, from 0 to 1.
    """
    small = ops.exp(-ops.abs(x))
    small = small / (1 + small)
    return ops.where(x > 0, 1 - small, small)


def use_exact_sigmoid(model):
    """Lets the anomaly scores of a joint model be computed by `exact_sigmoid`.

    Args:
        model: `JointModel` or `EquivariantModel`, which is changed. Scores change by
            rounding alone.
    """
    model.get_layer("detection_score").activation = exact_sigmoid
