import csv

import matplotlib.image
import numpy as np
import pytest

from keras_wsad.errors import DataError
from reproduce.dose import rendered
from reproduce.dose.rendered import event_share
from reproduce.dose.rendered import rendered_numbers
from reproduce.dose.table import Number
from reproduce.dose.table import with_differences
from reproduce.dose.write import as_markdown
from reproduce.dose.write import draw
from reproduce.dose.write import write_csv

ENVIRONMENT = {
    "commit": "abc",
    "python": "3",
    "packages": {"keras": "3"},
    "processor": "any",
    "cores": 2,
}


def number(row, values, metric="maa", distractors=0.5, share=0.125, videos="made-up"):
    return Number(
        videos=videos,
        event_share=share,
        distractors=distractors,
        row=row,
        metric=metric,
        values=values,
    )


def dose(l1, l2, l3, l4, **settings):
    rows = {"l1": l1, "l2": l2, "l3": l3, "l4": l4}
    numbers = [
        number(row, values, metric, **settings)
        for metric in ("maa", "auc")
        for row, values in rows.items()
    ]
    return numbers + [
        number(row, [0.9, 0.7], f"beta_{place}", **settings)
        for row in ("l3", "l4")
        for place in ("event", "distractor", "rest")
    ]


def test_interval_and_sign_by_hand():
    one = number("l3 - l2", [0.1, 0.2, 0.3])
    # Deviation .1, t(.975, 2) = 4.3027: half-width .24842.
    assert one.interval == pytest.approx((0.2 - 0.24842, 0.2 + 0.24842), abs=1e-5)
    assert one.sign == 0
    assert number("l3 - l2", [0.19, 0.2, 0.21]).sign == 1
    assert number("l3 - l2", [-0.19, -0.2, -0.21]).sign == -1
    assert number("l3 - l2", [0.2]).sign == 0


def test_rows_are_subtracted_seed_by_seed_at_the_same_dose():
    numbers = dose([0.1, 0.2], [0.3, 0.3], [0.5, 0.4], [0.5, 0.5])
    numbers += dose([0, 0], [0, 0], [1, 1], [1, 1], share=0.25)
    found = {
        (n.row, n.event_share): n.values
        for n in with_differences(numbers)
        if n.metric == "maa"
    }
    assert found["l3 - l1", 0.125] == pytest.approx([0.4, 0.2])
    assert found["l3 - l2", 0.125] == pytest.approx([0.2, 0.1])
    assert found["l4 - l2", 0.25] == [1, 1]


def test_csv_markdown_and_picture(tmp_path):
    numbers = dose([0.1, 0.2], [0.3, 0.3], [0.5, 0.5001], [0.5, 0.5])
    numbers += dose([0.2, 0.3], [0.3, 0.3], [0.3, 0.3], [0.2, 0.5], distractors=0.0)
    numbers += [
        n
        for n in dose(*[[0.5, 0.6, 0.7]] * 4, distractors="many", videos="bench")
        if n.metric in ("maa", "auc")
    ]
    numbers = with_differences(numbers)
    write_csv(tmp_path / "a.csv", numbers, [0, 1])
    with open(tmp_path / "a.csv", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    line = next(line for line in lines if line["row"] == "l3 - l1")
    assert (line["metric"], line["mean"], line["seed 0"]) == ("maa", "35.00", "40.00")
    text = as_markdown(numbers, "How.", ENVIRONMENT)
    assert "| made-up | 12.5 | 50 % | 15.0 ± 7.1 | 30.0 ± 0.0 | 50.0 ± 0.0 |" in text
    assert "| **+20.0 [+19.9, +20.1]** |" in text
    added = "- l3 - l2 (second-level attention), mAA"
    assert f"{added}, made-up videos: more at 1 of 2 doses, less at 0, neither at 1" in text
    assert f"{added}, rendered videos: more at 0 of 1 doses" in text
    assert "| bench | 12.5 | many | 60.0 ± 10.0 |" in text
    draw(tmp_path / "a.png", numbers)
    assert np.ptp(matplotlib.image.imread(tmp_path / "a.png")) > 0


def test_rendered_points_are_those_of_the_committed_table(tiny_root, tmp_path, monkeypatch):
    monkeypatch.setattr(rendered, "rendered_data", lambda scenes: str(tiny_root))
    with pytest.raises(DataError, match=r"table1_bench\.csv: expected Table I on bench"):
        rendered_numbers("bench", tmp_path)
    lines = [
        "row,kind,metric,seed 0,seed 1",
        "l1: features,system,maa,10,20",
        "l1: features,system,abnormal_auc,1,2",
        "l3: more,system,auc,30,",
        "Chance,reference,maa,7,7",
        "l3: more - l1: features,difference,auc,5,6",
    ]
    text = "\n".join(lines) + "\n"
    (tmp_path / "table1_bench.csv").write_text(text, encoding="utf-8")
    found = rendered_numbers("bench", tmp_path)
    assert [(n.row, n.metric, n.values) for n in found] == [
        ("l1", "maa", [0.1, 0.2]),
        ("l3", "auc", [0.3]),
    ]
    assert found[0].event_share == event_share(tiny_root)
    assert 0 < found[0].event_share < 1
