"""Whether there is a GPU, whatever Keras runs on."""


def has_gpu():
    """Returns whether the backend of Keras sees a GPU."""
    # Not at the top: importing Keras imports layers, which need this module.
    import keras

    if keras.backend.backend() == "torch":
        import torch

        return torch.cuda.is_available()
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:
        # JAX says so in this way.
        return False
