import collections
import dataclasses

from keras_wsad.video.crops import short_side_of
from keras_wsad.video.decode import DecodedFrames
from keras_wsad.video.frame_crops import FrameCrops


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip of a source.

    Attributes:
        frames: list of `FrameCrops`.
        source: str. The video that it is of.
        start: float. Seconds of its first frame in the video.
        end: float. Seconds at which its last frame ends.
        time: float. When its last frame came, Unix time.
        arrived: float. The same on a clock that never jumps.
        new_frames: int. Frames from this clip to the next.
    """

    frames: list
    source: str
    start: float
    end: float
    time: float
    arrived: float
    new_frames: int


class ClipCutter:
    """Cuts a stream of frames into clips as `ClipReader` cuts a video.

    Args:
        extraction: `Extraction` of the training features.
        crops: int. Crops of a frame.
    """

    def __init__(self, extraction, crops):
        self._length, self._stride = extraction.clip_length, extraction.stride
        self._size, self._crops = extraction.size, crops
        self._recent = collections.deque(maxlen=self._length)
        self._source, self._converter, self._count = None, None, 0

    def add(self, source, seconds, frame, time, arrived):
        """Adds a frame; returns the `Clip` that it completes, or `None`.

        No clip goes from one source to another.

        Args:
            source: str. The video; another one begins anew.
            seconds: float. Of the frame in its video.
            frame: frame of PyAV.
            time: float. When it came, Unix time.
            arrived: float. The same on a clock that never jumps.
        """
        if source != self._source:
            self._source, self._converter = source, DecodedFrames(source)
            self._count = 0
            self._recent.clear()
        number = self._count
        self._count += 1
        if number % self._stride >= self._length:
            # Between clips, where the stride is longer than a clip.
            return None
        rgb = self._converter.to_rgb(frame, short_side_of(self._size))
        crops = FrameCrops(rgb, self._size, self._crops)
        self._recent.append((crops, seconds))
        after = number + 1 - self._length
        if after < 0 or after % self._stride:
            return None
        start = self._recent[0][1]
        return Clip(
            frames=[crops for crops, _ in self._recent],
            source=source,
            start=start,
            end=seconds + (seconds - start) / max(self._length - 1, 1),
            time=time,
            arrived=arrived,
            new_frames=self._stride,
        )
