import csv
import dataclasses
import io
import json
import pathlib
import shutil

import keras
import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.errors import NeedsPixelsError
from keras_wsad.errors import RunError
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics.bootstrap import interval
from keras_wsad.runs import Run
from reproduce.tables.details import DETAILS
from reproduce.tables.differences import differences_to_proposed
from reproduce.tables.measure import measure_rows
from reproduce.tables.plan import plan_jobs
from reproduce.tables.resampling import Resampling
from reproduce.tables.run import run_jobs
from reproduce.tables.table import make_table
from reproduce.tables.write import table_as_csv
from reproduce.tables.write import table_as_markdown


@pytest.mark.large
def test_numbers_are_those_of_the_runs(table):
    """Mean and spread by hand from the metrics of the two seeds."""
    small = table.rows[0]
    folders = sorted(table.options.folder.glob("*lstm_false*"))
    metrics = [json.loads((folder / "metrics.json").read_text()) for folder in folders]
    areas = [of_seed["detection"]["aligned"]["auc"] for of_seed in metrics]
    assert small.numbers["auc"].values == {0: areas[0], 1: areas[1]}
    assert small.numbers["auc"].mean == pytest.approx((areas[0] + areas[1]) / 2)
    assert small.numbers["auc"].std == pytest.approx(abs(areas[0] - areas[1]) / 2**0.5)
    low, high = small.numbers["auc"].interval
    assert low <= small.numbers["auc"].mean <= high
    released = [of_seed["detection"]["release"]["auc"] for of_seed in metrics]
    assert small.numbers["auc_release"].values == {0: released[0], 1: released[1]}


@pytest.mark.large
def test_areas_before_and_after_make_up_that_of_anomalous_videos(table):
    labels = [video.frame_labels() for video in table.videos if video.is_anomalous]
    before = sum(np.argmax(of_video) for of_video in labels)
    after = sum(np.sum(~of_video) for of_video in labels) - before
    numbers = table.rows[1].numbers
    for seed in (0, 1):
        of_before, of_after, inside = (
            numbers[name].values[seed]
            for name in ("auc_before", "auc_after", "abnormal_auc")
        )
        mean = (before * of_before + after * of_after) / (before + after)
        assert mean == pytest.approx(inside, rel=1e-9)


@pytest.mark.large
def test_rows_with_the_same_settings_are_trained_once(table):
    assert len(list(table.options.folder.glob("*-seed*"))) == 4
    assert table.rows[2].numbers["auc"].values == table.rows[0].numbers["auc"].values


@pytest.mark.large
def test_the_difference_is_paired(table):
    """The difference of a row and itself is zero in every draw, as draws are paired."""
    metrics = ["auc", "auc_release", "abnormal_auc", "maa"]
    assert [d.metric for d in table.differences] == metrics
    difference = table.differences[0]
    assert (difference.row, difference.other) == ("whole", "small")
    whole, small = table.rows[1], table.rows[0]
    assert difference.mean == pytest.approx(
        whole.numbers["auc"].mean - small.numbers["auc"].mean
    )
    draws = [result.numbers["auc"].draws for result in (whole, small, table.rows[2])]
    assert difference.interval == interval(draws[0] - draws[1])
    assert interval(draws[1] - draws[2]) == [0, 0]


@pytest.mark.large
def test_table_2_compares_the_proposed_model_with_every_other_row(table):
    small, whole = table.rows[:2]
    assert differences_to_proposed([small, whole]) == []
    cells = {
        name: dataclasses.replace(cell, settings={})
        for name, cell in whole.row.cells.items()
    }
    proposed = dataclasses.replace(whole, row=dataclasses.replace(whole.row, cells=cells))
    found = differences_to_proposed([proposed, small])
    assert [(d.row, d.other, d.metric) for d in found] == [
        ("whole", "small", "auc"),
        ("whole", "small", "auc_release"),
        ("whole", "small", "abnormal_auc"),
        ("whole", "small", "maa"),
    ]


@pytest.mark.large
def test_table_3_has_details_and_compares_the_first_row_with_all(
    expected, options, tmp_path, monkeypatch
):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    table = make_table(3, dataclasses.replace(options, runs=str(tmp_path)), replicates=40)
    (watched, reference) = table.rows
    assert {(d.row, d.other) for d in table.differences} == {("watched", "for reference")}
    assert set(DETAILS) - {"delay_frames"} <= set(watched.details)
    assert "highest_test_auc" not in reference.details
    run = Run(pathlib.Path(plan_jobs([watched.row], table.options)[0].run.folder))
    metrics = json.loads(run.metrics.read_text())
    details = {name: values[0] for name, values in watched.details.items()}
    # 13 classes have events; Normal is one more.
    of_classes = metrics["detection"]["aligned"]["map_at_iou"]["mean"]
    assert details["map"] == of_classes
    assert details["map_with_normal"] == pytest.approx(of_classes * 13 / 14)
    # No choice on held-out videos is better than the best choice on the test videos.
    assert details["highest_test_auc"] >= metrics["detection"]["aligned"]["auc"] - 1e-6
    assert details["parameters"] == keras.saving.load_model(run.model).count_params()
    text = table_as_markdown(table)
    assert "| row | AUC in anomalous videos | AP |" in text
    lines = list(csv.DictReader(io.StringIO(table_as_csv(table))))
    (line,) = (n for n in lines if (n["row"], n["metric"]) == ("watched", "parameters"))
    assert float(line["measured"]) == details["parameters"]


