"""Exports a trained model as a SavedModel that does not need keras_wsad."""

import dataclasses

import keras
import numpy as np

from keras_wsad.files import atomic_path
from keras_wsad.files import write_json


def export_saved_model(model, path, card, standardization=None):
    """Writes a SavedModel with feature normalisation and pooling inside.

    It serves with `tf.saved_model.load` where keras_wsad is not installed.
    Three endpoints, each with all outputs of the model, the scores calibrated:

    - `serve_clips(clips)`: the clips `(crops, K, n)` of one video, normalised and then
      pooled, as in training; outputs are averaged over the crops, their first axis is 1.
    - `serve(features)`, the default signature: segments `(batch, T, n)`, which it
      normalises. Training normalises clips before pooling: where a segment has several
      clips, scores differ slightly from those of `serve_clips`.
    - `serve_both(features, normalized_features)`: both inputs of the model.

    `assets.extra/keras_wsad.json` holds the `ModelCard`.

    Args:
        model: trained `JointModel`.
        path: path. Folder to write, atomically.
        card: `ModelCard`.
        standardization: `Standardization` of the training features, applied before the
            model, or `None` for none. Defaults to `None`.
    """
    import tensorflow as tf

    def normalize(features):
        norms = tf.norm(features, axis=-1, keepdims=True)
        return features / tf.maximum(norms, np.finfo(np.float32).tiny)

    def call(features, normalized):
        if standardization is not None:
            features, normalized = standardization.apply(features, normalized)
        inputs = {"features": features, "normalized_features": normalized}
        return model(inputs, training=False)

    def calibrate(outputs):
        scores = card.calibration.in_tensorflow(outputs["segment_scores"])
        return {**outputs, "segment_scores": scores}

    def serve_both(features, normalized_features):
        return calibrate(call(features, normalized_features))

    def serve(features):
        return serve_both(features, normalize(features))

    def serve_clips(clips):
        starts, ends = _clip_ranges(tf.shape(clips)[1], card.num_segments, card.alignment)

        def pool(clips):
            reduce = tf.reduce_max if card.reduce == "max" else tf.reduce_mean
            segments = tf.map_fn(
                lambda part: reduce(clips[:, part[0] : part[1]], axis=1),
                tf.stack([starts, ends], axis=1),
                fn_output_signature=tf.TensorSpec((None, card.feature_dim), tf.float32),
            )
            return tf.transpose(segments, (1, 0, 2))

        outputs = call(pool(clips), pool(normalize(clips)))
        # Averaged over the crops before it is calibrated, as in training.
        return calibrate(
            {name: tf.reduce_mean(of, 0, keepdims=True) for name, of in outputs.items()}
        )

    segments = tf.TensorSpec((None, card.num_segments, card.feature_dim), tf.float32)
    clips = tf.TensorSpec((None, None, card.feature_dim), tf.float32)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", serve, input_signature=[segments])
    archive.add_endpoint("serve_both", serve_both, input_signature=[segments, segments])
    archive.add_endpoint("serve_clips", serve_clips, input_signature=[clips])
    with atomic_path(path) as temporary:
        archive.write_out(str(temporary), verbose=False)
        (temporary / "assets.extra").mkdir()
        write_json(temporary / "assets.extra" / "keras_wsad.json", dataclasses.asdict(card))


def _clip_ranges(num_clips, num_segments, alignment):
    """`alignment.clip_ranges` in TensorFlow, for a number of clips not known before."""
    import tensorflow as tf

    segments = tf.range(num_segments)
    if alignment == "release":
        per_segment = tf.maximum(num_clips // num_segments, 1)
        starts = tf.minimum(segments * per_segment, num_clips - 1)
        return starts, starts + per_segment
    edges = tf.cast(tf.range(num_segments + 1) * num_clips, tf.float64)
    boundaries = tf.cast(tf.round(edges / num_segments), tf.int32)
    starts, ends = boundaries[:-1], boundaries[1:]
    centres = (2 * segments + 1) * num_clips // (2 * num_segments)
    empty = tf.equal(starts, ends)
    return tf.where(empty, centres, starts), tf.where(empty, centres + 1, ends)
