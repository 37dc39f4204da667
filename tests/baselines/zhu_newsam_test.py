import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.zhu_newsam import ZhuNewsam
from tests.baselines.check_head import FEATURES
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_head import separable_videos
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    model = check_head(ZhuNewsam, random, tmp_path, reads="normalized_features")
    inputs, is_anomalous, _ = separable_videos(np.random.default_rng(1))
    bags = model.predict(inputs, verbose=0)["bag_scores"][:, 0]
    assert bags[is_anomalous == 1].min() > bags[is_anomalous == 0].max()


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("zhu_newsam", tiny_settings, tmp_path)


def test_the_score_of_a_video_is_the_mean_of_its_segments_weighed(random):
    inputs, _, _ = separable_videos(random)
    model = open_head(ZhuNewsam).build(FEATURES)
    outputs = {name: ops.convert_to_numpy(x) for name, x in model(inputs).items()}
    weights = model.get_layer("attention")(inputs["normalized_features"])
    expected = (ops.convert_to_numpy(weights) * outputs["segment_scores"]).sum(axis=1)
    np.testing.assert_allclose(outputs["bag_scores"][:, 0], expected, rtol=1e-5)


def test_the_attention_is_not_penalised():
    model = open_head(ZhuNewsam, kernel_l2=1.0).build(6)
    for weight in model.weights:
        weight.assign(np.ones(weight.shape))
    assert float(sum(model.losses)) == 6 * 512 + 512 * 32 + 32
