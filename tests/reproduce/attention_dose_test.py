import json

import numpy as np
import pytest

from reproduce import attention_dose
from reproduce.attention_dose import main
from reproduce.attention_dose import measure_row


@pytest.mark.large
def test_second_level_attention_finds_the_class_among_distractors():
    short = {"steps": 400, "events": (4,), "distractors": (0.5,)}
    gains = []
    for seed in (0, 1):
        (alone,), (attentive,) = (measure_row(row, seed, **short) for row in ("l1", "l3"))
        gains.append(attentive["maa"] - alone["maa"])
        assert attentive["beta_event"] > attentive["beta_distractor"] + 0.3
    # Chance has .07 of 1; both seeds gain far more than one test video of 130 is worth.
    assert min(gains) > 0.1


@pytest.mark.large
def test_a_training_depends_on_its_seed_and_on_nothing_before_it():
    tiny = {"steps": 3, "train_per_class": 1, "test_per_class": 1, "events": (4,)}
    tiny["distractors"] = (0.0, 0.5)
    once, again = (measure_row("l4", 0, **tiny) for _ in range(2))
    (other,) = measure_row("l4", 1, **{**tiny, "distractors": (0.0,)})
    for dose, same in zip(once, again, strict=True):
        assert dose == pytest.approx(same)
    assert once[0]["auc"] != other["auc"]
    # Without distractors there is no attention to them, and all is kept as JSON.
    assert ["beta_distractor" in dose for dose in once] == [False, True]
    json.dumps(once, allow_nan=False)


def test_what_is_measured_is_written_and_not_measured_again(tmp_path, monkeypatch, capsys):
    metrics = ("maa", "auc", "beta_event", "beta_distractor", "beta_rest")
    random = np.random.default_rng(0)
    for row in ("l1", "l2", "l3", "l4"):
        for seed in (0, 1):
            doses = [
                {"event_segments": event, "distractors": share}
                | {
                    metric: random.uniform()
                    for metric in metrics
                    if share or metric != "beta_distractor"
                }
                for event in (1, 4)
                for share in (0.0, 0.5)
            ]
            path = tmp_path / f"{row}-7steps-seed{seed}.json"
            path.write_text(json.dumps(doses), encoding="utf-8")
    monkeypatch.setattr(attention_dose, "measure_row", None)
    assert main(["--seeds", "0", "1", "--steps=7", f"--runs={tmp_path}"]) == 0
    shown = capsys.readouterr().out
    assert "# When attention helps" in shown
    assert "7 steps" in shown
    assert sorted(path.suffix for path in tmp_path.glob("attention_dose.*")) == [
        ".csv",
        ".md",
        ".png",
    ]
