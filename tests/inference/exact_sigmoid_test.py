import numpy as np

from keras_wsad.inference.exact_sigmoid import exact_sigmoid


def test_digits_are_kept_at_both_ends():
    x = np.linspace(-80, 15, 2001).astype("float32")
    exact = 1 / (1 + np.exp(-x.astype("float64")))
    found = np.asarray(exact_sigmoid(x))
    np.testing.assert_allclose(found, exact, rtol=2e-6)
    # Next to 1 it is the nearest number of float32, but for a tie.
    assert np.abs(found - exact)[x > 9].max() < 1.01 * 2.0**-25
    assert found[-1] < 1
    assert np.asarray(exact_sigmoid(np.float32([-1e4, 1e4]))).tolist() == [0, 1]
