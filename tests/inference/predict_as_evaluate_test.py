"""From pixels to scores in two ways: extract, train and evaluate; predict a video."""

import dataclasses

import numpy as np
import pytest

import keras_wsad
from keras_wsad.cli import main
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.evaluation import expand_to_frames
from keras_wsad.evaluation.score_run import score_run
from keras_wsad.metrics.alarms import event_iou
from keras_wsad.scenes import SceneSet
from keras_wsad.scenes import write_scene
from keras_wsad.scenes.data_set import write_video
from keras_wsad.training import train

pytestmark = pytest.mark.large

SETTINGS = SceneSet(seconds=(9.0, 12.0))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Rendered videos of two classes, two of each for training and one for testing."""
    root = tmp_path_factory.mktemp("scenes")
    random = np.random.default_rng(5)
    lists, annotation = {"Anomaly_Train": [], "Anomaly_Test": []}, []
    for number in range(3):
        for class_name in ("Explosion", "Normal"):
            scene = write_scene(class_name.replace("Normal", "") or None, random, SETTINGS)
            name = f"{class_name}{number}.mp4"
            write_video(root / name, scene.frames(random))
            is_test = number == 2
            lists["Anomaly_Test" if is_test else "Anomaly_Train"].append(
                f"{class_name}/{name}"
            )
            if is_test:
                bounds = [bound for event in scene.events for bound in event] + [-1] * 4
                annotation.append(" ".join(map(str, [name, class_name, *bounds[:4]])))
    lists["Temporal_Anomaly_Annotation_for_Testing_Videos"] = annotation
    for name, lines in lists.items():
        (root / f"{name}.txt").write_text("\n".join(lines))
    return root


@pytest.fixture(scope="module", params=["aligned", "release"])
def run(root, request):
    features = root / "features"
    options = ["--backbone=compact", "--crops=5", "--num_segments=16"]
    assert main(["extract", str(root), *options, "--out", str(features)]) == 0
    config = ExperimentConfig(
        data=str(root),
        features="features",
        num_segments=16,
        alignment=request.param,
        lstm_units=4,
        first_level_units=8,
        class_units=8,
        steps=8,
        learning_rate=0.02,
        anomalous_per_batch=1,
        normal_per_batch=1,
        validation_fraction=0.5,
        runs=str(root),
        name=request.param,
    )
    return train(config)


@pytest.mark.parametrize("of", ["folder", "saved_model"])
def test_a_video_is_scored_as_in_the_evaluation(run, root, of):
    config = run.load_config()
    data = open_experiment_data(config)
    scores = score_run(run.folder).scores
    predictor = keras_wsad.load(getattr(run, of))
    backbone = predictor.open_backbone()
    # Videos and segments have different scores: a mix-up would be found.
    assert np.ptp(scores["segment_scores"], axis=0).max() > 1e-3
    assert np.ptp(scores["segment_scores"], axis=1).min() > 1e-3
    for place, video in enumerate(data.test):
        # Between two scores, so that some segments are alarms and others are not.
        between = float(np.median(scores["segment_scores"][place]))
        for path in (root / f"{video.name}.mp4", root / "features" / f"{video.name}.npy"):
            prediction = predictor.predict_video(path, backbone=backbone)
            assert prediction.num_frames == video.num_frames
            for name, values in scores.items():
                np.testing.assert_allclose(
                    getattr(prediction, name), values[place], atol=1e-5
                )
            frames = expand_to_frames(
                scores["segment_scores"][place], video.num_frames, config.alignment
            )
            np.testing.assert_allclose(prediction.frame_scores, frames, atol=1e-5)
            alarms = np.zeros(video.num_frames, bool)
            for alarm in dataclasses.replace(prediction, threshold=between).alarms:
                alarms[alarm.start_frame : alarm.end_frame] = True
                assert alarm.start_seconds == alarm.start_frame / prediction.fps
            assert 0 < alarms.mean() < 1
            labels = video.frame_labels()
            if labels.any():
                expected = event_iou(labels, prediction.frame_scores, between)
                assert event_iou(labels, alarms, 0.5) == expected
