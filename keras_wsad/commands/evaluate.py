"""`python evaluate.py` and `keras-wsad evaluate`."""

import argparse
import sys

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.commands.table import table_command
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("the same command evaluates the run anew")
def evaluate_command(argv=None, prog="evaluate.py"):
    """Evaluates a run and prints the table of its metrics.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help. Defaults to `"evaluate.py"`.

    Returns:
        int, the exit status: 0, or 1 if the run or its data do not fit.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    for number in (1, 2):
        option = f"--table{number}"
        if option in argv:
            argv.remove(option)
            return table_command(argv, prog=f"{prog} {option}", number=number)
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Evaluates a run on its test videos and leaves metrics.json, roc.png "
        "and confusion.png in its folder; or makes a table of the paper.",
        epilog="`--table1 --help` says what the tables take.",
    )
    for number in (1, 2):
        parser.add_argument(
            f"--table{number}",
            action="store_true",
            help=f"Table {'I' * number} of the paper, trained, measured and written",
        )
    parser.add_argument("--run", help="a run folder (default: the newest in runs)")
    parser.add_argument("--data", help="the data folder, where it has moved")
    parser.add_argument(
        "--replicates",
        type=int,
        default=1000,
        help="bootstrap resamplings for the intervals (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.runs import newest_run

    folder = arguments.run or newest_run()
    evaluate_and_print(folder, data=arguments.data, replicates=arguments.replicates)
    return 0


def evaluate_and_print(folder, **kwargs):
    from keras_wsad.evaluation import evaluate
    from keras_wsad.progress import timed
    from keras_wsad.report import print_metrics

    with timed("Evaluation"):
        metrics = evaluate(folder, **kwargs)
    print_metrics(metrics)
    pictures = "roc.png and confusion.png" if metrics["classification"] else "roc.png"
    print(f"metrics.json, scores.npz, {pictures} are in {folder}")
