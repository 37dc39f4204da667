import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib

import numpy as np

from keras_wsad.errors import VideoError
from keras_wsad.extras import import_extra
from keras_wsad.files import atomic_path
from keras_wsad.files import write_json
from keras_wsad.progress import track
from keras_wsad.video import probe_video
from keras_wsad.video.decode import DecodedFrames

# Pixels a side of frames and of stored flow: the finest scale of DIS has half the
# resolution of the frames.
FRAME, FLOW = 112, 56
# Raise it when the flow of the same video changes.
_VERSION = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoFlow:
    """The optical flow of a video.

    Attributes:
        flow: float16 array of shape `(frames - 1, 56, 56, 2)`, memory-mapped: the motion
            right and down from each frame to the next, in pixels of a 112 by 112 frame.
        fps: float. Mean frames per second.
        damage: str or `None`. What is wrong with a video that decodes in part.
    """

    flow: np.ndarray
    fps: float
    damage: str | None

    @property
    def num_frames(self):
        """Frames of the video, as decoded."""
        return len(self.flow) + 1


class OpticalFlow:
    """The optical flow of videos, computed once by DIS and stored.

    Frames are scaled to 112 by 112 pixels whatever their shape, as by Zhu and Newsam, who
    use PWC-Net.

    Args:
        paths: dict from name to path, as `find_videos` returns it.
        folder: str or path. Stores the flow, about 12.5 kB a frame, each video atomically.

    Raises:
        MissingExtraError: OpenCV is not installed.

    Reference:
        - [Kroeger et al., 2016](https://arxiv.org/abs/1603.03590).
    """

    def __init__(self, paths, folder):
        self.paths = {name: pathlib.Path(path) for name, path in paths.items()}
        self.folder = pathlib.Path(folder)
        self._cv2 = import_extra("cv2", "flow")

    def read(self, name):
        """Computes the flow of a video, or opens the stored one.

        Args:
            name: str. One of the names.

        Returns:
            A `VideoFlow`.

        Raises:
            VideoError: the file is absent, not a video, or no frame of it decodes.
        """
        path = self.paths[name]
        kept = self.folder / f"{name}-{_key(path)}"
        if not kept.is_dir():
            with atomic_path(kept) as temporary:
                temporary.mkdir()
                self._compute(path, temporary)
        content = json.loads((kept / "video.json").read_text(encoding="utf-8"))
        flow = np.load(kept / "flow.npy", mmap_mode="r", allow_pickle=False)
        return VideoFlow(flow=flow, **content)

    def read_all(self, names, workers=2):
        """Reads the flow of many videos; computes what is not stored yet.

        Args:
            names: list of str.
            workers: int. Threads, each with one video. Defaults to `2`.

        Returns:
            `(flows, failed)`: a dict from name to `VideoFlow`, and one from name to error
            message.
        """
        flows, failed = {}, {}
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            futures = {name: pool.submit(self.read, name) for name in names}
            try:
                for name in track(names, "Optical flow of videos"):
                    try:
                        flows[name] = futures[name].result()
                    except VideoError as error:
                        failed[name] = str(error)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return flows, failed

    def _compute(self, path, folder):
        cv2 = self._cv2
        # It is not thread-safe: one for each thread.
        dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        frames, before = DecodedFrames(path), None
        with open(folder / "flow.npy", "wb") as file:
            _write_header(file, 1)
            for decoded in frames:
                grey = frames.to_grey(decoded)
                frame = cv2.resize(grey, (FRAME, FRAME), interpolation=cv2.INTER_AREA)
                if before is not None:
                    flow = dis.calc(before, frame, None)
                    flow = cv2.resize(flow, (FLOW, FLOW), interpolation=cv2.INTER_AREA)
                    file.write(flow.astype(np.float16).tobytes())
                before = frame
            # The count is known only now; numpy leaves room for it in the header.
            file.seek(0)
            _write_header(file, frames.num_frames - 1)
        content = {"fps": probe_video(path).fps, "damage": frames.damage}
        write_json(folder / "video.json", content)


def _write_header(file, count):
    shape = (count, FLOW, FLOW, 2)
    header = {"descr": "<f2", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _key(path):
    try:
        state = path.stat()
    except OSError as error:
        raise VideoError(f"{path}: expected a video. {error.strerror}") from error
    content = (_VERSION, str(path.resolve()), state.st_size, state.st_mtime_ns)
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
