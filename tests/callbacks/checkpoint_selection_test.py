import keras
import numpy as np
import pytest

from keras_wsad.callbacks import CheckpointSelection
from keras_wsad.errors import RunError


def play(folder, values, *, rule="best_on_validation", selection=None, **options):
    """Shows metrics to a selection, an epoch each, until it stops the training.

    Args:
        values: list of `(auc, maa)`, the latter `None` for a model that names no classes.

    Returns:
        `(selection, epochs)`, the epochs that were seen.
    """
    epoch = 0

    def judge(model):
        auc, maa = values[epoch]
        return {"auc": auc} if maa is None else {"auc": auc, "maa": maa}

    prefix = "test" if rule == "best_on_test" else "val"
    selection = selection or CheckpointSelection(rule, folder, {prefix: judge}, **options)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.stop_training = False
    selection.set_model(model)
    for epoch in range(len(values)):
        selection.on_epoch_end(epoch, {})
        if model.stop_training:
            break
    return selection, epoch + 1


@pytest.mark.parametrize(
    ("metric", "kept"),
    [("mean", {"mean": 1}), ("maa", {"maa": 2}), ("each", {"auc": 0, "maa": 2})],
)
def test_what_is_best_is_said_by_the_metric(tmp_path, metric, kept):
    values = [(0.9, 0.1), (0.8, 0.4), (0.5, 0.5), (0.6, 0.2)]
    selection, _ = play(tmp_path, values, metric=metric)
    assert selection.kept == kept
    selection.remove_others()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {selection.path_of(epoch).name for epoch in kept.values()}


@pytest.mark.parametrize("metric", ["mean", "maa", "each"])
def test_without_classes_detection_decides(tmp_path, metric):
    selection, _ = play(tmp_path, [(0.5, None), (0.7, None), (0.6, None)], metric=metric)
    assert selection.kept == {"auc": 1}


@pytest.mark.parametrize(("rule", "kept"), [("best_on_validation", 1), ("best_on_test", 3)])
def test_of_equals_the_first_is_kept_and_by_the_authors_rule_the_last(tmp_path, rule, kept):
    values = [(0.9, 0.1), (0.5, 0.4), (0.6, 0.3), (0.4, 0.4), (0.9, 0.2)]
    selection, _ = play(tmp_path, values, rule=rule, metric="maa")
    assert selection.kept == {"maa": kept}


def test_training_stops_once_no_metric_has_risen_for_so_long(tmp_path):
    flat = [(0.9, 0.3), (0.9, 0.3)]
    values = [(0.5, 0.1), *flat, (0.7, 0.4), *flat, *flat, *flat]
    # In the fourth epoch mAA alone rises; equals are no rise.
    for metric, epochs in (("each", 6), ("mean", 4)):
        _, seen = play(tmp_path, values, metric=metric, patience=2)
        assert seen == epochs
    _, seen = play(tmp_path, values, metric="each")
    assert seen == len(values)


def test_a_restored_selection_goes_on_where_it_was(tmp_path):
    values = [(0.5, 0.1), (0.9, 0.3), (0.8, 0.2), (0.8, 0.2), (0.8, 0.2)]
    whole, seen = play(tmp_path, values, metric="each", patience=2)
    assert seen == 4
    assert whole.is_flat(3) and not whole.is_flat(2)
    again = CheckpointSelection("best_on_validation", tmp_path, {}, "each", 2)
    again.restore(**whole.state())
    assert (again.best, again.kept) == (whole.best, whole.kept)
    assert again.is_flat(3) and not again.is_flat(2)
    whole.path_of(1).unlink()
    with pytest.raises(RunError, match=r"best-2\.weights\.h5: expected the weights"):
        again.restore(**whole.state())


def test_the_average_of_the_weights_is_judged_and_kept(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[1.0]])])
    model.compile(keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5), "mse")
    seen = []

    def judge(model):
        # As the metrics do, and JAX may give the arrays that it reads away.
        seen.append(float(model.predict(np.array([[1.0]]), verbose=0)[0, 0]))
        return {"auc": float(len(seen))}

    selection = CheckpointSelection("best_on_validation", tmp_path, {"val": judge})
    selection.set_model(model)
    own = []
    for epoch in range(2):
        # Prediction 0 of the target 1 moves the weight by 2 x (w x - 1): x = 0.5.
        model.train_on_batch(np.array([[0.5]]), np.array([[1.0]]))
        own.append(float(model.get_weights()[0][0, 0]))
        selection.on_epoch_end(epoch, {})
    # The average begins as the first weight: w_1, (w_1 + w_2) / 2.
    assert seen == pytest.approx([own[0], (own[0] + own[1]) / 2])
    # Training goes on from the weights themselves.
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(own[1])
    model.load_weights(selection.path_of(1))
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(seen[1])
