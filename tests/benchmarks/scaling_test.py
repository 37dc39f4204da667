import csv

import matplotlib.figure
import pytest

from benchmarks import scaling
from benchmarks.measure import Repetition
from benchmarks.measure import Timings
from benchmarks.scaling import main
from benchmarks.scaling import training_sizes

SIZE = {"videos": 60, "num_segments": 32, "feature_dim": 7168, "lstm_units": 1024}


def test_one_number_grows_and_the_others_stay():
    sizes = training_sizes("T", SIZE)
    assert list(sizes) == [8, 16, 32, 64]
    assert sizes[64] == {**SIZE, "num_segments": 64}
    assert list(training_sizes("n", SIZE)) == [896, 1792, 3584, 7168]


def test_slopes_are_written_and_drawn(tmp_path, monkeypatch):
    def cost_of_size(contenders, repetitions, title):
        # In proportion to the segments, and to the square of the videos.
        def seconds(size):
            return size["num_segments"] * size["videos"] ** 2 * 1e-4

        def timings(contender):
            one = Repetition(seconds=seconds(contender.size), cpu_seconds=0.0, others=0.2)
            return Timings(repetitions=[one] * repetitions, peak_mib=100.0)

        return {name: timings(contender) for name, contender in contenders.items()}

    drawn, save = [], matplotlib.figure.Figure.savefig

    def keep(figure, path, **options):
        drawn.append(figure)
        save(figure, path, **options)

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", keep)
    monkeypatch.setattr(scaling, "time_in_turn", cost_of_size)
    main(["--costs", "T", "B", "--repetitions", "2", "--results", str(tmp_path)])
    with open(tmp_path / "scaling.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    slopes = {row["cost"]: float(row["slope"]) for row in rows}
    assert slopes == {"T": pytest.approx(1), "B": pytest.approx(2)}
    assert [row["size"] for row in rows if row["cost"] == "B"] == ["15", "30", "60", "120"]
    assert {row["disturbed"] for row in rows} == {"2"}
    assert (tmp_path / "scaling.png").is_file()
    ((_, of_videos),) = (figure.axes for figure in drawn)
    assert of_videos.get_title() == "slope 2.00"
    straight, measured = of_videos.get_lines()
    assert measured.get_xdata().tolist() == [15, 30, 60, 120]
    assert measured.get_ydata()[-1] == pytest.approx(16 * measured.get_ydata()[1])
    assert straight.get_ydata()[0] == pytest.approx(measured.get_ydata()[-1] / 8)
    assert (tmp_path / "scaling.environment.json").is_file()
