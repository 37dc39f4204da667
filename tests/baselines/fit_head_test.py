import importlib.util
import pathlib
import types

from keras_wsad.baselines.fit_head import _tensorboard


def test_training_does_without_tensorboard(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert _tensorboard(types.SimpleNamespace(tensorboard=pathlib.Path(tmp_path))) == []
