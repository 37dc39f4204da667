"""Compares a table with the committed one."""

import csv
import glob
import pathlib

from keras_wsad.errors import DataError

RESULTS = pathlib.Path(__file__).with_name("results")


def committed_paths(number, options):
    """Returns the paths of the committed CSVs of a table on the same data.

    There may be several: the table, and parts that were measured with other seeds.

    Raises:
        DataError: there is none.
    """
    path = RESULTS / f"table{number}_{options.data_name}.csv"
    paths = [path] if path.is_file() else []
    paths += sorted(RESULTS.glob(f"{glob.escape(path.stem)}-*.csv"))
    if not paths:
        raise DataError(f"{path}: expected the committed table. Found none")
    return paths


def compare_with_committed(table, paths):
    """Compares a table with the committed one, seed by seed.

    A row matches if the mean of every metric, over the seeds that both have, is within the
    tolerance of the row.

    Args:
        table: `Table`.
        paths: list of paths, as `committed_paths` returns them. A row that is in several is
            compared with the first.

    Returns:
        `(lines, misses)`: a line for each number, and how many do not match.

    Raises:
        DataError: there is no such file.
    """
    before = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", newline="") as file:
                for line in csv.DictReader(file):
                    before.setdefault((line["row"], line["metric"]), line)
        except OSError as error:
            raise DataError(f"{path}: expected the committed table ({error}).") from error
    lines, misses = [], 0
    for result in table.rows:
        for metric, cell in result.row.cells.items():
            line = before.get((result.row.title, metric), {})
            number = result.numbers.get(metric)
            pairs = [
                (100 * value, float(line[f"seed {seed}"]))
                for seed, value in (number.values.items() if number else ())
                if line.get(f"seed {seed}")
            ]
            name = f"{result.row.title}, {metric}"
            if not pairs:
                # The same missing number is a match.
                same = number is None and not line.get("measured") and bool(line)
                lines.append(f"{name}: {'as' if same else 'NOT as'} committed")
                misses += not same
                continue
            now, then = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
            is_near = abs(now - then) <= cell.tolerance
            misses += not is_near
            lines.append(
                f"{name}: {now:.2f}, committed {then:.2f}, "
                f"{'within' if is_near else 'NOT WITHIN'} {cell.tolerance:g}"
            )
    return lines, misses
