import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.data.annotations import NORMAL
from reproduce import linear_classifier
from reproduce.linear_classifier import _weights
from reproduce.linear_classifier import study_linear_classifier


def test_balance_weighs_classes_alike_and_the_papers_weights_do_not():
    labels = np.array([NORMAL] * 6 + [0] * 3 + [1])
    balanced, paper = (_weights(labels, name) for name in ("balanced", "paper"))
    for label in (NORMAL, 0, 1):
        assert balanced[labels == label].sum() == pytest.approx(10 / 3)
    # Normal: 1/2 x .4. Three videos of class 0: 3/4 of 1/2 x .7; class 1: 1/4 of 1/2 x .9.
    shares = np.array([0.5 * 0.4, 0.375 * 0.7, 0.125 * 0.9])
    sums = [paper[labels == label].sum() for label in (NORMAL, 0, 1)]
    np.testing.assert_allclose(sums, 10 * shares / shares.sum())


def test_every_variant_is_measured_and_written(tiny_root, tmp_path, capsys):
    data = open_experiment_data(ExperimentConfig(data=str(tiny_root)))
    results = study_linear_classifier(data)
    assert len(results) == 6
    assert all(0 <= one["test"] <= 1 for one in results.values())
    out = tmp_path / "study.md"
    argv = [f"--data={tiny_root}", "--seeds", "0", f"--out={out}"]
    assert linear_classifier.main(argv) == 0
    text = out.read_text(encoding="utf-8")
    best = results[True, "balanced"]["test"]
    assert f"| standardised | every class alike | {100 * best:.2f} |" in text
    assert str(out) in capsys.readouterr().out
