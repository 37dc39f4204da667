"""Whether there is a GPU, whatever Keras runs on."""

import keras


def has_gpu():
    """Returns whether the backend of Keras sees a GPU."""
    if keras.backend.backend() == "torch":
        import torch

        return torch.cuda.is_available()
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:
        # JAX says so in this way.
        return False
