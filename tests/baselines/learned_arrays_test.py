import numpy as np
import pytest

from keras_wsad.baselines.learned_arrays import load_arrays
from keras_wsad.baselines.learned_arrays import save_arrays
from keras_wsad.errors import RunError


def test_arrays_come_back(tmp_path):
    save_arrays(tmp_path, {"a": np.arange(3), "b": 5})
    arrays = load_arrays(tmp_path, ["a", "b"])
    assert arrays["a"].tolist() == [0, 1, 2]
    assert int(arrays["b"]) == 5


def test_pickles_raise(tmp_path):
    np.savez(tmp_path / "learned.npz", a=np.array([{}], dtype=object))
    with pytest.raises(RunError, match=r"learned\.npz"):
        load_arrays(tmp_path, ["a"])


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_a_damaged_file_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "learned.npz").write_bytes(content)
    with pytest.raises(RunError, match=r"learned\.npz"):
        load_arrays(tmp_path, ["a"])


def test_the_arrays_of_another_system_raise(tmp_path):
    save_arrays(tmp_path, {"label": 7})
    with pytest.raises(RunError, match="of another system"):
        load_arrays(tmp_path, ["kernel"])
