import pytest

from keras_wsad.features import open_store
from reproduce import motion_features
from reproduce.motion import flow_features
from tests.baselines.write_moving_square import write_moving_square

pytest.importorskip("cv2")


@pytest.mark.large
def test_the_command_makes_features_of_the_videos_in_the_lists(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(flow_features, "_BATCH", 2)
    root = tmp_path / "data"
    root.mkdir()
    normal = "Training_Normal_Videos_Anomaly/Normal_Videos001_x264.mp4"
    lists = {
        "Anomaly_Train.txt": f"Abuse/Abuse001_x264.mp4\n{normal}\n",
        "Anomaly_Test.txt": "Abuse/Abuse002_x264.mp4\n",
        "Temporal_Anomaly_Annotation.txt": "Abuse002_x264.mp4  Abuse  2  9  -1  -1\n",
    }
    for name, content in lists.items():
        (root / name).write_text(content)
    for name in ("Abuse001_x264", "Abuse002_x264"):
        write_moving_square(root / f"{name}.mp4", (4, 0))
    arguments = [f"--data={root}", f"--out={tmp_path / 'motion'}", "--steps=1"]
    command = motion_features.main
    # A video of the lists is not there.
    assert command(arguments) == 1
    printed = capsys.readouterr()
    assert "Normal_Videos001_x264.mp4: expected a video" in printed.err
    assert "where no flow at all would be" in printed.out
    assert "features of 2 of 3 videos" in printed.out
    store = open_store(tmp_path / "motion", ["Abuse001_x264", "Abuse002_x264"])
    assert store.feature_dim == 1024
    # With it, the autoencoder would have learned from another list of videos.
    write_moving_square(root / "Normal_Videos001_x264.mp4", (0, 4))
    assert command(arguments) == 1
    assert "other settings: learned_from" in capsys.readouterr().err
    assert command([*arguments[:1], f"--out={tmp_path / 'all'}", "--steps=1"]) == 0
