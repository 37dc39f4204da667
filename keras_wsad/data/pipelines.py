"""Batches of anomalous and normal videos, as a tf.data pipeline."""

import itertools

import numpy as np

from keras_wsad.errors import ConfigError

BATCH_ORDERS = ("random", "release")


def steps_per_epoch(is_anomalous, anomalous_per_batch=30, normal_per_batch=30):
    """Returns the steps of an epoch, in which no video is drawn twice.

    Args:
        is_anomalous: bool array of shape `(videos,)`.
        anomalous_per_batch: int. Defaults to `30`.
        normal_per_batch: int. Defaults to `30`.

    Raises:
        ConfigError: there are fewer anomalous or normal videos than a batch holds.
    """
    anomalous = int(np.sum(is_anomalous))
    normal = len(is_anomalous) - anomalous
    if anomalous < anomalous_per_batch or normal < normal_per_batch:
        raise ConfigError(
            f"A batch holds {anomalous_per_batch} anomalous and {normal_per_batch} normal "
            f"videos, but the training part has {anomalous} and {normal}. Use "
            "--anomalous_per_batch and --normal_per_batch."
        )
    return min(anomalous // anomalous_per_batch, normal // normal_per_batch)


def epoch_schedule(
    is_anomalous,
    epoch,
    *,
    anomalous_per_batch=30,
    normal_per_batch=30,
    order="random",
    seed=0,
):
    """Returns which videos make up each batch of an epoch.

    - `"random"` (section IV.A of the paper): drawn without replacement within the epoch,
      and anew for each epoch, so that every video is drawn eventually.
    - `"release"`: the fixed slices of the class-sorted lists that the authors' code takes,
      the n-th anomalous one always with the n-th normal one; only the order of these
      batches is drawn anew for each epoch. What does not fill the last slice is never seen:
      in UCF-Crime 30 of the 45 Vandalism videos and 20 normal ones.

    It depends on its arguments alone: a run that resumes after a kill sees the same batches
    as without the kill.

    Args:
        is_anomalous: bool array of shape `(videos,)`, in the order of the list.
        epoch: int. Number of the epoch, from 0.
        anomalous_per_batch: int. Defaults to `30`.
        normal_per_batch: int. Defaults to `30`.
        order: `"random"` or `"release"`. Defaults to `"random"`.
        seed: int. Defaults to `0`.

    Returns:
        An int array of shape `(steps, batch)`, indices into the list, anomalous ones first.
    """
    if order not in BATCH_ORDERS:
        raise ConfigError(f"Expected order in {BATCH_ORDERS}. Received: {order!r}")
    steps = steps_per_epoch(is_anomalous, anomalous_per_batch, normal_per_batch)
    random = np.random.default_rng([seed, epoch])
    sides = []
    for places, per_batch in (
        (np.flatnonzero(is_anomalous), anomalous_per_batch),
        (np.flatnonzero(np.logical_not(is_anomalous)), normal_per_batch),
    ):
        if order == "random":
            places = random.permutation(places)
        sides.append(places[: steps * per_batch].reshape(steps, per_batch))
    batches = np.concatenate(sides, axis=1)
    return random.permutation(batches) if order == "release" else batches


def training_batches(
    features,
    normalized_features,
    rows,
    labels,
    is_anomalous,
    *,
    targets=("segment_scores", "class_probabilities"),
    first_step=0,
    marks=None,
    process=(0, 1),
    **schedule,
):
    """Builds the endless pipeline of training batches.

    Args:
        features: array of shape `(rows, segments, features)`, memory-mapped or not.
        normalized_features: array of the same shape.
        rows: int array of shape `(videos,)`. Each training video's row.
        labels: int array of shape `(videos,)`.
        is_anomalous: bool array of shape `(videos,)`.
        targets: names of the model's outputs. Defaults to the two branches.
        first_step: int. Step to start at, counted over all epochs. Defaults to `0`.
        marks: float array of shape `(videos, segments)`, as `read_marks` returns it, or
            `None`. It is put behind the target of `segment_scores`, which then has the
            shape `(batch, 1 + segments)`. Defaults to `None`.
        process: pair of ints, the number of this process and of all. Each takes its part
            of every batch, in order, as `keras.distribution.DataParallel` expects it with
            `auto_shard_dataset=False`. Defaults to `(0, 1)`, for whole batches.
        **schedule: the keyword arguments of `epoch_schedule`.

    Returns:
        A `tf.data.Dataset` of `(inputs, targets)`, two dicts of static shapes: both
        features `(batch, segments, features)`; for `class_probabilities` the label of each
        video `(batch,)`, for any other output whether it is anomalous `(batch,)`.

    Raises:
        ConfigError: a batch cannot be shared equally.
    """
    import tensorflow as tf

    rows, labels = np.asarray(rows), np.asarray(labels, np.int32)
    is_anomalous = np.asarray(is_anomalous, np.float32)
    steps, batch_size = epoch_schedule(is_anomalous, 0, **schedule).shape
    number, processes = process
    if batch_size % processes:
        raise ConfigError(
            f"Expected a batch that {processes} processes can share equally. Found one of "
            f"{batch_size} videos."
        )
    batch_size //= processes
    part = slice(number * batch_size, (number + 1) * batch_size)
    input_shape = (batch_size, *features.shape[1:])

    def draw():
        first_epoch, begun = divmod(first_step, steps)
        for epoch in itertools.count(first_epoch):
            yield from epoch_schedule(is_anomalous, epoch, **schedule)[begun:, part]
            begun = 0

    def read(videos):
        return tuple(
            np.asarray(source[rows[videos]], np.float32)
            for source in (features, normalized_features)
        )

    def look_up(videos):
        inputs = tf.numpy_function(read, [videos], (tf.float32, tf.float32))
        names = ("features", "normalized_features")
        inputs = {
            name: tf.ensure_shape(tensor, input_shape)
            for name, tensor in zip(names, inputs, strict=True)
        }
        of_video = tf.gather(is_anomalous, videos)
        known = {"class_probabilities": tf.gather(labels, videos)}
        if marks is not None:
            parts = [of_video[:, None], tf.gather(marks, videos)]
            known["segment_scores"] = tf.concat(parts, axis=1)
        return inputs, {name: known.get(name, of_video) for name in targets}

    videos = tf.TensorSpec((batch_size,), tf.int64)
    dataset = tf.data.Dataset.from_generator(draw, output_signature=videos)
    dataset = dataset.map(look_up)
    return dataset.prefetch(2)
