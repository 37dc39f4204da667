"""A work of the benchmarks with a count of its operations."""

TITLE = "Toy product"
SIZES = {"full": {"side": 64}, "quick": {"side": 64}}


def flops(side):
    return 2 * side**3


def _numpy(side):
    import numpy as np

    left = np.ones((side, side), "float32")
    return lambda: (left @ left)[0]


CONTENDERS = {"numpy": _numpy}
