import numpy as np
import pytest

from keras_wsad.metrics.score_text import score_text


@pytest.mark.parametrize("distance", [0.004, 1e-3, 9.7e-5, 5e-6, 6e-8])
def test_only_0_reads_as_0_and_only_1_as_1(distance):
    assert score_text(0.0) == "0.00"
    assert score_text(1.0) == "1.00"
    assert float(score_text(distance)) == pytest.approx(distance, rel=0.05)
    assert 0.9 < float(score_text(1 - distance)) < 1


def test_scores_of_a_model_are_read_in_single_precision():
    assert score_text(np.float32(0.1)) == "0.10"
    assert score_text(np.nextafter(np.float32(1), np.float32(0))) == "0.99999994"


def test_thresholds_beyond_all_scores_are_written_as_they_are():
    assert score_text(-1) == "-1.00"
    assert score_text(2) == "2.00"
