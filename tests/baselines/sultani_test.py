import numpy as np
import pytest

from keras_wsad.baselines.sultani import Sultani
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(Sultani, random, tmp_path, reads="normalized_features")


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("sultani", tiny_settings, tmp_path)


def test_the_published_size():
    # 4096 to 512, to 32, to 1, with biases: 2,097,664 + 16,416 + 33.
    assert open_head(Sultani, num_segments=32).build(4096).count_params() == 2_114_113


def test_every_kernel_is_penalised_and_no_bias():
    model = open_head(Sultani, kernel_l2=0.5).build(6)
    for weight in model.weights:
        weight.assign(np.ones(weight.shape))
    # 6 to 512, to 32, to 1.
    assert float(sum(model.losses)) == 0.5 * (6 * 512 + 512 * 32 + 32)


def test_dropout_follows_both_hidden_layers():
    model = open_head(Sultani, dropout=0.25).build(6)
    names = [layer.name for layer in model.layers if "dropout" in layer.name]
    assert names == ["first_dropout", "second_dropout"]
    assert {model.get_layer(name).rate for name in names} == {0.25}
