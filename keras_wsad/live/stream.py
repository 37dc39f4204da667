import contextlib
import time

import av

from keras_wsad.errors import VideoError
from keras_wsad.video.container import decoding
from keras_wsad.video.container import open_video
from keras_wsad.video.container import shown_source

#: Seconds without a frame after which a source counts as down.
SILENCE = 20.0
#: Seconds to wait for a connection, and for each packet.
TIMEOUT = (10.0, 10.0)


class Stream:
    """An opened video, device or URL, of which one frame has been decoded.

    Iterate over it once, in any thread. It is closed at the end of the iteration.

    Args:
        source: str or path.
        device: str or `None`. FFmpeg's name of the kind of device that `source` is, such as
            `"v4l2"`. Defaults to `None`.
        silence: float. Seconds in which packets without a frame may come. Defaults to `20`.
        timeout: pair of floats. Seconds to wait for a connection and for a packet of a URL
            or device. Defaults to `(10, 10)`.

    Attributes:
        source: str, as it may be shown.
        description: str. Size, rate and codec.

    Raises:
        VideoError: it cannot be opened, has no pictures, or no frame of it decodes in time.
    """

    def __init__(self, source, device=None, silence=SILENCE, timeout=TIMEOUT):
        self.source = shown_source(source)
        options = {}
        if device:
            options = {"format": device}
        if device or "://" in str(source):
            options["timeout"] = timeout
        if str(source).startswith("rtsp"):
            # Over UDP lost packets damage pictures.
            options["options"] = {"rtsp_transport": "tcp"}
        self._silence = silence
        self._is_stopped = False
        self._container, self._track = open_video(source, **options)
        self._frames = self._decode()
        self._first = next(self._frames, None)
        if self._first is None:
            raise VideoError(f"{self.source}: expected a video. No frame of it decodes.")

    @property
    def description(self):
        codec, rate = self._track.codec_context, self._track.average_rate
        rate = f"{float(rate):.4g} frames per second" if rate else "unknown rate"
        return f"{codec.width} x {codec.height} pixels, {rate}, {codec.name}"

    def stop(self):
        """Ends the iteration at the next packet. May be called from any thread."""
        self._is_stopped = True

    def __iter__(self):
        """Yields `(source, seconds, frame)`.

        Seconds are those of the presentation since the first frame, and frames as
        `keras_wsad.video.decode.DecodedFrames` has them.

        Raises:
            VideoError: the source is cut off, or sends no picture for too long.
        """
        begin = self._first.time or 0.0
        with contextlib.closing(self._frames):
            yield self.source, 0.0, self._first
            self._first = None
            for frame in self._frames:
                yield self.source, (frame.time or 0.0) - begin, frame

    def _decode(self):
        # As in `DecodedFrames`: the same pixels as those of `predict`.
        self._track.thread_type = "NONE"
        last = time.monotonic()
        with self._container, decoding(self.source):
            # Of all tracks: while only sound comes, one that waits for pictures would hang.
            for packet in self._container.demux():
                if self._is_stopped:
                    return
                frames = []
                if packet.stream_index == self._track.index:
                    # After a damaged packet the decoder goes on with the next.
                    with contextlib.suppress(av.FFmpegError):
                        frames = self._track.decode(packet)
                if frames:
                    last = time.monotonic()
                elif time.monotonic() - last > self._silence:
                    raise VideoError(f"{self.source}: no picture for {self._silence:g} s.")
                yield from frames
