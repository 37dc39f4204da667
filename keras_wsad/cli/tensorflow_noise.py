"""Keeping TensorFlow's start-up messages off the screen."""

import contextlib
import importlib
import os
import re
import sys
import tempfile

from keras_wsad.errors import MissingExtraError

# What TensorFlow says of itself on a machine where nothing is wrong.
_NOISE = re.compile(
    r"All log messages before absl::InitializeLog|oneDNN custom operations|"
    r"Could not find cuda drivers|failed call to cuInit|cuda_platform\.cc|"
    r"This TensorFlow binary is optimized|To enable the following instructions|"
    r"Unable to register cu\w+ factory|computation_placer|^\s*$"
)


def import_tensorflow_quietly():
    """Imports Keras and TensorFlow and finds the devices, without the usual messages.

    They are written by C++ code straight to the standard error stream, some before any
    setting can be heeded. Lines other than the known ones are passed on. Afterwards errors
    of that code are shown and its warnings are not, unless `TF_CPP_MIN_LOG_LEVEL` says so.

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
    sys.stderr.flush()
    with tempfile.TemporaryFile() as captured:
        original = os.dup(2)
        os.dup2(captured.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
            captured.seek(0)
            for line in captured.read().decode(errors="replace").splitlines():
                if not _NOISE.search(line):
                    print(line, file=sys.stderr)
