import keras
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.training import train
from keras_wsad.training.run_training import op_determinism


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a mode of TensorFlow's"
)
def test_operations_are_afterwards_what_they_were_before():
    from tensorflow.python.framework import config

    assert not config.is_op_determinism_enabled()
    with pytest.raises(RuntimeError), op_determinism():
        assert config.is_op_determinism_enabled()
        raise RuntimeError
    assert not config.is_op_determinism_enabled()
    with op_determinism(), op_determinism():
        pass
    assert not config.is_op_determinism_enabled()


def test_training_logs_and_prints_nothing(tiny_root, tmp_path, caplog, capsys):
    caplog.set_level("INFO", "keras_wsad")
    config = ExperimentConfig(
        system="chance", data=str(tiny_root), runs=str(tmp_path), name="run"
    )
    run = train(config)
    assert capsys.readouterr().out == ""
    summary, title, seconds = (record.getMessage() for record in caplog.records)
    assert summary in run.data_report.read_text()
    assert "groups of features, found without labels, name the class of" in summary
    assert title == f"{run.folder}: Chance (random scores and classes)"
    assert seconds.startswith("Training took ")
