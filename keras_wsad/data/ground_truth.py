"""The annotation of a single video, by its name."""

import pathlib

from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.data.ucf_crime import ANNOTATIONS
from keras_wsad.data.ucf_crime import UCFCrime
from keras_wsad.data.ucf_crime import Video


class GroundTruth:
    """The annotated videos of a data set, or of an annotation file near a video.

    Args:
        root: str or path, or `None`. A folder in UCF-Crime's layout. Defaults to `None`,
            for an annotation of the published name in the folder of each video or in one
            of the three above it.

    Raises:
        DataError: the folder has no annotation, or it cannot be read.
    """

    def __init__(self, root=None):
        self._annotation = None if root is None else UCFCrime(root).annotation
        self._read = {}

    def of(self, name, path):
        """Returns the `Video` with its label and events, or `None` if it is not annotated.

        Args:
            name: str. `"Abuse028_x264"`.
            path: str or path. Where the video is.
        """
        annotation = self._annotation
        if annotation is None:
            annotation = self._near(pathlib.Path(path).absolute())
        if name not in annotation:
            return None
        label, events = annotation[name]
        return Video(name=name, label=label, events=events)

    def _near(self, path):
        for folder in path.parents[:4]:
            for name in ANNOTATIONS:
                file = folder / name
                if file.is_file():
                    if file not in self._read:
                        self._read[file] = read_temporal_annotation(file)
                    return self._read[file]
        return {}
