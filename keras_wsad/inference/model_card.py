import dataclasses

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.features.extraction import Extraction
from keras_wsad.metrics.calibration import Calibration


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a program must know to use a trained model.

    Attributes:
        class_names: list of str, in the order of the probabilities.
        num_segments: int. Segments of a video, T.
        feature_dim: int. Features of a clip, n.
        reduce: `"max"` or `"mean"`, see `pool_segments`.
        alignment: `"aligned"` or `"release"`, see `pool_segments`.
        test_crops: int. Crops to average over.
        checkpoint_rule: str. Which weights were kept.
        calibration: `Calibration` of the scores.
        extraction: `Extraction` of the training features, or `None` if unknown.
    """

    class_names: list
    num_segments: int
    feature_dim: int
    reduce: str
    alignment: str
    test_crops: int
    checkpoint_rule: str
    calibration: Calibration
    extraction: Extraction | None

    @classmethod
    def of(cls, model, config, calibration=None, extraction=None):
        """Returns the card of a `JointModel` that was trained as a config says."""
        return cls(
            class_names=list(CLASS_NAMES),
            num_segments=model.num_segments,
            feature_dim=model.feature_dim,
            reduce=config.reduce,
            alignment=config.alignment,
            test_crops=config.test_crops,
            checkpoint_rule=config.checkpoint_rule,
            calibration=calibration or Calibration(),
            extraction=extraction,
        )

    @classmethod
    def from_dict(cls, content, source):
        """Restores a card from `dataclasses.asdict`.

        Args:
            content: dict. Other keys are ignored.
            source: str or path. Where it is from, for the error message.

        Raises:
            DataError, KeyError, TypeError, ValueError: it is not that of a card.
        """
        extraction = content["extraction"]
        extraction = extraction and Extraction.from_dict(extraction, source)
        calibration = Calibration(**content["calibration"])
        content = {field.name: content[field.name] for field in dataclasses.fields(cls)}
        return cls(**{**content, "calibration": calibration, "extraction": extraction})
