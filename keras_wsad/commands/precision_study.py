"""`python reproduce/backbone_precision.py`."""

import argparse

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("nothing is written")
def precision_study_command(argv=None, prog="reproduce/backbone_precision.py"):
    """Prints what the precision of a backbone costs; see `keras_wsad.precision_study`.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the runs do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Extracts the test videos of finished runs with the backbone in "
        "float32, bfloat16 and int8, and scores them with the models as they are.",
    )
    parser.add_argument(
        "--runs", nargs="+", required=True, metavar="RUN", help="run folders, one a seed"
    )
    parser.add_argument("--out", help="write OUT.md and OUT.csv as well")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.files import write_text
    from keras_wsad.precision_study import study_as_csv
    from keras_wsad.precision_study import study_as_markdown
    from keras_wsad.precision_study import study_precision

    rows, about = study_precision(arguments.runs)
    text = study_as_markdown(rows, about)
    print(text)
    if arguments.out:
        write_text(f"{arguments.out}.md", text)
        write_text(f"{arguments.out}.csv", study_as_csv(rows))
        print(f"{arguments.out}.md and .csv are written")
    return 0
