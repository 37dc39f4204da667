import csv
import pathlib

import pytest

from reproduce import audit_features
from reproduce import joint_model

REPRODUCE = pathlib.Path(__file__).parents[2] / "reproduce"


def read_means(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["metric"]: float(row["mean"]) for row in csv.DictReader(file)}


@pytest.mark.large
def test_a_short_run_comes_near_the_committed_numbers(real_data, tmp_path):
    """Four of the 24 epochs and one of the three seeds, enough to find an error."""
    arguments = [
        f"--data={real_data / 'ucf_crime'}",
        "--features=r3d34",
        "--steps=84",
        "--seeds=0",
        f"--runs={tmp_path}",
        f"--out={tmp_path / 'short'}",
    ]
    assert joint_model.main(arguments) == 0
    short = read_means(tmp_path / "short.csv")
    committed = read_means(REPRODUCE / "results" / "joint_model_r3d34.csv")
    for metric in ("frame AUC, aligned", "video AUC", "mAA"):
        assert short[metric] == pytest.approx(committed[metric], abs=0.05), metric


def test_the_committed_audit_is_what_the_features_give(real_data, tmp_path, capsys):
    arguments = [f"--data={real_data / 'ucf_crime'}", "--features=r3d34"]
    out = tmp_path / "audit.md"
    assert audit_features.main([*arguments, f"--out={out}"]) == 0
    committed = (REPRODUCE / "results" / "audit_r3d34.md").read_text(encoding="utf-8")

    def numbers(text):
        (row,) = [
            line for line in text.splitlines() if line.count(" | ") == 2 and "." in line
        ]
        return [float(cell) for cell in row.strip("| ").split(" | ")]

    assert numbers(out.read_text(encoding="utf-8")) == pytest.approx(
        numbers(committed), abs=1
    )
