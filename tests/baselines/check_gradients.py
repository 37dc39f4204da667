"""A check that training reaches every weight of a head."""

import keras
import numpy as np
from keras import ops


def check_gradients(head, inputs, targets, without=()):
    """Checks that every trainable variable has a finite gradient that is not all zero.

    It is that of the compiled losses in a step of training, by whatever backend is in use.
    Weights are moved a little before, as one that begins as zero hides those behind it.

    Args:
        head: `Head`.
        inputs: dict of the two inputs, arrays of shape `(batch, segments, features)`.
        targets: dict from output to target.
        without: tuple of strs. Ends of the paths of variables on which no loss depends,
            such as a bias before a batch normalisation.

    Returns:
        A dict from the path of a variable to its gradient.
    """
    model = head.build(inputs["features"].shape[-1])
    head.compile(model, class_counts=[1] * 14)
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        noise = random.normal(0, 0.1, variable.shape)
        variable.assign(ops.convert_to_numpy(variable) + noise.astype("float32"))
    # After its first step the momentum is the negative gradient.
    optimizer = keras.optimizers.SGD(learning_rate=1.0, momentum=0.5)
    model.optimizer = optimizer
    optimizer.build(model.trainable_variables)
    model.train_on_batch(inputs, targets)
    gradients = {
        variable.path: ops.convert_to_numpy(momentum)
        for variable, momentum in zip(
            model.trainable_variables, optimizer.momentums, strict=True
        )
    }
    for path, gradient in gradients.items():
        assert np.isfinite(gradient).all(), path
        if not path.endswith(without):
            assert np.abs(gradient).max() > 0, path
    return gradients
