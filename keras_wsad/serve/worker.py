"""The thread that predicts queued videos one after the other."""

import contextlib
import logging
import pathlib
import sqlite3
import threading

from keras_wsad.errors import VideoError
from keras_wsad.errors import WSADError
from keras_wsad.serve.content import page_content
from keras_wsad.serve.playable import make_playable

# Times that a video is read which may have ended the whole process.
_ATTEMPTS = 2
# Seconds until the review is written to again that could not be.
_PAUSE = 5.0

_logger = logging.getLogger(__name__)


class Worker(threading.Thread):
    """Predicts the queued videos of a review, and makes them playable.

    One that fails does not stop the rest. One that is running whenever the process ends,
    as a video might be that crashes its decoder, is tried twice. While the review cannot be
    written, as on a full disk, the thread waits, and loses nothing that it has predicted.

    Args:
        reviews: `Reviews`.
        proxies: path. The folder to write playable copies into.
        predictor: `Predictor`.
        model: str. Identifies the model: predictions of another are made anew.
        backbone: `OpenBackbone`, see `Predictor.predict_video`.
        truths: `GroundTruth`.
        open_similar: function without arguments that returns `TrainingSegments` or `None`,
            called in this thread.

    Attributes:
        progress: `(video id, clips done, clips in all)` of the video being read, or `None`.
        problem: str or `None`. A sentence on why nothing goes on.
    """

    def __init__(self, reviews, proxies, predictor, model, backbone, truths, open_similar):
        super().__init__(name="keras-wsad-worker", daemon=True)
        self._reviews = reviews
        self._proxies = pathlib.Path(proxies)
        self._predictor = predictor
        self._model = model
        self._backbone = backbone
        self._truths = truths
        self._open_similar = open_similar
        self._wake = threading.Event()
        self._is_stopped = False
        self.progress = None
        self.problem = None

    def wake(self):
        """Says that the queue has grown."""
        self._wake.set()

    def stop(self):
        """Ends the thread at the next clip; the video stays in the queue."""
        self._is_stopped = True
        # On a full disk the video counts as one that was running when the process ended.
        with contextlib.suppress(sqlite3.Error):
            # Now, since the process may end before the next clip.
            self._reviews.release()
        self._wake.set()

    def run(self):
        with contextlib.suppress(_StoppedError):
            self._read_queue()

    def _read_queue(self):
        self._keep(self._reviews.requeue_others, self._model)
        similar = self._open_similar()
        while not self._is_stopped:
            video = self._keep(self._reviews.next_queued, _ATTEMPTS)
            if video is None:
                self._wake.wait()
                self._wake.clear()
                continue
            number, path = video["id"], video["path"]
            try:
                self._predict(number, video["name"], path, similar)
            except _StoppedError:
                raise
            except (WSADError, OSError, MemoryError) as error:
                # The reviewer knows the video by its name.
                message = str(error).replace(path, video["name"]) or "not enough memory"
                self._keep(self._reviews.fail, number, message)
            except Exception:
                _logger.exception("%s could not be predicted", video["name"])
                self._keep(
                    self._reviews.fail, number, "an unexpected error, which the log shows"
                )
            finally:
                self.progress = None

    def _predict(self, number, name, path, similar):
        done = 0

        def on_clip(planned):
            nonlocal done
            if self._is_stopped:
                raise _StoppedError
            done += 1
            self.progress = (number, done, planned)

        self.progress = (number, 0, 0)
        read = self._predictor.read_video(path, backbone=self._backbone, on_clip=on_clip)
        prediction = self._predictor.predict_read(read, path)
        found = similar and similar.most_similar(read.features[0])
        content = page_content(name, prediction, self._truths.of(name, path))
        played, stamps, message = None, None, None
        try:
            proxy = self._proxies / f"{number}.mp4"
            played, stamps = make_playable(path, proxy, prediction.num_frames)
        except (VideoError, OSError) as error:
            message = f"cannot be played: {error}".replace(path, name)
        details = {"similar": found, "stamps": None}
        if stamps is not None:
            details["stamps"] = stamps.round(4).tolist()
        self._keep(
            self._reviews.finish, number, self._model, content, details, played, message
        )

    def _keep(self, write, *values):
        """Calls a method of the review, again and again while it cannot be written."""
        while True:
            try:
                written = write(*values)
            except sqlite3.Error as error:
                if self.problem is None:
                    self.problem = f"The review cannot be written ({error})."
                    _logger.warning("%s It is tried again and again.", self.problem)
                self._wake.wait(_PAUSE)
                self._wake.clear()
                if self._is_stopped:
                    raise _StoppedError from error
            else:
                self.problem = None
                return written


class _StoppedError(Exception):
    """The worker is asked to stop."""