@pytest.mark.large
def test_what_is_done_is_not_done_again(table, expected, options, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("trained again")

    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    monkeypatch.setattr("reproduce.tables.run.train", refuse)
    monkeypatch.setattr("reproduce.tables.run.evaluate", refuse)
    again = make_table(1, options, replicates=40)
    assert table_as_csv(again) == table_as_csv(table)


@pytest.mark.large
def test_runs_of_other_options_are_not_passed_off(table, expected, options, monkeypatch):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    with pytest.raises(RunError, match=r"steps 5 \(was 4\)"):
        make_table(1, dataclasses.replace(options, steps=5), replicates=10)


@pytest.mark.large
def test_scores_of_other_test_videos_are_not_passed_off(table, options):
    outcomes = run_jobs(plan_jobs([table.rows[0].row], options), options)
    other = Resampling(table.videos[1:], 2, replicates=5)
    (measured,) = measure_rows(outcomes, other)
    assert measured.failed
    assert measured.numbers == {}
    assert f"Found those of {len(table.videos)}" in measured.problems["auc"]


@pytest.mark.parametrize("replicates", [0, 10**5 + 1])
def test_replicates_are_checked_before_anything_is_trained(
    expected, options, monkeypatch, replicates
):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    with pytest.raises(ConfigError, match=rf"1 <= replicates.*Received: {replicates}"):
        make_table(1, dataclasses.replace(options, steps=5), replicates=replicates)


@pytest.mark.large
def test_runs_on_features_that_have_changed_are_not_passed_off(
    expected, options, tiny_root, tmp_path, monkeypatch
):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    settings = {"data": str(root), "runs": str(tmp_path / "runs"), "seeds": (0,)}
    options = dataclasses.replace(options, **settings)
    make_table(1, options, titles=["small"], replicates=10)
    path = next((root / "features").iterdir())
    np.save(path, np.load(path) + 1)
    with pytest.raises(RunError, match="have changed since it was trained"):
        make_table(1, options, titles=["small"], replicates=10)


def copy_of_run(table, config):
    """Leaves what `train` would, copied from the table's run of the same name."""
    folder = table.options.folder / config.name
    shutil.copytree(folder, pathlib.Path(config.runs, config.name))


@pytest.mark.large
def test_a_failed_row_is_shown_and_the_others_go_on(
    table, expected, options, tmp_path, monkeypatch
):
    def fail_whole(config, resume=None):
        if config.lstm:
            raise ZeroDivisionError("no such luck")
        copy_of_run(table, config)

    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    monkeypatch.setattr("reproduce.tables.run.train", fail_whole)
    options = dataclasses.replace(options, seeds=(0,), runs=str(tmp_path))
    made = make_table(1, options, replicates=10)
    assert made.failed == ["whole"]
    assert made.rows[0].numbers["auc"].mean > 0
    text = table_as_markdown(made)
    assert "ZeroDivisionError: no such luck" in text
    assert "| failed |" in text
    assert made.differences == []
    log = (options.folder / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" in log


@pytest.mark.large
def test_a_system_without_its_pixels_is_no_failure(
    table, expected, options, tmp_path, monkeypatch
):
    def without_pixels(config, resume=None):
        if config.lstm:
            raise NeedsPixelsError("whole", config.data, ["Abuse001"], 5)
        copy_of_run(table, config)

    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    monkeypatch.setattr("reproduce.tables.run.train", without_pixels)
    options = dataclasses.replace(options, seeds=(0,), runs=str(tmp_path))
    made = make_table(1, options, replicates=10)
    assert made.failed == []
    text = table_as_markdown(made)
    assert "| needs pixels |" in text
    assert "whole, auc: needs pixels: found 4 of 5 videos" in text
    # Committed files name no folder of a machine.
    assert str(options.data) not in text


@pytest.mark.large
def test_rows_can_be_chosen_by_a_word(table, expected, options, monkeypatch):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    chosen = make_table(1, options, titles=["WHOLE"], replicates=10)
    assert [result.row.title for result in chosen.rows] == ["whole"]


def test_a_word_that_names_no_row_is_an_error(expected, options, monkeypatch):
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    with pytest.raises(RunError, match="Received: 'other'"):
        make_table(1, options, titles=["other"])


@pytest.mark.large
def test_scores_are_kept_by_name(table):
    run = Run(next(table.options.folder.glob("*-seed0")))
    names, scores = load_scores(run.scores)
    assert names == [video.name for video in table.videos]
    assert scores["segment_scores"].shape == (len(names), 8)
    run_scores = run.folder / "broken.npz"
    run_scores.write_bytes(b"half")
    with pytest.raises(RunError, match="not the scores"):
        load_scores(run_scores)
