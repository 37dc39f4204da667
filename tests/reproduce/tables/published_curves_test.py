import numpy as np
import pytest
import scipy.io
from sklearn.metrics import auc

from keras_wsad.errors import DataError
from reproduce.tables.published_curves import read_published_curves


def test_the_published_curves_have_the_published_areas(real_data):
    curves = read_published_curves(real_data / "ucf_crime" / "roc")
    areas = {
        name.partition(",")[0]: round(auc(*rates), 4) for name, rates in curves.items()
    }
    assert areas == {
        "Hasan et al.": 0.5066,
        "Lu et al.": 0.6551,
        "Proposed model": 0.8212,
        "SVM baseline": 0.4999,
        "Sultani et al.": 0.7541,
    }


def test_both_forms_are_read_and_the_rest_is_left(tmp_path):
    scipy.io.savemat(tmp_path / "mine.mat", {"X": [[0, 1]], "Y": [[0, 1]]})
    np.save(tmp_path / "sultani_fpr.npy", np.array([0, 0, 1]))
    np.save(tmp_path / "sultani_tpr.npy", np.array([0, 1, 1]))
    (tmp_path / "readme.txt").write_text("no curve", encoding="utf-8")
    names = sorted(read_published_curves(tmp_path))
    assert names == ["Sultani et al., published: 1.0000", "mine, published: 0.5000"]


def test_bad_files_are_named(tmp_path):
    with pytest.raises(DataError, match="Found none"):
        read_published_curves(tmp_path)
    (tmp_path / "bad.mat").write_bytes(b"no mat")
    with pytest.raises(DataError, match=r"bad\.mat"):
        read_published_curves(tmp_path)
    (tmp_path / "bad.mat").unlink()
    np.save(tmp_path / "one_fpr.npy", np.array([0, 1]))
    with pytest.raises(DataError, match="one_"):
        read_published_curves(tmp_path)
