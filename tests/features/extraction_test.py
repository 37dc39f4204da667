import dataclasses

import pytest

from keras_wsad.backbones import open_backbone
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences
from tests.needs_bfloat16 import needs_bfloat16

SETTINGS = {
    "backbone": "compact",
    "weights": "random:0",
    "clip_length": 16,
    "stride": 16,
    "size": 80,
    "crops": 1,
    "num_segments": 32,
}


def test_a_dict_holds_every_setting():
    extraction = Extraction(**SETTINGS, precision="bfloat16")
    content = extraction.to_dict()
    assert Extraction.from_dict(content) == extraction
    for name in ("crops", "precision", "runtime"):
        with pytest.raises(DataError, match=f"no {name}"):
            Extraction.from_dict({k: v for k, v in content.items() if k != name})


def test_another_precision_is_another_extraction_and_another_runtime_is_not():
    one = Extraction(**SETTINGS)
    rounded = dataclasses.replace(one, precision="bfloat16")
    assert differences(rounded, one) == ["precision bfloat16 (was float32)"]
    elsewhere = dataclasses.replace(one, runtime="openvino")
    assert differences(elsewhere, one) == []
    assert elsewhere == one


@needs_bfloat16
def test_the_backbone_says_its_precision():
    assert Extraction.of(open_backbone("compact", precision="bfloat16")).precision == (
        "bfloat16"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"precision": "float8"},
        {"runtime": "caffe"},
        {"precision": None},
        {"num_segments": 10**9},
    ],
)
def test_what_is_not_known_raises(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Extraction(**SETTINGS | wrong)
