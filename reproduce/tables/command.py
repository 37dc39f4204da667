"""`python evaluate.py --table1`, `python reproduce/table1.py`, and the other tables."""

import argparse
import pathlib
import sys

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly


@report_errors("the same command goes on; what is trained is kept")
def table_command(argv=None, prog="evaluate.py", number=2):
    """Trains the systems of a table, and prints and writes the table.

    Returns:
        int, the exit status: 0, or 1 if a row failed or, with `--check`, differs from the
        committed one.
    """
    arguments = _parser(prog, number).parse_args(argv)
    import_tensorflow_quietly()
    from reproduce.tables.committed import committed_paths
    from reproduce.tables.committed import compare_with_committed
    from reproduce.tables.pictures import draw_pictures
    from reproduce.tables.plan import TableOptions
    from reproduce.tables.published_curves import read_published_curves
    from reproduce.tables.table import make_table
    from reproduce.tables.write import print_table
    from reproduce.tables.write import write_table

    # Before the training, as it raises if the folder holds none.
    curves = read_published_curves(arguments.roc) if arguments.roc else None
    seeds = arguments.seeds or ([0] if arguments.quick else TableOptions.seeds)
    options = TableOptions(
        data=arguments.data,
        features=arguments.features,
        seeds=tuple(seeds),
        standardize=arguments.standardize,
        steps=arguments.steps,
        preset=arguments.preset,
        quick=arguments.quick,
        runs=arguments.runs,
    )
    committed = committed_paths(number, options) if arguments.check else None
    table = make_table(number, options, arguments.rows, arguments.replicates)
    part = "-part" if arguments.rows else ""
    path = arguments.out or str(options.folder / f"table{number}_{options.data_name}{part}")
    written = [*write_table(table, path), *draw_pictures(table, path, curves)]
    print_table(table)
    status = 0
    if table.failed:
        print(f"failed: {', '.join(table.failed)}", file=sys.stderr)
        status = 1
    if committed:
        lines, misses = compare_with_committed(table, committed)
        print("\n".join(lines))
        status = 1 if misses else status
    names = ", ".join(pathlib.Path(name).name for name in written)
    print(f"{names} are in {pathlib.Path(path).parent}; the runs are in {options.folder}")
    return status


def _parser(prog, number):
    what = {
        1: "I (the parts of the model)",
        2: "II (the model among others)",
        3: "3 (the field since, and a successor)",
        4: "4 (from the paper's model to its successor)",
        5: "5 (what a reviewer's clicks are worth)",
    }[number]
    parser = argparse.ArgumentParser(
        prog=prog,
        description=f"Trains and evaluates the missing rows of Table {what}, prints the "
        "table with the published values, and writes it as Markdown, CSV and LaTeX with "
        "pictures. Stopped runs continue.",
    )
    parser.add_argument(
        "--data", help="a folder in UCF-Crime's layout (default: rendered videos)"
    )
    parser.add_argument("--features", help="a folder of features below it, or any other")
    parser.add_argument(
        "--seeds",
        type=int,
        nargs="+",
        metavar="SEED",
        help="default: 0 1 2 3 4, as fewer than 5 give no verdict; quick: 0",
    )
    parser.add_argument(
        "--rows",
        nargs="+",
        metavar="WORD",
        help="only the rows whose title contains one of these words",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a table in minutes: on the videos that train.py renders, in few steps",
    )
    parser.add_argument(
        "--standardize",
        action="store_true",
        help="standardise features by statistics of the training videos, in every row",
    )
    parser.add_argument("--steps", type=int, help="the most training steps of every row")
    parser.add_argument(
        "--preset",
        help="the joint model's settings (default: paper; of rendered videos embedded)",
    )
    parser.add_argument(
        "--replicates",
        type=int,
        default=1000,
        help="bootstrap draws for the intervals (default: %(default)s)",
    )
    parser.add_argument(
        "--roc", metavar="DIR", help="published ROC curves to draw in Figure 5"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="compare with the table in reproduce/tables/results; exit status 1 if it "
        "differs by more than the tolerance",
    )
    parser.add_argument(
        "--runs", default="runs/tables", help="folder of the runs (default: %(default)s)"
    )
    parser.add_argument(
        "--out", help=f"path without suffix (default: RUNS/DATA/table{number}_DATA)"
    )
    return parser
