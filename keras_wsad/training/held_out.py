"""What held-out videos say of a model: how good an epoch is, and where alarms begin."""

from keras_wsad.data import CLASS_NAMES
from keras_wsad.inference import score_videos
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import video_level_auc
from keras_wsad.metrics.alarm_threshold import FIXED
from keras_wsad.metrics.alarm_threshold import choose_alarm_threshold


def validation_judges(config, data):
    """Returns what judges a model after each epoch, by the prefix of its metrics.

    Args:
        config: `ExperimentConfig`.
        data: `ExperimentData`.

    Returns:
        A dict from `"val"`, and `"test"` where the checkpoint rule asks for it, to a
        function from a model to a dict of `auc` and, where it names classes, `maa`, at
        video level.
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

    return {prefix: judge_on(videos) for prefix, videos in parts.items() if videos}


def held_out_threshold(score, data):
    """Chooses the alarm threshold of a trained system on the held-out training videos.

    Args:
        score: function from a list of `Video` to a dict with `segment_scores`.
        data: `ExperimentData`.

    Returns:
        A dict for JSON, see `choose_alarm_threshold`; the fixed one without such videos.
    """
    if not data.validation:
        return dict(FIXED)
    scores = score(data.validation)
    is_anomalous = [video.is_anomalous for video in data.validation]
    return choose_alarm_threshold(is_anomalous, scores["segment_scores"])
