import numpy as np
import pytest

from benchmarks.joint_case import inference_flops
from benchmarks.joint_case import make_batch
from benchmarks.joint_case import make_weights
from benchmarks.joint_case import training_flops
from benchmarks.statistics import largest_deviation
from benchmarks.works import training_step

SIZE = {"num_segments": 4, "feature_dim": 24, "lstm_units": 6}


@pytest.fixture
def float32_only():
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the benchmarks of Keras are those of its TensorFlow backend")
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


@pytest.mark.large
@pytest.mark.parametrize("lstm", ["package", "keras"])
def test_the_models_of_pytorch_and_keras_have_the_same_outputs(lstm, float32_only):
    torch = pytest.importorskip("torch")
    from benchmarks.keras_joint import build_joint
    from benchmarks.torch_joint import TorchJoint

    inputs, _, _ = make_batch(6, SIZE["num_segments"], SIZE["feature_dim"])
    ours = build_joint(**SIZE, lstm=lstm).predict_on_batch(inputs)
    twin = TorchJoint(make_weights(**SIZE)).eval()
    with torch.inference_mode():
        theirs = twin(**{name: torch.from_numpy(array) for name, array in inputs.items()})
    assert set(ours) == set(theirs)
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name].numpy(), atol=1e-5)
    # The scores differ, or the comparison would show little.
    assert np.ptp(ours["segment_scores"]) > 0.1


@pytest.mark.large
@pytest.mark.parametrize("name", ["Keras, its own LSTM", "keras_wsad float32"])
def test_three_steps_of_pytorch_and_keras_have_the_same_losses(name, float32_only):
    pytest.importorskip("torch")
    size = {"videos": 6, **SIZE}
    theirs = training_step.CONTENDERS["PyTorch eager"](**size)()
    ours = training_step.CONTENDERS[name](**size)()
    assert largest_deviation(ours, theirs) < 1e-5
    # Each step learns more than that, so the gradients were compared as well.
    assert np.all(-np.diff(theirs) > 1e-3 * theirs[0])


def test_operations_are_counted_by_hand():
    # A video of 4 segments, 24 features, 6 LSTM units. Each segment: LSTM 24 x 24 and
    # 6 x 24, first level 24 x 1024, detection 30 x 96 and 96 x 1, second level 96 x 24.
    segment = 576 + 144 + 24_576 + 2880 + 96 + 2304
    # The video: 1024 x 4, (24 x 4) x 4, 30 x 256, 256 x 14.
    video = 4096 + 384 + 7680 + 3584
    assert inference_flops(1, **SIZE) == 2 * (4 * segment + video)
    # Neither product of the features has a gradient for them.
    first = 576 + 24_576
    assert training_flops(1, **SIZE) == 6 * (4 * segment + video) - 2 * 4 * first


def test_a_batch_is_half_anomalous_and_the_same_every_time():
    inputs, labels, anomalous = make_batch(6, 4, 24)
    assert anomalous.tolist() == [1, 1, 1, 0, 0, 0]
    assert np.array_equal(labels == 7, anomalous == 0)
    norms = np.linalg.norm(inputs["normalized_features"], axis=-1)
    np.testing.assert_allclose(norms, 1, rtol=1e-5)
    np.testing.assert_array_equal(make_batch(6, 4, 24)[0]["features"], inputs["features"])
