import shutil
import subprocess

import pytest

from benchmarks.compare import RevisionError
from benchmarks.compare import checked_out
from benchmarks.compare import compare
from benchmarks.compare import main
from benchmarks.contender import ROOT

# It does what the commit's package says, with the benchmarks of the checkout.
WORK = """
TITLE = "Toy"
SIZES = {"full": {}, "quick": {}}


def flops():
    return None


def _contender():
    import time

    from keras_wsad import toy

    def work():
        time.sleep(toy.SECONDS)
        return [toy.RESULT]

    return work


def _new():
    from keras_wsad import toy

    return lambda: toy.NEW and None


CONTENDERS = {"PyTorch": None, "keras_wsad": _contender, "keras_wsad new": _new}
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two commits; the second is faster and can do more."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "benchmarks", root / "benchmarks")
    (root / "benchmarks/works/toy_of_commit.py").write_text(WORK)
    shutil.copytree(ROOT / "keras_wsad", root / "keras_wsad")

    def git(*arguments):
        who = ("-c", "user.name=A", "-c", "user.email=a@b.c")
        subprocess.run(["git", "-C", root, *who, *arguments], check=True)

    git("init", "-q")
    for text in ("SECONDS, RESULT = 0.02, 1.0", "SECONDS, RESULT = 0.004, 1.0\nNEW = 1"):
        (root / "keras_wsad/toy.py").write_text(text)
        git("add", "keras_wsad/toy.py", "keras_wsad/__init__.py", "keras_wsad/errors.py")
        git("commit", "-qm", "toy")
    # The work is read from the repository that is compared.
    works = [*__import__("benchmarks.works").works.__path__, str(root / "benchmarks/works")]
    monkeypatch.setattr("benchmarks.works.__path__", works)
    return root


@pytest.mark.large
def test_each_commit_is_timed_with_its_own_package(repository):
    rows = compare(repository, ["HEAD~1", "HEAD"], ["toy_of_commit"], quick=True)
    ours, new = rows
    assert ours["contender"] == "keras_wsad"
    # A sleep may take longer, and never less.
    assert float(ours["before"].removesuffix(" ms")) >= 20
    assert float(ours["after"].removesuffix(" ms")) >= 4
    assert ours["result"] == "the same, deviation 0"
    # What the earlier commit cannot do is reported.
    assert "NEW" in new["before"]
    assert new["times as fast"] == "-"


def test_the_folders_of_both_commits_are_gone_afterwards(repository):
    with checked_out(repository, ["HEAD~1", "HEAD"]) as folders:
        texts = [(folder / "keras_wsad/toy.py").read_text() for folder in folders]
        assert texts[0] != texts[1]
        # A commit without benchmarks gets those of the checkout.
        assert all((folder / "benchmarks/worker.py").is_file() for folder in folders)
    assert not any(folder.exists() for folder in folders)
    command = ["git", "-C", repository, "worktree", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(listed.splitlines()) == 1


def test_an_unknown_commit_raises(repository, capsys):
    with pytest.raises(RevisionError), checked_out(repository, ["HEAD", "no_such"]):
        pass
    with pytest.raises(SystemExit):
        main(["HEAD", "no-such-commit", "--works", "training_step"])
    assert "git rev-parse" in capsys.readouterr().err
