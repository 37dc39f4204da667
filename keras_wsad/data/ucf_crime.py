"""UCF-Crime's official detection split, read from a folder."""

import dataclasses
import functools
import pathlib

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.data.annotations import frame_labels
from keras_wsad.data.annotations import read_split_list
from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.data.frame_counts import FrameCounts
from keras_wsad.errors import DataError
from keras_wsad.files import index_files

TRAIN_LISTS = ("Anomaly_Train.txt",)
TEST_LISTS = ("Anomaly_Test.txt",)
ANNOTATIONS = (
    "Temporal_Anomaly_Annotation_for_Testing_Videos.txt",
    "Temporal_Anomaly_Annotation.txt",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Video:
    """A video with its label and events, from the lists and the annotation.

    Args:
        name: str. `"Abuse028_x264"`.
        label: int. Index in `CLASS_NAMES`; Normal is 7.
        num_frames: int or `None`. Frames in the video, where known.
        frames_source: str or `None`. Where `num_frames` comes from.
        events: list of half-open `(start, end)` frames, as annotated. Empty for normal
            and for training videos.
    """

    name: str
    label: int
    num_frames: int | None = None
    frames_source: str | None = None
    events: list = dataclasses.field(default_factory=list)

    @property
    def class_name(self):
        """The name of the class, `"Abuse"`."""
        return CLASS_NAMES[self.label]

    @property
    def is_anomalous(self):
        """Whether the class is any other than Normal."""
        return self.label != NORMAL

    def frame_labels(self):
        """Marks the annotated frames: a bool array of shape `(num_frames,)`.

        Raises:
            DataError: the number of frames is not known.
        """
        if self.num_frames is None:
            raise DataError(
                f"{self.name}: expected its number of frames in the authors' "
                "Test_frame_number_UCF.npy, in num_frames.csv (lines of name,num_frames), "
                "in NAME.json of keras-wsad extract or from the video file, all anywhere "
                "below the data folder. Found none."
            )
        return frame_labels(self.events, self.num_frames)


class UCFCrime:
    """UCF-Crime, or any data set in its layout: 13 anomaly classes and Normal.

    The lists and the annotation are found by their published names anywhere below the
    root. Labels are looked up by video name, never by line number.

    Args:
        root: str or path. The folder that holds `Anomaly_Train.txt`, `Anomaly_Test.txt`
            and `Temporal_Anomaly_Annotation_for_Testing_Videos.txt`.
        features: str or path, or `None`. A folder of features outside the root, whose
            sidecars hold frame counts. Defaults to `None`.

    Raises:
        DataError: a list is missing, or list and annotation contradict each other.

    Reference:
        - [Sultani et al., 2018](https://arxiv.org/abs/1801.04264)
    """

    def __init__(self, root, features=None):
        self.root = pathlib.Path(root)
        if not self.root.is_dir():
            raise DataError(f"Expected a folder with UCF-Crime's lists. Received: {root}")
        self.files = index_files(self.root)
        self.features = features and pathlib.Path(features)

    @functools.cached_property
    def train(self):
        """The training videos, in the order of the official list (1610 in UCF-Crime)."""
        labels = read_split_list(self._find(TRAIN_LISTS))
        return [Video(name=name, label=label) for name, label in labels.items()]

    @functools.cached_property
    def test(self):
        """The test videos, in the order of the official list (290 in UCF-Crime)."""
        labels = read_split_list(self._find(TEST_LISTS))
        both = [video.name for video in self.train if video.name in labels]
        if both:
            raise DataError(
                f"{self._find(TEST_LISTS)}: expected test videos that are not trained on. "
                f"Found in the training list as well: {', '.join(both[:3])}"
            )
        annotation_path = self._find(ANNOTATIONS)
        annotation = self.annotation
        counts = FrameCounts(self.files, self._sidecars())
        videos = []
        for name, label in labels.items():
            if name not in annotation:
                raise DataError(f"{annotation_path}: the test video {name} is missing.")
            annotated_label, events = annotation[name]
            if annotated_label != label:
                raise DataError(
                    f"{annotation_path}: {name} is {CLASS_NAMES[annotated_label]}, but "
                    f"{CLASS_NAMES[label]} in the list of test videos."
                )
            num_frames, source = counts.lookup(name)
            videos.append(
                Video(
                    name=name,
                    label=label,
                    num_frames=num_frames,
                    frames_source=source,
                    events=events,
                )
            )
        return videos

    @functools.cached_property
    def annotation(self):
        """The annotated videos: a dict from name to `(label, events)`."""
        return read_temporal_annotation(self._find(ANNOTATIONS))

    @property
    def class_counts(self):
        """Training videos of each class in the official list, 14 ints."""
        counts = [0] * len(CLASS_NAMES)
        for video in self.train:
            counts[video.label] += 1
        return counts

    def _sidecars(self):
        inside = self.features is None or self.features.is_relative_to(self.root)
        files = self.files if inside else index_files(self.features)
        return {name: paths for name, paths in files.items() if name.endswith(".json")}

    def _find(self, names):
        for name in names:
            if name in self.files:
                return self.files[name][0]
        raise DataError(
            f"{self.root}: expected {' or '.join(names)} in this folder or below it. "
            "Found none."
        )
