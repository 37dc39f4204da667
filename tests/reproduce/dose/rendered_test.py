import pytest

from keras_wsad.errors import DataError
from reproduce.dose import rendered
from reproduce.dose.rendered import rendered_numbers

TABLE = """\
row,kind,metric,measured,seed 0,seed 1
l1: features alone,system,auc,80.5,80.000,81.000
l1: features alone,system,auc_after,70.0,70.000,70.000
l2: l1 + LSTM,system,maa,30.0,29.000,31.000
Chance,reference,auc,50.0,50.000,50.000
l2: l1 + LSTM - l1: features alone,difference,maa,5.0,4.000,6.000
"""


def test_the_rows_of_a_table_are_read_and_not_their_differences(tmp_path, monkeypatch):
    (tmp_path / "table1_bench.csv").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(rendered, "rendered_data", lambda scenes: "root")
    monkeypatch.setattr(rendered, "event_share", lambda root: 0.08)
    numbers = rendered_numbers("bench", tmp_path)
    found = {(number.row, number.metric): number.values for number in numbers}
    assert found == {("l1", "auc"): [0.8, 0.81], ("l2", "maa"): [0.29, 0.31]}
    assert {number.event_share for number in numbers} == {0.08}


def test_without_the_table_it_says_which(tmp_path):
    with pytest.raises(DataError, match=r"table1_bench\.csv: expected Table I on bench"):
        rendered_numbers("bench", tmp_path)
