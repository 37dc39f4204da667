import csv
import json

import pytest

from benchmarks.contender import Contender
from benchmarks.matrix_product import PRECISION
from benchmarks.measure import DISTURBED
from benchmarks.measure import Repetition
from benchmarks.rows import TOLERANCE
from benchmarks.rows import ceilings
from benchmarks.rows import measure_work
from benchmarks.run import WORKS
from benchmarks.run import main
from benchmarks.worker import open_work

TOY = "tests.benchmarks.toy_work"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    # A table with other columns, as other benchmarks write it.
    (folder / "other.csv").write_text("a,b\n1,2\n")
    status = main(["--quick", "--works", TOY, "--results", str(folder)])
    with open(folder / "toy_work.csv", newline="") as file:
        rows = {row["contender"]: row for row in csv.DictReader(file)}
    return status, rows, folder


@pytest.mark.large
def test_contenders_are_compared_with_the_first(written):
    _, rows, _ = written
    assert float(rows["slow"]["ratio"]) == 1
    low, ratio, high = (
        float(rows["fast"][column]) for column in ("ratio_low", "ratio", "ratio_high")
    )
    assert 0 < low <= ratio <= high
    # A sleep may take longer, and never less.
    assert float(rows["slow"]["median_s"]) >= 0.02
    assert rows["fast"]["repetitions"] == "3"


@pytest.mark.large
def test_another_result_is_found_by_the_tolerance_of_its_precision(written):
    status, rows, _ = written
    assert float(rows["fast"]["deviation"]) == 0
    assert float(rows["rough"]["deviation"]) == pytest.approx(0.01)
    assert rows["rough"]["problem"] == ""
    assert rows["wrong"]["problem"] == "its result is another"
    assert rows["silent"]["deviation"] == ""
    assert status == 1


@pytest.mark.large
def test_contenders_that_cannot_run_are_left_out_and_named(written):
    _, rows, _ = written
    assert rows["absent"]["problem"].startswith("not installed: No module named")
    assert rows["failing"]["problem"] == "RuntimeError: no result today"
    assert rows["dying"]["problem"] == "ended with status 9: out of memory"
    assert rows["dying"]["median_s"] == ""


@pytest.mark.large
def test_the_table_has_every_contender_and_the_environment(written):
    _, rows, folder = written
    lines = (folder / "speed.md").read_text().splitlines()
    for name in rows:
        assert sum(f"| {name} |" in line for line in lines) == 1
    environment = json.loads((folder / "toy_work.environment.json").read_text())
    assert {"date", "commit", "processor", "cores", "threads"} <= environment.keys()
    assert any(environment["processor"] in line for line in lines)


@pytest.mark.large
def test_a_speed_is_a_share_of_the_fastest_product_of_its_precision():
    rows = measure_work("tests.benchmarks.toy_product", quick=True, repetitions=1)
    best = ceilings(rows)
    assert set(best) == {"float32"}
    ours = next(row for row in rows if row["kind"] == "contender")
    share = ours["gflop_per_s"] / best["float32"]["gflop_per_s"]
    assert ours["ceiling_share"] == pytest.approx(share)
    products = {row["contender"] for row in rows if row["kind"] == "ceiling"}
    assert products == {name for name in PRECISION if PRECISION[name] == "float32"}
    speeds = [row["gflop_per_s"] for row in rows if row["kind"] == "ceiling"]
    assert best["float32"]["gflop_per_s"] == max(speed for speed in speeds if speed)


def test_a_repetition_is_disturbed_by_others_if_they_are_known():
    def disturbed(others):
        return Repetition(seconds=1.0, cpu_seconds=1.0, others=others).disturbed

    assert disturbed(2 * DISTURBED)
    assert not disturbed(DISTURBED / 2)
    assert not disturbed(None)


@pytest.mark.large
@pytest.mark.parametrize("name", WORKS)
def test_every_work_keeps_to_the_interface(name):
    work = open_work(name)
    assert work.TITLE
    assert set(work.SIZES) == {"full", "quick"}
    assert len(work.CONTENDERS) > 1
    precisions = getattr(work, "PRECISION", {})
    assert set(precisions) <= set(work.CONTENDERS)
    assert set(precisions.values()) <= set(TOLERANCE)
    for size in work.SIZES.values():
        assert work.flops(**size) is None or work.flops(**size) > 0
        json.dumps(size)


@pytest.mark.parametrize(
    "arguments, expected",
    [(["--works", "no_such"], "no_such"), (["--repetitions", "0"], "1 or more")],
)
def test_wrong_arguments_raise_before_anything_is_timed(
    arguments, expected, capsys, monkeypatch
):
    monkeypatch.setattr(Contender, "__enter__", lambda self: pytest.fail("started"))
    with pytest.raises(SystemExit):
        main(arguments)
    assert expected in capsys.readouterr().err
