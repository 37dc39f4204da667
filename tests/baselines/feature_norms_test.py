import logging
import types

import numpy as np
import pytest

from keras_wsad.baselines.feature_norms import warn_of_other_norms


def data_of_norm(norm):
    """Three training videos of two segments and two crops, the second ten times as long."""
    features = np.full((6, 2, 4), norm / 2, "float32")
    features[1::2] *= 10
    return types.SimpleNamespace(
        training=["a", "b", "c"],
        rows=lambda videos, crop: [2 * place + crop for place in range(len(videos))],
        store=types.SimpleNamespace(features=features),
    )


@pytest.mark.parametrize("norm", [2.5, 50])
def test_features_of_another_size_are_named_with_their_norm(norm, caplog):
    with caplog.at_level(logging.WARNING, logger="keras_wsad"):
        assert warn_of_other_norms("RTFM", data_of_norm(norm), 0) == pytest.approx(norm)
    (record,) = caplog.records
    assert "RTFM" in record.getMessage()
    assert f"about 22 (11 to 44). These have {norm:.3g}" in record.getMessage()


def test_features_of_the_published_size_pass_silently(caplog):
    with caplog.at_level(logging.WARNING, logger="keras_wsad"):
        warn_of_other_norms("RTFM", data_of_norm(20), 0)
    assert not caplog.records


def test_the_norm_is_that_of_the_crop_to_train_on(caplog):
    assert warn_of_other_norms("RTFM", data_of_norm(20), 1) == pytest.approx(200)
