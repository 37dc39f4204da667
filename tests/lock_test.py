import configparser
import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def locked():
    with open(ROOT / "uv.lock", "rb") as file:
        return tomllib.load(file)["package"]


def test_every_package_comes_with_its_hash_from_the_public_index(locked):
    others = [package for package in locked if package["name"] != "keras-wsad"]
    assert {package["source"]["registry"] for package in others} == {
        "https://pypi.org/simple"
    }
    for package in others:
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files
        for file in files:
            assert file["url"].startswith("https://files.pythonhosted.org/")
            assert file["hash"].startswith("sha256:")


def test_constraints_are_the_versions_of_the_lock(locked):
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    constraints = set(re.findall(r"^([\w.-]+==[\w.+-]+)", text, re.MULTILINE))
    assert constraints == {
        f"{package['name']}=={package['version']}"
        for package in locked
        if package["name"] != "keras-wsad"
    }


def test_the_lock_knows_the_requirements_of_setup_cfg(locked):
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = {
        name: text.split("\n") for name, text in config.items("options.extras_require")
    }
    required = config["options"]["install_requires"].split("\n")
    stated = {requirement(line) for line in required if line}
    stated |= {
        (*requirement(line), extra)
        for extra, lines in extras.items()
        for line in lines
        if line
    }
    (own,) = (package for package in locked if package["name"] == "keras-wsad")
    known = set()
    for entry in own["metadata"]["requires-dist"]:
        specifier = frozenset(filter(None, entry.get("specifier", "").split(",")))
        extra = re.findall(r"extra == '([\w-]+)'", entry.get("marker", ""))
        known.add((entry["name"], specifier, *extra))
    assert stated == known


def requirement(line):
    """Returns the name and the bounds of `name[extras] >=1, <2`."""
    name, bounds = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?\s*(.*)", line.strip()).groups()
    specifier = frozenset(filter(None, bounds.replace(" ", "").split(",")))
    return re.sub(r"[-_.]+", "-", name).lower(), specifier
