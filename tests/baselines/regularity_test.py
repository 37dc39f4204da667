import numpy as np

from keras_wsad.baselines.regularity import regularity


def test_by_hand():
    # (6 - 2) / 8, (2 - 2) / 8, (8 - 2) / 8
    np.testing.assert_allclose(regularity([6, 2, 8]), [1 - 0.5, 1, 1 - 0.75])


def test_the_scale_of_the_errors_does_not_matter(random):
    errors = random.random(9)
    np.testing.assert_allclose(regularity(17 * errors), regularity(errors))


def test_a_perfect_reconstruction_is_regular_throughout():
    assert regularity(np.zeros(4)).tolist() == [1, 1, 1, 1]
    assert regularity([3.0]).tolist() == [1]
