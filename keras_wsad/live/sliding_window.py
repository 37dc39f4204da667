import collections
import dataclasses
import math

import numpy as np

from keras_wsad.alignment import clip_ranges
from keras_wsad.errors import ConfigError
from keras_wsad.video.frame_crops import cut_clip

#: Clips of a window. See `reproduce/results/window_length.md`.
NUM_CLIPS = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class SegmentScore:
    """What a model says of the newest segment of a window.

    Attributes:
        time: float. When its last frame came, Unix time.
        source: str. The video that it is of.
        start: float. Seconds of its first frame in the video.
        end: float. Seconds at which its last frame ends.
        score: float, 0 normal to 1 anomalous.
        class_name: str. The most probable class of the window.
        probability: float. Its probability.
        first_level_attention: float, or `None` for a model without.
        second_level_attention: float or `None`.
    """

    time: float
    source: str
    start: float
    end: float
    score: float
    class_name: str
    probability: float
    first_level_attention: float | None
    second_level_attention: float | None


class SlidingWindow:
    """Scores the newest segment of the last clips of a stream.

    The features of a clip are computed once. The window moves on by one segment: by one
    clip, or by `num_clips / T` of them where a window has more clips than segments. The
    first full window gives the scores of all its segments.

    Args:
        predictor: `keras_wsad.inference.Predictor`.
        backbone: `OpenBackbone` of its features.
        num_clips: int or `None`. Clips of a window: a multiple or a divisor of the model's
            segments, T. Defaults to `None`, for 4, or the largest divisor below.
        longest_gap: float. Seconds between the arrivals of two clips after which the window
            begins anew. Defaults to infinity.

    Raises:
        ConfigError: `num_clips` is neither.
    """

    def __init__(self, predictor, backbone, num_clips=None, longest_gap=math.inf):
        segments = predictor.card.num_segments
        if num_clips is None:
            num_clips = max(n for n in range(1, NUM_CLIPS + 1) if segments % n == 0)
        if num_clips < 1 or (num_clips % segments and segments % num_clips):
            raise ConfigError(
                "Expected a window whose number of clips is a multiple or a divisor of the "
                f"{segments} segments of the model. Received: {num_clips}"
            )
        self.num_clips = num_clips
        self._predictor, self._backbone = predictor, backbone
        self._longest_gap = longest_gap
        self._per_segment = max(num_clips // segments, 1)
        ends = clip_ranges(num_clips, segments, predictor.card.alignment)[1]
        # The last segment that ends with each group of clips.
        groups = np.arange(self._per_segment, num_clips + 1, self._per_segment)
        self._segments = [int(np.flatnonzero(ends == end)[-1]) for end in groups]
        self._clips = collections.deque(maxlen=num_clips)
        self._pending = 0

    def add(self, clip):
        """Adds a clip.

        Args:
            clip: `Clip`.

        Returns:
            A list of `SegmentScore`: that of the segment which the clip completes, those of
            all segments for the first full window, or none.

        Raises:
            RunError: an output of the model is not finite.
        """
        if self._clips and clip.arrived - self._clips[-1][0].arrived > self._longest_gap:
            self._clips.clear()
            self._pending = 0
        features = self._features_of(clip)
        # Without the pixels.
        self._clips.append((dataclasses.replace(clip, frames=[]), features))
        self._pending += 1
        if len(self._clips) < self.num_clips or self._pending % self._per_segment:
            return []
        new = self._pending // self._per_segment
        self._pending = 0
        return self._score()[-new:]

    def _features_of(self, clip):
        crops, size = self._predictor.crops, self._backbone.size
        batch = np.empty((crops, len(clip.frames), size, size, 3), np.uint8)
        for number in range(crops):
            cut_clip(clip.frames, number, batch[number])
        return self._backbone(batch)

    def _score(self):
        """Returns the `SegmentScore` of each segment of the window."""
        clips = [clip for clip, _ in self._clips]
        features = np.stack([features for _, features in self._clips], axis=1)
        prediction = self._predictor.predict_crops(features)

        def at(values, segment):
            return None if values is None else float(values[segment])

        scores = []
        for number, segment in enumerate(self._segments):
            first = number * self._per_segment
            last = first + self._per_segment - 1
            scores.append(
                SegmentScore(
                    time=clips[last].time,
                    source=clips[last].source,
                    start=clips[first].start,
                    end=clips[last].end,
                    score=float(prediction.segment_scores[segment]),
                    class_name=prediction.class_name,
                    probability=float(prediction.class_probabilities.max()),
                    first_level_attention=at(prediction.first_level_attention, segment),
                    second_level_attention=at(prediction.second_level_attention, segment),
                )
            )
        return scores
