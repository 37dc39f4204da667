import keras

from keras_wsad.errors import ConfigError
from keras_wsad.layers import MaxUnpooling


@keras.saving.register_keras_serializable("keras_wsad")
class RegularityAutoencoder(keras.Model):
    """The convolutional autoencoder of Hasan et al., on stacks of frames.

    ```
    conv 11x11 / 4, max pooling 3x3 / 2, conv 5x5, max pooling 3x3 / 2, conv 3x3,
    deconv 3x3, unpooling, deconv 5x5, unpooling, deconv 11x11 / 4
    ```

    with tanh after each convolution. 227 pixels become 55, 27 and 13 and go back the same
    way; unpooling puts each value where the pooling had its maximum. The widths are the
    paper's. Kernels, strides, padding, tanh, pooling, unpooling and initial weights are
    those of the authors' released network, which is half as wide. Two parts of it are left
    out: a local response normalisation with alpha 1e-4, which after tanh
    divides by less than 1.0001, and the two groups of its second convolution.

    Args:
        size: int. Height and width of a frame in pixels, 3 more than a multiple of 4, at
            least 35. Defaults to `227`.
        num_frames: int. Frames in a stack. Defaults to `10`.
        filters: tuple of three ints, filters of the three convolutions. Defaults to
            `(512, 256, 128)`, the paper's.
        kernel_l2: float. L2 penalty on all kernels. Defaults to `0.0`.
        dtype: str or `keras.DTypePolicy`. Precision of all but the output. Defaults to the
            global policy.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: a tensor of shape `(batch, size, size, num_frames)`: frames of grey from 0
            to 1, less their mean.

    Returns:
        A float32 tensor of the same shape, the reconstruction.

    Raises:
        ConfigError: the size is not restored by the decoder.

    Example:

    >>> import numpy as np
    >>> autoencoder = RegularityAutoencoder(size=35, num_frames=4, filters=(8, 4, 2))
    >>> tuple(autoencoder(np.zeros((2, 35, 35, 4), "float32")).shape)
    (2, 35, 35, 4)

    Reference:
        - [Hasan et al., 2016](https://arxiv.org/abs/1604.04574), section 3.2.
    """

    def __init__(
        self,
        size=227,
        num_frames=10,
        filters=(512, 256, 128),
        kernel_l2=0.0,
        dtype=None,
        **kwargs,
    ):
        dtype = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        if size % 4 != 3 or size < 35:
            raise ConfigError(
                "Expected a size of frames 3 more than a multiple of 4 and at least 35. "
                f"Received: size={size}"
            )
        first, second, third = filters

        # === Layers ===
        def options(name, activation="tanh"):
            return {
                "activation": activation,
                # Caffe's "xavier", which uses the fan-in for transposed kernels as well.
                "kernel_initializer": "lecun_uniform",
                "kernel_regularizer": keras.regularizers.L2(kernel_l2),
                "name": name,
                "dtype": dtype,
            }

        conv, deconv = keras.layers.Conv2D, keras.layers.Conv2DTranspose
        conv1 = conv(first, 11, 4, **options("conv1"))
        pool1 = keras.layers.MaxPooling2D(3, 2, name="pool1", dtype=dtype)
        conv2 = conv(second, 5, padding="same", **options("conv2"))
        pool2 = keras.layers.MaxPooling2D(3, 2, name="pool2", dtype=dtype)
        conv3 = conv(third, 3, padding="same", **options("conv3"))
        deconv3 = deconv(second, 3, padding="same", **options("deconv3"))
        unpool2 = MaxUnpooling(3, 2, name="unpool2", dtype=dtype)
        deconv2 = deconv(first, 5, padding="same", **options("deconv2"))
        unpool1 = MaxUnpooling(3, 2, name="unpool1", dtype=dtype)
        deconv1 = deconv(num_frames, 11, 4, **options("deconv1", activation=None))
        reconstruction = keras.layers.Activation(
            "tanh", name="reconstruction", dtype="float32"
        )

        # === Functional model ===
        inputs = keras.Input((size, size, num_frames), name="frames")
        wide1 = conv1(inputs)
        narrow1 = pool1(wide1)
        wide2 = conv2(narrow1)
        narrow2 = pool2(wide2)
        x = deconv3(conv3(narrow2))
        x = deconv2(unpool2([wide2, narrow2, x]))
        outputs = reconstruction(deconv1(unpool1([wide1, narrow1, x])))
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.size = size
        self.num_frames = num_frames
        self.filters = tuple(filters)
        self.kernel_l2 = kernel_l2
        self.dtype_policy = dtype

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "size": self.size,
            "num_frames": self.num_frames,
            "filters": self.filters,
            "kernel_l2": self.kernel_l2,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }
