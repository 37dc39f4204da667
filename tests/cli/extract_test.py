import shutil
import signal
import subprocess
import sys
import time

import pytest

from keras_wsad.cli import main
from tests.contents import contents
from tests.video.make_video import make_video

SETTINGS = ["--backbone=compact", "--random_weights", "--num_segments=0"]


@pytest.fixture(scope="module", autouse=True)
def backbones(open_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_wsad.backbones.open_backbone", open_once)
        yield


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for number in range(6):
        make_video(folder / f"V{number}.mp4", 60 + 30 * number)
    return folder


def start(*arguments):
    program = "import sys; from keras_wsad.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", program, "extract", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell in the background ignores the signal, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(condition, process, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.large
def test_a_killed_extraction_goes_on_to_the_same_bytes(videos, tmp_path, capsys):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    arguments = [str(videos), *SETTINGS, "--crops=5", "--stride=8"]
    process = start(*arguments, "--out", broken)
    # In the middle of a video, some others being done.
    wait_for(lambda: list(broken.glob("V*.json")), process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(broken.glob(".partial-*"))
    ready = list(broken.glob(".partial-*/*/*.json"))
    done = len([*broken.glob("V*.json"), *ready])
    assert 0 < done < 6
    assert main(["extract", *arguments, "--out", str(broken)]) == 0
    assert f"{done} of 6 were done before" in capsys.readouterr().out
    assert main(["extract", *arguments, "--out", str(whole)]) == 0
    assert contents(broken) == contents(whole)
    assert len(contents(whole)) == 6 * 6


@pytest.mark.large
def test_an_interrupted_extraction_says_how_to_go_on(videos, tmp_path):
    process = start(videos, *SETTINGS, "--stride=2", "--crops=5", "--out", tmp_path)
    wait_for(lambda: list(tmp_path.glob("V*.json")), process)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == 130
    assert error == "stopped; the same command goes on with the videos that are not done\n"
    assert not list(tmp_path.glob(".partial-*"))


def test_damaged_videos_are_listed_and_the_rest_is_done(videos, tmp_path, capsys):
    mixed = tmp_path / "videos"
    mixed.mkdir()
    shutil.copy(videos / "V0.mp4", mixed)
    (mixed / "W.mp4").write_bytes(b"no video" * 50)
    out = tmp_path / "out"
    assert main(["extract", str(mixed), *SETTINGS, "--out", str(out)]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ") and "W.mp4: expected a video" in shown.err
    assert f"features of 1 of 2 videos are in {out}" in shown.out
    (mixed / "W.mp4").unlink()
    cut = make_video(mixed / "X.mkv", 300, codec="mpeg4")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    assert main(["extract", str(mixed), *SETTINGS, "--out", str(out)]) == 0
    assert "warning: X: damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--backbone=resnet"], "a backbone of i3d, c3d, r3d34, compact"),
        (["--backbone=i3d"], "--weights FILE for i3d (deepmind/kinetics-i3d"),
        (["--backbone=i3d", "--weights=/nowhere"], "/nowhere: expected the prefix"),
        (["--backbone=i3d", "--weights=x", "--random_weights"], "Received: both"),
        (["--backbone=i3d", "--weights=x", "--seed=1"], "--seed with --random_weights"),
        ([*SETTINGS, "--seed=-1"], "0 <= seed"),
        ([*SETTINGS, "--workers=0"], "workers >= 1"),
        ([*SETTINGS, "--batch=0"], "1 <= batch_size"),
        ([*SETTINGS, "--batch=1000000000"], "batch_size < 10000"),
        ([*SETTINGS, "--stride=0"], "stride >= 1"),
        ([*SETTINGS, "--shard=3/2"], "a shard from 1/2 to 2/2"),
        ([*SETTINGS, "--ray=nowhere"], "HOST:PORT of a Ray cluster"),
        ([*SETTINGS, "--num_segments=-1"], "num_segments >= 1"),
        ([*SETTINGS, "--root=/nowhere"], "root=/nowhere"),
    ],
)
def test_settings_that_do_not_fit_are_an_error_of_one_line(
    videos, tmp_path, capsys, options, complaint
):
    out = tmp_path / "out"
    assert main(["extract", str(videos), "--out", str(out), *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ") and complaint in error
    assert error.count("\n") == 1
    assert not out.exists() or not contents(out)


@pytest.mark.parametrize("line", ["..", "Abuse/..", "Abuse/...mp4", "...mp4"])
def test_a_list_deletes_nothing(videos, tmp_path, capsys, line):
    (tmp_path / "list.txt").write_text(f"{videos}/V0.mp4\n{line}\n")
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("x")
    arguments = ["extract", str(tmp_path / "list.txt"), *SETTINGS, "--out", str(out)]
    assert main(arguments) == 1
    assert "features of 1 of 2 videos" in capsys.readouterr().out
    assert sorted(contents(out)) == ["V0.json", "V0.npy", "thesis.docx"]


def test_missing_videos_are_one_line(videos, tmp_path, capsys):
    names = [f"Abuse/gone{number}.mp4" for number in range(30)]
    (tmp_path / "list.txt").write_text("\n".join([f"{videos}/V0.mp4", *names]))
    out = tmp_path / "out"
    assert main(["extract", str(tmp_path / "list.txt"), *SETTINGS, "--out", str(out)]) == 1
    shown = capsys.readouterr()
    line = "error: 30 of 31 videos do not exist: gone0, gone1, gone2, ...\n"
    assert shown.err == line
    assert f"features of 1 of 31 videos are in {out}" in shown.out
