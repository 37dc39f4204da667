"""The fit of a system that learns by itself."""

import logging
import shutil
import time

from keras_wsad.files import atomic_path
from keras_wsad.files import write_json
from keras_wsad.training.held_out import held_out_threshold
from keras_wsad.training.run_folder import begin_run

_logger = logging.getLogger(__name__)

# The checkpoint rule of what is fitted at once, or chooses for itself.
OWN_CHECKPOINT = "its own"


def fit_learner(system, config, data, run, started):
    """Fits a `Learner` and leaves it in the run folder.

    Args:
        system: `Learner`.
        config: `ExperimentConfig`.
        data: `ExperimentData`.
        run: `Run`.
        started: float. When the run began, by `time.monotonic`.
    """
    begin_run(run, config, data)
    _logger.info("%s: %s", run.folder, system.title)
    workspace = run.folder / "workspace"
    workspace.mkdir(exist_ok=True)
    # Before videos are scored, which may take long: a kill then costs no training.
    # With more steps or other features it is fitted anew.
    learned = workspace / f"learned-{config.steps}-{data.store.key[:12]}"
    if learned.is_dir():
        system.load(learned)
    else:
        system.fit(data, workspace)
        with atomic_path(learned) as temporary:
            temporary.mkdir()
            system.save(temporary)
    threshold = held_out_threshold(lambda videos: system.score(data, videos), data)
    content = {
        "seconds_of_last_start": round(time.monotonic() - started, 1),
        "checkpoint": {"rule": OWN_CHECKPOINT},
        "threshold": threshold,
        "data_key": data.key,
    }
    write_json(run.training, content)
    # What was learned comes last: a run folder with it is a finished one.
    learned.replace(run.system)
    shutil.rmtree(workspace)
