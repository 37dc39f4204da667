import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
import keras_wsad
assert "tensorflow" not in sys.modules
print(os.environ["TF_ENABLE_ONEDNN_OPTS"])
"""


@pytest.mark.parametrize(("setting", "expected"), [(None, "1"), ("0", "0"), ("1", "1")])
def test_tensorflow_finds_onednn_on_unless_the_user_turns_it_off(setting, expected):
    env = {name: value for name, value in os.environ.items() if "ONEDNN" not in name}
    if setting is not None:
        env["TF_ENABLE_ONEDNN_OPTS"] = setting
    command = [sys.executable, "-c", PROGRAM]
    result = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    assert result.stdout == f"{expected}\n"
