"""Loading of one batch of features and normalised features from disk.

A training step waits for less of it, as batches are prefetched. The files are in the page
cache, as from the second epoch on if memory allows.
"""

import itertools
import pathlib
import tempfile

import numpy as np

TITLE = "Loading, one batch"
SIZES = {
    "full": {"videos": 120, "batch": 60, "num_segments": 32, "feature_dim": 7168},
    "quick": {"videos": 24, "batch": 12, "num_segments": 8, "feature_dim": 512},
}
NAMES = ("features", "normalized_features")


def flops(**size):
    """Returns `None`: there are no matrix products."""


def tfrecord(videos, batch, num_segments, feature_dim):
    """A file of both arrays of each video, in the order of reading."""
    import tensorflow as tf

    shape = (num_segments, feature_dim)
    path, arrays = _folder() / "features.tfrecord", _arrays(videos, shape)
    with tf.io.TFRecordWriter(str(path)) as file:
        for video in np.concatenate(_schedule(videos, batch)):
            values = {name: [arrays[name][video].tobytes()] for name in NAMES}
            lists = {
                name: tf.train.Feature(bytes_list=tf.train.BytesList(value=value))
                for name, value in values.items()
            }
            features = tf.train.Features(feature=lists)
            file.write(tf.train.Example(features=features).SerializeToString())
    fields = {name: tf.io.FixedLenFeature((), tf.string) for name in NAMES}

    def parse(record):
        content = tf.io.parse_single_example(record, fields)
        return {
            name: tf.reshape(tf.io.decode_raw(content[name], tf.float32), shape)
            for name in NAMES
        }

    records = tf.data.TFRecordDataset(str(path)).repeat()
    batches = iter(records.map(parse).batch(batch).prefetch(2))
    return lambda: _some(next(batches))


def npy_files(videos, batch, num_segments, feature_dim):
    """A file of each array of each video, read and stacked."""
    folder = _write_files(videos, (num_segments, feature_dim))
    batches = itertools.cycle(_schedule(videos, batch))

    def work():
        drawn = next(batches)
        return _some(
            {
                name: np.stack([np.load(folder / f"{name}{video}.npy") for video in drawn])
                for name in NAMES
            }
        )

    return work


def data_loader(videos, batch, num_segments, feature_dim):
    """The files by PyTorch's loader, with two processes and default collation.

    The processor time of these processes is not counted while they run.
    """
    import torch.utils.data

    folder = _write_files(videos, (num_segments, feature_dim))

    class Files(torch.utils.data.Dataset):
        def __len__(self):
            return videos

        def __getitem__(self, video):
            return {name: np.load(folder / f"{name}{video}.npy") for name in NAMES}

    class Endless:
        def __iter__(self):
            return itertools.cycle(_schedule(videos, batch))

    batches = iter(
        torch.utils.data.DataLoader(Files(), batch_sampler=Endless(), num_workers=2)
    )
    return lambda: _some(next(batches))


def ours(videos, batch, num_segments, feature_dim):
    """Memory-mapped arrays, as in a feature store, through the training pipeline."""
    from keras_wsad.data.pipelines import training_batches

    folder, shape = _folder(), (num_segments, feature_dim)
    for name, array in _arrays(videos, shape).items():
        array.tofile(folder / name)
    mapped = [
        np.memmap(folder / name, np.float32, "r").reshape(videos, *shape) for name in NAMES
    ]
    indices = np.arange(videos)
    is_anomalous = indices < videos // 2
    batches = iter(
        training_batches(*mapped, indices, indices, is_anomalous, **_per_batch(batch))
    )
    return lambda: _some(next(batches)[0])


CONTENDERS = {
    "TFRecord": tfrecord,
    ".npy files": npy_files,
    "PyTorch DataLoader of .npy files": data_loader,
    "keras_wsad": ours,
}


def _folder():
    return pathlib.Path(tempfile.mkdtemp())


def _arrays(videos, shape):
    random = np.random.default_rng(0)
    return {name: random.random((videos, *shape), np.float32) for name in NAMES}


def _write_files(videos, shape):
    folder = _folder()
    for name, array in _arrays(videos, shape).items():
        for video, values in enumerate(array):
            np.save(folder / f"{name}{video}.npy", values)
    return folder


def _per_batch(batch):
    half = batch // 2
    return {"anomalous_per_batch": half, "normal_per_batch": batch - half}


def _schedule(videos, batch):
    """Returns the videos of each batch of the first epoch."""
    from keras_wsad.data.pipelines import epoch_schedule

    is_anomalous = np.arange(videos) < videos // 2
    return list(epoch_schedule(is_anomalous, 0, **_per_batch(batch)))


def _some(inputs):
    """Returns the first number of each video, to compare batches."""
    return np.stack([np.asarray(inputs[name][:, 0, 0]) for name in NAMES])
