import collections
import math
import weakref

import numpy as np

# TensorFlow takes an array over as it is if it begins at a multiple of this; others it
# copies.
_ALIGNMENT = 64


class BatchBuffers:
    """Arrays of one shape, whose memory is used again when nobody holds them any more.

    Memory that is new costs as much as what is written to it, for the system clears it
    first.

    Args:
        shape: tuple of ints. Of the float32 arrays.

    Example:

    >>> buffers = BatchBuffers((2, 3))
    >>> first, second = buffers.take(), buffers.take()
    >>> place = first.ctypes.data
    >>> del first
    >>> buffers.take().ctypes.data == place
    True
    """

    def __init__(self, shape):
        self._shape = tuple(shape)
        self._free = collections.deque()

    def take(self):
        """Returns an array to be filled; what it holds is left over from before."""
        try:
            memory = self._free.pop()
        except IndexError:
            memory = _new_memory(math.prod(self._shape) * np.dtype(np.float32).itemsize)
        # All views, and views of those, hold this array, since its own base is no array.
        array = np.frombuffer(memory, np.float32)
        released = weakref.finalize(array, self._free.append, memory)
        released.atexit = False
        return array.reshape(self._shape)


def _new_memory(size):
    room = np.empty(size + _ALIGNMENT, np.uint8)
    start = -room.ctypes.data % _ALIGNMENT
    return memoryview(room[start : start + size])
