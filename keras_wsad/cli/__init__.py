"""The command `keras-wsad`."""

import argparse
import importlib
import sys

import keras_wsad

# Each is a module of this package, imported when it is called for.
COMMANDS = (
    "train",
    "evaluate",
    "extract",
    "predict",
    "export",
    "serve",
    "convert",
    "quantize",
    "simulate",
    "watch",
)


def main(argv=None):
    """The command `keras-wsad COMMAND ...`.

    Args:
        argv: list of str, or `None` for the process's own.

    Returns:
        int, the exit status.
    """
    parser = argparse.ArgumentParser(
        prog="keras-wsad",
        description="Weakly supervised joint video anomaly detection and classification.",
        epilog="`keras-wsad COMMAND --help` says what a command takes.",
    )
    version = f"%(prog)s {keras_wsad.__version__}"
    parser.add_argument("--version", action="version", version=version)
    parser.add_argument("command", choices=COMMANDS, help="what to do")
    argv = sys.argv[1:] if argv is None else list(argv)
    if not argv:
        parser.print_help()
        return 0
    command = parser.parse_args(argv[:1]).command
    module = importlib.import_module(f"keras_wsad.cli.{command}")
    run = getattr(module, f"{command}_command")
    return run(argv[1:], prog=f"keras-wsad {command}")
