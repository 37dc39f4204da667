import dataclasses

from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.video.crops import CROP_COUNTS

PRECISIONS = ("float32", "bfloat16", "int8")
# As many as a model may have.
_MOST_SEGMENTS = 10**4
RUNTIMES = ("tensorflow", "jax", "torch", "openvino", "onnxruntime", "litert")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Extraction:
    """Settings of clip features. Features with different settings must not be mixed.

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
        precision: str. Precision of the network: `"float32"`, `"bfloat16"` or `"int8"`.
            Defaults to `"float32"`.
        runtime: str. The library that computed, a backend of Keras, `"openvino"`,
            `"onnxruntime"` or `"litert"`. It is recorded but not compared: at one precision
            runtimes differ only by rounding. Defaults to `"tensorflow"`.

    Raises:
        ConfigError: a value of another type or not among those named, or a number that is
            not positive, or more segments than any model has.
    """

    backbone: str
    weights: str
    clip_length: int
    stride: int
    size: int
    crops: int = 1
    num_segments: int | None = 32
    precision: str = "float32"
    runtime: str = dataclasses.field(default="tensorflow", compare=False)

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
        if (self.num_segments or 0) >= _MOST_SEGMENTS:
            raise ConfigError(
                f"Expected num_segments < {_MOST_SEGMENTS}. Received: {self.num_segments}"
            )
        choices = {"crops": CROP_COUNTS, "precision": PRECISIONS, "runtime": RUNTIMES}
        for name, values in choices.items():
            if getattr(self, name) not in values:
                raise ConfigError(
                    f"Expected {name} in {values}. Received: {getattr(self, name)}"
                )

    @classmethod
    def of(cls, backbone, *, stride=None, crops=1, num_segments=32):
        """Returns the extraction settings for an opened backbone.

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
            precision=backbone.precision,
            runtime=backbone.runtime,
        )

    def to_dict(self):
        """Returns the settings by name, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, content, source="extraction"):
        """Restores an extraction from `to_dict`.

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
        text = f"{self.backbone}, {crops}, stride {self.stride}"
        return text if self.precision == "float32" else f"{text}, {self.precision}"


def differences(now, before):
    """Lists the differences between two extractions, except the runtime.

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
    pairs = {
        field.name: (getattr(now, field.name), getattr(before, field.name))
        for field in dataclasses.fields(now)
        if field.compare
    }
    return [f"{name} {new} (was {old})" for name, (new, old) in pairs.items() if new != old]
