import numpy as np
import pytest

from keras_wsad.baselines.learner import Learner
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import RunError


class Mean(Learner):
    """Has learned two arrays."""

    arrays = ("mean", "count")

    def fit(self, data, run):
        self.learned = {"mean": np.arange(3), "count": 5}

    def score(self, data, videos):
        raise NotImplementedError


class Median(Mean):
    arrays = ("median",)


@pytest.fixture
def learner():
    return Mean(ExperimentConfig())


def test_arrays_come_back(tmp_path, learner):
    learner.fit(None, None)
    learner.save(tmp_path / "system")
    again = Mean(ExperimentConfig())
    again.load(tmp_path / "system")
    assert again.learned["mean"].tolist() == [0, 1, 2]
    assert int(again.learned["count"]) == 5
    with pytest.raises(RunError, match="of another system"):
        Median(ExperimentConfig()).load(tmp_path / "system")


def test_pickles_raise(tmp_path, learner):
    np.savez(tmp_path / "learned.npz", mean=np.array([{}], dtype=object), count=1)
    with pytest.raises(RunError, match=r"learned\.npz"):
        learner.load(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_a_damaged_file_is_named(tmp_path, learner, content):
    if content is not None:
        (tmp_path / "learned.npz").write_bytes(content)
    with pytest.raises(RunError, match=r"learned\.npz"):
        learner.load(tmp_path)
