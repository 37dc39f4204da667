import dataclasses
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_wsad
from keras_wsad.backbones import Compact
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.errors import VideoError
from keras_wsad.errors import WeightsError
from keras_wsad.features.extract import extract_clips
from keras_wsad.features.extract_videos import extract_videos
from keras_wsad.inference.backbone import open_backbone_of
from keras_wsad.inference.export import export_saved_model
from keras_wsad.inference.predictor import Predictor
from keras_wsad.inference.write import describe_protocol
from keras_wsad.metrics.calibration import Calibration
from tests.needs_bfloat16 import needs_bfloat16


def set_card(predictor, **changes):
    predictor.card = dataclasses.replace(predictor.card, **changes)


def test_a_video_is_scored_as_its_features_are(compact_run, video, backbone):
    predictor = keras_wsad.load(compact_run.folder)
    prediction = predictor.predict_video(video)
    extraction = compact_run.load_extraction()
    extracted = extract_clips(video, backbone, extraction)
    # As many clips as there may be crops: the axes are not guessed.
    assert extracted.features.shape == (5, 10, 256)
    expected = predictor.predict(extracted.features[0])
    np.testing.assert_allclose(
        prediction.segment_scores, expected.segment_scores, rtol=1e-6
    )
    assert (prediction.num_frames, prediction.fps) == (90, 30.0)
    assert prediction.threshold == 0.5
    assert prediction.boundaries[-1] == 90


@pytest.mark.large
def test_a_backbone_is_opened_once_and_tensorflow_does_not_warn(
    compact_run, video, monkeypatch
):
    opened, warnings = [], []

    def counting(*arguments):
        opened.append(arguments)
        return open_backbone_of(*arguments)

    monkeypatch.setattr("keras_wsad.inference.predictor.open_backbone_of", counting)
    predictor = keras_wsad.load(compact_run.folder)
    scores = [predictor.predict_video(video).segment_scores]
    # TensorFlow warns of retracing from the fifth time on, of all models that are open.
    monkeypatch.setattr(tf.get_logger(), "handle", warnings.append)
    scores += [predictor.predict_video(video).segment_scores for _ in range(6)]
    assert len(opened) == 1
    assert [record.getMessage() for record in warnings] == []
    # The same batches again are the same to the bit.
    assert all(np.array_equal(scores[0], other) for other in scores)


@pytest.mark.large
def test_a_saved_model_alone_scores_videos(compact_run, video, backbone, tmp_path):
    by_run = keras_wsad.load(compact_run.folder).predict_video(video, backbone=backbone)
    export_saved_model(
        keras.saving.load_model(compact_run.model, compile=False),
        tmp_path / "alone",
        keras_wsad.load(compact_run.folder).card,
    )
    by_saved_model = keras_wsad.load(tmp_path / "alone").predict_video(video)
    np.testing.assert_allclose(
        by_saved_model.segment_scores, by_run.segment_scores, rtol=1e-4, atol=1e-6
    )
    assert by_saved_model.threshold == by_run.threshold
    assert by_saved_model.to_dict().keys() == by_run.to_dict().keys()


@pytest.mark.large
def test_no_more_crops_are_cut_than_are_scored(
    video_predictor, video, backbone, monkeypatch
):
    cut = []

    def spy(path, backbone, extraction, on_clip):
        cut.append(extraction.crops)
        return extract_clips(path, backbone, extraction, on_clip)

    monkeypatch.setattr("keras_wsad.features.extract.extract_clips", spy)
    for crops in (1, 2, 10):
        set_card(video_predictor, test_crops=crops)
        video_predictor.predict_video(video, backbone=backbone)
    assert cut == [1, 5, 5]


def test_features_are_scored_by_no_more_crops_than_the_model_was_evaluated_on(
    video_predictor, random
):
    set_card(video_predictor, test_crops=10)
    clips = random.random((10, 12, 256), np.float32)
    all_crops, five, one = (
        video_predictor.predict(clips[:crops]).segment_scores for crops in (10, 5, 1)
    )
    np.testing.assert_array_equal(all_crops, five)
    assert not np.allclose(all_crops, one, atol=1e-9)


