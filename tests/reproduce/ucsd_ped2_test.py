import csv

import av
import numpy as np
import pytest

from keras_wsad.baselines import SYSTEMS
from reproduce import ucsd_ped2
from reproduce.ucsd_ped import UCSDPed
from reproduce.ucsd_ped2 import reference_results
from tests.reproduce.committed_test import REPRODUCE

SMALL = ["--systems=hasan", "--steps=2", "--stacks=2"]


def write_clip(path, odd=(), num_frames=16):
    """A clip of noise that never changes, brighter in its odd frames."""
    noise = np.random.default_rng(0).integers(60, 120, (36, 40, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 40, 36, "yuv420p"
        for i in range(num_frames):
            frame = av.VideoFrame.from_ndarray(noise + 100 * (i in odd), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture
def ped(tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "hasan", "tests.baselines.tiny_hasan.TinyHasan")
    for part in ("training", "testing"):
        (tmp_path / "ped" / part).mkdir(parents=True)
    write_clip(tmp_path / "ped" / "training" / "01.mp4")
    write_clip(tmp_path / "ped" / "testing" / "01.mp4", odd=(7, 8))
    write_clip(tmp_path / "ped" / "testing" / "02.mp4", odd=(12,))
    labels = "01 0000000110000000\n02 0000000000001000\n"
    (tmp_path / "ped" / "testing_labels.txt").write_text(labels)
    return tmp_path / "ped"


@pytest.mark.large
def test_the_command_measures_what_is_odd(ped, tmp_path, capsys):
    out = tmp_path / "results" / "ped2"
    arguments = [f"--data={ped}", f"--out={out}", f"--workspace={tmp_path / 'w'}", *SMALL]
    assert ucsd_ped2.main(arguments) == 0
    with open(f"{out}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"].split(":")[0] for row in rows] == [
        "Hasan et al., CVPR 2016",
        "nothing learned",
        "nothing learned",
    ]
    # A bright frame differs from the mean image even without training.
    assert [float(row["auc"]) for row in rows[:2]] == [1.0, 1.0]
    assert float(rows[0]["published"]) == 90.0
    assert rows[0]["settings"].startswith("seed 0, steps 2, normal_per_batch 2, ")
    assert float(rows[0]["seconds_per_frame"]) > 0
    text = (tmp_path / "results" / "ped2.md").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    assert "| 90.0 | 100.00 | 100.00 |" in text and "float32" in text


@pytest.mark.large
def test_the_same_seed_gives_the_same_numbers(ped, tmp_path):
    found = []
    for name in ("a", "b"):
        folders = [f"--out={tmp_path / name}", f"--workspace={tmp_path / 'w' / name}"]
        assert ucsd_ped2.main([f"--data={ped}", *folders, *SMALL]) == 0
        with open(tmp_path / f"{name}.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found.append([(row["auc"], row["scaled_auc"]) for row in rows])
    assert found[0] == found[1]


def test_labels_of_another_length_are_told_before_anything_is_trained(
    ped, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(SYSTEMS, "hasan", "nowhere.at.All")
    (ped / "testing_labels.txt").write_text("01 0000000110000000\n02 0001000\n")
    arguments = [f"--data={ped}", f"--out={tmp_path / 'ped2'}", *SMALL]
    assert ucsd_ped2.main(arguments) == 1
    assert "02.mp4: expected a frame for each of 7 labels. Found 16" in (
        capsys.readouterr().err
    )


@pytest.mark.large
def test_the_committed_references_are_what_the_clips_give(real_data):
    path = REPRODUCE / "results" / "ucsd_ped2_hasan.csv"
    with open(path, newline="", encoding="utf-8") as file:
        committed = {row["title"]: row for row in csv.DictReader(file)}
    for result in reference_results(UCSDPed(real_data / "ucsd_ped2")):
        row = committed[result.title]
        assert result.auc == pytest.approx(float(row["auc"]), abs=1e-3)
        assert result.scaled_auc == pytest.approx(float(row["scaled_auc"]), abs=1e-3)
