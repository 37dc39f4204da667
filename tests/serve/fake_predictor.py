import numpy as np

from keras_wsad.errors import RunError
from keras_wsad.features.video_features import VideoFeatures
from keras_wsad.inference import VideoPrediction
from keras_wsad.video import probe_video


class FakePredictor:
    """Scores every video alike, without looking at more than its length."""

    scores = (0.45, 0.2, 0.8, 0.9, 0.1, 0.1, 0.6, 0.3)

    def read_video(self, path, backbone=None, on_clip=None):
        info = probe_video(path)
        if "broken" in str(path):
            raise RunError(f"{path}: broken")
        for _ in range(4):
            on_clip(4)
        features = np.ones((1, 4, 8), np.float32)
        return VideoFeatures(features=features, num_frames=info.num_frames, fps=info.fps)

    def predict_read(self, video, path="camera.mp4", threshold=0.5):
        return VideoPrediction(
            segment_scores=np.float32(self.scores),
            class_probabilities=np.eye(14)[9],
            class_name="Robbery",
            first_level_attention=np.full(8, 0.125),
            second_level_attention=None,
            video=str(path),
            threshold=threshold,
            alignment="aligned",
            num_frames=video.num_frames,
            fps=video.fps,
        )