@pytest.mark.large
def test_features_of_another_extraction_raise(video_predictor, video, backbone, tmp_path):
    extraction = dataclasses.replace(video_predictor.card.extraction, stride=4)
    extract_videos({"camera": video}, tmp_path, backbone, extraction)
    for predict in (video_predictor.predict, video_predictor.predict_video):
        with pytest.raises(RunError, match=r"Found stride 4 \(was 8\)"):
            predict(tmp_path / "camera__0.npy")


def test_the_threshold_may_be_given(video_predictor, video, backbone):
    everything = video_predictor.predict_video(video, threshold=0, backbone=backbone)
    assert [(a.start_frame, a.end_frame) for a in everything.alarms] == [(0, 90)]
    nothing = video_predictor.predict_video(video, threshold=1, backbone=backbone)
    assert not nothing.is_anomalous


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
def test_a_threshold_is_a_number(video_predictor, video, threshold):
    with pytest.raises(ConfigError, match="finite"):
        video_predictor.predict_video(video, threshold=threshold)


def test_a_run_of_unknown_features_says_what_can_be_done(predictor, video, backbone):
    for given in (None, backbone):
        with pytest.raises(RunError, match=r"predict FEATURES\.npy"):
            predictor.predict_video(video, backbone=given)


@pytest.mark.large
def test_other_weights_than_those_of_the_training_raise(video_predictor, video, tmp_path):
    path = tmp_path / "other.weights.h5"
    Compact(weights=None).save_weights(path)
    with pytest.raises(WeightsError, match=r"expected the weights .* random:0"):
        video_predictor.predict_video(video, weights=path)


def test_weights_of_others_must_be_named(video_predictor, video):
    extraction = dataclasses.replace(
        video_predictor.card.extraction, backbone="i3d", weights="sha256:0123"
    )
    set_card(video_predictor, extraction=extraction)
    with pytest.raises(RunError, match=r"name the file with --weights.*sha256:0123"):
        video_predictor.predict_video(video)


@pytest.mark.large
@needs_bfloat16
def test_another_precision_must_be_asked_for_and_is_stated(
    video_predictor, video, backbone, tmp_path
):
    predictor = video_predictor
    plain = predictor.predict_video(video, backbone=backbone)
    assert plain.precision == predictor.card.extraction.precision == "float32"
    in_bfloat16 = predictor.open_backbone(precision="bfloat16")
    rounded = predictor.predict_video(video, backbone=in_bfloat16)
    assert rounded.precision == "bfloat16"
    assert not np.array_equal(rounded.segment_scores, plain.segment_scores)
    protocol = predictor.protocol(rounded)
    assert "in bfloat16 where the model was trained on float32" in describe_protocol(
        protocol
    )
    assert "float32" not in describe_protocol(predictor.protocol(plain))
    # A sidecar with bfloat16 does not choose it for prediction.
    extraction = dataclasses.replace(predictor.card.extraction, precision="bfloat16")
    extract_videos({"camera": video}, tmp_path, in_bfloat16, extraction)
    with pytest.raises(RunError, match=r"precision bfloat16 \(was float32\)"):
        predictor.predict(tmp_path / "camera__0.npy")


def test_what_is_no_video_raises(video_predictor, backbone, tmp_path):
    (tmp_path / "v.mp4").write_text("no video")
    with pytest.raises(VideoError, match="expected a video"):
        video_predictor.predict_video(tmp_path / "v.mp4", backbone=backbone)


def test_the_scores_of_a_model_alone_are_not_calibrated(tiny_run, tmp_path):
    shutil.copy(tiny_run.model, tmp_path / "model.keras")
    assert keras_wsad.load(tmp_path / "model.keras").card.calibration == Calibration()


def test_a_model_without_finite_scores_is_named(compact_run):
    card = keras_wsad.load(compact_run.folder).card

    def score_crops(crops):
        outputs = {
            "segment_scores": np.full(8, np.nan),
            "class_probabilities": np.eye(14)[0],
        }
        return {name: output[None] for name, output in outputs.items()}

    predictor = Predictor(score_crops, card, "runs/nan")
    with pytest.raises(RunError, match=r"runs/nan: expected a model .* finite"):
        predictor.predict(np.ones((9, 256), np.float32))
