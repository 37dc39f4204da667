import csv

import pytest

import evaluate
from reproduce import figure5
from reproduce import table1
from reproduce.tables import pictures


@pytest.fixture
def arguments(table, expected, options, monkeypatch):
    """The command line of a table whose runs exist."""
    monkeypatch.setattr("reproduce.tables.table.EXPECTED", expected)
    listed = [f"--data={options.data}", "--seeds", "0", "1", "--steps=4"]
    return [*listed, f"--runs={options.runs}", "--replicates=10"]


@pytest.mark.large
def test_evaluate_and_reproduce_make_the_same_table(arguments, tmp_path, capsys):
    assert evaluate.main(["--table1", *arguments, f"--out={tmp_path / 'a'}"]) == 0
    assert table1.main([*arguments, f"--out={tmp_path / 'b'}"]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    shown = capsys.readouterr().out
    assert "4 runs, 4 of them done before" in shown
    assert "a.md, a.csv, a.tex, a_roc.png, a_bars.png, a_confusion.png are in" in shown


@pytest.mark.large
def test_a_table_that_is_not_as_committed_is_an_error(
    arguments, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("reproduce.tables.committed.RESULTS", tmp_path)
    committed = tmp_path / "table1_data"
    assert table1.main([*arguments, f"--out={committed}"]) == 0
    assert table1.main([*arguments, "--check"]) == 0
    path = tmp_path / "table1_data.csv"
    header, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines())
    for seed in (0, 1):
        lines[0][header.index(f"seed {seed}")] = "1.000"
    text = "\n".join(",".join(line) for line in [header, *lines])
    path.write_text(text, encoding="utf-8")
    assert table1.main([*arguments, "--check"]) == 1
    assert "NOT WITHIN" in capsys.readouterr().out


@pytest.mark.large
def test_figure_5_is_drawn_beside_published_curves(
    arguments, tmp_path, real_data, monkeypatch
):
    drawn = []
    monkeypatch.setattr(pictures, "save_figure", lambda figure, path: drawn.append(figure))
    curves = real_data / "ucf_crime" / "roc"
    out = [f"--roc={curves}", f"--out={tmp_path / 'figure5'}"]
    assert figure5.main([*arguments, *out]) == 0
    labels = [text.get_text() for text in drawn[0].legends[0].texts]
    assert any(label.startswith("whole: ") for label in labels)
    assert "Proposed model, published: 0.8212" in labels


@pytest.mark.large
def test_bad_options_are_one_line(arguments, tmp_path, capsys):
    assert table1.main([*arguments, "--seeds", "1", "1"]) == 1
    assert "Expected seeds that differ" in capsys.readouterr().err
    assert table1.main([*arguments, f"--roc={tmp_path}"]) == 1
    assert "expected ROC curves" in capsys.readouterr().err
    assert table1.main(["--data", str(tmp_path / "absent")]) == 1
    assert "error: " in capsys.readouterr().err


def test_the_help_names_what_there_is(capsys):
    for argv in (["--help"], ["--table2", "--help"]):
        with pytest.raises(SystemExit):
            evaluate.main(argv)
    shown = capsys.readouterr().out
    assert "--table1" in shown
    assert "--standardize" in shown
