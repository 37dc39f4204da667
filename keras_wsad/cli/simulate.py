"""`keras-wsad simulate`."""

import argparse

from keras_wsad.cli.report_errors import report_errors


@report_errors("the same command goes on")
def simulate_command(argv=None, prog="keras-wsad simulate"):
    """Renders surveillance videos in UCF-Crime's layout.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the settings do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Renders untrimmed surveillance videos of a street, a shop and a yard, "
        "with the 13 anomalies of UCF-Crime as scripted events, and writes lists and exact "
        "ground truth in UCF-Crime's layout. A broken rendering goes on when it is "
        "started again.",
        epilog="Then: keras-wsad extract DIR --backbone compact --out DIR/features, and "
        "python train.py --data DIR --preset demo",
    )
    parser.add_argument(
        "--out",
        help="the folder to write (default: in the cache folder, where train.py looks for "
        "the default size)",
    )
    for name, default, text in (
        ("train_per_class", 6, "training videos of each anomaly; as many normal ones"),
        ("test_per_class", 2, "test videos of each anomaly; as many normal ones"),
        ("seed", 0, "another seed gives other videos"),
        ("workers", 2, "processes"),
    ):
        parser.add_argument(
            f"--{name}", type=int, default=default, help=f"{text} (default: %(default)s)"
        )
    parser.add_argument(
        "--seconds",
        type=float,
        nargs=2,
        default=(20.0, 34.0),
        metavar=("SHORTEST", "LONGEST"),
        help="length of the videos (default: 20 34)",
    )
    arguments = parser.parse_args(argv)
    from keras_wsad.data.embedded import embedded_root
    from keras_wsad.scenes import SceneSet
    from keras_wsad.scenes import write_data_set

    settings = SceneSet(
        train_per_class=arguments.train_per_class,
        test_per_class=arguments.test_per_class,
        seed=arguments.seed,
        seconds=tuple(arguments.seconds),
    )
    if arguments.out:
        folder = arguments.out
        write_data_set(folder, settings, arguments.workers)
    else:
        folder = embedded_root(settings, arguments.workers)
    print(f"The videos, their lists and their ground truth are in {folder}")
    return 0
