import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from reproduce.audit_features import audit_as_markdown
from reproduce.audit_features import audit_features
from tests.data.synthetic import write_synthetic


@pytest.fixture
def root(tmp_path):
    write_synthetic(tmp_path / "data", train_per_class=4, test_per_class=2, feature_dim=16)
    return tmp_path / "data"


def audit(root, **kwargs):
    return audit_features(open_experiment_data(ExperimentConfig(data=str(root))), **kwargs)


def test_batches_that_follow_the_label_give_it_away(root):
    for path in (root / "features").iterdir():
        # As if another network had extracted the normal videos.
        clips = np.load(path)
        np.save(path, clips[:, ::-1] * 5 + 50 if "Normal" in path.name else clips)
    result = audit(root, num_groups=2)
    assert result["auc"] > 0.6
    assert result["video_auc"] == 1.0
    assert set(result["groups"][0]) == {"Normal"} or set(result["groups"][1]) == {"Normal"}
    assert sum(sum(group.values()) for group in result["groups"]) == 156
    assert "100.00" in audit_as_markdown(result, "some")


def test_batches_that_do_not_follow_the_label_give_nothing_away(root):
    for number, path in enumerate(sorted((root / "features").iterdir())):
        clips = np.load(path)
        np.save(path, clips[:, ::-1] * 5 + 50 if number % 2 else clips)
    result = audit(root, num_groups=2)
    assert result["explained"] > 0.5
    assert result["video_auc"] < 0.65
