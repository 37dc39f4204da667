import csv
import io
import re

import pytest

from keras_wsad.errors import DataError
from reproduce.tables.committed import committed_paths
from reproduce.tables.committed import compare_with_committed
from reproduce.tables.write import table_as_csv


@pytest.mark.large
def test_the_check_tells_a_changed_number(table, tmp_path):
    path = tmp_path / "committed.csv"
    path.write_text(table_as_csv(table), encoding="utf-8")
    assert compare_with_committed(table, [path])[1] == 0
    value = 100 * table.rows[1].numbers["auc"].values[0]
    # Two seeds: half of the change is in the mean, against a tolerance of 1.
    for change, misses in ((1.9, 0), (2.1, 1)):
        text = table_as_csv(table).replace(f"{value:.3f}", f"{value + change:.3f}")
        path.write_text(text, encoding="utf-8")
        lines, found = compare_with_committed(table, [path])
        assert found == misses, lines
    # An older file had fewer columns and lines.
    table_lines = csv.DictReader(io.StringIO(table_as_csv(table)))
    columns = ["row", "metric", "measured", "seed 0", "seed 1"]
    older = [[line[column] for column in columns] for line in table_lines]
    older = [line for line in older if line[1] in ("auc", "maa") and " - " not in line[0]]
    path.write_text("\n".join(",".join(line) for line in [columns, *older]))
    assert compare_with_committed(table, [path])[1] == 0
    with pytest.raises(DataError, match="expected the committed table"):
        compare_with_committed(table, [tmp_path / "absent.csv"])


@pytest.mark.large
def test_a_table_may_be_committed_in_two_parts(table, options, tmp_path, monkeypatch):
    monkeypatch.setattr("reproduce.tables.committed.RESULTS", tmp_path)
    with pytest.raises(DataError, match="expected the committed table"):
        committed_paths(1, options)
    head, *lines = table_as_csv(table).splitlines()
    first = table.rows[0].row.title
    of_first = [line for line in lines if line.startswith(first)]
    others = [line for line in lines if not line.startswith(first)]
    (tmp_path / f"table1_{options.data_name}.csv").write_text("\n".join([head, *of_first]))
    assert compare_with_committed(table, committed_paths(1, options))[1] > 0
    part = tmp_path / f"table1_{options.data_name}-others.csv"
    # What both have counts as the first has it.
    other_than = [re.sub(r"\d+\.\d{3}", "1.000", line) for line in of_first]
    part.write_text("\n".join([head, *others, *other_than]))
    assert compare_with_committed(table, committed_paths(1, options))[1] == 0
    part.rename(tmp_path / f"table1_{options.data_name}.csv")
    assert compare_with_committed(table, committed_paths(1, options))[1] > 0
