import pytest

from keras_wsad import slow_precision
from keras_wsad.slow_precision import time_product
from keras_wsad.slow_precision import warn_of_slow_bfloat16


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    monkeypatch.setattr(slow_precision, "has_gpu", lambda: False)


@pytest.mark.parametrize("precision", ["bfloat16", "mixed_bfloat16"])
def test_a_processor_that_is_slower_in_bfloat16_is_told(monkeypatch, capsys, precision):
    seconds = {"bfloat16": 0.05, "float32": 0.02}
    monkeypatch.setattr(slow_precision, "time_product", seconds.__getitem__)
    warn_of_slow_bfloat16(precision)
    assert "in bfloat16 takes 2.5 times as long as in float32" in capsys.readouterr().err
    for chance_or_less in (0.048, 0.06):
        seconds["float32"] = chance_or_less
        warn_of_slow_bfloat16(precision)
        assert capsys.readouterr().err == ""


def test_of_a_gpu_nothing_is_said(monkeypatch, capsys):
    monkeypatch.setattr(slow_precision, "has_gpu", lambda: True)
    monkeypatch.setattr(slow_precision, "time_product", pytest.fail)
    warn_of_slow_bfloat16("bfloat16")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("precision", [None, "float32", "int8"])
def test_of_other_precisions_nothing_is_measured(monkeypatch, capsys, precision):
    monkeypatch.setattr(slow_precision, "time_product", pytest.fail)
    warn_of_slow_bfloat16(precision)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_product_takes_time(dtype):
    assert 0 < time_product(dtype) < 60
