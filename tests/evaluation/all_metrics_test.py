import numpy as np
import pytest

from keras_wsad.data import NORMAL
from keras_wsad.data import Video
from keras_wsad.evaluation import compute_metrics

VIDEOS = [
    Video(name="a", label=0, num_frames=320, events=[(40, 80)]),
    Video(name="b", label=0, num_frames=320, events=[(0, 40), (160, 400)]),
    Video(name="c", label=5, num_frames=160, events=[(80, 120)]),
    Video(name="d", label=NORMAL, num_frames=640),
    Video(name="e", label=NORMAL, num_frames=333),
]


def perfect_scores():
    """Scores that are right in every segment, and classes that are right in every video."""
    scores = np.zeros((5, 8))
    scores[0, 1] = scores[1, 0] = scores[1, 4:] = scores[2, 4:6] = 0.9
    probabilities = np.eye(14)[[video.label for video in VIDEOS]]
    return {"segment_scores": scores, "class_probabilities": probabilities}


def test_perfect_scores_are_perfect_by_every_metric():
    metrics = compute_metrics(VIDEOS, perfect_scores(), replicates=50)
    for detection in metrics["detection"].values():
        for name in ("auc", "abnormal_auc", "average_precision", "class_auc_mean"):
            assert detection[name] == 1.0, name
        assert detection["false_alarm_rate"] == 0
        assert detection["map_at_iou"] == dict.fromkeys(
            ("0.1", "0.2", "0.3", "0.4", "0.5", "mean"), 1.0
        )
        assert detection["auc_interval"] == detection["abnormal_auc_interval"] == [1.0, 1.0]
        assert detection["frames"] == 320 + 320 + 160 + 640 + 333
        # The event of b goes past its end and is cut.
        assert detection["anomalous_frames"] == 40 + 40 + 160 + 40
    assert metrics["video_level"]["video_auc"] == 1.0
    classification = metrics["classification"]
    assert classification["maa"] == classification["accuracy"] == 1.0
    assert classification["per_class"]["Abuse"] == {"accuracy": 1.0, "support": 2}
    assert classification["per_class"]["Arson"]["support"] == 0


def test_reversed_scores_are_wrong_by_every_area():
    outputs = perfect_scores()
    outputs["segment_scores"] = 1 - outputs["segment_scores"]
    metrics = compute_metrics(VIDEOS, outputs, replicates=10)
    assert metrics["detection"]["aligned"]["auc"] == 0.0
    assert metrics["detection"]["aligned"]["abnormal_auc"] == 0.0
    assert metrics["detection"]["aligned"]["false_alarm_rate"] == 1.0


def test_abnormal_area_ignores_normal_videos():
    outputs = perfect_scores()
    outputs["segment_scores"][3:] = 1.0
    detection = compute_metrics(VIDEOS, outputs, replicates=10)["detection"]["aligned"]
    assert detection["abnormal_auc"] == 1.0
    assert detection["auc"] < 0.7


def test_the_two_alignments_differ_where_frames_do_not_divide():
    videos = [
        Video(name="a", label=0, num_frames=95, events=[(85, 95)]),
        Video(name="b", label=NORMAL, num_frames=95),
    ]
    scores = np.zeros((2, 32))
    scores[0, 29:] = 1.0
    outputs = {"segment_scores": scores, "class_probabilities": np.eye(14)[[0, NORMAL]]}
    detection = compute_metrics(videos, outputs, replicates=10)["detection"]
    # Released, the last three segments are the frames 58 to 94; aligned, 86 to 94.
    assert detection["release"]["auc"] < detection["aligned"]["auc"]


def test_class_area_needs_the_right_class():
    outputs = perfect_scores()
    right = compute_metrics(VIDEOS, outputs, replicates=10)["detection"]["aligned"]
    outputs["class_probabilities"] = np.eye(14)[[5, 5, 0, NORMAL, NORMAL]]
    wrong = compute_metrics(VIDEOS, outputs, replicates=10)["detection"]["aligned"]
    assert right["class_auc"] == {"Abuse": 1.0, "Explosion": 1.0}
    # Frames of a class score zero for it, and those of another class above zero.
    assert wrong["class_auc_mean"] < 0.5
    assert wrong["map_at_iou"]["mean"] == 0.0


def test_what_is_not_defined_is_nan_and_the_rest_is_there():
    outputs = {name: values[3:] for name, values in perfect_scores().items()}
    metrics = compute_metrics(VIDEOS[3:], outputs, replicates=10)
    detection = metrics["detection"]["aligned"]
    for name in ("auc", "abnormal_auc", "average_precision", "class_auc_mean"):
        assert np.isnan(detection[name]), name
    assert np.isnan(metrics["video_level"]["video_auc"])
    assert detection["false_alarm_rate"] == 0
    assert metrics["classification"]["maa"] == 1.0


def test_average_precision_is_not_the_area():
    outputs = perfect_scores()
    outputs["segment_scores"][4] = 0.95
    detection = compute_metrics(VIDEOS, outputs, replicates=10)["detection"]["aligned"]
    # 333 normal frames above all 280 anomalous ones, which then come in one step.
    assert detection["average_precision"] == pytest.approx(280 / (280 + 333))
    assert detection["auc"] > 0.7


def test_the_interval_of_maa_comes_from_the_videos():
    outputs = perfect_scores()
    outputs["class_probabilities"][0] = np.eye(14)[NORMAL]
    low, high = compute_metrics(VIDEOS, outputs)["classification"]["maa_interval"]
    # Of the two Abuse videos none, one or both are right: (0, .5 or 1) + 1 + 1, over 3.
    assert (low, high) == (pytest.approx(2 / 3), pytest.approx(1))


def test_a_better_ranked_event_of_the_same_class_counts_more():
    outputs = perfect_scores()
    outputs["segment_scores"][:3] *= 0.5
    outputs["segment_scores"][3, 2] = 0.9
    outputs["class_probabilities"][3] = np.eye(14)[5]
    maps = compute_metrics(VIDEOS, outputs, replicates=5)["detection"]["aligned"][
        "map_at_iou"
    ]
    # A false proposal of class 5 at .9 stands before the true one at .45: 1/2, and Abuse 1.
    assert maps["0.5"] == pytest.approx((1 + 0.5) / 2)
