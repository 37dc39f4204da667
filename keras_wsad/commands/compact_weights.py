"""`python reproduce/compact_weights.py`."""

import argparse
import dataclasses
import pathlib

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("the weights that were there are unchanged")
def compact_weights_command(argv=None, prog="reproduce/compact_weights.py"):
    """Learns the weights of `Compact`; see `keras_wsad.pretraining`.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Renders clips of plain motions, of which none is an anomaly, trains "
        "the backbone to name them, and writes its weights.",
    )
    import_tensorflow_quietly()
    from keras_wsad.backbones.compact import PACKAGED
    from keras_wsad.pretraining import Pretraining
    from keras_wsad.pretraining import learn_compact_weights

    for field in dataclasses.fields(Pretraining):
        parser.add_argument(
            f"--{field.name}",
            type=field.type,
            default=field.default,
            help="(default: %(default)s)",
        )
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--out", default=str(PACKAGED), help="(default: %(default)s)")
    arguments = vars(parser.parse_args(argv))
    path, workers = pathlib.Path(arguments.pop("out")), arguments.pop("workers")
    learn_compact_weights(Pretraining(**arguments), path, workers)
    return 0
