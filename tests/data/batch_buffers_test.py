import gc

import numpy as np

from keras_wsad.data.batch_buffers import BatchBuffers


def test_memory_that_is_held_is_not_used_again():
    buffers = BatchBuffers((5, 7))
    held = [buffers.take() for _ in range(4)]
    for number, array in enumerate(held):
        array[:] = number
    assert len({array.ctypes.data for array in held}) == 4
    assert [array.mean() for array in held] == [0, 1, 2, 3]


def test_a_view_holds_the_memory_as_well():
    buffers = BatchBuffers((5, 7))
    array = buffers.take()
    array[:] = 1
    view = np.asarray(array)[2:].reshape(-1).view()[3:]
    place = array.ctypes.data
    del array
    gc.collect()
    other = buffers.take()
    other[:] = 2
    assert other.ctypes.data != place and (view == 1).all()
    del view
    assert buffers.take().ctypes.data == place


def test_arrays_begin_where_tensorflow_takes_them_over():
    buffers = BatchBuffers((3, 5))
    held = [buffers.take() for _ in range(5)]
    assert all(array.ctypes.data % 64 == 0 and array.shape == (3, 5) for array in held)
