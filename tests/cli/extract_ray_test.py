"""The command `keras-wsad extract --ray`."""

import contextlib
import os
import pathlib
import signal
import sys
import threading

import pytest

from keras_wsad.cli import main
from tests.contents import contents
from tests.video.make_video import make_video

SETTINGS = ["--backbone=compact", "--random_weights", "--stride=2"]


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for number in range(4):
        make_video(folder / f"V{number}.mp4", 200 + 100 * number)
    return folder


def who_writes(folder):
    """Yields `(process, its parent, file)` for the files that are open below a folder."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        # It may have ended, or be another user's.
        with contextlib.suppress(OSError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            for file in (process / "fd").iterdir():
                path = os.readlink(file)
                if path.startswith(f"{folder}/"):
                    yield int(process.name), int(parent), path


@pytest.mark.large
@pytest.mark.skipif(not pathlib.Path("/proc/self/fd").exists(), reason="/proc is not there")
def test_a_lost_node_and_a_video_that_kills(videos, tmp_path, capsys, monkeypatch):
    # Set before Ray is imported, and for its processes.
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    plain, out = tmp_path / "plain", tmp_path / "out"
    assert main(["extract", str(videos), *SETTINGS, "--out", str(plain)]) == 0

    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    head = {**node, "include_dashboard": False}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    ended, killed, lost = threading.Event(), [], []
    try:
        other = cluster.add_node(**node)
        (raylet,) = (part.process.pid for part in other.all_processes["raylet"])

        def harm():
            while not ended.wait(0.01):
                for process, parent, path in who_writes(out):
                    if parent == raylet:
                        if not lost:
                            lost.append(pathlib.Path(path).parent.name)
                            cluster.remove_node(other, allow_graceful=False)
                    elif "/V3/" in path and process not in killed:
                        killed.append(process)
                        os.kill(process, signal.SIGKILL)

        thread = threading.Thread(target=harm)
        thread.start()
        capsys.readouterr()
        ray = ["--ray", cluster.address, "--workers=1"]
        status = main(["extract", str(videos), *SETTINGS, "--out", str(out), *ray])
    finally:
        ended.set()
        thread.join()
        cluster.shutdown()
    shown = capsys.readouterr()
    assert status == 1, shown
    # The lost node may have cost it one of its three tries.
    assert len(killed) in (2, 3)
    assert "V3.mp4: its process was lost 3 times" in shown.err
    # What the lost node had begun is there all the same.
    assert lost
    assert f"features of 3 of 4 videos are in {out}" in shown.out
    expected = {name: made for name, made in contents(plain).items() if "V3" not in name}
    assert contents(out) == expected


def test_no_cluster_at_the_address(videos, tmp_path, capsys):
    arguments = ["extract", str(videos), *SETTINGS, "--out", str(tmp_path), "--ray"]
    assert main([*arguments, "127.0.0.1:1"]) == 1
    assert "Expected HOST:PORT of a Ray cluster" in capsys.readouterr().err


def test_without_ray(videos, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["extract", str(videos), *SETTINGS, "--out", str(tmp_path), "--ray"]) == 1
    assert "pip install 'keras_wsad[ray]'" in capsys.readouterr().err
