import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.data.ucf_crime import Video
from keras_wsad.errors import ConfigError
from keras_wsad.features.extraction import Extraction
from reproduce.window_length import make_stream
from reproduce.window_length import score_stream
from reproduce.window_length import write_results

EXTRACTION = Extraction(
    backbone="compact",
    weights="random:0",
    clip_length=4,
    stride=2,
    size=80,
    num_segments=3,
)


def test_videos_whose_clips_are_not_at_every_stride_are_left_out(tmp_path, random):
    videos = [
        Video(name="short", label=7, num_frames=7, events=[]),
        Video(name="long", label=2, num_frames=11, events=[(2, 5)]),
        Video(name="normal", label=7, num_frames=8, events=[]),
    ]
    for video, count in zip(videos, (3, 4, 3), strict=True):
        np.save(tmp_path / f"{video.name}.npy", random.random((count, 5)))
    clips, labels, classes = make_stream(videos, tmp_path, EXTRACTION, random)
    assert sorted(len(part) for part in clips) == [3, 4]
    assert len(labels) == 14 and labels.sum() == 3
    assert sorted(classes) == [2] * 4 + [7] * 3
    with pytest.raises(ConfigError, match="clips at every stride"):
        make_stream(videos[:1], tmp_path, EXTRACTION, random)


@pytest.mark.parametrize(("length", "hop"), [(4, 1), (8, 1), (16, 2)])
def test_a_clip_has_the_score_that_predict_gives_it(compact_run, random, length, hop):
    predictor = keras_wsad.load(compact_run.folder)
    model = keras.saving.load_model(compact_run.model)
    clips = random.random((20, 256), np.float32)
    scores, classes = score_stream(model, clips, length, predictor.card)
    assert np.isnan(scores[: length - hop]).all()
    for end in range(length, 21, hop):
        expected = predictor.predict(clips[end - length : end])
        calibrated = predictor.card.calibration(scores[end - hop : end])
        np.testing.assert_allclose(calibrated, expected.segment_scores[-1], atol=1e-5)
        assert (classes[end - hop : end] == expected.class_probabilities.argmax()).all()


def test_the_results_are_a_table(tmp_path):
    rows = [
        {"run": run, "window_clips": 4, "auc": auc, "class_accuracy": 20.0}
        for run, auc in (("a", 80.0), ("b", 82.0))
    ]
    write_results(rows, tmp_path / "table.csv")
    assert "| 4 | 81.0 ± 1.4 | 20.0 ± 0.0 |" in (tmp_path / "table.md").read_text()
    assert (tmp_path / "table.environment.json").is_file()
