from tests.baselines.check_system import check_system


def test_it_is_a_perfect_judge_of_videos_that_locates_nothing(tiny_settings, tmp_path):
    metrics = check_system("label_spread", tiny_settings, tmp_path)
    assert metrics["video_level"]["video_auc"] == 1
    assert metrics["classification"]["maa"] == 1
    assert metrics["detection"]["aligned"]["abnormal_auc"] == 0.5
    assert metrics["detection"]["aligned"]["auc"] < 1
    # The title says that it is not a system.
    assert "ORACLE" in metrics["about"]["system"]
