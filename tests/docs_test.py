import configparser
import importlib.util
import json
import pathlib
import re
import shlex
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()


def arguments_of(instruction):
    """What stands behind the only line of an instruction."""
    (line,) = (line for line in LINES if line.startswith(f"{instruction} "))
    return line.partition(" ")[2]


def test_every_page_is_in_the_navigation():
    content = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = re.findall(r"'([a-z_]+\.md)'", str(content["nav"]))
    assert sorted(pages) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.large
def test_the_site_is_built_without_a_warning(tmp_path):
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("needs the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Weakly supervised" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_image_runs_a_command_that_there_is():
    from keras_wsad.cli import COMMANDS

    (program,) = json.loads(arguments_of("ENTRYPOINT"))
    command, *options = json.loads(arguments_of("CMD"))
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    scripts = setup["options.entry_points"]["console_scripts"]
    assert program in re.findall(r"^([\w-]+) =", scripts, re.MULTILINE)
    assert command in COMMANDS
    source = (ROOT / "keras_wsad" / "cli" / f"{command}.py").read_text(encoding="utf-8")
    for option in options[::2]:
        assert f'"{option}"' in source, option


def test_the_image_installs_an_extra_that_there_is_from_what_it_copies():
    source, target = shlex.split(arguments_of("COPY"))
    assert source == "."
    (install,) = (line for line in LINES if "pip install" in line)
    (extra,) = re.findall(rf"{target}\[(\w+)\]", install)
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert extra in setup["options.extras_require"]
    python = re.fullmatch(r"python:3\.(\d+)-slim", arguments_of("FROM"))
    assert int(python[1]) >= 11
