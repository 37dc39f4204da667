"""One training step of the joint model, forward, backward and Adam, on a batch in memory.

The result to compare is not that of the timed steps, whose dropout is random, but the
losses of three steps without dropout before them, from the same weights and batch: the
first checks the forward pass and the loss, the others the gradient and Adam.
"""

import contextlib

from benchmarks.joint_case import make_batch
from benchmarks.joint_case import make_weights
from benchmarks.joint_case import training_flops

TITLE = "Training step"
SIZES = {
    "full": {"videos": 60, "num_segments": 32, "feature_dim": 7168, "lstm_units": 1024},
    "quick": {"videos": 8, "num_segments": 8, "feature_dim": 512, "lstm_units": 64},
}
# Adam moves a weight with a tiny gradient as far as any other; rounding decides the sign.
TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2}
_STEPS, _DROPOUT, _LEARNING_RATE = 3, 0.6, 1e-4

flops = training_flops


def pytorch(autocast=False):
    """Returns a set-up of PyTorch, in float32 or with bfloat16 autocast."""

    def set_up(videos, num_segments, feature_dim, lstm_units):
        import torch

        from benchmarks.torch_joint import TorchJoint

        torch.manual_seed(0)
        model = TorchJoint(make_weights(num_segments, feature_dim, lstm_units), dropout=0.0)
        learned = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.Adam(learned, lr=_LEARNING_RATE, eps=1e-7)
        inputs, labels, anomalous = make_batch(videos, num_segments, feature_dim)
        inputs = {name: torch.from_numpy(array) for name, array in inputs.items()}
        labels, anomalous = torch.from_numpy(labels).long(), torch.from_numpy(anomalous)

        def step():
            optimizer.zero_grad()
            bfloat16 = torch.autocast("cpu", torch.bfloat16)
            with bfloat16 if autocast else contextlib.nullcontext():
                outputs = model(**inputs)
            outputs = {name: output.float() for name, output in outputs.items()}
            loss = model.loss(outputs, labels, anomalous)
            loss.backward()
            optimizer.step()
            return loss.item()

        losses = [step() for _ in range(_STEPS)]
        model.dropout.p = _DROPOUT

        def work():
            step()
            return losses

        return work

    return set_up


def in_keras(precision, lstm="package"):
    """Returns a set-up of a Keras model with tf.data and the training step of `fit`."""

    def set_up(videos, num_segments, feature_dim, lstm_units):
        from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

        import_tensorflow_quietly()
        import keras
        import tensorflow as tf

        from benchmarks.keras_joint import build_joint
        from benchmarks.keras_joint import set_dropout

        keras.utils.set_random_seed(0)
        keras.config.set_dtype_policy(precision)
        model = build_joint(num_segments, feature_dim, lstm_units, lstm=lstm)
        inputs, labels, anomalous = make_batch(videos, num_segments, feature_dim)
        targets = {
            name: labels if name == "class_probabilities" else anomalous
            for name in model.output
        }
        batches = tf.data.Dataset.from_tensors((inputs, targets)).repeat()
        set_dropout(model, 0.0)
        history = model.fit(
            batches, epochs=_STEPS, steps_per_epoch=1, shuffle=False, verbose=0
        )
        set_dropout(model, _DROPOUT)
        batches = iter(batches)

        def work():
            float(model.train_function(batches)["loss"])
            return history.history["loss"]

        return work

    return set_up


CONTENDERS = {
    "PyTorch eager": pytorch(),
    "PyTorch bfloat16 autocast": pytorch(autocast=True),
    "Keras, its own LSTM": in_keras("float32", "keras"),
    "keras_wsad float32": in_keras("float32"),
    "keras_wsad mixed_bfloat16": in_keras("mixed_bfloat16"),
}
PRECISION = {
    "PyTorch bfloat16 autocast": "bfloat16",
    "keras_wsad mixed_bfloat16": "bfloat16",
}
