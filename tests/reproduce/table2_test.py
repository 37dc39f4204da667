from reproduce import table2


def test_rows_on_real_features_are_as_committed(real_data, tmp_path, capsys):
    """A short form of the committed table: rows that are fitted at once, with one seed."""
    data = [f"--data={real_data / 'ucf_crime'}", "--features=r3d34"]
    rows = ["--rows", "SVM", "Position", "Lu", "--seeds", "0", "--replicates=10"]
    assert table2.main([*data, *rows, "--check", f"--runs={tmp_path}"]) == 0
    shown = capsys.readouterr().out
    assert "SVM baseline, auc: 77." in shown
    assert "needs pixels" in shown
    assert "Lu et al., auc: as committed" in shown


def test_rows_on_c3d_features_are_as_committed(real_data, tmp_path):
    data = [f"--data={real_data / 'ucf_crime'}", "--features=c3d_part", "--preset=small"]
    rows = ["--rows", "SVM", "Logistic", "Position", "--seeds", "0", "--replicates=10"]
    assert table2.main([*data, *rows, "--check", f"--runs={tmp_path}"]) == 0
