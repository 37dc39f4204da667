import subprocess
import sys

WRITE = """
import os
from keras_wsad.cli import tensorflow_noise

with tensorflow_noise._filtered_stderr():
    os.write(2, b"port.cc:153] oneDNN custom operations are on. You may see\\n")
    os.write(2, b"port.cc:154] something new\\n")
"""


def stderr_of(program):
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True).stderr


def test_only_the_known_lines_are_held_back():
    assert stderr_of(WRITE) == "port.cc:154] something new\n"


def test_a_process_that_dies_while_lines_are_held_back_says_where():
    shown = stderr_of(WRITE + "    os.abort()\n")
    assert "Fatal Python error: Aborted" in shown
    assert "line 8 in <module>" in shown
