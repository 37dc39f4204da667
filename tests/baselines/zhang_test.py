import numpy as np
import pytest

from keras_wsad.baselines.zhang import Zhang
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(Zhang, random, tmp_path, reads="normalized_features", learning_rate=0.01)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("zhang", tiny_settings, tmp_path)


def test_a_segment_is_scored_by_itself_and_the_six_before_it(random):
    model = open_head(Zhang, num_segments=12).build(5)
    features = random.random((1, 12, 5), "float32")
    changed = features.copy()
    changed[0, 3] += 1
    scores, again = (
        model.predict({"features": x, "normalized_features": x}, verbose=0)
        for x in (features, changed)
    )
    differ = np.abs(again["segment_scores"] - scores["segment_scores"])[0] > 0
    assert np.flatnonzero(differ).tolist() == [3, 4, 5, 6, 7, 8, 9]
