"""Importing TensorFlow without what it prints where nothing is wrong.

`TF_CPP_MIN_LOG_LEVEL` keeps its warnings away, but not the lines that its libraries write
while they are loaded, before they read any log level, nor the error that there is no CUDA
driver, which a level would hide only together with every other error. For these alone the
standard error stream is filtered while TensorFlow is loaded.
"""

import contextlib
import faulthandler
import importlib
import os
import re
import sys
import tempfile

from keras_wsad.errors import MissingExtraError

_NOISE = re.compile(
    r"All log messages before absl::InitializeLog|oneDNN custom operations are on|"
    r"Could not find cuda drivers|failed call to cuInit|^\s*$"
)


def import_tensorflow_quietly():
    """Imports Keras and TensorFlow and finds the devices, without the usual messages.

    Afterwards errors of TensorFlow's libraries are shown and their warnings are not, unless
    `TF_CPP_MIN_LOG_LEVEL` says so.

    Raises:
        MissingExtraError: Keras is set to JAX or PyTorch, which is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules:
        return
    with _filtered_stderr():
        try:
            keras = importlib.import_module("keras")
        except ModuleNotFoundError as error:
            backend = (error.name or "").partition(".")[0]
            if backend not in ("jax", "torch"):
                raise
            raise MissingExtraError(
                f"Keras is set to the backend {backend}, which is not installed: "
                f"pip install 'keras_wsad[{backend}]'"
            ) from error
        if keras.backend.backend() == "tensorflow":
            # The first use of a device has messages of its own.
            importlib.import_module("tensorflow").zeros(())


@contextlib.contextmanager
def _filtered_stderr():
    """Holds back what is written to standard error, and passes on all but the noise.

    Should the process die in between, what was held back is lost: Python then says where.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as captured:
        original = os.dup(2)
        os.dup2(captured.fileno(), 2)
        is_first = not faulthandler.is_enabled()
        if is_first:
            faulthandler.enable(original)
        try:
            yield
        finally:
            if is_first:
                faulthandler.disable()
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
            captured.seek(0)
            for line in captured.read().decode(errors="replace").splitlines():
                if not _NOISE.search(line):
                    print(line, file=sys.stderr)
