"""Names of a package that are imported when they are first asked for."""

import importlib


def on_demand(package, modules):
    """Returns the `__getattr__` of a package whose names are imported on demand.

    A package that lists its names so can be entered without the libraries that only some of
    its modules need.

    Args:
        package: str. Its `__name__`.
        modules: dict from a name to the module of the package that defines it, which must
            be called differently.

    Example:

    >>> on_demand("keras_wsad", {"WSADError": "errors"})("WSADError").__name__
    'WSADError'
    """

    def get(name):
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{modules[name]}"), name)

    return get
