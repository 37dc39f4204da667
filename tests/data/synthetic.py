"""A small synthetic feature set in UCF-Crime's layout, for tests without pixels."""

import numpy as np

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL

FRAMES_PER_CLIP = 64


def write_synthetic(root, train_per_class=15, test_per_class=4, feature_dim=128, seed=0):
    """Writes lists, annotation, frame counts and clip features of synthetic videos.

    As behind a rectifier, features are never negative and few are active at once. A video
    is a scene that drifts slowly, which is all that a normal one holds. An anomalous video
    holds one or two events as well, during which the features of its class are active, at
    a strength of their own. One video in four carries a distraction of the same kind that
    belongs to no class, so that being unusual is not enough.

    Args:
        root: path. Folder to make.
        train_per_class: int. Training videos per anomaly class; as many normal ones as
            anomalous. Defaults to `15`.
        test_per_class: int. Likewise for the test videos. Defaults to `4`.
        feature_dim: int. Features per clip. Defaults to `128`.
        seed: int. Defaults to `0`.
    """
    random = np.random.default_rng(seed)
    # A pattern for each class, and as many for distractions.
    shape = (2 * len(CLASS_NAMES), feature_dim)
    patterns = random.uniform(0.5, 1.5, shape) * (random.random(shape) < 0.08)
    (root / "features").mkdir(parents=True)
    train, test, annotation, counts = [], [], [], []
    for per_class, listed in ((train_per_class, train), (test_per_class, test)):
        prefix = "Training" if listed is train else "Testing"
        for label, class_name in enumerate(CLASS_NAMES):
            is_normal = label == NORMAL
            folder = f"{prefix}_Normal_Videos_Anomaly" if is_normal else class_name
            stem = "Normal_Videos" if is_normal else class_name
            for _ in range(per_class * (len(CLASS_NAMES) - 1 if is_normal else 1)):
                number = sum(line.startswith(f"{folder}/") for line in train + test)
                offset = 500 if is_normal and listed is test else 0
                name = f"{stem}{number + offset:03d}_x264"
                clips, events = _make_video(random, patterns, label)
                np.save(root / "features" / f"{name}.npy", clips.astype(np.float32))
                listed.append(f"{folder}/{name}.mp4")
                # The video also has the frames of the tail, which fill no clip.
                tail = int(random.integers(0, FRAMES_PER_CLIP))
                counts.append(f"{name},{len(clips) * FRAMES_PER_CLIP + tail}")
                bounds = [bound for event in events for bound in event] + [-1] * 4
                if listed is test:
                    fields = [f"{name}.mp4", CLASS_NAMES[label], *map(str, bounds[:4])]
                    annotation.append("  ".join(fields))
    files = {
        "Anomaly_Train.txt": train,
        "Anomaly_Test.txt": test,
        "Temporal_Anomaly_Annotation_for_Testing_Videos.txt": annotation,
        "num_frames.csv": ["name,num_frames", *counts],
    }
    for file_name, lines in files.items():
        (root / file_name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _make_video(random, patterns, label):
    """Returns clips `(K, n)` and the events in frames."""
    num_clips = int(random.integers(20, 90))
    feature_dim = patterns.shape[1]
    scene = random.normal(size=feature_dim)
    drift = np.cumsum(random.normal(scale=0.05, size=(num_clips, feature_dim)), axis=0)
    clips = scene + drift + random.normal(scale=0.5, size=(num_clips, feature_dim))
    clips = np.maximum(clips, 0)
    events = []
    if label != NORMAL:
        # Two events never touch: each is in its own half of the video.
        count = int(random.integers(1, 3))
        for part in range(count):
            begin, end = part * num_clips // count, (part + 1) * num_clips // count
            length = max(2, int((end - begin) * random.uniform(0.15, 0.6)))
            start = begin + int(random.integers(0, end - begin - length))
            clips[start : start + length] += patterns[label] * random.uniform(3.0, 6.0)
            events.append((start * FRAMES_PER_CLIP, (start + length) * FRAMES_PER_CLIP))
    if random.random() < 0.25:
        start, length = int(random.integers(0, num_clips - 5)), int(random.integers(2, 6))
        other = patterns[int(random.integers(len(CLASS_NAMES), len(patterns)))]
        clips[start : start + length] += other * random.uniform(3.0, 6.0)
    return clips, events
