import itertools

import numpy as np
import pytest

from keras_wsad.baselines.sparse_combinations import combination_errors
from keras_wsad.baselines.sparse_combinations import learn_combinations
from keras_wsad.errors import ConfigError


def some_data(random, n=300, d=12, noise=0.2):
    """Data of unit norm, most of which lie near one of two planes."""
    planes = random.normal(size=(2, 2, d))
    data = random.normal(size=(n, 1, 2)) @ planes[random.integers(0, 2, n)]
    data = data[:, 0] + noise * random.normal(size=(n, d))
    return data / np.linalg.norm(data, axis=1, keepdims=True)


def test_the_error_is_that_of_least_squares(random):
    data = random.normal(size=(20, 12))
    # Atoms that are neither orthogonal nor of unit norm.
    combinations = [random.normal(size=(12, atoms)) for atoms in (4, 1, 7)]
    expected = np.min([np.linalg.lstsq(atoms, data.T)[1] for atoms in combinations], axis=0)
    np.testing.assert_allclose(combination_errors(data, combinations), expected, rtol=1e-9)


def test_the_error_is_that_of_the_papers_equation(random):
    data, atoms = random.normal(size=(5, 6)), random.normal(size=(6, 2))
    residual = atoms @ np.linalg.inv(atoms.T @ atoms) @ atoms.T - np.eye(6)
    expected = np.square(residual @ data.T).sum(axis=0)
    np.testing.assert_allclose(combination_errors(data, [atoms]), expected, rtol=1e-9)


def test_a_value_by_hand():
    # (3, 4) is 4 from the first axis and 3 from the second: the least squared error is 9.
    combinations = [np.array([[1.0], [0.0]]), np.array([[0.0], [2.0]])]
    np.testing.assert_allclose(combination_errors([[3.0, 4.0]], combinations), [9])


@pytest.mark.parametrize("bound", [0.3, 0.05, 1e-4])
def test_every_datum_fits_its_combination_within_the_bound(random, bound):
    data = some_data(random)
    combinations, members = learn_combinations(data, bound, atoms=3)
    for number, combination in enumerate(combinations):
        of_it = data[members == number]
        assert len(of_it) and combination.shape[1] <= 3
        assert combination_errors(of_it, [combination]).max() <= bound
        np.testing.assert_allclose(
            combination.T @ combination, np.eye(combination.shape[1]), atol=1e-12
        )
    assert members.min() == 0


def test_data_near_two_planes_are_two_combinations(random):
    data = some_data(random, noise=0.03)
    combinations, members = learn_combinations(data, 0.1, atoms=2)
    assert len(combinations) == 2
    # Each holds the data of one plane.
    for number, combination in enumerate(combinations):
        errors = combination_errors(data[members == number], [combination])
        assert errors.mean() < 0.01


def test_a_smaller_bound_needs_more_combinations(random):
    data = some_data(random)
    counts = [len(learn_combinations(data, bound, 3)[0]) for bound in (0.5, 0.1, 0.01)]
    assert counts[0] < counts[1] < counts[2]


def test_errors_fall_with_more_atoms(random):
    data = some_data(random)
    # A bound so large that there is one combination of each size.
    means = [
        combination_errors(data, learn_combinations(data, 1.0, atoms)[0]).mean()
        for atoms in (1, 2, 4, 8, 12)
    ]
    assert all(more < less for less, more in itertools.pairwise(means))
    assert means[-1] < 1e-12


def test_single_data_and_ones_that_are_equal_are_fitted_exactly():
    combinations, members = learn_combinations(np.eye(4)[[0, 0, 0]], 1e-6, atoms=20)
    assert len(combinations) == 1 and members.tolist() == [0, 0, 0]


def test_zero_data_fit_anything():
    assert learn_combinations(np.zeros((3, 4)), 0.1)[1].tolist() == [0, 0, 0]


def test_what_cannot_be_learned_raises(random):
    for data, options in (
        (np.zeros((0, 3)), {}),
        (np.ones(3), {}),
        (np.ones((2, 3)), {"bound": 0.0}),
        (np.ones((2, 3)), {"bound": float("nan")}),
        (np.ones((2, 3)), {"atoms": 0}),
    ):
        with pytest.raises(ConfigError, match="Expected data"):
            learn_combinations(data, **options)
    with pytest.raises(ConfigError, match="rounding errors of float32"):
        learn_combinations(random.normal(size=(50, 9)).astype("float32"), 1e-30, 2)
