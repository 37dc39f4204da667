"""Libraries that only some of the project needs."""

import importlib

from keras_wsad.errors import MissingExtraError


def import_extra(module, extra):
    """Imports a module of an extra of this package.

    Args:
        module: str.
        extra: str. The extra that installs it.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"Expected {module.partition('.')[0]} to be installed: pip install "
            f"'keras_wsad[{extra}]' ({error})"
        ) from error
