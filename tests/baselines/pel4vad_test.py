import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines import SYSTEMS
from keras_wsad.baselines.pel4vad import PEL4VAD
from keras_wsad.baselines.pel4vad_layers import ForegroundClasses
from keras_wsad.baselines.pel4vad_layers import TemporalContextAggregation
from keras_wsad.baselines.pel4vad_losses import TopScoresCrossentropy
from keras_wsad.baselines.pel4vad_losses import alignment_loss
from keras_wsad.data import NORMAL
from tests.baselines.check_gradients import check_gradients
from tests.baselines.check_head import FEATURES
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_head import separable_videos
from tests.baselines.check_system import check_system
from tests.check_layer import check_layer
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import value


class TinyPEL4VAD(PEL4VAD):
    """The head with few units and short ranges."""

    def __init__(self, config, **kwargs):
        super().__init__(config, attention_units=4, units=8, window=3, span=3, **kwargs)


def targets_of(is_anomalous):
    """Class 3 for all anomalous videos."""
    return {
        "segment_scores": is_anomalous,
        "class_probabilities": np.where(is_anomalous > 0, 3, NORMAL),
        "background_probabilities": is_anomalous,
    }


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(TinyPEL4VAD, random, tmp_path, reads="features", learning_rate=0.02)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "pel4vad", f"{__name__}.TinyPEL4VAD")
    check_system("pel4vad", tiny_settings, tmp_path)


def test_the_published_size():
    # Attention 525,696 and 3 more; its norm 2,048; 524,800 and 153,900 of two layers; the
    # score 2,701; the temperature; and 14 vectors of 512 in place of the texts.
    model = open_head(PEL4VAD, num_segments=32).build(1024)
    assert model.count_params() == 1_209_149 + 14 * 512


def test_training_reaches_every_weight(random):
    inputs, is_anomalous, _ = separable_videos(random, batch=8)
    head = open_head(TinyPEL4VAD)
    # A bias of the keys shifts all logits of a segment alike.
    check_gradients(head, inputs, targets_of(is_anomalous), without=("key/bias",))


@pytest.mark.large
def test_classes_are_learnt(random):
    inputs, is_anomalous, _ = separable_videos(random)
    head = open_head(TinyPEL4VAD, learning_rate=0.02, steps=100)
    model = head.build(FEATURES)
    head.compile(model, class_counts=[1] * 14)
    targets = targets_of(is_anomalous)
    model.fit(inputs, targets, batch_size=24, epochs=40, verbose=0)
    outputs = model.predict(inputs, verbose=0)
    # Classes that no video has are not learnt.
    normal, anomalous = outputs["class_probabilities"][:, [NORMAL, 3]].T
    assert ((anomalous > normal) == is_anomalous).mean() > 0.9
    of_anomalous = outputs["background_probabilities"][is_anomalous > 0]
    assert (of_anomalous[:, NORMAL] > of_anomalous[:, 3]).mean() > 0.9


def test_the_alignment_is_in_the_loss(random):
    inputs, is_anomalous, _ = separable_videos(random, batch=6)
    targets = targets_of(is_anomalous)
    keras.utils.set_random_seed(0)
    losses = {}
    for weight in (0.0, 2.0):
        head = open_head(TinyPEL4VAD)
        head.alignment_weight = weight
        model = head.build(FEATURES)
        model.set_weights(losses.get("weights", model.get_weights()))
        losses["weights"] = model.get_weights()
        head.compile(model, class_counts=[1] * 14)
        outputs = model.predict(inputs, verbose=0)
        losses[weight] = model.evaluate(inputs, targets, verbose=0)
    expected = alignment_loss(
        targets["class_probabilities"],
        outputs["class_probabilities"],
        outputs["background_probabilities"],
    )
    assert losses[2.0] - losses[0.0] == pytest.approx(2 * float(expected), rel=1e-4)


def test_the_rate_is_a_cosine_that_would_end_after_the_last_step():
    head = open_head(TinyPEL4VAD, steps=100)
    model = head.build(4)
    head.compile(model, class_counts=[1] * 14)
    rate = model.optimizer._learning_rate
    # A half after 60 steps of 120, .067 after 100.
    assert float(rate(60)) == pytest.approx(2.5e-4)
    assert float(rate(100)) == pytest.approx(5e-4 * (1 + np.cos(np.pi * 5 / 6)) / 2)


def test_the_score_looks_back_only(random):
    model = open_head(TinyPEL4VAD).build(FEATURES)
    latent = model.get_layer("latent_dropout").output
    back = keras.Model(latent, model.get_layer("segment_scores").output)
    x = random.random((1, 8, 8), "float32")
    changed = x.copy()
    changed[0, 4] += 1
    scores, again = (back.predict(values, verbose=0)[0] for values in (x, changed))
    assert np.flatnonzero(np.abs(again - scores)).tolist() == [4, 5, 6]


def test_the_context(random):
    inputs = random.random((3, 5, 6), "float32")
    settings = {"units": 4, "window": 3}
    check_layer(TemporalContextAggregation, settings, inputs, (3, 5, 6))


