"""A measured table as text, Markdown, CSV and LaTeX."""

import numpy as np
import rich.box
import rich.console
import rich.markup
import rich.table

from keras_wsad.csv_text import csv_text
from keras_wsad.files import write_text
from keras_wsad.runs import environment_line
from reproduce.tables.details import DETAILS
from reproduce.tables.details import IN_PERCENT
from reproduce.tables.differences import COMPARED
from reproduce.tables.measure import NUMBERS

_SPLIT = {
    "abnormal_auc": "other frames of anomalous videos",
    "auc_before": "before",
    "auc_after": "after",
    "auc_normal": "normal videos",
}
_CSV_COLUMNS = ["row", "kind", "features", "metric", "published", "measured", "std", "low"]
_CSV_COLUMNS += ["high", "half-width"]
# Of the parts of a table; all others hold numbers.
_COLUMNS_OF_TEXT = ("row", "features", "difference", "metric", "verdict")


def print_table(table):
    """Prints a table for the terminal."""
    console = rich.console.Console(highlight=False)
    if not console.is_terminal:
        # A fixed width where there is no terminal, so that logs can be compared.
        console = rich.console.Console(highlight=False, width=140)
    for title, header, lines in _parts(table):
        view = rich.table.Table(title=f"{title}, %", box=rich.box.SIMPLE)
        for column in header:
            is_text = column in _COLUMNS_OF_TEXT
            view.add_column(column, justify="left" if is_text else "right")
        for line in lines:
            if len(line) == 1:
                view.add_section()
            view.add_row(*map(rich.markup.escape, line))
        console.print(view)
    for line in [*_notes(table), *table.protocol]:
        console.print(line, soft_wrap=True, markup=False)


def write_table(table, path):
    """Writes a table as `.md`, `.csv` and `.tex`, each atomically.

    Args:
        table: `Table`.
        path: str or path, without suffix.

    Returns:
        A list of the paths.
    """
    texts = {
        ".md": table_as_markdown(table),
        ".csv": table_as_csv(table),
        ".tex": table_as_latex(table),
    }
    for suffix, text in texts.items():
        write_text(f"{path}{suffix}", text)
    return [f"{path}{suffix}" for suffix in texts]


def table_as_markdown(table):
    """Returns a table as Markdown, with its protocol and its environment."""
    text = []
    for title, header, lines in _parts(table):
        text += [f"{'##' if text else '#'} {title}, %", "", f"| {' | '.join(header)} |"]
        rules = ["---" if column in _COLUMNS_OF_TEXT else "---:" for column in header]
        text.append(f"|{'|'.join(rules)}|")
        for line in lines:
            cells = line if len(line) > 1 else [f"**{line[0]}**", *[""] * (len(header) - 1)]
            text.append(f"| {' | '.join(cells)} |")
        text.append("")
    for lines in (_notes(table), table.protocol):
        text += [*(f"- {line}" for line in lines), ""] if lines else []
    return "\n".join([*text, _environment(table)]) + "\n"


def table_as_csv(table):
    """Returns a table as CSV: a line for each number, in percent, with every seed.

    The differences of rows follow, of the kind `"difference"`, with their verdicts.
    """
    lines = []
    seeds = table.options.seeds
    names = [f"seed {seed}" for seed in seeds]
    for result in table.rows:
        kind = "reference" if result.row.is_reference else "system"
        for metric in NUMBERS:
            cell, number = result.row.cells.get(metric), result.numbers.get(metric)
            if cell is None and number is None:
                continue
            published = "" if cell is None or cell.published is None else cell.published
            line = [result.row.title, kind, result.features, metric, published]
            if number is None:
                line += [""] * (5 + len(seeds))
            else:
                interval = number.interval or (None, None)
                values = [number.mean, number.std, *interval, None, *number.values.values()]
                line += [_digits(value) for value in values]
            lines.append([*line, "", result.problems.get(metric, "")])
        for name, values in result.details.items():
            # As the others in percent, but for those that are none.
            scaled = [v if name in IN_PERCENT else v / 100 for v in values]
            std = np.std(scaled, ddof=1) if len(scaled) > 1 else None
            line = [result.row.title, kind, result.features, name, ""]
            line += [_digits(value) for value in (np.mean(scaled), std, *[None] * 3)]
            # Parameters and milliseconds are those of the first seed.
            line += [_digits(value) for value in scaled] + [""] * (len(seeds) - len(scaled))
            lines.append([*line, "", ""])
    for d in table.differences:
        line = [f"{d.row} - {d.other}", "difference", "", d.metric, ""]
        values = [d.mean, d.std, *d.interval, d.half_width, *d.of_seeds.values()]
        lines.append([*line, *(_digits(value) for value in values), d.verdict, ""])
    return csv_text([*_CSV_COLUMNS, *names, "verdict", "problem"], lines)


