import dataclasses

from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.video.crops import CROP_COUNTS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Extraction:
    """How clip features were made. Features of two extractions do not belong together.

    Args:
        backbone: str. A key of `keras_wsad.backbones.BACKBONES`.
        weights: str. What identifies the weights, `sha256:...` or `random:SEED`.
        clip_length: int. Frames in a clip.
        stride: int. Frames from one clip to the next.
        size: int. Side of a crop in pixels.
        crops: `1`, `5` or `10`. Defaults to `1`.
        num_segments: int or `None`. Segments that shall each have a clip in a short video,
            see `keras_wsad.video.clip_starts`. Defaults to `32`, as the preset `paper`
            has them.

    Raises:
        ConfigError: a value of another type, or a number that is not positive.
    """

    backbone: str
    weights: str
    clip_length: int
    stride: int
    size: int
    crops: int = 1
    num_segments: int | None = 32

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            # A bool is an int to Python.
            if not isinstance(value, field.type) or isinstance(value, bool):
                raise ConfigError(
                    f"Expected {field.name} to be of type {field.type}. Received: {value!r}"
                )
            if isinstance(value, int) and value < 1:
                raise ConfigError(f"Expected {field.name} >= 1. Received: {value}")
        if self.crops not in CROP_COUNTS:
            raise ConfigError(f"Expected crops in {CROP_COUNTS}. Received: {self.crops}")

    @classmethod
    def of(cls, backbone, *, stride=None, crops=1, num_segments=32):
        """Returns the extraction with an opened backbone.

        Args:
            backbone: `keras_wsad.backbones.OpenBackbone`.
            stride: int or `None`, for the length of a clip. Defaults to `None`.
            crops: int. Defaults to `1`.
            num_segments: int or `None`. Defaults to `32`.
        """
        return cls(
            backbone=backbone.name,
            weights=backbone.weights,
            clip_length=backbone.clip_length,
            stride=backbone.clip_length if stride is None else stride,
            size=backbone.size,
            crops=crops,
            num_segments=num_segments,
        )

    def to_dict(self):
        """Returns the settings by name, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, content, source="extraction"):
        """Returns the extraction that `to_dict` gave.

        Args:
            content: dict.
            source: str or path. Where it is from, for the error message.

        Raises:
            DataError: a setting is missing, unknown or of another type.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        found = set(content) if isinstance(content, dict) else set()
        if found != names:
            wrong = [f"no {name}" for name in sorted(names - found)]
            wrong += [f"unknown {name}" for name in sorted(found - names)]
            raise DataError(
                f"{source}: expected the settings of an extraction. Found "
                f"{', '.join(wrong)}"
            )
        try:
            return cls(**content)
        except ConfigError as error:
            raise DataError(f"{source}: {error}") from error

    def __str__(self):
        crops = "1 crop" if self.crops == 1 else f"{self.crops} crops"
        return f"{self.backbone}, {crops}, stride {self.stride}"


def differences(now, before):
    """Lists in words in what two extractions differ.

    Args:
        now: `Extraction`.
        before: `Extraction`.

    Returns:
        A list of str, empty where they are the same.

    Example:

    >>> settings = dict(backbone="c3d", weights="random:0", clip_length=16, size=112)
    >>> one, other = (Extraction(**settings, stride=stride) for stride in (8, 16))
    >>> differences(one, other)
    ['stride 8 (was 16)']
    """
    before = before.to_dict()
    return [
        f"{name} {value} (was {before[name]})"
        for name, value in now.to_dict().items()
        if value != before[name]
    ]
