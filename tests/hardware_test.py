import pytest

from keras_wsad import hardware
from keras_wsad.backbones import open_backbone
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError
from keras_wsad.hardware import has_bfloat16
from keras_wsad.training import train


@pytest.fixture
def no_units(monkeypatch):
    monkeypatch.setattr(hardware, "has_bfloat16", lambda: False)


@pytest.mark.parametrize("runtime", [None, "openvino"])
def test_without_units_every_runtime_refuses_bfloat16(no_units, runtime):
    with pytest.raises(ConfigError, match=r"with units for bfloat16 .* a machine without$"):
        open_backbone("compact", precision="bfloat16", runtime=runtime)


def test_without_units_training_refuses_it_and_leaves_no_run(
    no_units, tiny_settings, tmp_path
):
    settings = {**tiny_settings, "precision": "mixed_bfloat16", "runs": str(tmp_path)}
    with pytest.raises(ConfigError, match="units for bfloat16"):
        train(ExperimentConfig(**settings))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("flags", "environment", "expected"),
    [
        ("flags : fpu avx2 fma", {}, False),
        ("flags : fpu avx2 avx512_bf16", {}, True),
        ("flags : fpu amx_bf16 amx_int8", {}, True),
        ("Features : fp asimd bf16", {}, True),
        ("flags : avx512_bf16", {"TF_ENABLE_ONEDNN_OPTS": "0"}, False),
        ("flags : avx512_bf16", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, False),
    ],
)
def test_units_are_those_of_the_processor_that_are_in_use(
    monkeypatch, tmp_path, flags, environment, expected
):
    (tmp_path / "cpuinfo").write_text(f"processor : 0\n{flags}\n")
    monkeypatch.setattr(hardware, "_CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    for name in ("TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert has_bfloat16() == expected


def test_where_nothing_is_known_there_are_none(monkeypatch, tmp_path):
    monkeypatch.setattr(hardware, "_CPU_INFO", tmp_path / "nowhere")
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    assert not has_bfloat16()
