"""Reductions and summaries."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

import shtairir_blocks.array as array

DATA = np.random.default_rng(3).normal(size=(5, 7))
DATA.setflags(write=False)
VALUES = DATA.ravel().tolist()


def test_reductions_agree_with_the_standard_library() -> None:
    assert array.sum_(DATA) == pytest.approx(math.fsum(VALUES))
    assert array.prod(DATA) == pytest.approx(math.prod(VALUES))
    assert array.mean(DATA) == pytest.approx(statistics.fmean(VALUES))
    assert array.median(DATA) == pytest.approx(statistics.median(VALUES))
    assert array.std(DATA) == pytest.approx(statistics.pstdev(VALUES))
    assert array.std(DATA, ddof=1) == pytest.approx(statistics.stdev(VALUES))
    assert array.min_(DATA) == min(VALUES)
    assert array.max_(DATA) == max(VALUES)
    assert array.argmax(DATA) == VALUES.index(max(VALUES))
    assert array.argmin(DATA) == VALUES.index(min(VALUES))


def test_without_an_axis_the_result_is_a_plain_number() -> None:
    assert type(array.sum_(np.array([1, 2]))) is int
    assert type(array.mean(np.array([1, 2]))) is float
    assert type(array.argmax(np.array([1, 2]))) is int
    assert array.any_(np.array([0, 2])) is True
    assert array.all_(np.array([0, 2])) is False
    assert type(array.sum_(np.array([True, True]))) is int


def test_along_an_axis_one_axis_is_gone() -> None:
    for axis in (0, 1, -1):
        rows = DATA.T if axis == 0 else DATA
        result = array.mean(DATA, axis)
        assert list(result) == pytest.approx([statistics.fmean(row) for row in rows.tolist()])


def test_missing_values_spoil_or_are_left_out() -> None:
    a = np.array([1.0, np.nan, 3.0])
    assert math.isnan(array.sum_(a))
    assert array.sum_(a, ignore_nan=True) == 4
    assert array.mean(a, ignore_nan=True) == 2
    assert array.max_(a, ignore_nan=True) == 3
    assert array.percentile(a, q=50, ignore_nan=True) == 2
    assert array.sum_(np.array([1, 2]), ignore_nan=True) == 3
    with pytest.raises(ValueError, match="only missing values"):
        array.mean(np.array([np.nan]), ignore_nan=True)


def test_empty_arrays_have_a_sum_but_no_mean() -> None:
    empty = np.empty((0, 2))
    assert array.sum_(empty) == 0
    assert array.sum_(empty, 0).tolist() == [0, 0]
    assert array.all_(empty) is True
    for reduce in (array.mean, array.median, array.min_, array.max_, array.std, array.argmax):
        with pytest.raises(ValueError, match=r"An empty array \(shape \(0, 2\)\) has no"):
            reduce(empty)


def test_a_single_number_can_be_reduced() -> None:
    assert array.mean(np.array(3.0)) == 3
    with pytest.raises(ValueError, match="no axis"):
        array.mean(np.array(3.0), 0)


def test_percentiles_interpolate_between_neighbours() -> None:
    assert array.percentile(np.array([10, 20, 30, 40]), q=25) == 17.5
    assert array.percentile(np.array([[1, 2], [3, 4]]), axis=0, q=100).tolist() == [3, 4]


def test_running_sum_adds_step_by_step() -> None:
    assert array.cumsum(np.array([1, 2, 3])).tolist() == [1, 3, 6]
    assert array.cumsum(np.array([[1, 2], [3, 4]]), 0).tolist() == [[1, 2], [4, 6]]


@pytest.mark.parametrize("values", [[3, 1, 2], [2.5, np.nan, -1], [True, False], []])
def test_sort_orders_both_ways_with_missing_values_last(values: list[float]) -> None:
    known = [value for value in values if value == value]
    gaps = len(values) - len(known)
    for descending in (False, True):
        result = array.sort(np.array(values), descending=descending)
        assert result[: len(known)].tolist() == sorted(known, reverse=descending)
        assert np.isnan(result[len(known) :]).sum() == gaps


def test_unique_counts_each_value() -> None:
    values, counts = array.unique(np.array([[2, 1], [2, 5]]))
    assert (values.tolist(), counts.tolist()) == ([1, 2, 5], [1, 2, 1])


def test_histogram_agrees_with_a_loop() -> None:
    a = np.append(DATA, [np.nan, np.inf])
    counts, edges, centers = array.histogram(a, 4, -2, 2)
    expected = [0, 0, 0, 0]
    for value in VALUES:
        if -2 <= value <= 2:
            expected[min(int(value + 2), 3)] += 1
    assert counts.tolist() == expected
    assert edges.tolist() == [-2, -1, 0, 1, 2]
    assert centers.tolist() == [-1.5, -0.5, 0.5, 1.5]


def test_histogram_of_nothing_or_of_one_value() -> None:
    assert array.histogram(np.empty(0), 3).counts.tolist() == [0, 0, 0]
    assert array.histogram(np.full(5, 2.0), 3).counts.sum() == 5
    assert array.histogram(np.array([True, False, True]), 2).counts.tolist() == [1, 2]
    with pytest.raises(ValueError, match="above its upper end"):
        array.histogram(DATA, 3, 2, 1)