def table_as_latex(table):
    """Returns the first part of a table as LaTeX, for the package booktabs."""
    _, header, rows = _parts(table)[0]
    columns = "".join("l" if column in _COLUMNS_OF_TEXT else "r" for column in header)
    lines = [f"\\begin{{tabular}}{{{columns}}}", "\\toprule"]
    lines += [" & ".join(header) + r" \\", "\\midrule"]
    for row in rows:
        cells = " & ".join(_latex(cell) for cell in row) + r" \\"
        lines.append(cells if len(row) > 1 else "\\midrule")
    lines += ["\\bottomrule", "\\end{tabular}"]
    comments = [f"% {line}" for line in (table.title, *table.protocol)]
    return "\n".join([*comments, *lines]) + "\n"


def _parts(table):
    """Returns `(title, header, lines)` of each part; a line of one cell is a heading."""
    seeds = [f"seed {seed}" for seed in table.options.seeds]
    header = ["row", "features", "AUC published", "AUC, aligned", "AUC, release"]
    header += ["mAA published", "mAA"]
    parts = [
        (table.title, header, _with_heading(table, _cells)),
        (
            "Frames inside an event against others: AUC, aligned",
            ["row", *_SPLIT.values()],
            _with_heading(table, _split),
        ),
    ]
    if any(result.details for result in table.rows):
        parts.append(
            (
                "AUC in anomalous videos and other metrics, frames aligned",
                ["row", "AUC in anomalous videos", *DETAILS.values()],
                _with_heading(table, _details),
            )
        )
    if table.differences:
        header = ["difference", "metric", "mean", "95 % interval", "half-width", *seeds]
        lines = [_difference(difference) for difference in table.differences]
        parts.append(("Differences", [*header, "verdict"], lines))
    return parts


def _with_heading(table, cells):
    lines = [cells(result) for result in table.rows if not result.row.is_reference]
    references = [cells(result) for result in table.rows if result.row.is_reference]
    return [*lines, ["for reference"], *references] if references else lines


def _cells(result):
    cells = result.row.cells
    published = {
        metric: "-" if cell.published is None else f"{cell.published:g}"
        for metric, cell in cells.items()
    }
    return [
        result.row.title,
        result.features,
        published.get("auc", "-"),
        _number(result, "auc"),
        _number(result, "auc_release", "auc"),
        published.get("maa", "-"),
        _number(result, "maa"),
    ]


def _split(result):
    return [result.row.title, *(_number(result, name, "auc") for name in _SPLIT)]


def _details(result):
    return [
        result.row.title,
        _number(result, "abnormal_auc", "auc"),
        *(_detail(name, result.details.get(name)) for name in DETAILS),
    ]


def _detail(name, values):
    if values is None:
        return "-"
    mean = np.mean(values)
    if name == "parameters":
        return f"{mean / 1e6:.2f} M"
    if name == "milliseconds":
        return f"{mean:.1f}"
    factor = 100 if name in IN_PERCENT else 1
    text = f"{factor * mean:.1f}"
    return text if len(values) < 2 else f"{text} ± {factor * np.std(values, ddof=1):.1f}"


def _difference(d):
    low, high = (100 * value for value in d.interval)
    of_seeds = [f"{100 * value:+.2f}" for value in d.of_seeds.values()]
    return [
        f"{d.row} - {d.other}",
        COMPARED[d.metric],
        f"{100 * d.mean:+.2f}",
        f"[{low:+.1f}, {high:+.1f}]",
        f"{100 * d.half_width:.1f}",
        *of_seeds,
        d.verdict,
    ]


def _number(result, name, metric=None):
    """Returns a number as text, or why the metric of its cell has none."""
    number = result.numbers.get(name)
    if number is None:
        # The full reason is in the notes below the table.
        return result.problems.get(metric or name, "-").partition(":")[0]
    text = f"{100 * number.mean:.2f}"
    if not np.isnan(number.std):
        text += f" ± {100 * number.std:.2f}"
    if number.interval:
        low, high = number.interval
        text += f" [{100 * low:.1f}, {100 * high:.1f}]"
    return text


def _notes(table):
    notes = []
    for result in table.rows:
        for metric, cell in result.row.cells.items():
            problem = result.problems.get(metric, "")
            if ":" in problem:
                notes.append(f"{result.row.title}, {metric}: {problem}")
            if cell.note:
                notes.append(f"{result.row.title}: {cell.note}")
    return list(dict.fromkeys(notes))


def _environment(table):
    trained = ", ".join(table.commits)
    return f"Written at {environment_line(table.environment)}; trained at {trained}."


def _digits(value):
    return "" if value is None or np.isnan(value) else f"{100 * value:.3f}"


def _latex(text):
    for sign, command in {"&": r"\&", "%": r"\%", "_": r"\_", "±": r"$\pm$"}.items():
        text = text.replace(sign, command)
    return text
