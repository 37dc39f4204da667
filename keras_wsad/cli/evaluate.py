"""`python evaluate.py` and `keras-wsad evaluate`."""

import argparse

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly


@report_errors("the same command evaluates the run anew")
def evaluate_command(argv=None, prog="evaluate.py", epilog=None):
    """Evaluates a run and prints the table of its metrics."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Evaluates a run on its test videos and leaves metrics.json and "
        "pictures in its folder.",
        epilog=epilog,
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
    from keras_wsad.evaluation import draw_evaluation
    from keras_wsad.evaluation import evaluate
    from keras_wsad.evaluation.metrics_table import print_metrics
    from keras_wsad.progress import timed

    with timed("Evaluation"):
        metrics = evaluate(folder, **kwargs)
        pictures = draw_evaluation(folder)
    print_metrics(metrics)
    names = ", ".join(path.name for path in pictures)
    print(f"metrics.json, scores.npz, {names} are in {folder}")
