"""The command `keras-wsad extract --ray`."""

import os
import pathlib
import sys
import threading
import time

import pytest

from keras_wsad.cli import main
from tests.video.make_video import make_video

SETTINGS = ["--backbone=compact", "--random_weights", "--crops=5", "--stride=2"]


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for number in range(6):
        make_video(folder / f"V{number}.mp4", 60 + 20 * number)
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def writes_below(folder, raylet):
    """Whether a process of a node has a file below `folder` open."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            files = [os.readlink(file) for file in (process / "fd").iterdir()]
        except OSError:
            continue
        if int(parent) == raylet and any(str(folder) in file for file in files):
            return True
    return False


@pytest.mark.large
@pytest.mark.skipif(not pathlib.Path("/proc/self/fd").exists(), reason="/proc is not there")
def test_a_lost_node_changes_no_byte(videos, tmp_path, capsys, monkeypatch):
    # Set before Ray is imported, and for its processes.
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    plain, out = tmp_path / "plain", tmp_path / "out"
    assert main(["extract", str(videos), *SETTINGS, "--out", str(plain)]) == 0

    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    head = {**node, "include_dashboard": False}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    try:
        other = cluster.add_node(**node)
        (raylet,) = (part.process.pid for part in other.all_processes["raylet"])

        def lose():
            end = time.monotonic() + 300
            while not writes_below(out, raylet):
                if time.monotonic() > end:
                    return
                time.sleep(0.01)
            cluster.remove_node(other, allow_graceful=False)

        thread = threading.Thread(target=lose)
        thread.start()
        capsys.readouterr()
        ray = ["--ray", cluster.address, "--workers=1"]
        status = main(["extract", str(videos), *SETTINGS, "--out", str(out), *ray])
        thread.join()
    finally:
        cluster.shutdown()
    shown = capsys.readouterr()
    assert status == 0, shown
    assert "a process of Ray was lost" in shown.out
    assert f"features of 6 of 6 videos are in {out}" in shown.out
    assert contents(out) == contents(plain)
