import types

from reproduce.tables.table import _steps_taken


def test_steps_are_those_of_rows_that_read_features():
    def outcome(system, title, steps):
        job = types.SimpleNamespace(
            config=types.SimpleNamespace(system=system),
            row=types.SimpleNamespace(title=title),
        )
        return types.SimpleNamespace(job=job, metrics={"about": {"steps": steps}})

    done = [
        outcome("joint", "Proposed", 900),
        outcome("joint", "Proposed", 300),
        outcome("svm", "SVM", None),
        outcome("lu", "Lu et al.", 1500),
        outcome("zhong", "Zhong et al.", 1500),
    ]
    assert _steps_taken(done) == "Proposed 300 to 900; Zhong et al. 1500"
    assert _steps_taken(done[2:4]) == ""
