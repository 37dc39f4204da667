import keras
import numpy as np
import pytest

from keras_wsad.baselines.adam import Adam
from keras_wsad.baselines.adam import make_adam


def make_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)]
    )


def fit(model, optimizer, random, steps=5):
    model.compile(optimizer, "mse", jit_compile=False)
    for _ in range(steps):
        model.train_on_batch(random.normal(size=(6, 4)), random.normal(size=(6, 2)))


def assert_same(model, other):
    for found, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-2}, {"amsgrad": True}],
    ids=str,
)
def test_its_steps_are_those_of_keras(settings):
    models = make_model(), make_model()
    start = np.concatenate([weight.ravel() for weight in models[0].get_weights()])
    for model, optimizer in zip(models, (keras.optimizers.Adam, Adam), strict=True):
        fit(model, optimizer(0.01, **settings), np.random.default_rng(0))
    assert_same(*models)
    for one, other in zip(
        models[0].optimizer.variables, models[1].optimizer.variables, strict=True
    ):
        np.testing.assert_allclose(np.array(one), np.array(other), rtol=1e-5, atol=1e-7)
    end = np.concatenate([weight.ravel() for weight in models[0].get_weights()])
    assert np.abs(end - start).min() > 1e-4


@pytest.mark.parametrize(
    ("first", "second"), [(keras.optimizers.Adam, Adam), (Adam, keras.optimizers.Adam)]
)
def test_a_checkpoint_of_one_goes_on_with_the_other(first, second, tmp_path):
    model = make_model()
    fit(model, first(0.01), np.random.default_rng(0))
    model.save_weights(tmp_path / "half.weights.h5")
    other = make_model()
    other.compile(second(0.01), "mse", jit_compile=False)
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "half.weights.h5")
    for one in (model, other):
        random = np.random.default_rng(1)
        for _ in range(3):
            one.train_on_batch(random.normal(size=(6, 4)), random.normal(size=(6, 2)))
    assert_same(model, other)


def test_each_backend_has_its_own():
    on_tensorflow = keras.backend.backend() == "tensorflow"
    optimizer = make_adam(0.25)
    # Keras gives that of PyTorch for this very class, and not for one made of it.
    assert type(optimizer) is (Adam if on_tensorflow else type(keras.optimizers.Adam()))
    assert float(optimizer.learning_rate) == 0.25


def test_its_configuration_makes_it_again():
    optimizer = Adam(0.1, beta_1=0.5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, Adam)
    assert again.get_config() == optimizer.get_config()
