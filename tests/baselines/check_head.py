"""Checks for every Keras head."""

import keras
import numpy as np

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import NORMAL

SEGMENTS, FEATURES = 8, 12


def open_head(head_class, **settings):
    """A head with the settings it was published with, on videos of 8 segments."""
    settings = {"num_segments": SEGMENTS, **head_class.published, **settings}
    return head_class(ExperimentConfig(**settings))


def separable_videos(random, batch=24):
    """Noise, in which two neighbouring segments of the first half of the videos stand out.

    Returns:
        `(inputs, is_anomalous, stands_out)`.
    """
    features = random.random((batch, SEGMENTS, FEATURES), "float32")
    is_anomalous = np.repeat(np.array([1, 0], "float32"), batch // 2)
    stands_out = np.zeros((batch, SEGMENTS), bool)
    for video in range(batch // 2):
        first = random.integers(SEGMENTS - 1)
        stands_out[video, first : first + 2] = True
    features[stands_out, :3] += 2
    norm = np.linalg.norm(features, axis=-1, keepdims=True)
    inputs = {"features": features, "normalized_features": features / norm}
    return inputs, is_anomalous, stands_out


def check_head(head_class, random, folder, reads, steps=40, **settings):
    """Checks shapes, widths, learning and serialization of a head.

    Args:
        head_class: class of a `Head`.
        random: `np.random.Generator`.
        folder: path, for a saved model.
        reads: str. Which of the two inputs it looks at.
        steps: int. Steps after which it must have learned. Defaults to `40`.
        **settings: settings over the published ones.

    Returns:
        The trained model.
    """
    head = open_head(head_class, **settings)
    for width in (1, 40):
        model = head.build(width)
        ones = np.ones((2, SEGMENTS, width), "float32")
        outputs = model({"features": ones, "normalized_features": ones})
        assert tuple(outputs["segment_scores"].shape) == (2, SEGMENTS)

    inputs, is_anomalous, stands_out = separable_videos(random)
    model = head.build(FEATURES)
    head.compile(model, class_counts=[1] * 14)
    targets = dict.fromkeys(model.output, is_anomalous)
    if "class_probabilities" in targets:
        targets["class_probabilities"] = np.where(is_anomalous > 0, 3, NORMAL)
    before = model.evaluate(inputs, targets, verbose=0, return_dict=True)["loss"]
    model.fit(inputs, targets, batch_size=24, epochs=steps, verbose=0)
    after = model.evaluate(inputs, targets, verbose=0, return_dict=True)["loss"]
    assert after < before

    outputs = model.predict(inputs, verbose=0)
    scores = outputs["segment_scores"]
    assert scores.dtype == np.float32
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert scores[stands_out].mean() > scores[~stands_out].mean() + 0.2

    # The other input is not read and may be anything.
    other = ({"features", "normalized_features"} - {reads}).pop()
    blind = model.predict({**inputs, other: np.zeros_like(inputs[other])}, verbose=0)
    np.testing.assert_allclose(blind["segment_scores"], scores, rtol=1e-6)

    model.save(folder / "model.keras")
    loaded = keras.saving.load_model(folder / "model.keras", compile=False)
    assert set(loaded.input) == set(inputs)
    again = loaded.predict(inputs, verbose=0)
    assert set(again) == set(outputs)
    for name, values in outputs.items():
        np.testing.assert_allclose(again[name], values, rtol=1e-6)
    return model
