import contextlib
import functools
import io
import json
import os
import pathlib

import hypothesis
import numpy as np
import pytest

# A GPU would round factors to 10 bits, and expected values have more digits.
os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "highest")

# Before TensorFlow, for which it asks for oneDNN.
import keras_wsad  # noqa: F401


def pytest_addoption(parser):
    parser.addoption(
        "--run_large",
        action="store_true",
        help="run the large tests as well: long ones, and those that need real data",
    )


def pytest_configure(config):
    """Properties are tried on a few examples, the same each time, or on many new ones."""
    large = config.getoption("--run_large")
    hypothesis.settings.register_profile(
        "ours",
        max_examples=1000 if large else 30,
        derandomize=not large,
        deadline=None,
        database=None,
    )
    hypothesis.settings.load_profile("ours")


def pytest_collection_modifyitems(config, items):
    """Leaves large tests out unless they are asked for; those of real data are large."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.large)
    if config.getoption("--run_large"):
        return
    large = [item for item in items if item.get_closest_marker("large")]
    config.hook.pytest_deselected(items=large)
    items[:] = [item for item in items if not item.get_closest_marker("large")]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Keeps the tests out of the user's cache, and the user's cache out of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_WSAD_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def seeded():
    """Weights and dropouts are the same whenever a test is run."""
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data; tests that need it are skipped where there is none."""
    folder = os.environ.get("KERAS_WSAD_DATA")
    if not folder:
        pytest.skip("KERAS_WSAD_DATA is not set")
    assert pathlib.Path(folder).is_dir(), f"KERAS_WSAD_DATA={folder} is no folder"
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory):
    """A made-up data set of a few dozen videos, 8 features a clip."""
    from tests.data.synthetic import write_synthetic

    root = tmp_path_factory.mktemp("tiny") / "data"
    write_synthetic(root, train_per_class=4, test_per_class=1, feature_dim=16)
    return root


@pytest.fixture(scope="session")
def tiny_settings(tiny_root):
    """Settings of a run of two epochs, of a model that is tiny in every layer."""
    return {
        "data": str(tiny_root),
        "num_segments": 8,
        "lstm_units": 6,
        "first_level_units": 8,
        "detection_units": 8,
        "second_level_units": 4,
        "class_units": 8,
        "steps": 8,
        "anomalous_per_batch": 9,
        "normal_per_batch": 9,
        "validation_fraction": 0.25,
    }


@pytest.fixture(scope="session")
def tiny_run(tiny_settings, tmp_path_factory):
    """A run that `train.py` has trained and evaluated, whose best epoch is not its last.

    What the command printed is in `printed.txt` beside the run's folder.
    """
    import train
    from keras_wsad.runs import Run

    runs = tmp_path_factory.mktemp("runs")
    settings = {**tiny_settings, "steps": 28, "learning_rate": 0.01}
    options = [f"--{name}={value}" for name, value in settings.items()]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        status = train.main([*options, f"--runs={runs}", "--name=tiny"])
    assert status == 0
    (runs / "printed.txt").write_text(printed.getvalue())
    return Run(runs / "tiny")


@pytest.fixture(scope="session")
def open_once():
    """`open_backbone`, which here opens each backbone once a session."""
    from keras_wsad.backbones import open_backbone

    opened = functools.cache(open_backbone)

    def open_once(
        name, weights=None, seed=0, batch_size=None, precision=None, runtime=None
    ):
        return opened(name, weights, seed, batch_size, precision or "float32", runtime)

    return open_once


@pytest.fixture(scope="session")
def compact_run(open_once, tmp_path_factory):
    """A run folder as training leaves it, whose features are those of `compact`.

    The model is not trained, and neither is the backbone.
    """
    import keras

    from keras_wsad.config import ExperimentConfig
    from keras_wsad.config import save_config
    from keras_wsad.features.extraction import Extraction
    from keras_wsad.models import JointModel
    from keras_wsad.runs import Run

    run = Run(tmp_path_factory.mktemp("runs") / "compact")
    config = ExperimentConfig(num_segments=8, test_crops=1)
    save_config(config, run.config)
    backbone = open_once("compact", "random")
    extraction = Extraction.of(backbone, stride=8, crops=5, num_segments=8)
    run.extraction.write_text(json.dumps(extraction.to_dict()))
    calibration = {"slope": 0.5, "offset": 0.25, "videos": 12}
    content = {"checkpoint": {"rule": "last"}, "calibration": calibration}
    run.training.write_text(json.dumps(content))
    keras.utils.set_random_seed(0)
    model = JointModel(
        8, 256, lstm_units=4, first_level_units=8, detection_units=8, class_units=8
    )
    model.save(run.model)
    return run


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    from tests.video.make_video import make_video

    return make_video(tmp_path_factory.mktemp("videos") / "camera.mp4", num_frames=90)


@pytest.fixture
def random():
    return np.random.default_rng(0)
