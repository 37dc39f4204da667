"""Weights, a batch and the operation count of the joint model, for any library."""

import numpy as np

NUM_CLASSES = 14
NORMAL = 7
# Training videos of each class, about as in UCF-Crime.
CLASS_COUNTS = [60] * NORMAL + [800] + [60] * (NUM_CLASSES - NORMAL - 1)
# Units of the layers whose size is not an argument.
FIRST_LEVEL, DETECTION, SECOND_LEVEL, CLASS = 1024, 96, 24, 256


def make_weights(num_segments, feature_dim, lstm_units):
    """Returns random weights, the same in every process.

    Returns:
        A dict from the name of a layer of `JointModel` to its list of float32 arrays, in
        the order and layout of Keras: kernel, (recurrent kernel,) bias.
    """
    random = np.random.default_rng(0)

    def dense(inputs, units):
        scale = np.float32((2 / (inputs + units)) ** 0.5)
        kernel = random.standard_normal((inputs, units), np.float32) * scale
        return [kernel, np.zeros(units, np.float32)]

    wide = feature_dim + lstm_units
    kernel, bias = dense(feature_dim, 4 * lstm_units)
    recurrent_kernel, _ = dense(lstm_units, 4 * lstm_units)
    # The forget gate starts open, as in Keras.
    bias[lstm_units : 2 * lstm_units] = 1
    first_latent = dense(feature_dim, FIRST_LEVEL)
    second_latent = dense(DETECTION, SECOND_LEVEL)
    return {
        "lstm": [kernel, recurrent_kernel, bias],
        "first_level_attention": first_latent + dense(FIRST_LEVEL, num_segments),
        "detection_latent": dense(wide, DETECTION),
        "detection_score": dense(DETECTION, 1),
        "second_level_attention": second_latent
        + dense(SECOND_LEVEL * num_segments, num_segments),
        "class_latent": dense(wide, CLASS),
        "class_probabilities": dense(CLASS, NUM_CLASSES),
    }


def make_batch(videos, num_segments, feature_dim):
    """Returns a random batch, half of it anomalous.

    Returns:
        A dict of `features` and `normalized_features`, float32 arrays of shape
        `(videos, segments, features)`, and arrays of shape `(videos,)`: the labels, int32,
        and whether each is anomalous, float32.
    """
    random = np.random.default_rng(1)
    # Like features of a network that ends in a ReLU: about half of them are zero.
    features = random.standard_normal((videos, num_segments, feature_dim), np.float32)
    np.maximum(features, 0, out=features)
    norms = np.linalg.norm(features, axis=-1, keepdims=True)
    anomalous = np.arange(videos) < (videos + 1) // 2
    labels = random.choice([c for c in range(NUM_CLASSES) if c != NORMAL], videos)
    inputs = {"features": features, "normalized_features": features / np.maximum(norms, 1)}
    labels = np.where(anomalous, labels, NORMAL).astype(np.int32)
    return inputs, labels, anomalous.astype(np.float32)


def inference_flops(videos, num_segments, feature_dim, lstm_units):
    """Counts operations of the matrix products of a forward pass, 2 per multiply-add."""
    wide = feature_dim + lstm_units
    of_segment = (
        _first_products(feature_dim, lstm_units)
        + lstm_units * 4 * lstm_units
        + wide * DETECTION
        + DETECTION * (1 + SECOND_LEVEL)
    )
    of_video = (
        FIRST_LEVEL * num_segments
        + SECOND_LEVEL * num_segments**2
        + wide * CLASS
        + CLASS * NUM_CLASSES
    )
    return 2 * videos * (num_segments * of_segment + of_video)


def training_flops(videos, num_segments, feature_dim, lstm_units):
    """Counts the operations of the matrix products of one training step.

    Each product of the forward pass has two more in its gradient, for its weights and its
    input; those on the features have only the former.
    """
    size = (videos, num_segments, feature_dim, lstm_units)
    first = 2 * videos * num_segments * _first_products(feature_dim, lstm_units)
    return 3 * inference_flops(*size) - first


def _first_products(feature_dim, lstm_units):
    return feature_dim * 4 * lstm_units + feature_dim * FIRST_LEVEL
