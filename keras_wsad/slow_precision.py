"""Whether a processor gains by bfloat16: not all that have it do."""

import sys
import time

import numpy as np
from keras import ops

from keras_wsad.gpu import has_gpu

# Large enough to keep the cores busy, small enough not to be waited for.
_ROWS, _DEPTH = 256, 1024
_REPETITIONS = 5
# Times as long, below which nothing is said: it may be chance.
_SLOWER = 1.2


def warn_of_slow_bfloat16(precision):
    """Says on the standard error output if float32 would be faster on this machine.

    Some processors have units that multiply matrices of bfloat16, others take longer for
    it than for float32 although they know it. So it is measured. Nothing is said where
    there is a GPU.

    Args:
        precision: str or `None`. What is to be computed in. Of others than `"bfloat16"` and
            `"mixed_bfloat16"` nothing is said.
    """
    if precision not in ("bfloat16", "mixed_bfloat16") or has_gpu():
        return
    ratio = time_product("bfloat16") / time_product("float32")
    if ratio > _SLOWER:
        print(
            f"warning: a product of matrices in bfloat16 takes {ratio:.1f} times as long "
            "as in float32 on this machine; float32 is likely to be faster",
            file=sys.stderr,
        )


def time_product(dtype):
    """Returns the seconds that a product of matrices takes, the least of a few.

    Args:
        dtype: str.
    """
    left = ops.cast(np.ones((_ROWS, _DEPTH), "float32"), dtype)
    right = ops.cast(np.ones((_DEPTH, _DEPTH), "float32"), dtype)
    seconds = []
    # The first one sets things up.
    for _ in range(1 + _REPETITIONS):
        start = time.perf_counter()
        product = ops.matmul(left, right)
        # A backend may return before it has computed.
        ops.convert_to_numpy(ops.cast(product[0, :1], "float32"))
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])
