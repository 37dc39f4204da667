"""`keras-wsad simulate`."""

import argparse
import dataclasses

from keras_wsad.cli.report_errors import report_errors


@report_errors("the same command goes on")
def simulate_command(argv=None, prog="keras-wsad simulate"):
    """Renders surveillance videos in UCF-Crime's layout."""
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
        "--set",
        choices=("demo", "bench"),
        default="demo",
        help="demo: the few videos of a first hour; bench: those of the tables, with short "
        "events, distractors, and other streets and shops in the test videos "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        help="the folder to write (default: in the cache folder, where train.py and "
        "evaluate.py look for a set of the default size)",
    )
    for name, text in (
        ("train_per_class", "training videos of each anomaly (default: 6; bench: 40)"),
        ("test_per_class", "test videos of each anomaly (default: 2; bench: 40)"),
        ("test_normal", "normal test videos (default: as many as others; bench: 260)"),
        ("seed", "another seed gives other videos (default: 0)"),
    ):
        parser.add_argument(f"--{name}", type=int, help=text)
    parser.add_argument(
        "--seconds",
        type=float,
        nargs=2,
        metavar=("SHORTEST", "LONGEST"),
        help="length of the videos (default: 20 34; bench: 40 64)",
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="processes (default: %(default)s)"
    )
    arguments = parser.parse_args(argv)
    from keras_wsad.data.embedded import embedded_root
    from keras_wsad.scenes import SETS
    from keras_wsad.scenes import write_data_set

    names = ("train_per_class", "test_per_class", "test_normal", "seed")
    given = {name: getattr(arguments, name) for name in names}
    given["seconds"] = arguments.seconds and tuple(arguments.seconds)
    given = {name: value for name, value in given.items() if value is not None}
    settings = dataclasses.replace(SETS[arguments.set], **given)
    if arguments.out:
        folder = arguments.out
        write_data_set(folder, settings, arguments.workers)
    else:
        folder = embedded_root(settings, arguments.workers)
    print(f"The videos, their lists and their ground truth are in {folder}")
    return 0
