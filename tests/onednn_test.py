import os
import subprocess
import sys

import pytest

PROGRAM = """
import keras_wsad
import tensorflow
from tensorflow.python.util import _pywrap_util_port
print(_pywrap_util_port.IsMklEnabled())
"""


def has_onednn(setting):
    """Returns whether TensorFlow uses oneDNN under a setting, `None` for no setting."""
    env = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": setting or ""}
    if setting is None:
        del env["TF_ENABLE_ONEDNN_OPTS"]
    command = [sys.executable, "-c", PROGRAM]
    result = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return result.stdout.strip() == "True"


@pytest.mark.large
def test_onednn_is_on_unless_the_user_turns_it_off():
    # Where TensorFlow is built without it, it stays off.
    assert has_onednn(None) == has_onednn("1")
    assert not has_onednn("0")
