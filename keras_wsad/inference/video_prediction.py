import dataclasses
import functools

import numpy as np

from keras_wsad.alignment import expand_to_frames
from keras_wsad.alignment import frame_boundaries
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.inference.prediction import Prediction
from keras_wsad.metrics.alarms import alarm_runs
from keras_wsad.metrics.score_text import score_text


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alarm:
    """A stretch of a video that scores above the threshold, `[start, end)`.

    Attributes:
        start_segment: int.
        end_segment: int.
        start_frame: int, or `None` if the frames of the video are unknown.
        end_frame: int or `None`.
        start_seconds: float, or `None` if frames or their rate are unknown.
        end_seconds: float or `None`.
        peak: float. The highest score in it.
    """

    start_segment: int
    end_segment: int
    start_frame: int | None
    end_frame: int | None
    start_seconds: float | None
    end_seconds: float | None
    peak: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoPrediction(Prediction):
    """The outputs of the model for one video, with alarms, frames and seconds.

    Frames are known if the video was decoded or its feature file has a sidecar. Seconds
    are frames divided by the mean frame rate.

    Attributes:
        video: str. The path of the video, or of its feature file.
        threshold: float. A score above it is an alarm.
        alignment: `"aligned"` or `"release"`, see `frame_boundaries`.
        num_frames: int or `None`. Frames in the video, as decoded.
        fps: float or `None`. Frames per second.
        damage: str or `None`. What is wrong with a video that decodes in part.
        precision: str or `None`. Precision that its features were computed in, if known.
    """

    video: str
    threshold: float
    alignment: str
    num_frames: int | None = None
    fps: float | None = None
    damage: str | None = None
    precision: str | None = None

    @property
    def seconds(self):
        """Length of the video, or `None`."""
        return self._seconds(self.num_frames)

    @functools.cached_property
    def boundaries(self):
        """First frame of each segment, and the end: `(segments + 1,)`, or `None`."""
        if self.num_frames is None:
            return None
        return frame_boundaries(self.num_frames, len(self.segment_scores), self.alignment)

    @property
    def frame_scores(self):
        """The score of each frame, `(num_frames,)`, or `None`."""
        if self.num_frames is None:
            return None
        return expand_to_frames(self.segment_scores, self.num_frames, self.alignment)

    @functools.cached_property
    def alarms(self):
        """The list of `Alarm`, in order of time."""
        runs = alarm_runs(self.segment_scores, self.threshold, self.boundaries)
        return [self._alarm(*run) for run in runs]

    @property
    def is_anomalous(self):
        """Whether there is an alarm."""
        return bool(self.alarms)

    def headline(self):
        """Returns a line: `"ALARM Robbery 12.3-20.1 s (peak 0.93)"`, or `"normal"`.

        If alarms and class contradict each other, the line says which class the whole video
        got.
        """
        is_normal = self.class_name == CLASS_NAMES[NORMAL]
        of_the_whole = f"; whole video classed {self.class_name}"
        if not self.alarms:
            return "normal" if is_normal else f"no alarm{of_the_whole}"
        shown = [f"{_span(alarm)} (peak {score_text(alarm.peak)})" for alarm in self.alarms]
        if len(shown) > 4:
            shown[3:] = [f"{len(shown) - 3} more"]
        alarms = ", ".join(shown)
        if is_normal:
            return f"ALARM {alarms}{of_the_whole}"
        return f"ALARM {self.class_name} {alarms}"

    def to_dict(self):
        """Returns everything as a dict for JSON; what is unknown is `None`."""

        def numbers(array):
            # The fewest digits that identify a float32.
            array = None if array is None else np.asarray(array, np.float32)
            return None if array is None else [float(str(x)) for x in array]

        return {
            "video": self.video,
            "is_anomalous": self.is_anomalous,
            "class_name": self.class_name,
            "threshold": self.threshold,
            "alarms": [dataclasses.asdict(alarm) for alarm in self.alarms],
            "num_frames": self.num_frames,
            "fps": self.fps,
            "seconds": self.seconds,
            "damage": self.damage,
            "num_segments": len(self.segment_scores),
            "class_probabilities": dict(
                zip(CLASS_NAMES, numbers(self.class_probabilities), strict=True)
            ),
            "segment_boundaries": None
            if self.boundaries is None
            else self.boundaries.tolist(),
            "segment_scores": numbers(self.segment_scores),
            "first_level_attention": numbers(self.first_level_attention),
            "second_level_attention": numbers(self.second_level_attention),
            "frame_scores": numbers(self.frame_scores),
        }

    def _seconds(self, frames):
        return None if frames is None or self.fps is None else frames / self.fps

    def _alarm(self, start, end, peak):
        frames = (None, None)
        if self.boundaries is not None:
            frames = int(self.boundaries[start]), int(self.boundaries[end])
        return Alarm(
            start_segment=start,
            end_segment=end,
            start_frame=frames[0],
            end_frame=frames[1],
            start_seconds=self._seconds(frames[0]),
            end_seconds=self._seconds(frames[1]),
            peak=peak,
        )


def _span(alarm):
    if alarm.start_seconds is not None:
        return f"{alarm.start_seconds:.1f}-{alarm.end_seconds:.1f} s"
    if alarm.start_frame is not None:
        return f"frames {alarm.start_frame}-{alarm.end_frame}"
    return f"segments {alarm.start_segment}-{alarm.end_segment}"
