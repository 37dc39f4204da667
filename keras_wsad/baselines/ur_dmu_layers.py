"""The layers of UR-DMU."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MemoryUnit(keras.layers.Layer):
    """A memory of learnt slots that answers to a segment and is read by it.

    ```
    w_t = sigmoid(M x_t / sqrt D)                         (slots,)
    answer_t = mean of the slots // 16 + 1 highest w_t
    read_t = M^T w_t                                      (features,)
    ```

    Args:
        slots: int.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        `(answers, read)`: tensors of shape `(batch, segments)` and that of the inputs.
    """

    def __init__(self, slots, **kwargs):
        super().__init__(**kwargs)
        self.slots = slots

    def build(self, input_shape):
        limit = input_shape[-1] ** -0.5
        self.memory = self.add_weight(
            shape=(self.slots, input_shape[-1]),
            initializer=keras.initializers.RandomUniform(-limit, limit),
            name="memory",
        )

    def call(self, inputs):
        scale = inputs.shape[-1] ** -0.5
        weights = ops.sigmoid(ops.matmul(inputs, ops.transpose(self.memory)) * scale)
        top, _ = ops.top_k(weights, self.slots // 16 + 1)
        return ops.mean(top, axis=-1), ops.matmul(weights, self.memory)

    def compute_output_shape(self, input_shape):
        return input_shape[:-1], input_shape

    def get_config(self):
        return {**super().get_config(), "slots": self.slots}


@keras.saving.register_keras_serializable("keras_wsad")
class MeanAtTop(keras.layers.Layer):
    """Mean features of the segments of a video with the `T // divisor + 1` highest scores.

    Args:
        divisor: int. Defaults to `16`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors, features of shape `(batch, segments, features)` and
            scores of shape `(batch, segments)`. No gradient reaches the scores.

    Returns:
        A tensor of shape `(batch, features)`.
    """

    def __init__(self, divisor=16, **kwargs):
        super().__init__(**kwargs)
        self.divisor = divisor

    def call(self, inputs):
        features, scores = inputs
        num_segments = scores.shape[1]
        count = num_segments // self.divisor + 1
        _, top = ops.top_k(scores, count)
        weights = ops.sum(ops.one_hot(top, num_segments, dtype=features.dtype), axis=1)
        return ops.einsum("bt,btd->bd", weights / count, features)

    def compute_output_shape(self, input_shape):
        features, _ = input_shape
        return (features[0], features[2])

    def get_config(self):
        return {**super().get_config(), "divisor": self.divisor}


@keras.saving.register_keras_serializable("keras_wsad")
class GaussianSample(keras.layers.Layer):
    """A sample of Gaussians in training, their mean otherwise.

    ```
    y = mu + epsilon exp(v / 2),   epsilon ~ N(0, 1)
    ```

    Args:
        seed: int, or `None` for the global one. Defaults to `None`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors of one shape, means and log-variances.
        training: bool.

    Returns:
        A tensor of that shape.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        if not training:
            return mean
        noise = keras.random.normal(
            ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator
        )
        return mean + noise * ops.exp(log_variance / 2)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("keras_wsad")
class GaussianDivergence(keras.layers.Layer):
    """Kullback-Leibler divergence of Gaussians from the unit Gaussian.

    ```
    d = mean over features of sum over t of (mu^2 + exp(v) - v - 1) / 2
    ```

    The sum over time and the mean over features are those of the authors' code.

    Args:
        **kwargs: arguments of `keras.layers.Layer`. It computes in float32.

    Call arguments:
        inputs: a list of two tensors of shape `(batch, segments, features)`, means and
            log-variances.

    Returns:
        A tensor of shape `(batch, 1)`.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, inputs):
        mean, log_variance = inputs
        each = (ops.square(mean) + ops.exp(log_variance) - log_variance - 1) / 2
        return ops.mean(ops.sum(each, axis=1), axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)


@keras.saving.register_keras_serializable("keras_wsad")
class Norm(keras.layers.Layer):
    """L2 norm of vectors: from `(batch, features)` to `(batch, 1)`, in float32."""

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, inputs):
        # The bound keeps the gradient of the root finite.
        squares = ops.sum(ops.square(inputs), axis=-1, keepdims=True)
        return ops.sqrt(ops.maximum(squares, 1e-12))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)
