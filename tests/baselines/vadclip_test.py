import functools
import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.vadclip import VadCLIP
from keras_wsad.baselines.vadclip_layers import ClassVectors
from keras_wsad.baselines.vadclip_layers import CosineGraph
from keras_wsad.baselines.vadclip_layers import Cosines
from keras_wsad.baselines.vadclip_layers import Positions
from keras_wsad.baselines.vadclip_layers import WindowAttention
from keras_wsad.baselines.vadclip_layers import quick_gelu
from tests.baselines.check_gradients import check_gradients
from tests.baselines.check_head import FEATURES
from tests.baselines.check_head import SEGMENTS
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_head import separable_videos
from tests.baselines.check_system import check_system
from tests.check_layer import check_layer


class TinyVadCLIP(VadCLIP):
    """VadCLIP, tiny in every layer."""

    def __init__(self, config, width=8):
        super().__init__(config, width=width, window=4)


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    # Of fewer units some beginnings find the normal segments of anomalous videos instead.
    wide = functools.partial(TinyVadCLIP, width=16)
    wide.published = TinyVadCLIP.published
    settings = {"learning_rate": 0.005, "steps": 120}
    check_head(wide, random, tmp_path, reads="features", **settings)


@pytest.mark.large
def test_it_is_a_system_that_names_classes(tiny_settings, tmp_path):
    metrics = check_system("vadclip", tiny_settings, tmp_path)
    assert "maa" in metrics["classification"]


def test_the_published_size():
    # Places 256 x 512; two blocks of 3,151,872 (a key has no bias); two graphs of 852,224;
    # joined 262,656; two perceptrons of 2,099,712; logits 513; classes 14 x 512.
    model = open_head(VadCLIP, num_segments=256).build(512)
    expected = 131_072 + 2 * 3_151_872 + 2 * 852_224 + 262_656 + 2 * 2_099_712 + 513 + 7_168
    assert model.count_params() == expected
    # Features of another width are projected.
    projected = open_head(VadCLIP, num_segments=256).build(100)
    assert projected.count_params() == expected + 100 * 512 + 512


@pytest.mark.large
def test_every_variable_gets_a_gradient(random):
    head = open_head(TinyVadCLIP)
    inputs, is_anomalous, _ = separable_videos(random)
    check_gradients(head, inputs, dict.fromkeys(head.build(FEATURES).output, is_anomalous))


def test_the_rate_falls_at_two_and_four_fifths_of_the_steps():
    head = open_head(TinyVadCLIP, steps=50)
    model = head.build(4)
    head.compile(model, class_counts=[1] * 14)
    optimizer, rates = model.optimizer, []
    assert optimizer.weight_decay == 0.01
    for step in (0, 19, 21, 39, 41):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, [2e-5, 2e-5, 2e-6, 2e-6, 2e-7], rtol=1e-5)


def test_scores_are_float32_under_any_precision(random):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = open_head(TinyVadCLIP).build(FEATURES)
    finally:
        keras.config.set_dtype_policy("float32")
    outputs = model(separable_videos(random)[0])
    kinds = {keras.backend.standardize_dtype(x.dtype) for x in outputs.values()}
    assert kinds == {"float32"}
    sums = ops.convert_to_numpy(outputs["class_probabilities"]).sum(axis=1)
    np.testing.assert_allclose(sums, 1, rtol=1e-5)


