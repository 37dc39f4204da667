"""An independent I3D in PyTorch, written from the publication without keras_wsad."""

import numpy as np

PREFIX = "RGB/inception_i3d"
# Filters of the branches: 1x1; 1x1 and 3x3; 1x1 and 3x3; 1x1 after pooling.
BLOCKS = {
    "Mixed_3b": (64, 96, 128, 16, 32, 32),
    "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64),
    "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64),
    "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128),
    "Mixed_5c": (384, 192, 384, 48, 128, 128),
}


def units_of(block):
    """Returns the names of a block's six convolutions, in the order of their filters."""
    # One name differs in the published checkpoint.
    last = "Conv3d_0a_3x3" if block == "Mixed_5b" else "Conv3d_0b_3x3"
    return (
        f"{block}/Branch_0/Conv3d_0a_1x1",
        f"{block}/Branch_1/Conv3d_0a_1x1",
        f"{block}/Branch_1/Conv3d_0b_3x3",
        f"{block}/Branch_2/Conv3d_0a_1x1",
        f"{block}/Branch_2/{last}",
        f"{block}/Branch_3/Conv3d_0b_1x1",
    )


def published_shapes(width=1.0, num_classes=400):
    """Returns the shape of every variable of the published checkpoint, by its name."""
    shapes = {}

    def add(unit, size, inputs, outputs):
        shapes[f"{PREFIX}/{unit}/conv_3d/w"] = (size, size, size, inputs, outputs)
        for kind in ("beta", "moving_mean", "moving_variance"):
            shapes[f"{PREFIX}/{unit}/batch_norm/{kind}"] = (outputs,)

    stem = [round(number * width) for number in (64, 64, 192)]
    add("Conv3d_1a_7x7", 7, 3, stem[0])
    add("Conv3d_2b_1x1", 1, stem[0], stem[1])
    add("Conv3d_2c_3x3", 3, stem[1], stem[2])
    channels = stem[2]
    for block, numbers in BLOCKS.items():
        a, b, c, d, e, f = (round(number * width) for number in numbers)
        inputs = (channels, channels, b, channels, d, channels)
        sizes = (1, 1, 3, 1, 3, 1)
        for unit, size, before, after in zip(
            units_of(block), sizes, inputs, (a, b, c, d, e, f), strict=True
        ):
            add(unit, size, before, after)
        channels = a + c + e + f
    head = f"{PREFIX}/Logits/Conv3d_0c_1x1/conv_3d"
    shapes[f"{head}/w"] = (1, 1, 1, channels, num_classes)
    shapes[f"{head}/b"] = (num_classes,)
    return shapes


def random_weights(random, **sizes):
    """Returns random weights and batch statistics, with which no layer is trivial."""
    arrays = {}
    for name, shape in published_shapes(**sizes).items():
        values = random.normal(size=shape)
        if name.endswith("/w"):
            values *= np.sqrt(2 / np.prod(shape[:-1]))
        elif name.endswith("variance"):
            values = 0.5 + np.abs(values)
        else:
            values *= 0.1
        arrays[name] = values.astype("float32")
    return arrays


class TorchI3D:
    """The published network on RGB.

    Args:
        arrays: dict from published name to array. Their dtype is that of the computation.
    """

    def __init__(self, arrays):
        import torch

        self.torch = torch
        self.weights = {name: torch.tensor(array) for name, array in arrays.items()}
        # Transposed once to the layout of PyTorch's convolutions.
        self.kernels = {
            name: weight.permute(4, 3, 0, 1, 2).contiguous()
            for name, weight in self.weights.items()
            if weight.ndim == 5
        }

    def __call__(self, clips):
        """Returns the features `(batch, features)` and the logits `(batch, classes)`."""
        with self.torch.inference_mode():
            x = self.torch.tensor(clips).permute(0, 4, 1, 2, 3)
            x = self.unit(x, "Conv3d_1a_7x7", 2)
            x = self.pool(x, (1, 3, 3), (1, 2, 2))
            x = self.unit(x, "Conv3d_2b_1x1")
            x = self.unit(x, "Conv3d_2c_3x3")
            x = self.pool(x, (1, 3, 3), (1, 2, 2))
            for block in BLOCKS:
                if block == "Mixed_4b":
                    x = self.pool(x, (3, 3, 3), (2, 2, 2))
                if block == "Mixed_5b":
                    x = self.pool(x, (2, 2, 2), (2, 2, 2))
                x = self.mixed(x, *units_of(block))
            x = self.torch.nn.functional.avg_pool3d(x, (2, *x.shape[3:]), stride=1)
            features = x.permute(0, 2, 3, 4, 1).flatten(1)
            head = f"{PREFIX}/Logits/Conv3d_0c_1x1/conv_3d"
            kernel = self.weights[f"{head}/w"][0, 0, 0]
            steps = x[:, :, :, 0, 0].transpose(1, 2) @ kernel + self.weights[f"{head}/b"]
            return features.float().numpy(), steps.mean(dim=1).float().numpy()

    def mixed(self, x, first, reduce_1, conv_1, reduce_2, conv_2, after_pool):
        branches = [
            self.unit(x, first),
            self.unit(self.unit(x, reduce_1), conv_1),
            self.unit(self.unit(x, reduce_2), conv_2),
            self.unit(self.pool(x, (3, 3, 3), (1, 1, 1)), after_pool),
        ]
        return self.torch.cat(branches, dim=1)

    def unit(self, x, name, stride=1):
        kernel = self.kernels[f"{PREFIX}/{name}/conv_3d/w"]
        x = self.pad(x, kernel.shape[2:], (stride,) * 3, 0.0)
        x = self.torch.nn.functional.conv3d(x, kernel, stride=stride)
        beta, mean, variance = (
            self.weights[f"{PREFIX}/{name}/batch_norm/{kind}"]
            for kind in ("beta", "moving_mean", "moving_variance")
        )
        normalize = self.torch.nn.functional.batch_norm
        return self.torch.relu(normalize(x, mean, variance, bias=beta, eps=1e-3))

    def pool(self, x, size, stride):
        x = self.pad(x, size, stride, -float("inf"))
        return self.torch.nn.functional.max_pool3d(x, size, stride)

    def pad(self, x, size, stride, value):
        """TensorFlow's SAME padding; an odd remainder goes to the end."""
        before_and_after = []
        # PyTorch takes the last axis first.
        for length, window, step in reversed(
            list(zip(x.shape[2:], size, stride, strict=True))
        ):
            missing = max((-(-length // step) - 1) * step + window - length, 0)
            before_and_after += [missing // 2, missing - missing // 2]
        return self.torch.nn.functional.pad(x, before_and_after, value=value)
