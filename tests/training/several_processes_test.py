"""Training in several processes by Keras's own distribution, which JAX has."""

import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

STEPS = 20


def fit(out):
    """Fits a small joint model in this process, one of those that Keras is told of."""
    import keras

    from keras_wsad.data.pipelines import training_batches
    from keras_wsad.models import JointModel
    from keras_wsad.models import compile_joint_model

    number, count = 0, int(os.environ.get("KERAS_DISTRIBUTION_NUM_PROCESSES", 1))
    if count > 1:
        keras.distribution.initialize()
        number = int(os.environ["KERAS_DISTRIBUTION_PROCESS_ID"])
        keras.distribution.set_distribution(
            keras.distribution.DataParallel(auto_shard_dataset=False)
        )
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2, 13], 8)
    features = random.normal(size=(len(labels), 8, 16)).astype(np.float32)
    batches = training_batches(
        features,
        features / np.linalg.norm(features, axis=-1, keepdims=True),
        np.arange(len(labels)),
        labels,
        labels != 13,
        targets=(
            "segment_scores",
            "class_probabilities",
            "first_level_attention",
            "second_level_attention",
        ),
        anomalous_per_batch=6,
        normal_per_batch=6,
        process=(number, count),
    )
    keras.utils.set_random_seed(0)
    model = JointModel(
        num_segments=8,
        feature_dim=16,
        lstm_units=8,
        first_level_units=8,
        detection_units=8,
        second_level_units=6,
        class_units=8,
    )
    compile_joint_model(model, np.bincount(labels, minlength=14), learning_rate=1e-2)
    before = [np.array(weight) for weight in model.get_weights()]
    model.fit(batches, steps_per_epoch=STEPS, verbose=0)
    weights = [np.array(weight) for weight in model.get_weights()]
    moved = [np.abs(new - old).max() for new, old in zip(weights, before, strict=True)]
    assert min(moved) > 1e-3
    np.savez(out, *weights)


def start(out, **variables):
    code = f"from tests.training.several_processes_test import fit; fit({str(out)!r})"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": "jax", **variables},
        cwd=pathlib.Path(__file__).parents[2],
    )


@pytest.mark.large
def test_two_processes_end_as_one(tmp_path):
    pytest.importorskip("jax")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    processes = [start(tmp_path / "one.npz")]
    processes += [
        start(
            tmp_path / f"{number}.npz",
            KERAS_DISTRIBUTION_JOB_ADDRESSES=address,
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(number),
        )
        for number in range(2)
    ]
    try:
        assert [process.wait(timeout=300) for process in processes] == [0, 0, 0]
    finally:
        for process in processes:
            process.kill()
    with np.load(tmp_path / "one.npz") as one:
        for name in ("0.npz", "1.npz"):
            with np.load(tmp_path / name) as two:
                assert one.files == two.files
                for part in one.files:
                    np.testing.assert_allclose(two[part], one[part], atol=1e-5)
