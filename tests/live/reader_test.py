import threading
import time

import pytest

from keras_wsad.errors import VideoError
from keras_wsad.live.backoff import Backoff
from keras_wsad.live.clip_cutter import Clip
from keras_wsad.live.meter import Meter
from keras_wsad.live.reader import Reader

QUICK = {"backoff": Backoff(first=0.01, longest=0.02)}


class FakeStream:
    """Frames that are numbers; a function among them is called, an error is raised."""

    def __init__(self, *content):
        self.content = content
        self.is_stopped = threading.Event()

    def stop(self):
        self.is_stopped.set()

    def __iter__(self):
        for item in self.content:
            if isinstance(item, Exception):
                raise item
            if callable(item):
                item()
            else:
                yield "camera", float(item), item


class EveryFrame:
    """Each frame is a clip."""

    def add(self, source, seconds, frame, time, arrived):
        return Clip(
            frames=[frame],
            source=source,
            start=seconds,
            end=seconds,
            time=time,
            arrived=arrived,
            new_frames=1,
        )


def take(reader, count, seconds=20.0):
    """Takes clips until the end of the source, with a generous time-out."""
    found, end = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        clip = reader.next_clip(timeout=0.1)
        if clip is not None:
            found.append(clip.frames[0])
        elif reader.has_ended:
            break
    return found


def test_a_file_is_read_to_its_end_and_nothing_is_dropped():
    meter = Meter()
    with Reader(FakeStream(*range(50)), None, EveryFrame, meter, size=2) as reader:
        time.sleep(0.05)
        assert take(reader, 51) == list(range(50))
        assert reader.has_ended
    assert meter.skipped_clips == 0


def test_the_error_of_a_file_is_raised_after_its_clips():
    stream = FakeStream(1, 2, VideoError("damaged"))
    with Reader(stream, None, EveryFrame, Meter()) as reader:
        assert take(reader, 2) == [1, 2]
        with pytest.raises(VideoError, match="damaged"):
            take(reader, 1)


def test_of_a_camera_the_oldest_clips_are_dropped_and_counted():
    meter, wait = Meter(), threading.Event()
    stream = FakeStream(*range(10), wait.wait)
    with Reader(stream, lambda: stream, EveryFrame, meter, size=3) as reader:
        while meter.skipped_clips < 7:
            time.sleep(0.01)
        assert take(reader, 3) == [7, 8, 9]
        assert meter.status()["skipped_fps"] > 0
        wait.set()


@pytest.mark.parametrize(
    "failure", [VideoError("cut off"), None], ids=["an error", "the end"]
)
def test_what_fails_is_opened_again(failure):
    meter, wait = Meter(), threading.Event()
    streams = iter([FakeStream(2), VideoError("refused"), FakeStream(3, wait.wait)])

    def connect():
        stream = next(streams)
        if isinstance(stream, Exception):
            raise stream
        return stream

    content = [1] if failure is None else [1, failure]
    first = FakeStream(*content)
    with Reader(first, connect, EveryFrame, meter, **QUICK) as reader:
        assert take(reader, 3) == [1, 2, 3]
        assert meter.status()["reconnects"] == 3
        assert meter.state == "live"
        wait.set()


def test_silence_is_a_failure_even_if_the_decoder_hangs():
    meter, hang = Meter(), threading.Event()
    first = FakeStream(1, hang.wait, 99)
    second = FakeStream(2, hang.wait)
    with Reader(first, lambda: second, EveryFrame, meter, silence=0.3, **QUICK) as reader:
        assert take(reader, 2) == [1, 2]
        assert first.is_stopped.is_set()
        # What a connection brings after it was given up is not taken.
        hang.set()
        assert 99 not in take(reader, 5)


def test_too_many_connections_that_hang_end_the_watch():
    hang = threading.Event()
    with (
        Reader(
            FakeStream(hang.wait),
            lambda: FakeStream(hang.wait),
            EveryFrame,
            Meter(),
            silence=0.05,
            **QUICK,
        ) as reader,
        pytest.raises(VideoError, match="4 connections hang"),
    ):
        take(reader, 1)
    hang.set()


def test_an_error_of_the_program_is_not_tried_again():
    stream = FakeStream(1, ZeroDivisionError("a bug"))
    with Reader(stream, lambda: stream, EveryFrame, Meter(), **QUICK) as reader:
        assert take(reader, 1) == [1]
        with pytest.raises(ZeroDivisionError):
            take(reader, 1)


def test_leaving_stops_the_threads():
    before = threading.active_count()
    endless = FakeStream(*range(1000), lambda: time.sleep(0.5))
    with Reader(endless, None, EveryFrame, Meter(), size=1) as reader:
        take(reader, 1)
    assert threading.active_count() == before
