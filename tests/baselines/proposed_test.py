import pytest

from tests.baselines.check_system import check_system


@pytest.mark.large
def test_the_proposed_model_is_a_system_like_any_other(tiny_settings, tmp_path):
    metrics = check_system("joint", tiny_settings, tmp_path)
    assert metrics["classification"]["maa"] >= 0
