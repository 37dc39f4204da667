import json

import pytest

from keras_wsad.cli.simulate import simulate_command


@pytest.mark.large
def test_the_set_of_the_tables_in_small(tmp_path, capsys):
    sizes = {"train_per_class": 1, "test_per_class": 1, "test_normal": 2}
    arguments = [f"--{name}={size}" for name, size in sizes.items()]
    arguments += ["--set=bench", "--seconds", "9", "9", f"--out={tmp_path}"]
    assert simulate_command(arguments) == 0
    lines = (tmp_path / "Anomaly_Test.txt").read_text(encoding="utf-8").splitlines()
    assert sum("Normal" in line for line in lines) == 2
    assert len(lines) == 15
    assert len(list(tmp_path.rglob("*.mp4"))) == 41
    content = json.loads((tmp_path / "scenes.json").read_text(encoding="utf-8"))
    assert content["held_out_look"]
    # How much there is to do is said before it is begun.
    shown = capsys.readouterr()
    assert "Rendering 41 videos" in shown.out + shown.err
    assert "0.01 GB, about 1 min" in shown.out + shown.err
