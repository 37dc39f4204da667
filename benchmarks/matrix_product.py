"""A matrix product, whose speed is the ceiling that works are compared with.

It is measured beside each work of `benchmarks.works`; the best contender of each precision
is the ceiling. Its size is that of the joint model's largest product, the LSTM's input
projection of 60 videos.
"""

TITLE = "Matrix product"
SIZES = {
    "full": {"rows": 1920, "depth": 7168, "columns": 4096},
    "quick": {"rows": 960, "depth": 2048, "columns": 2048},
}


def flops(rows, depth, columns):
    return 2 * rows * depth * columns


def _tensorflow(dtype, rows, depth, columns):
    from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

    import_tensorflow_quietly()
    import tensorflow as tf

    left = tf.cast(tf.random.stateless_normal((rows, depth), (0, 0)), dtype)
    right = tf.cast(tf.random.stateless_normal((depth, columns), (0, 1)), dtype)
    product = tf.function(tf.matmul, jit_compile=False)

    def work():
        # Reading a value waits for an asynchronous device.
        product(left, right)[0, 0].numpy()

    return work


def _pytorch(dtype, rows, depth, columns):
    import torch

    torch.manual_seed(0)
    left = torch.randn(rows, depth).to(getattr(torch, dtype))
    right = torch.randn(depth, columns).to(getattr(torch, dtype))

    def work():
        torch.matmul(left, right)[0, 0].item()

    return work


def _contender(of_library, dtype):
    return lambda **size: of_library(dtype, **size)


PRECISION = {
    f"{library} {dtype}": dtype
    for dtype in ("float32", "bfloat16")
    for library in ("TensorFlow", "PyTorch")
}
CONTENDERS = {
    name: _contender(_tensorflow if name.startswith("TensorFlow") else _pytorch, dtype)
    for name, dtype in PRECISION.items()
}
