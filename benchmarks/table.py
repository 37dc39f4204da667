"""Writes measurements as CSV, as one table in Markdown, and for the terminal."""

import csv
import json

import rich.box
import rich.console
import rich.table

from benchmarks.machine import machine_line
from benchmarks.rows import COLUMNS
from benchmarks.rows import ceilings
from keras_wsad.csv_text import csv_text
from keras_wsad.files import write_json
from keras_wsad.files import write_text

_HEADER = (
    *("work", "contender", "median", "quartiles", "times as fast"),
    *("GFLOP/s", "of ceiling", "memory, MiB", "CPU", "others", "deviation"),
)
_LEGEND = (
    "Times as fast: as the work's first contender, the median over the rounds, with an "
    "interval of 95 % (less below six rounds).",
    "Of ceiling: share of the fastest matrix product of the same precision, measured in "
    "the same rounds.",
    "Memory: the most that the contender's process has held, its libraries and its data "
    "included. CPU: share of all cores that the contender kept busy.",
    "Others: share of the machine that other processes used meanwhile, median and "
    "greatest; then how many repetitions were disturbed (more than 5 %), if any. They "
    "count like all others.",
    "Deviation: of the result from that of the first contender, as a share of its greatest "
    "value, and what is tolerated.",
)


def write_work(folder, name, rows, environment):
    """Writes the rows of a work as CSV, with the environment beside it.

    Args:
        folder: path.
        name: str. Name of the file, without suffix.
        rows: list of dicts with the keys `COLUMNS`.
        environment: dict, as `describe_machine` returns it.
    """
    cells = [{name: _digits(value) for name, value in row.items()} for row in rows]
    write_text(folder / f"{name}.csv", csv_text(COLUMNS, cells))
    write_json(folder / f"{name}.environment.json", environment)


def read_works(folder):
    """Reads every work of a folder.

    Returns:
        A list of pairs: the rows of a work, with strings as values, and its environment.
    """
    works = []
    for path in sorted(folder.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        # Other benchmarks write tables with other columns here.
        if rows and tuple(rows[0]) == COLUMNS:
            text = path.with_suffix(".environment.json").read_text(encoding="utf-8")
            works.append((rows, json.loads(text)))
    return works


def as_markdown(works, command):
    """Returns works as one table in Markdown.

    Args:
        works: list of pairs, see `read_works`.
        command: str. The command that makes the table.
    """
    lines = ["# Speed", "", f"Made by `{command}`.", "", f"| {' | '.join(_HEADER)} |"]
    lines.append("|---|---" + "|---:" * (len(_HEADER) - 2) + "|")
    for rows, _ in works:
        lines += [f"| {' | '.join(cells)} |" for cells in _work_cells(rows)]
    lines += ["", *(f"- {line}" for line in _LEGEND), ""]
    measured = {}
    for rows, environment in works:
        lines += [f"- {line}" for line in work_notes(rows)]
        measured.setdefault(machine_line(environment), []).append(rows[0]["title"])
    lines += [f"- Measured {line} ({'; '.join(of)})" for line, of in measured.items()]
    return "\n".join(lines) + "\n"


def print_work(rows):
    """Prints the table and the notes of a work."""
    console = rich.console.Console(highlight=False)
    if not console.is_terminal:
        # A fixed width where there is no terminal, so that logs can be compared.
        console = rich.console.Console(highlight=False, width=160)
    view = rich.table.Table(title=rows[0]["title"], box=rich.box.SIMPLE)
    for index, column in enumerate(_HEADER[1:]):
        view.add_column(column, justify="right" if index else "left")
    for cells in _work_cells(rows):
        view.add_row(*cells[1:])
    console.print(view)
    for line in work_notes(rows):
        console.print(line, soft_wrap=True, markup=False)


def work_notes(rows):
    """Returns notes on a work: its size, its ceilings, and what was left out."""
    title = rows[0]["title"]
    gflop = f"; {float(rows[0]['gflop']):.4g} GFLOP" if rows[0]["gflop"] else ""
    notes = [f"{title}: {rows[0]['size']}; {rows[0]['repetitions']} rounds{gflop}"]
    for precision, best in ceilings(rows).items():
        speeds = [
            f"{row['contender'].partition(' ')[0]} {float(row['gflop_per_s']):.0f}"
            for row in rows
            if row["kind"] == "ceiling" and row["precision"] == precision
            if row["gflop_per_s"]
        ]
        notes.append(
            f"{title}: ceiling of {precision} {float(best['gflop_per_s']):.0f} GFLOP/s, "
            f"the best of {', '.join(speeds)} (matrix product, {best['size']})"
        )
    for row in rows:
        if row["problem"]:
            notes.append(f"{title}: {row['contender']}: {row['problem']}")
        if row["problem"].startswith("not installed"):
            notes[-1] += " (`pip install -e '.[bench]'` installs it)"
    return notes


def _work_cells(rows):
    contenders = [row for row in rows if row["kind"] == "contender"]
    titles = [contenders[0]["title"], *[""] * (len(contenders) - 1)]
    return [[title, *_cells(row)] for title, row in zip(titles, contenders, strict=True)]


def _cells(row):
    if not row["median_s"]:
        return [row["contender"], *["-"] * (len(_HEADER) - 2)]
    ratio = f"{_number(row, 'ratio', '.2f')} "
    ratio += f"[{_number(row, 'ratio_low', '.2f')}, {_number(row, 'ratio_high', '.2f')}]"
    others = "n/a"
    if row["others_max"] != "":
        shares = (_number(row, f"others_{which}", ".0%") for which in ("median", "max"))
        others = ", ".join(shares)
    if int(row["disturbed"]):
        others += f"; {row['disturbed']} of {row['repetitions']} disturbed"
    deviation = "-"
    if row["deviation"] != "":
        sign = ">" if float(row["deviation"]) > float(row["tolerance"]) else "≤"
        deviation = f"{float(row['deviation']):.1g} {sign} {float(row['tolerance']):g}"
    low, high = (seconds_text(row[f"{side}_quartile_s"]) for side in ("lower", "upper"))
    return [
        row["contender"],
        seconds_text(row["median_s"]),
        f"{low} - {high}",
        ratio,
        _number(row, "gflop_per_s", ".0f"),
        _number(row, "ceiling_share", ".0%"),
        _number(row, "peak_mib", ",.0f"),
        _number(row, "cpu_busy", ".0%"),
        others,
        deviation,
    ]


def seconds_text(seconds):
    """Returns a time in seconds, or milliseconds below one, to three digits."""
    seconds = float(seconds)
    if seconds >= 0.9995:
        return f"{seconds:.3g} s"
    return f"{1000 * seconds:.3g} ms"


def _number(row, column, form):
    return "-" if row[column] == "" else format(float(row[column]), form)


def _digits(value):
    return f"{value:.6g}" if isinstance(value, float) else value
