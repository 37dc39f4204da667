"""Measures a table: its rows, their differences and the protocol."""

import dataclasses

from keras_wsad.baselines.registry import COMMON_SETTINGS
from keras_wsad.baselines.registry import open_system
from keras_wsad.baselines.registry import published_settings
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.files import read_json
from keras_wsad.runs import describe_environment
from keras_wsad.training.run_folder import OWN_CHECKPOINT
from reproduce.scenes import rendered_data
from reproduce.tables.details import DEFINITIONS
from reproduce.tables.differences import MIN_SEEDS
from reproduce.tables.differences import consecutive_differences
from reproduce.tables.differences import differences_by_marks
from reproduce.tables.differences import differences_to_first
from reproduce.tables.differences import differences_to_proposed
from reproduce.tables.measure import measure_rows
from reproduce.tables.plan import MOST_STEPS
from reproduce.tables.plan import PATIENCE
from reproduce.tables.plan import plan_jobs
from reproduce.tables.resampling import Resampling
from reproduce.tables.rows import EXPECTED
from reproduce.tables.rows import read_table
from reproduce.tables.run import run_jobs

TITLES = {
    1: "Table I: what each part of the model is worth",
    2: "Table II: the model among others",
    3: "Table 3: the field since, and a successor",
    4: "Table 4: from the paper's model to its successor",
    5: "Table 5: what a reviewer's clicks are worth; not weak supervision",
}


# Settings that every row shares, of which other lines of a table speak.
_OF_THE_PROTOCOL = ("steps", "patience", "checkpoint_metric")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """A measured table.

    Attributes:
        number: int.
        options: `TableOptions`.
        rows: list of `MeasuredRow`, reference rows last.
        differences: list of `Difference`, of the rows that are not references.
        protocol: list of str. Data and protocol.
        environment: dict, see `describe_environment`.
        commits: list of str. Those that the runs were trained at.
        videos: list of `Video`, the test videos.
    """

    number: int
    options: object
    rows: list
    differences: list
    protocol: list
    environment: dict
    commits: list
    videos: list

    @property
    def title(self):
        """The title, with the name of the data."""
        return f"{TITLES[self.number]}, on {self.options.data_name}"

    @property
    def failed(self):
        """Titles of the rows with a failed run."""
        return [result.row.title for result in self.rows if result.failed]


def make_table(number, options, titles=None, replicates=1000):
    """Runs the systems of a table and measures it.

    Args:
        number: int. 1 to 5.
        options: `TableOptions`.
        titles: list of str, or `None`. Parts of the titles of the rows to make. Defaults
            to `None`, for all rows.
        replicates: int. Bootstrap draws. Defaults to `1000`.

    Returns:
        A `Table`.

    Raises:
        ConfigError: `replicates` is below 1 or above 10^5.
        DataError: the data cannot be used.
        RunError: there is no such row, or no run has metrics.
    """
    if not 1 <= replicates <= 10**5:
        raise ConfigError(f"Expected 1 <= replicates <= 10**5. Received: {replicates}")
    rows = read_table(number, EXPECTED)
    if number == 5:
        # The references learn nothing from marks, nor do they belong beside them.
        rows = [row for row in rows if not row.is_reference]
    jobs = plan_jobs(choose_rows(rows, titles), options)
    # Opens the data first: an error shall not come after hours of training.
    if options.data is None:
        rendered_data(options.scenes)
    # Not the features that a row has for itself.
    config = dataclasses.replace(jobs[0].config, features=options.features)
    data = open_experiment_data(config)
    outcomes = run_jobs(jobs, options)
    done = [outcome for outcome in outcomes if outcome.metrics]
    if not done:
        problem = outcomes[0].problem
        raise RunError(f"Expected a row with metrics. The first has none: {problem}")
    resampling = Resampling(data.test, len(options.seeds), replicates)
    measured = measure_rows(outcomes, resampling, with_details=number == 3)
    own = [result for result in measured if not result.row.is_reference]
    compare = {
        1: consecutive_differences,
        2: differences_to_proposed,
        # References too: a claim to be ahead of every row must be seen to hold.
        3: lambda _: differences_to_first(measured),
        4: consecutive_differences,
        5: differences_by_marks,
    }[number]
    return Table(
        number=number,
        options=options,
        rows=measured,
        differences=compare(own),
        protocol=[
            *_protocol(data, config, options, done),
            *other_settings([outcome.job for outcome in done], options),
            *(DEFINITIONS if number == 3 else ()),
        ],
        environment=describe_environment(),
        commits=sorted({_commit(outcome.job.run) for outcome in done}),
        videos=data.test,
    )


