"""One clip through I3D, from pixels in memory to features, with random weights.

The published weights take as long. OpenVINO's int8 is calibrated on noise, so its deviation
is not typical; `reproduce/backbone_precision.py` measures what int8 costs.
"""

TITLE = "I3D, one clip"
SIZES = {
    "full": {"clip_shape": [64, 224, 224, 3]},
    "quick": {"clip_shape": [16, 64, 64, 3]},
}
# Shares of the largest feature. Low precision rounds 22 convolutions in a row.
TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2, "int8": 0.3}


def flops(clip_shape):
    """Counts two operations per multiply-add of the convolutions."""
    import keras
    import numpy as np

    from keras_wsad.backbones import I3D

    return sum(
        2 * int(np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:4]))
        for layer in I3D(clip_shape=tuple(clip_shape)).layers
        if isinstance(layer, keras.layers.Conv3D)
    )


def pytorch(autocast=False):
    """Returns a set-up of the network in eager PyTorch."""

    def set_up(clip_shape):
        import torch

        from benchmarks.torch_i3d import TorchI3D

        network, clip = TorchI3D(_weights()), _scaled(clip_shape)

        def work():
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                return network(clip)[0]

        return work

    return set_up


def unfolded(clip_shape):
    """`predict_on_batch` of the Keras model, batch norms not folded."""
    model, clip = _keras_model(clip_shape), _scaled(clip_shape)
    model.compile(jit_compile=False)
    return lambda: model.predict_on_batch(clip)


def ours(precision, runtime=None):
    """Returns a set-up of the network that extraction uses."""

    def set_up(clip_shape):
        from keras_wsad.backbones.registry import find_backbone

        model, clip = _keras_model(clip_shape), _clip(clip_shape)
        entry = find_backbone("i3d")
        if runtime == "openvino":
            from keras_wsad.backbones.openvino_network import OpenVINONetwork

            network = OpenVINONetwork.convert(model, entry, precision, calibration=[clip])
        else:
            from keras_wsad.backbones.keras_network import KerasNetwork

            network = KerasNetwork(model, entry, precision)
        return lambda: network(clip)

    return set_up


def _weights():
    import numpy as np

    from benchmarks.torch_i3d import random_weights

    return random_weights(np.random.default_rng(0))


def _clip(clip_shape):
    import numpy as np

    return np.random.default_rng(1).integers(0, 256, (1, *clip_shape), np.uint8)


def _scaled(clip_shape):
    """Returns the clip scaled to -1 to 1, for networks that do not scale it themselves."""
    return (_clip(clip_shape) / 127.5 - 1).astype("float32")


def _keras_model(clip_shape):
    from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_wsad.backbones import I3D
    from keras_wsad.backbones.i3d_weights import checkpoint_name

    arrays = _weights()
    model = I3D(clip_shape=tuple(clip_shape))
    for variable in model.weights:
        variable.assign(arrays[checkpoint_name(variable.path)])
    return model


CONTENDERS = {
    "PyTorch eager": pytorch(),
    "PyTorch bfloat16 autocast": pytorch(autocast=True),
    "Keras, batch norms not folded": unfolded,
    "keras_wsad float32": ours("float32"),
    "keras_wsad bfloat16": ours("bfloat16"),
    "OpenVINO float32": ours("float32", "openvino"),
    "OpenVINO bfloat16": ours("bfloat16", "openvino"),
    "OpenVINO int8": ours("int8", "openvino"),
}
PRECISION = {
    name: precision
    for precision in ("bfloat16", "int8")
    for name in CONTENDERS
    if precision in name
}
