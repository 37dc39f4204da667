"""`python reproduce/audit_features.py`."""

import argparse
import pathlib

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("nothing is written")
def audit_command(argv=None, prog="reproduce/audit_features.py"):
    """Prints what groups of features give away of the labels; see `keras_wsad.audit`.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Groups videos by their mean feature, without labels, and tells how "
        "well the groups name the labels. What they reach, a model that only tells "
        "extraction batches apart would reach too.",
    )
    parser.add_argument("--data", required=True, help="a folder in UCF-Crime's layout")
    parser.add_argument("--features", help="a folder below it, or any other")
    parser.add_argument(
        "--groups", type=int, default=5, help="number of groups (default: %(default)s)"
    )
    parser.add_argument("--out", help="a Markdown file to write as well")
    arguments = parser.parse_args(argv)
    if arguments.groups < 1:
        raise ConfigError(f"Expected groups >= 1. Received: {arguments.groups}")
    import_tensorflow_quietly()
    from keras_wsad.audit import audit_as_markdown
    from keras_wsad.audit import audit_features
    from keras_wsad.data import open_experiment_data
    from keras_wsad.files import write_text

    data = open_experiment_data(
        ExperimentConfig(data=arguments.data, features=arguments.features)
    )
    name = pathlib.Path(arguments.features or arguments.data).name
    text = audit_as_markdown(audit_features(data, arguments.groups), name)
    print(text)
    if arguments.out:
        write_text(arguments.out, text)
        print(f"{arguments.out} is written")
    return 0
