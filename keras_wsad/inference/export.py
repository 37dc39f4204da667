"""Exports a trained model as a SavedModel that does not need keras_wsad."""

import keras
import numpy as np

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.files import atomic_path
from keras_wsad.files import write_json
from keras_wsad.metrics.alarm_threshold import FIXED


def describe_model(model, config, threshold, extraction=None):
    """Returns what a program must know to use a model, as a dict for JSON.

    Args:
        model: `JointModel`.
        config: `ExperimentConfig`.
        threshold: dict, as `choose_alarm_threshold` returns it.
        extraction: `Extraction` of the training features, or `None` if unknown. Defaults
            to `None`.
    """
    return {
        "class_names": CLASS_NAMES,
        "num_segments": model.num_segments,
        "feature_dim": model.feature_dim,
        "reduce": config.reduce,
        "alignment": config.alignment,
        "test_crops": config.test_crops,
        "checkpoint_rule": config.checkpoint_rule,
        "threshold": threshold,
        "extraction": extraction and extraction.to_dict(),
    }


def export_saved_model(
    model, path, config, threshold=FIXED, extraction=None, standardization=None
):
    """Writes a SavedModel with feature normalisation and pooling inside.

    It serves with `tf.saved_model.load` where keras_wsad is not installed.
    Three endpoints, each with all outputs of the model:

    - `serve_clips(clips)`: the clips `(K, n)` of one video, normalised and then pooled, as
      in training; the outputs' first axis is 1.
    - `serve(features)`, the default signature: segments `(batch, T, n)`, which it
      normalises. Training normalises clips before pooling: where a segment has several
      clips, scores differ slightly from those of `serve_clips`.
    - `serve_both(features, normalized_features)`: both inputs of the model.

    `assets.extra/keras_wsad.json` holds class names, extraction, pooling and the alarm
    threshold, see `describe_model`.

    Args:
        model: trained `JointModel`.
        path: path. Folder to write, atomically.
        config: `ExperimentConfig`.
        threshold: dict, see `describe_model`. Defaults to a fixed one.
        extraction: `Extraction` or `None`, see `describe_model`. Defaults to `None`.
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

    def serve(features):
        return call(features, normalize(features))

    def serve_clips(clips):
        starts, ends = _clip_ranges(
            tf.shape(clips)[0], config.num_segments, config.alignment
        )

        def pool(rows):
            reduce = tf.reduce_max if config.reduce == "max" else tf.reduce_mean
            return tf.map_fn(
                lambda part: reduce(rows[part[0] : part[1]], axis=0),
                tf.stack([starts, ends], axis=1),
                fn_output_signature=tf.TensorSpec((model.feature_dim,), tf.float32),
            )[None]

        return call(pool(clips), pool(normalize(clips)))

    segments = tf.TensorSpec((None, model.num_segments, model.feature_dim), tf.float32)
    clips = tf.TensorSpec((None, model.feature_dim), tf.float32)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", serve, input_signature=[segments])
    archive.add_endpoint("serve_both", call, input_signature=[segments, segments])
    archive.add_endpoint("serve_clips", serve_clips, input_signature=[clips])
    about = describe_model(model, config, threshold, extraction)
    with atomic_path(path) as temporary:
        archive.write_out(str(temporary), verbose=False)
        (temporary / "assets.extra").mkdir()
        write_json(temporary / "assets.extra" / "keras_wsad.json", about)


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
