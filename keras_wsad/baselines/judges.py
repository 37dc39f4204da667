"""Validation metrics per epoch."""

from keras_wsad.alignment import frames_of
from keras_wsad.baselines.score_videos import score_videos
from keras_wsad.data import CLASS_NAMES
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import video_level_auc


def validation_judges(config, data):
    """Returns what judges a model after each epoch, by the prefix of its metrics.

    Args:
        config: `ExperimentConfig`.
        data: `ExperimentData`.

    Returns:
        A dict from `"val"`, and `"test"` where the checkpoint rule asks for it, to a
        function from a model to a dict of `auc` and, where it names classes, `maa`, at
        video level. With `watch_test` there is `"watched"` too, whose `frame_auc` is that
        of the test videos.
    """
    parts = {"val": data.validation}
    if config.checkpoint_rule == "best_on_test":
        parts["test"] = data.test

    def judge_on(videos):
        labels = [video.label for video in videos]
        is_anomalous = [video.is_anomalous for video in videos]

        def judge(model):
            scores = score_videos(model, data.store, videos, config.test_crops)
            values = {"auc": video_level_auc(is_anomalous, scores["segment_scores"])}
            if "class_probabilities" in scores:
                predictions = scores["class_probabilities"].argmax(axis=1)
                values["maa"] = mean_average_accuracy(labels, predictions, len(CLASS_NAMES))
            return values

        return judge

    judges = {prefix: judge_on(videos) for prefix, videos in parts.items() if videos}

    def watch(model):
        scores = score_videos(model, data.store, data.test, config.test_crops)
        frames = frames_of(data.test, scores["segment_scores"], "aligned")
        return {"frame_auc": frame_level_auc(*frames)}

    return {**judges, "watched": watch} if config.watch_test else judges
