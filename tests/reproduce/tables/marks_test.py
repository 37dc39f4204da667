import types

import numpy as np
import pytest

from keras_wsad.data import UCFCrime
from keras_wsad.data.marks import read_marks
from keras_wsad.errors import DataError
from reproduce.tables.differences import differences_by_marks
from reproduce.tables.marks import make_marks
from reproduce.tables.rows import EXPECTED
from reproduce.tables.rows import read_table


@pytest.fixture
def root(tiny_root, tmp_path):
    """The made-up data set with an event in frames 20 to 30 of 80 of every video."""
    root = tmp_path / "data"
    root.mkdir()
    for path in tiny_root.iterdir():
        (root / path.name).symlink_to(path)
    lines = [f"{video.name},Arson,80,20,30" for video in UCFCrime(tiny_root).train]
    header = "name,class,num_frames,start,end"
    (root / "ground_truth.csv").write_text("\n".join([header, *lines]) + "\n")
    return root


def test_a_click_lies_in_an_event_of_an_anomalous_training_video(root, tmp_path):
    training = UCFCrime(root).train
    names = [video.name for video in training if video.is_anomalous]
    make_marks(root, tmp_path / "a.csv", 7)
    marks, used, left_out = read_marks(tmp_path / "a.csv", names, 8)
    assert (used, left_out) == (7, [])
    # Segments of ten frames: the event is the third.
    assert np.argwhere(marks >= 0)[:, 1].tolist() == [2] * 7
    make_marks(root, tmp_path / "b.csv", 7)
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    with pytest.raises(DataError, match="expected 999 anomalous training videos"):
        make_marks(root, tmp_path / "c.csv", 999)


def test_without_known_events_there_are_no_marks(tiny_root, tmp_path):
    with pytest.raises(DataError, match=r"ground_truth\.csv: expected the events"):
        make_marks(tiny_root, tmp_path / "a.csv", 7)


def test_each_row_with_marks_is_compared_with_the_one_without():
    numbers = types.SimpleNamespace(values={0: 0.5}, draws=np.zeros(4))
    results = [
        types.SimpleNamespace(row=row, numbers={"auc": numbers})
        for row in read_table(5, EXPECTED)
        if not row.is_reference
    ]
    assert [(d.row, d.other) for d in differences_by_marks(results)] == [
        ("Proposed model, a click in 40 videos", "Proposed model"),
        ("Equivariant model, a click in 40 videos", "Equivariant model"),
    ]
