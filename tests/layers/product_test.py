import keras
import numpy as np
from keras import ops

from keras_wsad.layers import LSTM
from keras_wsad.layers import Dense
from keras_wsad.layers import lstm
from keras_wsad.layers.product import product
from keras_wsad.layers.product import products_by


def test_a_way_holds_for_its_kernel_and_its_block(random):
    kernels = [keras.Variable(random.normal(size=(4, 2))) for _ in range(2)]
    inputs = random.normal(size=(3, 5, 4)).astype("float32")

    def products():
        return [ops.convert_to_numpy(product(inputs, kernel)) for kernel in kernels]

    plain = products()
    np.testing.assert_allclose(
        plain[0], inputs @ ops.convert_to_numpy(kernels[0]), rtol=1e-5, atol=1e-6
    )
    with products_by({id(kernels[1]): lambda inputs: ops.zeros((3, 5, 2))}):
        np.testing.assert_array_equal(products()[0], plain[0])
        assert not products()[1].any()
    np.testing.assert_array_equal(products()[1], plain[1])


def test_layers_take_their_products_here(random, monkeypatch):
    monkeypatch.setattr(lstm, "has_gpu", lambda: False)
    inputs = random.normal(size=(3, 5, 4)).astype("float32")
    for layer in (Dense(2, use_bias=False), LSTM(2, use_bias=False)):
        layer.build(inputs.shape)
        kernel = layer.cell.kernel if isinstance(layer, LSTM) else layer.kernel
        assert ops.convert_to_numpy(layer(inputs)).any()
        with products_by({id(kernel): lambda x, k=kernel: ops.matmul(x, k * 0)}):
            assert not ops.convert_to_numpy(layer(inputs)).any()
