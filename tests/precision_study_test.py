import csv
import io

import pytest

from keras_wsad.errors import RunError
from keras_wsad.precision_study import study_as_csv
from keras_wsad.precision_study import study_as_markdown
from keras_wsad.precision_study import study_precision

ROWS = [
    {
        "backbone computes in": "bfloat16",
        "seed": seed,
        "feature error": 0.00618,
        "frame AUC": area,
        "mAA": 0.5,
    }
    for seed, area in enumerate((0.8, 0.9))
] + [{"backbone computes in": "int8, OpenVINO", "note": "missing: OpenVINO"}]


def test_a_runtime_that_is_missing_has_a_row_that_says_so():
    text = study_as_markdown(ROWS, "some videos")
    assert "| bfloat16 | 0.0062 | 85.00 ± 7.07 | 50.00 ± 0.00 |" in text
    assert "| int8, OpenVINO | missing: OpenVINO |  |  |" in text
    read = list(csv.DictReader(io.StringIO(study_as_csv(ROWS))))
    assert [row["seed"] for row in read] == ["0", "1", ""]
    assert read[2]["note"] == "missing: OpenVINO"


def test_runs_on_features_of_unknown_making_are_refused(tiny_run):
    with pytest.raises(RunError, match="on the same features"):
        study_precision([tiny_run.folder])
