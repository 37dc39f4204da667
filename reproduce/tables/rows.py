"""Reads the rows of a table from `reproduce/tables/expected`."""

import csv
import dataclasses
import pathlib

import yaml

from keras_wsad.errors import DataError

EXPECTED = pathlib.Path(__file__).with_name("expected")

# The metrics of a table, by their names in the files.
METRICS = {"auc": "AUC", "maa": "mAA"}

_COLUMNS = ["row", "metric", "system", "settings", "published", "tolerance", "note"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """A number of a table, and the system that is run for it.

    Args:
        system: str. A key of `keras_wsad.baselines.SYSTEMS`.
        settings: dict of settings of `ExperimentConfig` for this row.
        published: float or `None`. In percent, as printed in the paper.
        tolerance: float. Largest difference from the committed value on another machine,
            in percentage points.
        note: str. Remark on the number.
    """

    system: str
    settings: dict
    published: float | None
    tolerance: float
    note: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table.

    Args:
        title: str.
        cells: dict from a metric, `"auc"` or `"maa"`, to its `Cell`.
        is_reference: bool. Whether it is a reference row, not a published system.
    """

    title: str
    cells: dict
    is_reference: bool = False


def read_table(number, folder):
    """Reads the rows of a table, and the reference rows below them that it does not have.

    Args:
        number: int. 1 to 5.
        folder: path, such as `EXPECTED`.

    Returns:
        A list of `Row`.

    Raises:
        DataError: a file is absent or malformed.
    """
    rows = _read(folder / f"table{number}.csv", is_reference=False)
    references = _read(folder / "references.csv", is_reference=True)
    titles = {row.title for row in rows}
    return rows + [row for row in references if row.title not in titles]


def _read(path, is_reference):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            lines = list(reader)
    except OSError as error:
        raise DataError(f"{path}: expected the rows of a table ({error}).") from error
    if reader.fieldnames != _COLUMNS:
        raise DataError(
            f"{path}: expected the columns {', '.join(_COLUMNS)}. "
            f"Found {', '.join(reader.fieldnames or [])}"
        )
    cells = {}
    for number, line in enumerate(lines, start=2):
        if line["metric"] not in METRICS:
            raise DataError(
                f"{path}, line {number}: expected a metric in {', '.join(METRICS)}. "
                f"Found {line['metric']!r}"
            )
        try:
            cell = Cell(
                system=line["system"],
                settings=_settings(line["settings"]),
                published=float(line["published"]) if line["published"] else None,
                tolerance=float(line["tolerance"]),
                note=line["note"],
            )
        except (ValueError, TypeError) as error:
            raise DataError(f"{path}, line {number}: {error}") from error
        of_row = cells.setdefault(line["row"], {})
        if line["metric"] in of_row:
            raise DataError(
                f"{path}, line {number}: expected one line for {line['row']}, "
                f"{line['metric']}. Found another"
            )
        of_row[line["metric"]] = cell
    return [
        Row(title=title, cells=of_row, is_reference=is_reference)
        for title, of_row in cells.items()
    ]


def _settings(text):
    """Reads `lstm=false steps=300` as a dict."""
    pairs = [item.partition("=") for item in text.split()]
    if not all(name and equals for name, equals, _ in pairs):
        raise ValueError(f"expected settings like steps=300. Found {text!r}")
    return {name: yaml.safe_load(value) for name, _, value in pairs}
