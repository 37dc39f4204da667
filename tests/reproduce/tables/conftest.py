import pytest

from reproduce.tables.plan import TableOptions


@pytest.fixture(scope="session")
def expected(tmp_path_factory):
    """The rows of a small table, as a folder of CSV files."""
    folder = tmp_path_factory.mktemp("expected")
    settings = "lstm_units=6 anomalous_per_batch=9 normal_per_batch=9 "
    settings += "validation_fraction=0.25 num_segments=8"
    off = "lstm=false second_level=false first_level=false"
    lines = [
        "row,metric,system,settings,published,tolerance,note",
        f"small,auc,joint,{settings} {off},50,1,",
        f"small,maa,joint,{settings} {off},14.66,2,a note",
        f"whole,auc,joint,{settings},82.12,1,",
        f"whole,maa,joint,{settings},,2,",
    ]
    text = "\n".join(lines) + "\n"
    (folder / "table1.csv").write_text(text, encoding="utf-8")
    (folder / "table2.csv").write_text(text, encoding="utf-8")
    watched = f"{settings} watch_test=true"
    third = [lines[0], *(f"watched,{m},joint,{watched},,1," for m in ("auc", "maa"))]
    (folder / "table3.csv").write_text("\n".join(third) + "\n", encoding="utf-8")
    references = [lines[0], f"for reference,auc,joint,{settings} {off},,1,"]
    (folder / "references.csv").write_text("\n".join(references) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def options(tiny_root, tmp_path_factory):
    runs = str(tmp_path_factory.mktemp("tables"))
    return TableOptions(data=str(tiny_root), seeds=(0, 1), steps=4, runs=runs)


@pytest.fixture(scope="session")
def table(expected, options):
    """A small measured table."""
    from reproduce.tables.table import make_table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reproduce.tables.table.EXPECTED", expected)
        return make_table(1, options, replicates=40)
