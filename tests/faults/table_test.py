"""Whichever call of a table fails that writes, the same command ends as one without."""

import pytest

from keras_wsad.runs import Run
from reproduce.tables.command import table_command
from tests.faults.faults import each_fault
from tests.faults.faults import fail_each
from tests.faults.training_test import names_in


@pytest.mark.large
@each_fault
def test_a_table_after_a_fault_is_that_without(tiny_root, tmp_path, error, lasting):
    def run(folder):
        options = [f"--data={tiny_root}", f"--runs={folder}", "--seeds", "0"]
        return table_command([*options, "--rows", "Chance", "--replicates=2"]) == 0

    def check(folder):
        made, whole = (next(each.iterdir()) for each in (folder, tmp_path / "whole"))
        assert names_in(Run(made)) == names_in(Run(whole))
        (table,) = made.glob("*.csv")
        assert table.read_bytes() == (whole / table.name).read_bytes()

    assert run(tmp_path / "whole")
    # Its calls are those of a training and an evaluation, for the most part.
    assert fail_each(run, check, tmp_path, error, lasting, every=20) > 20
