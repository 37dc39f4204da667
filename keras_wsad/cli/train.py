"""`python train.py` and `keras-wsad train`."""

import sys

from keras_wsad.cli.evaluate import evaluate_and_print
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.cli.training_options import parse_training
from keras_wsad.runs import Run


@report_errors("--resume RUN goes on with a run that was begun")
def train_command(argv=None, prog="train.py"):
    """Trains a model, evaluates it, and prints the table of its metrics."""
    config, resume = parse_training(sys.argv[1:] if argv is None else argv, prog)
    import_tensorflow_quietly()
    from keras_wsad.baselines.registry import PREDICTING
    from keras_wsad.training import train

    if resume and Run(resume).is_finished:
        print(f"{resume}: the run is finished; it is evaluated again.")
        evaluate_and_print(resume)
        return 0
    run = train(config, resume)
    evaluate_and_print(run.folder)
    if config.data is None and config.system in PREDICTING:
        from keras_wsad.data.embedded import example_video

        print(f"Try it: keras-wsad predict {example_video()} --model {run.folder}")
    return 0
