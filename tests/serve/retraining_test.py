import dataclasses
import shutil
import subprocess
import sys
import time

import pytest

from keras_wsad.config import save_config
from keras_wsad.data.experiment_data import open_experiment_data
from keras_wsad.errors import DataError
from keras_wsad.runs import Run
from keras_wsad.serve.retraining import Retraining
from keras_wsad.serve.reviews import Reviews


@pytest.fixture
def reviews(tmp_path):
    reviews = Reviews(tmp_path / "review.sqlite")
    yield reviews
    reviews.close()


@pytest.fixture
def verdicts(tiny_run, reviews, verdict):
    """Two verdicts, on a video that is trained on and on one that is held out."""
    data = open_experiment_data(tiny_run.load_config())
    for video in (data.training[0], data.validation[0]):
        number = reviews.add_video(video.name, f"{video.name}.mp4")
        reviews.finish(number, "a model", {"num_frames": 640}, {})
        reviews.save_verdict({**verdict, "video": number})


def test_what_it_would_do_is_said_before(tiny_run, reviews, verdicts, tmp_path):
    said = Retraining(tiny_run, reviews, tmp_path).describe()
    assert (said["state"], said["message"], said["problem"]) == (None, None, None)
    assert "as tiny-marks-1, on the same" in said["plan"]
    assert "1 marks in 1 videos; 1 more marked videos are not trained on" in said["plan"]
    assert not (tiny_run.folder.parent / "tiny-marks-1").exists()


def test_without_a_verdict_on_a_training_video_there_is_none(tiny_run, reviews, tmp_path):
    retraining = Retraining(tiny_run, reviews, tmp_path)
    said = retraining.describe()
    assert "expected a verdict on a video that is trained on" in said["problem"]
    assert said["plan"] is None
    assert str(tmp_path) not in said["problem"]
    with pytest.raises(DataError, match="expected a verdict on a video that is trained on"):
        retraining.start()


def test_a_server_without_a_run_does_not_train(open_client):
    client = open_client()
    assert client.get("/api/videos").json()["can_train"] is False
    assert client.get("/api/training").status_code == 404
    assert client.post("/api/training").status_code == 404


@pytest.mark.large
def test_it_trains_beside_the_run(tiny_run, reviews, verdicts, tmp_path):
    retraining = Retraining(tiny_run, reviews, tmp_path)
    retraining.start()
    try:
        with pytest.raises(DataError, match="one training at a time"):
            retraining.start()
        end = time.monotonic() + 300
        while (said := retraining.describe())["state"] == "running":
            assert said["message"] and said["plan"] is None
            assert time.monotonic() < end
            time.sleep(0.2)
    finally:
        retraining.stop()
    assert said["state"] == "done", (tmp_path / "tiny-marks-1.log").read_text()
    run = Run(tiny_run.folder.parent / "tiny-marks-1")
    assert run.is_finished
    assert run.load_config().marks == str(tmp_path / "tiny-marks-1.csv")
    assert "tiny-marks-1 is trained" in said["message"]
    # Another would not overwrite it.
    assert "as tiny-marks-2" in said["plan"]


_SERVER = """
import pathlib, sys, time
from keras_wsad.runs import Run
from keras_wsad.serve.retraining import Retraining
from keras_wsad.serve.reviews import Reviews

run, folder = map(pathlib.Path, sys.argv[1:])
Retraining(Run(run), Reviews(folder / "review.sqlite"), folder).start()
time.sleep(600)
"""


def wait_for(is_so):
    end = time.monotonic() + 300
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.large
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_one_that_ends_with_the_server_can_go_on(
    end, tiny_run, reviews, verdicts, tmp_path
):
    runs = tmp_path / "runs"
    run = Run(shutil.copytree(tiny_run.folder, runs / "tiny"))
    save_config(dataclasses.replace(run.load_config(), steps=10**6), run.config)
    log = tmp_path / "tiny-marks-1.log"
    if end == "stop":
        retraining = Retraining(run, reviews, tmp_path)
        retraining.start()
        wait_for((runs / "tiny-marks-1" / "log.csv").exists)
        retraining.stop()
        assert "--resume" in log.read_text()
        with pytest.raises(DataError):
            retraining.start()
    else:
        server = subprocess.Popen([sys.executable, "-c", _SERVER, run.folder, tmp_path])
        wait_for((runs / "tiny-marks-1" / "log.csv").exists)
        server.kill()
        server.wait()
        wait_for(lambda: "--resume" in log.read_text())
    said = Retraining(run, reviews, tmp_path).describe()
    assert "tiny-marks-1 is not finished: `train --resume`" in said["message"]
    assert "as tiny-marks-2" in said["plan"]
