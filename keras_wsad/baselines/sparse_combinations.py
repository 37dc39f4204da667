"""Sparse combination learning: combinations of few atoms that cover all training data."""

import numpy as np
import scipy.linalg

from keras_wsad.errors import ConfigError

# Largest number of rounds, and the share of changed members below which a combination has
# converged: those that still change lie at the bound.
_ROUNDS, _SETTLED = 20, 1e-3


def learn_combinations(data, bound=0.21, atoms=20, on_covered=None):
    """Learns combinations of atoms, one after the other, until each datum fits one.

    For the data that fit no combination so far, a new one alternates between two steps:

    - its atoms `S` become those that minimise `sum_j ||x_j - S b_j||^2` over its members,
      at first all data that are left;
    - its members become the data with `||x_j - S b_j||^2 <= bound`.

    Then its members are removed. If no datum fits, the nearest become members, as many as
    the atoms can fit exactly. The first step never increases the sum, so from then on there
    is always a member, and the algorithm terminates.

    The paper takes projected gradient steps with atoms of unit norm; this takes the minimum
    that they converge to: the leading eigenvectors of the members' second moments.

    Args:
        data: float array of shape `(n, d)`.
        bound: float. Largest squared error of a member, lambda. Defaults to `0.21`.
        atoms: int. Most atoms of a combination, s in the paper. Defaults to `20`.
        on_covered: function or `None`. Called after each combination with its number of
            members.

    Returns:
        `(combinations, members)`: a list of arrays of shape `(d, atoms)` with orthonormal
        columns, and an int array of shape `(n,)`, the combination of each datum.

    Raises:
        ConfigError: no data, or a bound or a number of atoms that is not positive.

    Reference:
        - Lu et al., ICCV 2013, algorithm 1.
    """
    data = np.asarray(data)
    if data.ndim != 2 or not len(data) or not bound > 0 or atoms < 1:
        raise ConfigError(
            "Expected data of shape (n, d), n at least 1, bound > 0 and atoms >= 1. "
            f"Received: shape={data.shape}, bound={bound}, atoms={atoms}"
        )
    combinations, members = [], np.full(len(data), -1)
    left = np.arange(len(data))
    while len(left):
        combination, fits = _learn_one(data[left], bound, atoms)
        if not fits.any():
            raise ConfigError(
                f"Expected a bound above the rounding errors of {data.dtype}. "
                f"Received: {bound}"
            )
        members[left[fits]] = len(combinations)
        combinations.append(combination)
        left = left[~fits]
        if on_covered:
            on_covered(int(fits.sum()))
    return combinations, members


def combination_errors(data, combinations):
    """Returns the squared error of each datum in the combination that it fits best.

    The error is `min_b ||x - S b||^2 = ||(S (S' S)^-1 S' - I) x||^2`, equation 13 of the
    paper.

    Args:
        data: float array of shape `(n, d)`.
        combinations: list of arrays of shape `(d, atoms)`, of full rank.

    Returns:
        An array of shape `(n,)`.
    """
    data = np.asarray(data)
    most = np.zeros(len(data), data.dtype)
    for combination in combinations:
        basis = scipy.linalg.qr(combination, mode="economic")[0]
        most = np.maximum(most, _squares(data @ basis.astype(data.dtype)))
    return np.maximum(_squares(data) - most, 0)


def _learn_one(data, bound, atoms):
    fits = np.ones(len(data), bool)
    for _ in range(_ROUNDS):
        combination = _best_atoms(data[fits], atoms)
        errors = _errors(data, combination)
        before, fits = fits, errors <= bound
        if not fits.any():
            fits[np.argsort(errors, kind="stable")[:atoms]] = True
        elif np.mean(fits != before) < _SETTLED:
            break
    return combination, errors <= bound


def _best_atoms(data, atoms):
    width = data.shape[1]
    count = min(atoms, width, len(data))
    largest = (width - count, width - 1)
    moments = (data.T @ data).astype(float)
    return scipy.linalg.eigh(moments, subset_by_index=largest)[1].astype(data.dtype)


def _errors(data, basis):
    """Squared distance to the span of an orthonormal basis, by Pythagoras."""
    return np.maximum(_squares(data) - _squares(data @ basis), 0)


def _squares(vectors):
    return np.einsum("ij,ij->i", vectors, vectors)
