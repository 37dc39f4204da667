import csv
import io

import numpy as np
import pytest
from sklearn.metrics import auc as area_under

from reproduce.tables import pictures
from reproduce.tables.measure import NUMBERS
from reproduce.tables.write import print_table
from reproduce.tables.write import table_as_csv
from reproduce.tables.write import table_as_latex
from reproduce.tables.write import table_as_markdown
from reproduce.tables.write import write_table


@pytest.mark.large
def test_all_forms_hold_the_same_numbers(table, tmp_path, capsys):
    print_table(table)
    printed = capsys.readouterr().out
    number = f"{100 * table.rows[1].numbers['auc'].mean:.2f}"
    for text in (printed, table_as_markdown(table), table_as_latex(table)):
        assert number in text
        assert "82.12" in text
        assert "seeds 0, 1" in text
    lines = list(csv.DictReader(io.StringIO(table_as_csv(table))))
    line = next(line for line in lines if (line["row"], line["metric"]) == ("whole", "auc"))
    assert float(line["measured"]) == pytest.approx(float(number), abs=0.01)
    assert [float(line["seed 0"]), float(line["seed 1"])] == pytest.approx(
        [100 * value for value in table.rows[1].numbers["auc"].values.values()], abs=1e-3
    )
    assert [line["metric"] for line in lines if line["row"] == "whole"] == list(NUMBERS)
    forms = (table_as_markdown, table_as_csv, table_as_latex)
    for path, as_text in zip(write_table(table, tmp_path / "t"), forms, strict=True):
        assert (tmp_path / path).read_text(encoding="utf-8") == as_text(table)


@pytest.mark.large
def test_differences_are_written_seed_by_seed(table, capsys):
    print_table(table)
    printed = " ".join(capsys.readouterr().out.split())
    lines = list(csv.DictReader(io.StringIO(table_as_csv(table))))
    lines = {line["metric"]: line for line in lines if line["kind"] == "difference"}
    for d in table.differences:
        whole, small = (row.numbers[d.metric].values for row in table.rows[1::-1])
        of_seeds = [100 * (whole[seed] - small[seed]) for seed in (0, 1)]
        line = lines[d.metric]
        assert line["row"] == "whole - small"
        assert [float(line[f"seed {seed}"]) for seed in (0, 1)] == pytest.approx(
            of_seeds, abs=1e-3
        )
        assert float(line["half-width"]) == pytest.approx(100 * d.half_width, abs=1e-3)
        assert line["verdict"] == "none: fewer than 5 seeds"
        cells = [f"{100 * d.half_width:.1f}", *(f"{value:+.2f}" for value in of_seeds)]
        assert f"| {' | '.join(cells)} | none: fewer" in table_as_markdown(table)
        assert f"{' '.join(cells)} none: fewer" in printed


@pytest.mark.large
def test_references_are_marked(table):
    text = table_as_markdown(table)
    assert text.index("| whole |") < text.index("**for reference**")
    assert text.index("**for reference**") < text.index("| for reference |")


@pytest.mark.large
def test_pictures_are_drawn_beside_published_curves(table, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(pictures, "save_figure", lambda figure, path: drawn.append(figure))
    rates = np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.75, 1.0])
    paths = pictures.draw_pictures(table, tmp_path / "t", {"published": rates})
    names = [path.rpartition("_")[2] for path in paths]
    assert names == ["roc.png", "bars.png", "confusion.png"]
    (axes,) = drawn[0].axes
    lines = {line.get_label().partition(":")[0]: line for line in axes.get_lines()}
    assert {"published", "small", "whole", "for reference"} <= lines.keys()
    np.testing.assert_array_equal(lines["published"].get_data(), rates)
    assert lines["whole"].get_linestyle() == "-"
    assert lines["for reference"].get_linestyle() == "--"
    # The area under the mean curve is the mean of the areas.
    x, y = lines["whole"].get_data()
    area = table.rows[1].numbers["auc"].mean
    assert area_under(x, y) == pytest.approx(area, abs=0.01)
    assert f"whole: {area:.4f}" in [text.get_text() for text in drawn[0].legends[0].texts]
    widths = [bar.get_width() for bar in drawn[1].axes[0].patches]
    expected = [100 * row.numbers["auc"].mean for row in table.rows]
    assert widths == pytest.approx(expected[::-1])