def open_context(mix, window=3):
    """A context of one unit that only looks how far a segment is away."""
    context = TemporalContextAggregation(1, window)
    context.build((None, 4, 1))
    for layer, kernel in (
        (context.query, 0),
        (context.key, 0),
        (context.value, 1),
        (context.out, 1),
    ):
        layer.set_weights([np.array([[kernel]]), np.array([0])])
    context.mix.assign(mix)
    return context


def test_the_context_by_hand():
    x = np.array([1.0, 4.0, 9.0, 2.0])
    distance = np.abs(np.arange(4)[:, None] - np.arange(4))
    # exp(-|.6 d^2 - .2|), to all of them and to the next on either side, a half of each.
    map_ = np.exp(np.exp(-np.abs(0.6 * distance**2 - 0.2)))
    shares = map_ / map_.sum(axis=1, keepdims=True)
    near = np.where(distance <= 1, map_, 0)
    shares = (shares + near / near.sum(axis=1, keepdims=True)) / 2
    # Roots of unit length over the four segments.
    expected = np.sqrt(shares @ x) / np.sqrt((shares @ x).sum())
    result = open_context(mix=0.0)(x[None, :, None].astype("float32"))
    np.testing.assert_allclose(ops.convert_to_numpy(result)[0, :, 0], expected, rtol=1e-5)


def test_a_window_hides_what_is_farther():
    # Of the local range alone: what is not near does not matter, but for the length.
    context = open_context(mix=-50.0)
    x = np.array([[[1.0], [4.0], [9.0], [2.0]]], "float32")
    changed = x.copy()
    changed[0, 3] = 6
    first, again = (ops.convert_to_numpy(context(v))[0, :, 0] for v in (x, changed))
    assert again[0] / again[1] == pytest.approx(first[0] / first[1], rel=1e-5)
    assert again[2] / again[1] != pytest.approx(first[2] / first[1], rel=1e-3)


def test_negative_values_keep_their_sign():
    x = np.array([[[-1.0], [-4.0], [-9.0], [-2.0]]], "float32")
    result, opposite = (
        ops.convert_to_numpy(open_context(mix=0.0)(values)) for values in (x, -x)
    )
    np.testing.assert_allclose(result, -opposite, rtol=1e-6)
    assert (result < 0).all()


def test_foreground_and_background_by_hand():
    vectors = ForegroundClasses(2, temperature=0.5)
    vectors.build((None, 2, 2), (None, 2))
    vectors.vectors.assign(np.array([[3.0, 0.0], [0.0, 2.0]]))
    features = np.array([[[1.0, 0.0], [0.0, 1.0]]], "float32")
    scores = np.array([[0.3, 0.1]], "float32")
    results = vectors(features, scores)
    for result, values in zip(results, ([0.3, 0.1], [0.7, 0.9]), strict=True):
        mean = np.exp(10 * np.array(values)) - 1
        cosines = mean / np.linalg.norm(mean)
        expected = np.exp(2 * cosines) / np.exp(2 * cosines).sum()
        np.testing.assert_allclose(ops.convert_to_numpy(result)[0], expected, rtol=1e-4)


def test_class_vectors_come_back_from_their_configuration(random):
    layer = ForegroundClasses(5, temperature=0.25)
    again = ForegroundClasses.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    foreground, background = layer(random.random((3, 4, 6)), random.random((3, 4)))
    shapes = layer.compute_output_shape((3, 4, 6), (3, 4))
    assert shapes == (tuple(foreground.shape), tuple(background.shape)) == ((3, 5),) * 2
    assert float(layer.log_scale) == pytest.approx(np.log(4))


def test_the_alignment_by_hand(random):
    """It is what the rows, written out, give."""
    labels = np.array([NORMAL, 2, NORMAL, 0, 2])
    foreground, background = random.dirichlet(np.ones(14), (2, 5)).astype("float32")
    rows = [*foreground, *background[labels != NORMAL]]
    classes = np.array([*labels, NORMAL, NORMAL, NORMAL])
    expected = []
    for row, label in zip(rows, classes, strict=True):
        similar = row[classes] / row[classes].sum()
        target = np.exp(10 * (classes == label))
        target = target / target.sum()
        expected.append((target * np.log(target / similar)).sum())
    result = float(alignment_loss(labels, foreground, background))
    assert result == pytest.approx(np.mean(expected), rel=1e-5)


def test_the_top_scores_by_hand():
    scores = np.zeros((2, 32), "float32")
    scores[:, :4] = [[0.9, 0.6, 0.3, 0.1], [0.2, 0.8, 0.1, 0.1]]
    # Three of 32 segments count of the anomalous one, (.9 + .6 + .3) / 3, one of the other.
    expected = -(np.log(0.6) + np.log(1 - 0.8)) / 2
    assert value(TopScoresCrossentropy(), [1, 0], scores) == pytest.approx(expected)


def test_the_top_scores_are_serialized():
    check_serialization(TopScoresCrossentropy())
