import keras
import numpy as np
from keras import ops

from keras_wsad.baselines.adagrad import adagrad


def test_steps_are_those_of_keras_1():
    weights, total = np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(4)
    variable, optimizer = keras.Variable(weights), adagrad(0.01)
    for gradient in ([0.5, -2.0, 1e-5, 0.0], [-1.0, 2.0, 1e-5, 0.0]):
        total += np.square(gradient)
        weights = weights - 0.01 * np.array(gradient) / (np.sqrt(total) + 1e-8)
        optimizer.apply([ops.convert_to_tensor(gradient, "float32")], [variable])
    np.testing.assert_allclose(ops.convert_to_numpy(variable), weights, atol=2e-5)
