"""`python reproduce/linear_classifier.py`."""

import argparse

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.config import ExperimentConfig
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("nothing is written")
def linear_study_command(argv=None, prog="reproduce/linear_classifier.py"):
    """Prints what a linear classifier owes to what; see `keras_wsad.linear_study`.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Names classes by logistic regression of mean features, with and "
        "without class balance and standardised features: what the mAA of a model is to be "
        "compared with.",
    )
    parser.add_argument(
        "--data", help="a folder in UCF-Crime's layout (default: the embedded data set)"
    )
    parser.add_argument("--features", help="a folder below it, or any other")
    parser.add_argument("--seeds", type=int, nargs="+", metavar="SEED", default=[0, 1, 2])
    parser.add_argument("--out", help="a Markdown file to write as well")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.data import open_experiment_data
    from keras_wsad.files import write_text
    from keras_wsad.linear_study import study_as_markdown
    from keras_wsad.linear_study import study_linear_classifier

    results = []
    for seed in arguments.seeds:
        config = ExperimentConfig(
            data=arguments.data, features=arguments.features, seed=seed
        )
        data = open_experiment_data(config)
        results.append(study_linear_classifier(data))
    text = study_as_markdown(results, f"{data.source}, {len(data.test)} test videos")
    print(text)
    if arguments.out:
        write_text(arguments.out, text)
        print(f"{arguments.out} is written")
    return 0
