import pytest

from keras_wsad.baselines import SYSTEMS
from keras_wsad.baselines import open_system
from keras_wsad.baselines.registry import check_settings
from keras_wsad.baselines.registry import settings_read
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from reproduce.tables.motion import MOTION_AWARE
from reproduce.tables.plan import MOST_STEPS
from reproduce.tables.plan import PATIENCE
from reproduce.tables.plan import TableOptions
from reproduce.tables.plan import plan_jobs
from reproduce.tables.rows import EXPECTED
from reproduce.tables.rows import read_table
from reproduce.tables.run import run_jobs
from reproduce.tables.table import other_settings


def plan_systems(number, options):
    """The jobs of a table without its reference rows, by title."""
    rows = [row for row in read_table(number, EXPECTED) if not row.is_reference]
    return {job.row.title: job for job in plan_jobs(rows, options) if job.metric == "auc"}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "changes",
    [{}, {"data": "x"}, {"quick": True}, {"data": "x", "steps": 5, "standardize": True}],
    ids=str,
)
def test_every_row_is_a_system_that_reads_its_settings(number, changes):
    rows = read_table(number, EXPECTED)
    jobs = plan_jobs(rows, TableOptions(**changes, seeds=(0, 3)))
    assert len({row.title for row in rows}) == len(rows)
    assert len(jobs) == 2 * sum(len(row.cells) for row in rows)
    for job in jobs:
        assert job.cell.system in SYSTEMS
        assert open_system(job.cell.system).title
        assert (job.config.system, job.config.seed) == (job.cell.system, job.seed)
        assert job.config.name == job.name
        check_settings(job.config)


def test_settings_that_are_not_the_published_ones_are_named():
    def named(number, **changes):
        options = TableOptions(**changes, seeds=(0,))
        return "".join(other_settings(plan_systems(number, options).values(), options))

    rendered = named(2)
    assert "Proposed model: detection_weight 0.2, dropout 0.3, learning_rate" in rendered
    assert "Sultani et al., CVPR 2018: smoothness 0.002, sparsity 0.0008;" in rendered
    assert rendered.endswith("chosen on other rendered videos")
    assert named(3).endswith("all of Equivariant model on held-out videos of bench too")
    # Settings of a row stand in its title, and on real features all are published ones.
    assert "first_level" not in named(1)
    assert named(2, data="x") == ""
    small = named(1, data="x", preset="small")
    assert small.endswith("Proposed model: first_level_units 64, lstm_units 64")


def test_motion_aware_features_need_the_videos(tiny_root, tmp_path):
    options = TableOptions(data=str(tiny_root), runs=str(tmp_path), seeds=(0,))
    job = plan_systems(2, options)["Zhu and Newsam, motion-aware features"]
    assert job.config.features == str(options.folder / MOTION_AWARE)
    (outcome,) = run_jobs([job], options)
    assert outcome.problem.startswith("needs pixels: found 0 of")
    assert not outcome.is_failure


def test_every_system_trains_by_one_rule():
    for data in (None, "x"):
        jobs = plan_systems(2, TableOptions(data=data))
        del jobs["Hasan et al."]
        rules = {
            (config.steps, config.patience, config.checkpoint_metric)
            for config in (job.config for job in jobs.values())
            if "patience" in settings_read(config.system)
        }
        assert rules == {(MOST_STEPS, PATIENCE, "each")}


def test_what_is_a_part_of_the_joint_model_is_tuned_like_it():
    jobs = plan_systems(2, TableOptions())
    joint, part, other = (
        jobs[title].config for title in ("Proposed model", "I3D baseline", "Sultani et al.")
    )
    for name in ("learning_rate", "dropout", "smoothness", "sparsity"):
        assert getattr(part, name) == getattr(joint, name), name
    assert other.sparsity == joint.sparsity
    assert (other.learning_rate, other.dropout) == (0.01, 0.6)


@pytest.mark.parametrize("settings", ["lstm=flase", "no_such=1", "steps=many"])
def test_a_setting_that_is_none_is_an_error(settings, tmp_path):
    header = "row,metric,system,settings,published,tolerance,note"
    for name in ("table1", "references"):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"{header}\n{name},auc,joint,{settings},,1,\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        plan_jobs(read_table(1, tmp_path), TableOptions(data="x"))


def test_table_1_is_the_papers():
    rows = [row for row in read_table(1, EXPECTED) if not row.is_reference]
    published = [(row.cells["auc"].published, row.cells["maa"].published) for row in rows]
    assert published == [(78.62, 14.66), (80.14, 20.02), (80.39, 27.68), (82.12, 34.1)]
    configs = [job.config for job in plan_systems(1, TableOptions(data="x")).values()]
    flags = [(c.lstm, c.second_level, c.first_level) for c in configs]
    assert flags == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]


def test_cells_with_the_same_settings_share_a_run():
    jobs = plan_jobs(read_table(1, EXPECTED)[:1], TableOptions(seeds=(2,)))
    assert [job.metric for job in jobs] == ["auc", "maa"]
    name = "joint-lstm_false-second_level_false-first_level_false-seed2"
    assert [job.name for job in jobs] == [name, name]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a,speed,joint,,,1,", "expected a metric in auc, maa. Found 'speed'"),
        ("a,auc,joint,,much,1,", "line 2: could not convert"),
        ("a,auc,joint,,,,", "line 2: could not convert"),
        ("a,auc,joint,lstm,,1,", "line 2: expected settings like steps=300"),
        ("a,auc,svm,,,1,\na,auc,joint,,,1,", "line 3: expected one line for a, auc"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, problem):
    header = "row,metric,system,settings,published,tolerance,note"
    (tmp_path / "table1.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        read_table(1, tmp_path)


def test_absent_rows_and_other_columns_are_told(tmp_path):
    with pytest.raises(DataError, match=r"table1\.csv: expected the rows of a table"):
        read_table(1, tmp_path)
    (tmp_path / "table1.csv").write_text("row,system\n", encoding="utf-8")
    with pytest.raises(DataError, match="expected the columns row, metric"):
        read_table(1, tmp_path)


def test_a_chosen_preset_is_that_of_the_joint_model_alone():
    options = TableOptions(data="x", preset="small", seeds=(0,))
    systems = {
        job.config.system: job.config.lstm_units
        for job in plan_jobs(read_table(2, EXPECTED), options)
    }
    assert systems["joint"] == 64
    assert systems["i3d_baseline"] == 1024
