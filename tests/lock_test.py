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
