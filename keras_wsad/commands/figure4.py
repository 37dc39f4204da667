"""`python reproduce/figure4.py`."""

import argparse

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("nothing is written")
def figure4_command(argv=None, prog="reproduce/figure4.py"):
    """Draws figure 4 of the paper for test videos of a run.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the run, its data or a name do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Draws score and attentions of test videos against the ground truth, "
        "as the paper's figure 4, with key frames where the videos are in the data folder.",
    )
    parser.add_argument("--run", help="a run folder (default: the newest in runs)")
    parser.add_argument("--data", help="the data folder, where it has moved")
    parser.add_argument(
        "--videos",
        nargs="+",
        metavar="NAME",
        help="test videos (default: the one that is found and named with the largest "
        "overlap; and of those that are missed and misnamed the one with the longest "
        "event, as a share of the video)",
    )
    parser.add_argument("--out", help="a .png file (default: figure4.png in the run)")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.figure4 import draw_figure4
    from keras_wsad.runs import newest_run

    path, lines = draw_figure4(
        arguments.run or newest_run(), arguments.videos, arguments.out, arguments.data
    )
    for line in lines:
        print(line)
    print(f"{path} is written")
    return 0
