import pytest

from keras_wsad.baselines.dubey import Dubey
from keras_wsad.errors import ConfigError
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    # The published rate is for 20,000 steps.
    check_head(Dubey, random, tmp_path, reads="normalized_features", learning_rate=0.02)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("dubey", tiny_settings, tmp_path)


def test_the_published_size():
    # 512 to 128, to 32, to 1, with biases: 65,664 + 4,128 + 33.
    assert open_head(Dubey, num_segments=32).build(512).count_params() == 69_825


def test_too_few_segments_for_three_top_scores_raise():
    with pytest.raises(ConfigError, match="num_segments=2"):
        open_head(Dubey, num_segments=2)
