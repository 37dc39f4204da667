import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.i3d_baseline import I3DBaseline
from keras_wsad.models import JointModel
from tests.baselines.check_head import FEATURES
from tests.baselines.check_head import SEGMENTS
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_head import separable_videos
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    # The published rate is for more steps.
    check_head(I3DBaseline, random, tmp_path, reads="features", learning_rate=0.02)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("i3d_baseline", tiny_settings, tmp_path)


def test_it_is_the_detection_branch_of_l1(random):
    inputs, _, _ = separable_videos(random)
    joint = JointModel(
        SEGMENTS, FEATURES, lstm=False, second_level=False, first_level=False
    )
    model = open_head(I3DBaseline).build(FEATURES)
    for ours, theirs in (("latent", "detection_latent"), ("score", "detection_score")):
        ours, theirs = model.get_layer(ours), joint.get_layer(theirs)
        assert (
            ours.kernel_regularizer.get_config() == theirs.kernel_regularizer.get_config()
        )
        ours.set_weights(theirs.get_weights())
    rates = [layer.rate for layer in model.layers if "dropout" in layer.name]
    assert rates == [joint.get_layer("detection_dropout").rate] * 2
    actual, expected = (
        ops.convert_to_numpy(each(inputs)["segment_scores"]) for each in (model, joint)
    )
    np.testing.assert_allclose(actual, expected, rtol=1e-6)
