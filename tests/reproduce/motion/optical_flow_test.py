import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_wsad.errors import VideoError
from reproduce.motion.optical_flow import OpticalFlow
from tests.baselines.write_moving_square import write_moving_square

pytest.importorskip("cv2")


@pytest.mark.parametrize("step", [(4, 0), (-4, 0), (0, 4), (2, -4)])
def test_flow_points_where_a_square_goes(step, tmp_path):
    path = write_moving_square(tmp_path / "v.mp4", step)
    video = OpticalFlow({"v": path}, tmp_path / "flow").read("v")
    assert video.flow.dtype == np.float16 and video.flow.shape == (11, 56, 56, 2)
    assert video.num_frames == 12 and video.fps == 10 and video.damage is None
    # In the middle of the way it covers the centre. Frames are of half the size there.
    centre = np.asarray(video.flow[4:7, 22:34, 22:34], np.float32).mean(axis=(0, 1, 2))
    np.testing.assert_allclose(centre, np.array(step) / 2, atol=0.3)
    corner = np.asarray(video.flow[:, :6, -6:], np.float32)
    assert np.abs(corner).max() < 0.1


def test_flow_is_computed_once_and_again_when_the_video_changes(tmp_path, monkeypatch):
    path = write_moving_square(tmp_path / "v.mp4", (4, 0))
    flow = OpticalFlow({"v": path}, tmp_path / "flow")
    first = flow.read("v")
    assert isinstance(first.flow, np.memmap)
    with monkeypatch.context() as patch:
        patch.setattr(OpticalFlow, "_compute", None)
        np.testing.assert_array_equal(flow.read("v").flow, first.flow)
    write_moving_square(path, (0, 4), num_frames=8)
    assert flow.read("v").num_frames == 8


def test_a_kill_leaves_whole_videos_or_none(tmp_path, monkeypatch):
    paths = {
        name: write_moving_square(tmp_path / f"{name}.mp4", (4, 0), num_frames=4)
        for name in "ab"
    }
    flow = OpticalFlow(paths, tmp_path / "flow")
    compute = OpticalFlow._compute

    def killed(self, path, folder):
        compute(self, path, folder)
        if path.stem == "b":
            raise KeyboardInterrupt

    monkeypatch.setattr(OpticalFlow, "_compute", killed)
    with pytest.raises(KeyboardInterrupt):
        flow.read_all("ab", workers=1)
    assert [path.name[0] for path in (tmp_path / "flow").iterdir()] == ["a"]
    monkeypatch.setattr(OpticalFlow, "_compute", compute)
    flows, failed = flow.read_all("ab")
    assert list(flows) == ["a", "b"] and not failed


def test_what_is_no_video_does_not_stop_the_others(tmp_path):
    path = write_moving_square(tmp_path / "v.mp4", (4, 0), num_frames=1)
    (tmp_path / "text.mp4").write_text("no video")
    paths = {"v": path, "text": tmp_path / "text.mp4", "none": tmp_path / "none.mp4"}
    flow = OpticalFlow(paths, tmp_path / "flow")
    flows, failed = flow.read_all(list(paths))
    assert list(flows) == ["v"] and flows["v"].flow.shape == (0, 56, 56, 2)
    assert list(failed) == ["text", "none"]
    with pytest.raises(VideoError, match="expected a video"):
        flow.read("none")


def test_a_missing_opencv_is_one_line():
    program = (
        "import sys; sys.modules['cv2'] = None\n"
        "from reproduce.motion.optical_flow import OpticalFlow\n"
        "from keras_wsad.errors import WSADError\n"
        "try:\n    OpticalFlow({}, '.')\n"
        "except WSADError as error:\n    print(error)"
    )
    root = pathlib.Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root
    )
    line = "Expected cv2 to be installed: pip install 'keras_wsad[flow]'"
    assert done.stdout.startswith(line), done.stderr
    assert done.stdout.count("\n") == 1