def choose_rows(rows, titles):
    """Returns the rows whose title contains one of some words, ignoring case.

    Args:
        rows: list of `Row`.
        titles: list of str, or `None` for all rows.

    Raises:
        RunError: a word is in no title.
    """
    if titles is None:
        return rows
    chosen = set()
    for word in titles:
        found = {row.title for row in rows if word.lower() in row.title.lower()}
        if not found:
            listed = ", ".join(row.title for row in rows)
            raise RunError(
                f"Expected words of a row's title ({listed}). Received: {word!r}"
            )
        chosen |= found
    return [row for row in rows if row.title in chosen]


def _protocol(data, config, options, done):
    rules = {outcome.metrics["about"]["checkpoint"]["rule"] for outcome in done}
    if OWN_CHECKPOINT in rules:
        rules.remove(OWN_CHECKPOINT)
        rules.add("none for systems without epochs")
    seeds = ", ".join(map(str, options.seeds))
    lines = [
        f"Data: {data.source}{', standardised' if options.standardize else ''}; "
        f"{len(data.training)} videos to train on, {len(data.validation)} held out, "
        f"{len(data.test)} test videos"
        + (f", {len(data.left_out)} more have no features" if data.left_out else ""),
        f"Protocol: segments pooled by {config.reduce}, {config.alignment}; checkpoint "
        f"{', '.join(sorted(rules))}, one chosen for AUC and another for mAA; seeds "
        f"{seeds}, mean ± standard deviation, in brackets the 95 % bootstrap interval of "
        "the mean over seeds and test videos",
        "AUC, aligned and release: the same scores of the same segments, laid over frames "
        "in equal parts and as the authors' code does; its own pooling of clips was not "
        "run. Inside against: frames inside an event against those before the first event "
        "of an anomalous video, its others outside events, and those of normal videos, "
        "aligned",
        "Verdict: a difference is shown if its interval over seeds and test videos "
        "excludes zero and it has the same sign with every seed, of which there are at "
        f"least {MIN_SEEDS}. The interval is paired by seed and by video, and of few seeds "
        "it is narrower than it says; nothing is corrected for the number of comparisons. "
        "Half-width: of that interval",
        "Published: as printed in the paper, each row on the features of UCF-Crime that "
        "its authors had; not to be compared with what was measured on others",
    ]
    if options.quick:
        lines.append(
            "A QUICK TABLE, of few videos and steps: too little to compare rows by"
        )
    taken = _steps_taken(done)
    lines.append(
        f"Steps: until no held-out metric has risen for {PATIENCE}, at most "
        f"{options.steps or MOST_STEPS} or what the row says"
        + (f"; taken: {taken}" if taken else "")
        + (f"; preset {options.preset}" if options.preset else "")
    )
    return lines


def other_settings(jobs, options):
    """Returns a line on the settings of systems that are not the published ones.

    Args:
        jobs: list of `Job`.
        options: `TableOptions`, by which they were planned.

    Returns:
        A list of one str, or of none.
    """
    paper = load_config(preset_path("paper"))
    of_systems = {}
    for job in jobs:
        system = job.config.system
        published = dataclasses.asdict(paper) | published_settings(system, embedded=False)
        # Those of the row itself stand in its title; the rest have lines of their own.
        known = {*COMMON_SETTINGS, *_OF_THE_PROTOCOL, *job.row.cells[job.metric].settings}
        of_systems.setdefault(open_system(system).title, {}).update(
            {
                name: getattr(job.config, name)
                for name in sorted(settings_read(system) - known)
                if getattr(job.config, name) != published[name]
            }
        )
    changed = [
        f"{title}: {', '.join(f'{name} {value}' for name, value in settings.items())}"
        for title, settings in of_systems.items()
        if settings
    ]
    if not changed:
        return []
    ours = any(job.config.system == "equivariant" for job in jobs)
    return [
        "Settings are the published ones, or ours where none is known, but for "
        + "; ".join(changed)
        + ("; chosen on other rendered videos" if options.data is None else "")
        + ("; all of Equivariant model on held-out videos of bench too" if ours else "")
    ]


def _commit(run):
    commit, sign, changes = str(read_json(run.environment)["commit"]).partition("+")
    return commit[:7] + sign + changes


def _steps_taken(done):
    """Lists the fewest and the most steps of each row that reads features."""
    of_rows = {}
    for outcome in done:
        steps = outcome.metrics["about"]["steps"]
        # From pixels: Hasan et al. as the row says; of Lu et al. they bound the cubes.
        reads_pixels = open_system(outcome.job.config.system).reads == "pixels"
        if steps is not None and not reads_pixels:
            of_rows.setdefault(outcome.job.row.title, set()).add(steps)
    return "; ".join(
        f"{title} {min(steps)}" + (f" to {max(steps)}" if len(steps) > 1 else "")
        for title, steps in of_rows.items()
    )