def test_the_loss_by_hand(random):
    head = open_head(TinyVadCLIP)
    model = head.build(FEATURES)
    head.compile(model, class_counts=[1] * 14)
    model.run_eagerly = True
    inputs, is_anomalous, _ = separable_videos(random)
    labels = np.where(is_anomalous > 0, 3, 7)
    targets = {"bag_scores": is_anomalous, "class_probabilities": labels}
    outputs = {name: ops.convert_to_numpy(x) for name, x in model(inputs).items()}
    # Of 8 segments the highest score is that of the video.
    bags = outputs["segment_scores"].max(axis=1)
    likelihood = np.where(is_anomalous > 0, bags, 1 - bags)
    probability = outputs["class_probabilities"][np.arange(len(labels)), labels]
    vectors = np.array(model.get_layer("classes").vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = np.abs(np.delete(unit, 7, axis=0) @ unit[7])
    expected = (
        -np.log(likelihood).mean() - np.log(probability).mean() + 0.1 * cosines.mean()
    )
    targets["segment_scores"] = is_anomalous
    loss = model.evaluate(inputs, targets, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(expected, rel=1e-4)


def test_basics_of_the_layers(random):
    videos = random.random((3, 10, 4), "float32")
    classes = random.random((3, 5, 4), "float32")
    check_layer(WindowAttention, {"window": 4}, [videos] * 3, (3, 10, 4))
    check_layer(CosineGraph, {}, videos - 0.5, (3, 10, 10))
    check_layer(Positions, {}, videos, (3, 10, 4))
    settings = {"num_classes": 5, "normal": 2}
    check_layer(ClassVectors, settings, videos[:, :1], (3, 5, 4))
    settings = Cosines(temperature=0.5).get_config()
    assert Cosines.from_config(settings).get_config() == settings
    assert tuple(Cosines()([videos, classes]).shape) == (3, 10, 5)


def test_attention_stays_within_its_window(random):
    inputs = random.random((1, 10, 4), "float32")
    changed = inputs.copy()
    changed[0, 5] += 1
    # Windows of segments 0 to 3, 4 to 7, and 8 and 9.
    outputs = [
        ops.convert_to_numpy(WindowAttention(4)([x, x, x])) for x in (inputs, changed)
    ]
    differ = np.abs(outputs[1] - outputs[0]).max(axis=-1)[0] > 0
    assert np.flatnonzero(differ).tolist() == [4, 5, 6, 7]


def test_attention_by_hand():
    queries = np.array([[[1.0], [0.0]]])
    keys = np.array([[[0.0], [math.log(3)]]])
    values = np.array([[[0.0], [4.0]]])
    # Weights 1/4 and 3/4, then 1/2 and 1/2.
    output = ops.convert_to_numpy(WindowAttention()([queries, keys, values]))
    np.testing.assert_allclose(output[0, :, 0], [3, 2], rtol=1e-6)


def test_the_graph_joins_like_segments_by_hand():
    # Cosines of the first: 1, .8 and .6; the last is below the threshold.
    inputs = np.array([[[2.0, 0.0], [0.8, 0.6], [0.6, -0.8]]], "float32")
    row = np.exp([1, 0.8, 0])
    graph = ops.convert_to_numpy(CosineGraph()(inputs))
    np.testing.assert_allclose(graph[0, 0], row / row.sum(), rtol=1e-5)


def test_cosines_by_hand():
    segments, classes = np.array([[[3.0, 4.0]]]), np.array([[[2.0, 0.0], [0.0, -1.0]]])
    cosines = ops.convert_to_numpy(Cosines(temperature=0.1)([segments, classes]))
    np.testing.assert_allclose(cosines[0, 0], [6, -8], rtol=1e-5)


def test_class_vectors_are_kept_apart_from_the_normal_one():
    layer = ClassVectors(num_classes=3, normal=1, separation=0.5)
    layer.build((None, 1, 2))
    layer.set_weights([np.array([[2.0, 0.0], [3.0, 4.0], [0.0, -1.0]])])
    # |cos| are .6 and .8; .5 times their mean.
    (penalty,) = layer.losses
    assert float(penalty) == pytest.approx(0.35)
    # The vector of the video is scaled to unit norm.
    output = ops.convert_to_numpy(layer(np.array([[[0.0, 9.0]]])))
    np.testing.assert_allclose(output[0], [[2, 1], [3, 5], [0, 0]], atol=1e-6)


def test_quick_gelu_by_hand():
    # Sigmoid of log 3 is 3/4.
    x = math.log(3) / 1.702
    assert float(quick_gelu(np.float32(x))) == pytest.approx(0.75 * x)


def test_every_segment_has_a_place():
    model = open_head(TinyVadCLIP).build(FEATURES)
    assert model.get_layer("positions").vectors.shape == (SEGMENTS, 8)
