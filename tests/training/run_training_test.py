import keras
import pytest

from keras_wsad.training.run_training import op_determinism


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a mode of TensorFlow's"
)
def test_operations_are_afterwards_what_they_were_before():
    from tensorflow.python.framework import config

    assert not config.is_op_determinism_enabled()
    with pytest.raises(RuntimeError), op_determinism():
        assert config.is_op_determinism_enabled()
        raise RuntimeError
    assert not config.is_op_determinism_enabled()
    with op_determinism(), op_determinism():
        pass
    assert not config.is_op_determinism_enabled()
