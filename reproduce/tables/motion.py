"""Motion-aware features for the row of Zhu and Newsam."""

import json

from keras_wsad.data import UCFCrime
from keras_wsad.errors import DataError
from keras_wsad.errors import NeedsPixelsError
from keras_wsad.video import video_in
from reproduce.motion.flow_features import motion_features

#: Value of a row's setting `features` that stands for them.
MOTION_AWARE = "motion-aware"


def make_motion_features(root, out, steps):
    """Makes the motion-aware features of a data set, or uses existing ones.

    The autoencoder learns without labels, from all training videos, held-out ones included.

    Args:
        root: path. A folder in UCF-Crime's layout.
        out: path. The folder for features.
        steps: int. Training steps of the autoencoder.

    Raises:
        NeedsPixelsError: a video is missing.
        DataError: a video cannot be read.
    """
    dataset = UCFCrime(root)
    training = [video.name for video in dataset.train]
    listed = training + [video.name for video in dataset.test]
    videos = {name: video_in(dataset.files, name) for name in listed}
    missing = [name for name, path in videos.items() if path is None]
    if missing:
        row = "The motion-aware row of Zhu and Newsam"
        raise NeedsPixelsError(row, root, missing, len(listed))
    report = motion_features(videos, training, out, steps=steps)
    if report.failed:
        raise DataError(f"{root}: no optical flow of {json.dumps(report.failed)}")
