import dataclasses
import pathlib
import reprlib

from keras_wsad.alignment import MOST_FRAMES
from keras_wsad.errors import DataError
from keras_wsad.errors import FeatureFileError
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences
from keras_wsad.features.formats import FEATURE_SUFFIXES
from keras_wsad.features.formats import crop_number
from keras_wsad.files import read_json
from keras_wsad.files import write_json

DTYPES = ("float32", "float16")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sidecar:
    """The content of `NAME.json` beside the features of a video: how they were made.

    Args:
        extraction: `Extraction`. The settings; all other fields concern this video.
        dtype: str. `"float32"` or `"float16"`.
        num_clips: int. Clips, K.
        feature_dim: int. Features per clip, n.
        num_frames: int. Frames in the video, as decoded.
        fps: float. Mean frames per second.
        video: dict. The file that was decoded: `file`, its name; `size` in bytes,
            `mtime_ns` and `sha256`.
        damage: str or `None`. Damage of a video that still decodes in part.
        version: str. Of keras_wsad.

    Raises:
        DataError: a value that no video has.
    """

    extraction: Extraction
    dtype: str
    num_clips: int
    feature_dim: int
    num_frames: int
    fps: float
    video: dict
    damage: str | None
    version: str

    def __post_init__(self):
        for name, is_right in _IS_RIGHT.items():
            value = getattr(self, name)
            if not is_right(value):
                found = f"{name}={reprlib.repr(value)}"
                raise DataError(f"Expected what a video can have. Received: {found}")

    def write(self, path):
        """Writes the sidecar, atomically."""
        write_json(path, dataclasses.asdict(self))

    @classmethod
    def read(cls, path):
        """Reads a sidecar.

        Args:
            path: path.

        Returns:
            A `Sidecar`, or `None` if there is no file or some other JSON, which data
            folders may hold.

        Raises:
            DataError: it is an incomplete sidecar, or says what cannot be.
        """
        try:
            content = read_json(path)
        except (FileNotFoundError, DataError):
            return None
        if not isinstance(content, dict) or "extraction" not in content:
            return None
        extraction = Extraction.from_dict(content["extraction"], path)
        names = {field.name for field in dataclasses.fields(cls)}
        wrong = sorted(names ^ content.keys())
        if wrong:
            raise DataError(
                f"{path}: expected what `keras-wsad extract` writes beside features. "
                f"Missing or unknown: {', '.join(wrong)}"
            )
        try:
            return cls(**{**content, "extraction": extraction})
        except DataError as error:
            raise DataError(f"{path}: {error}") from error

    def check_matches(self, features, path):
        """Raises if the features do not match this sidecar.

        Args:
            features: array of shape `(crops, K, n)`.
            path: str or path. Where they are from.

        Raises:
            FeatureFileError: they have another number of clips or of features.
        """
        expected = self.num_clips, self.feature_dim
        if features.shape[1:] != expected:
            raise FeatureFileError(
                path,
                f"{features.shape[1]} clips of {features.shape[2]} features, where its "
                f"sidecar says {expected[0]} of {expected[1]}: it was replaced",
            )


def _is_count(value):
    # A bool is an int to Python.
    return type(value) is int and 1 <= value < MOST_FRAMES


# What identifies a video file, see `finished.source_of`.
_SOURCE = {"file": str, "size": int, "mtime_ns": int, "sha256": str}
# Fields that the code reads; the others are for information.
_IS_RIGHT = {
    "dtype": lambda value: value in DTYPES,
    "num_clips": _is_count,
    "feature_dim": _is_count,
    "num_frames": _is_count,
    # Wide enough for a frame a day.
    "fps": lambda value: type(value) in (int, float) and 1e-6 < value < 1e6,
    "video": lambda value: (
        isinstance(value, dict)
        and all(isinstance(value.get(name), kind) for name, kind in _SOURCE.items())
    ),
    "damage": lambda value: value is None or isinstance(value, str),
}


def sidecar_path(path):
    """Returns where the sidecar of a feature file lies.

    Example:

    >>> sidecar_path("features/Abuse028_x264__3.npy").name
    'Abuse028_x264.json'
    """
    path = pathlib.Path(path)
    stem = path.stem if path.suffix.lower() in FEATURE_SUFFIXES else path.name
    if crop_number(path) is not None:
        stem = stem.rpartition("__")[0]
    return path.with_name(f"{stem}.json")


def common_extraction(paths):
    """Returns the settings of the features in some files, which must agree.

    Args:
        paths: iterable of feature files, one of each video.

    Returns:
        An `Extraction`, or `None` where no file has a sidecar.

    Raises:
        DataError: two sidecars differ in a setting, whatever the videos.
    """
    files = {}
    for path in map(sidecar_path, paths):
        sidecar = Sidecar.read(path)
        if sidecar:
            files.setdefault(sidecar.extraction, []).append(path)
    if len(files) > 1:
        (usual, of_usual), *others = sorted(files.items(), key=lambda item: -len(item[1]))
        lines = [
            f"  {', '.join(differences(other, usual))}: {len(paths)} such as {paths[0]}"
            for other, paths in others
        ]
        raise DataError(
            f"Expected features that were all made in one way, as {len(of_usual)} files "
            f"such as {of_usual[0]} were. Found others:\n" + "\n".join(lines)
        )
    return next(iter(files), None)
