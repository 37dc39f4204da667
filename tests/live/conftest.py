import pytest

import keras_wsad


@pytest.fixture(scope="session")
def compact_predictor(compact_run):
    """The predictor of `compact_run`: 8 segments, clips of 16 frames at stride 8."""
    return keras_wsad.load(compact_run.folder)


@pytest.fixture(scope="session")
def compact_backbone(open_once):
    """The one of `compact_run`, for a clip at a time."""
    return open_once("compact", "random", batch_size=1)
