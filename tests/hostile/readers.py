"""All readers of files that anybody may have made, and what each of them promises."""

import dataclasses
import itertools
import pathlib
import warnings
from collections.abc import Callable

from keras_wsad.arrays import read_npz
from keras_wsad.config import load_config
from keras_wsad.data.annotations import read_split_list
from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.data.frame_counts import FrameCounts
from keras_wsad.data.marks import read_marks
from keras_wsad.errors import WSADError
from keras_wsad.features import read_features
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.video import decode_frames
from keras_wsad.video import find_videos
from keras_wsad.video import probe_video
from keras_wsad.video.container import decoding

CORPUS = pathlib.Path(__file__).parents[1] / "corpus"
_LONGEST_MESSAGE = 2000


@dataclasses.dataclass(frozen=True)
class Reader:
    """A reader of files.

    Args:
        suffix: str. Of the files that it reads.
        read: function of a path.
    """

    suffix: str
    read: Callable


def _read_weights(path):
    from keras_wsad.backbones.weights_h5 import read_weights_h5

    return read_weights_h5(path)


def _read_model(path):
    from keras_wsad.baselines.keras_file import load_keras_file

    return load_keras_file(path)


def _read_video(path):
    with warnings.catch_warnings(), decoding(path):
        warnings.simplefilter("ignore")
        probe_video(path)
        # What comes later is read by the same code.
        return list(itertools.islice(decode_frames(path, short_side=32), 20))


READERS = {
    "list": Reader(".txt", read_split_list),
    "annotation": Reader(".txt", read_temporal_annotation),
    "counts": Reader(".csv", lambda path: FrameCounts({"num_frames.csv": [path]})),
    "marks": Reader(".csv", lambda path: read_marks(path, ["A"], 8)),
    "config": Reader(".yaml", load_config),
    "sidecar": Reader(".json", Sidecar.read),
    "videos": Reader(".txt", lambda path: find_videos([path])),
    "txt": Reader(".txt", read_features),
    "npy": Reader(".npy", read_features),
    "h5": Reader(".h5", read_features),
    "npz": Reader(".npz", read_npz),
    "weights": Reader(".weights.h5", _read_weights),
    "model": Reader(".keras", _read_model),
    "video": Reader(".mp4", _read_video),
}


def check(name, content, folder):
    """Raises unless a reader takes a file or names it in an error of the project's own.

    Args:
        name: str. A key of `READERS`.
        content: bytes. Of the file.
        folder: path. Where it is written.
    """
    path = pathlib.Path(folder, f"file{READERS[name].suffix}")
    path.write_bytes(content)
    try:
        READERS[name].read(path)
    except WSADError as error:
        message = str(error)
        if str(path) not in message or len(message) > _LONGEST_MESSAGE:
            raise AssertionError(f"an error of {len(message)} characters") from error
