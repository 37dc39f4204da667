import numpy as np
import pytest

from benchmarks.statistics import largest_deviation
from benchmarks.statistics import log_log_slope
from benchmarks.statistics import median_with_interval
from benchmarks.statistics import paired_ratio
from benchmarks.statistics import quartiles


def test_quartiles_hold_the_middle_half():
    spread = quartiles([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (spread.low, spread.median, spread.high) == (2.0, 3.0, 4.0)


def test_the_interval_of_nine_values_leaves_out_one_of_each_end():
    # P(at most 1 of 9 below the median) = 10 / 512 = 1.95 %, of at most 2 it is 8.98 %.
    estimate = median_with_interval(np.arange(9.0)[::-1])
    assert (estimate.low, estimate.median, estimate.high) == (1.0, 4.0, 7.0)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_the_interval_of_few_values_is_all_of_them(count):
    estimate = median_with_interval(np.arange(count))
    assert (estimate.low, estimate.high) == (0, count - 1)


def test_the_interval_holds_the_true_median_as_often_as_it_says():
    random = np.random.default_rng(0)
    estimates = [median_with_interval(random.exponential(size=11)) for _ in range(2000)]
    held = np.mean([e.low <= np.log(2) <= e.high for e in estimates])
    assert 0.95 <= held <= 0.998


def test_what_slows_both_of_a_round_leaves_their_ratio():
    fast = np.array([1.0, 1.0, 5.0, 1.0, 1.0])
    ratio = paired_ratio(3 * fast, fast)
    assert (ratio.low, ratio.median, ratio.high) == (3.0, 3.0, 3.0)


def test_a_cost_that_grows_as_the_square_has_slope_two():
    sizes = np.array([8, 16, 32, 64])
    assert log_log_slope(sizes, 1e-3 * sizes**2) == pytest.approx(2)


def test_deviation_is_a_share_of_the_greatest_value():
    assert largest_deviation([[1.0, -9.0]], [[2.0, -10.0]]) == pytest.approx(0.1)
    assert largest_deviation([0.0], [0.0]) == 0


@pytest.mark.parametrize("result", [[1.0], [1.0, np.nan], [[1.0, 2.0]], [np.inf, 2.0]])
def test_another_shape_or_no_number_deviates_without_bound(result):
    assert largest_deviation(result, [1.0, 2.0]) == np.inf
