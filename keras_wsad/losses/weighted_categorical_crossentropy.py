import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class WeightedCategoricalCrossentropy(keras.losses.Loss):
    """Cross-entropy that gives classes with few videos more weight.

    ```
    Loss_C = mean over videos of (1 - f_y) * -log p_y
    f_y    = training videos of class y / all training videos
    ```

    `1 - f_y` hardly differs between rare classes. Balanced, the weight is `1 / (K f_y)`:
    each of the `K` classes with training videos has an equal share of the loss.

    Args:
        class_counts: list of ints of shape `(classes,)`. Training videos of each class.
        balanced: bool. Whether classes have equal shares. Defaults to `False`.
        name: str. Defaults to `"weighted_categorical_crossentropy"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: int tensor of shape `(batch,)` or `(batch, 1)`. Labels.
        y_pred: tensor of shape `(batch, classes)`. Probabilities.

    Returns:
        A scalar; with `reduction="none"` a tensor of shape `(batch,)`.

    Raises:
        ValueError: counts are negative, all zero, or not one per class.

    Example:

    >>> import numpy as np
    >>> loss = WeightedCategoricalCrossentropy([1, 3])
    >>> probabilities = np.array([[0.5, 0.5], [0.5, 0.5]])
    >>> round(float(loss(np.array([0, 1]), probabilities)), 4)
    0.3466

    Reference:
        - Majhi et al., FG 2021, equation 4.
    """

    def __init__(
        self,
        class_counts,
        balanced=False,
        name="weighted_categorical_crossentropy",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.class_counts = [int(count) for count in class_counts]
        self.balanced = balanced
        if min(self.class_counts, default=0) < 0 or not sum(self.class_counts):
            raise ValueError(
                "Expected the number of training videos of each class. "
                f"Received: class_counts={self.class_counts}"
            )

    @property
    def class_weights(self):
        """The weight of each class, a list of floats."""
        total = sum(self.class_counts)
        if self.balanced:
            # A class without training videos has no share.
            classes = sum(count > 0 for count in self.class_counts)
            return [total / (classes * max(count, 1)) for count in self.class_counts]
        return [1 - count / total for count in self.class_counts]

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2 or y_pred.shape[1] != len(self.class_counts):
            raise ValueError(
                f"Expected probabilities of shape (batch, {len(self.class_counts)}). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        weights = ops.take(ops.convert_to_tensor(self.class_weights, y_pred.dtype), labels)
        return weights * ops.sparse_categorical_crossentropy(labels, y_pred)

    def get_config(self):
        return {
            **super().get_config(),
            "class_counts": self.class_counts,
            "balanced": self.balanced,
        }
