"""A measured table as text, Markdown, CSV and LaTeX."""

import csv
import io

import numpy as np
import rich.box
import rich.console
import rich.table

from keras_wsad.files import write_text

_HEADER = [
    "row",
    "features",
    "AUC published",
    "AUC measured",
    "in anomalous videos",
    "mAA published",
    "mAA measured",
]
_CSV_COLUMNS = ["row", "kind", "features", "metric", "published", "measured", "std", "low"]
_CSV_COLUMNS += ["high"]


def print_table(table, console=None):
    """Prints a table for the terminal."""
    console = console or rich.console.Console(highlight=False)
    if not console.is_terminal:
        # A fixed width where there is no terminal, so that logs can be compared.
        console = rich.console.Console(highlight=False, width=140, file=console.file)
    view = rich.table.Table(title=table.title + ", %", box=rich.box.SIMPLE)
    for index, column in enumerate(_HEADER):
        view.add_column(column, justify="left" if index < 2 else "right")
    for result, before in zip(table.rows, [None, *table.rows], strict=False):
        if before and result.row.is_reference and not before.row.is_reference:
            view.add_section()
            view.add_row("For reference, what numbers are worth:")
        view.add_row(*_cells(result))
    console.print(view)
    for line in [*_difference_lines(table), *_notes(table), *table.protocol]:
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
    lines = [f"# {table.title}, %", "", f"| {' | '.join(_HEADER)} |"]
    lines.append("|---|---" + "|---:" * (len(_HEADER) - 2) + "|")
    for result, before in zip(table.rows, [None, *table.rows], strict=False):
        if before and result.row.is_reference and not before.row.is_reference:
            lines.append("| **for reference** |" + " |" * (len(_HEADER) - 1))
        lines.append(f"| {' | '.join(_cells(result))} |")
    parts = (_difference_lines(table), _notes(table), table.protocol)
    for part in parts:
        lines += ["", *(f"- {line}" for line in part)] if part else []
    return "\n".join([*lines, "", _environment(table)]) + "\n"


def table_as_csv(table):
    """Returns a table as CSV: a line for each number, in percent, with every seed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    seeds = [f"seed {seed}" for seed in table.options.seeds]
    writer.writerow([*_CSV_COLUMNS, *seeds, "problem"])
    for result in table.rows:
        kind = "reference" if result.row.is_reference else "system"
        for metric in ("auc", "abnormal_auc", "maa"):
            cell, number = result.row.cells.get(metric), result.numbers.get(metric)
            if cell is None and number is None:
                continue
            published = "" if cell is None or cell.published is None else cell.published
            line = [result.row.title, kind, result.features, metric, published]
            if number is None:
                line += [""] * (4 + len(seeds))
            else:
                low, high = number.interval or (None, None)
                values = [number.mean, number.std, low, high, *number.values.values()]
                line += [_digits(value) for value in values]
            writer.writerow([*line, result.problems.get(metric, "")])
    return text.getvalue()


def table_as_latex(table):
    """Returns a table as LaTeX, for the package booktabs."""
    columns = "ll" + "r" * (len(_HEADER) - 2)
    lines = [f"\\begin{{tabular}}{{{columns}}}", "\\toprule"]
    lines += [" & ".join(_HEADER) + r" \\", "\\midrule"]
    for result, before in zip(table.rows, [None, *table.rows], strict=False):
        if before and result.row.is_reference and not before.row.is_reference:
            lines.append("\\midrule")
        lines.append(" & ".join(_latex(cell) for cell in _cells(result)) + r" \\")
    lines += ["\\bottomrule", "\\end{tabular}"]
    comments = [f"% {line}" for line in (table.title, *table.protocol)]
    return "\n".join([*comments, *lines]) + "\n"


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
        _number(result, "abnormal_auc"),
        published.get("maa", "-"),
        _number(result, "maa"),
    ]


def _number(result, metric):
    number = result.numbers.get(metric)
    if number is None:
        # The full reason is in the notes below the table.
        return result.problems.get(metric, "-").partition(":")[0]
    text = f"{100 * number.mean:.2f}"
    if not np.isnan(number.std):
        text += f" ± {100 * number.std:.2f}"
    if number.interval:
        low, high = number.interval
        text += f" [{100 * low:.1f}, {100 * high:.1f}]"
    return text


def _difference_lines(table):
    lines = []
    for d in table.differences:
        low, high = (100 * value for value in d.interval)
        verdict = "" if d.is_shown else ": no difference is shown"
        name = "AUC" if d.metric == "auc" else "mAA"
        lines.append(
            f"{d.row} - {d.other}: {name} {100 * d.mean:+.2f} [{low:+.1f}, {high:+.1f}]"
            f"{verdict}"
        )
    return lines


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
    about = table.environment
    packages = [f"{name} {version}" for name, version in about["packages"].items()]
    return (
        f"Commit {about['commit']}; Python {about['python']}, {', '.join(packages)}; "
        f"{about['processor']}, {about['cores']} cores."
    )


def _digits(value):
    return "" if value is None or np.isnan(value) else f"{100 * value:.3f}"


def _latex(text):
    for sign, command in {"&": r"\&", "%": r"\%", "_": r"\_", "±": r"$\pm$"}.items():
        text = text.replace(sign, command)
    return text
