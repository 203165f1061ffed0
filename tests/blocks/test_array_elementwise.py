"""Elementwise array blocks against plain NumPy and Python loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import shtairir_blocks.array as array

RNG = np.random.default_rng(1)
BINARY = ["add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum", "arctan2", "greater",
          "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or"]  # fmt: skip
UNARY = ["sqrt", "square", "exp", "log", "log10", "sin", "cos", "tanh", "absolute", "negative", "floor", "ceil",
         "logical_not", "isfinite"]  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
def test_binary_blocks_give_what_numpy_gives_in_type_and_value(ctx: Any, name: str, dtype: str) -> None:
    x1 = RNG.integers(1, 9, (3, 4)).astype(dtype)
    x2 = RNG.integers(1, 5, (4,)).astype(dtype)
    expected = getattr(np, name)(x1, x2)
    result = getattr(array, name)(ctx, x1, x2)
    assert result.dtype == expected.dtype
    assert_array_equal(result, expected)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32"])
def test_functions_give_what_numpy_gives_in_type_and_value(ctx: Any, name: str, dtype: str) -> None:
    x = RNG.integers(1, 9, (3, 5)).astype(dtype)
    expected = getattr(np, name)(x)
    result = getattr(array, name)(ctx, x)
    assert result.dtype == expected.dtype
    assert_array_equal(result, expected)


def test_add_agrees_with_a_loop_over_the_elements(ctx: Any) -> None:
    x1, x2 = RNG.normal(size=(4, 1, 3)), RNG.normal(size=(5, 1))
    result = array.add(ctx, x1, x2)
    assert result.shape == (4, 5, 3)
    for i in range(4):
        for j in range(5):
            for k in range(3):
                assert result[i, j, k] == x1[i, 0, k] + x2[j, 0]


def test_results_are_written_into_the_buffers_of_the_run(ctx: Any) -> None:
    result = array.multiply(ctx, np.arange(6.0), 2.0)
    assert result is ctx.lent[0]


def test_a_plain_number_does_not_widen_the_array(ctx: Any) -> None:
    assert array.multiply(ctx, np.ones(3, np.float32), 2.0).dtype == np.float32
    assert array.add(ctx, np.ones(3, np.int16), 2).dtype == np.int16
    assert array.add(ctx, np.ones(3, np.int16), 0.5).dtype == np.float64


def test_two_numbers_give_an_array_without_axes(ctx: Any) -> None:
    result = array.add(ctx, 2, 3)
    assert isinstance(result, np.ndarray)
    assert result.shape == ()
    assert result == 5
    assert array.sqrt(ctx, np.float64(9.0)) == 3
    assert array.add(ctx, np.array(2.0), np.ones(2)).tolist() == [3, 3]


def test_empty_arrays_stay_empty(ctx: Any) -> None:
    assert array.add(ctx, np.empty((0, 3)), np.ones(3)).shape == (0, 3)
    assert array.sqrt(ctx, np.empty(0)).shape == (0,)
    assert array.round_(ctx, np.empty(0), 1).shape == (0,)


def test_objects_and_complex_numbers_work_too(ctx: Any) -> None:
    big = 10**30
    assert array.add(ctx, np.array([big, 1], dtype=object), 1).tolist() == [big + 1, 2]
    assert not ctx.lent
    assert array.absolute(ctx, np.array([3 + 4j])).tolist() == [5]
    assert array.multiply(ctx, np.array([1 + 1j]), 2.0).tolist() == [2 + 2j]


def test_inputs_are_read_only_and_may_be_strided(ctx: Any) -> None:
    x = np.arange(20.0).reshape(4, 5)
    x.setflags(write=False)
    before = x.copy()
    assert_array_equal(array.negative(ctx, x[::2, ::-1]), -before[::2, ::-1])
    assert_array_equal(array.clip(ctx, x.T, 3, 7), before.T.clip(3, 7))
    assert_array_equal(x, before)


def test_shapes_that_do_not_fit_are_named(ctx: Any) -> None:
    with pytest.raises(ValueError, match=r"\(3,\) and \(4,\) do not fit together"):
        array.add(ctx, np.ones(3), np.ones(4))


def test_undefined_values_are_logged_and_not_raised(ctx: Any) -> None:
    result = array.log(ctx, np.array([-1.0, 0.0, 1.0]))
    assert math.isnan(result[0])
    assert result[1] == -math.inf
    assert result[2] == 0
    assert {level for level, _ in ctx.logged} == {"warning"}
    assert any("log of a negative number" in message for _, message in ctx.logged)
    assert any("log of zero" in message for _, message in ctx.logged)


def test_overflow_is_logged(ctx: Any) -> None:
    assert array.exp(ctx, np.array([1000.0]))[0] == math.inf
    assert "largest value" in ctx.logged[0][1]


def test_where_picks_by_the_condition(ctx: Any) -> None:
    condition = np.array([[1, 0], [0, 2]])
    result = array.where(ctx, condition, np.array([10, 20]), -1)
    assert result.tolist() == [[10, -1], [-1, 20]]
    assert result.dtype == np.int64
    assert array.where(ctx, True, 1.5, 2.5) == 1.5
    assert array.where(ctx, np.zeros((0,)), 1.0, 2.0).shape == (0,)


def test_where_of_a_small_type_and_a_number_keeps_the_type(ctx: Any) -> None:
    assert array.where(ctx, np.array([True, False]), np.ones(2, np.float32), 0.5).dtype == np.float32


def test_clip_limits_on_the_sides_that_are_given(ctx: Any) -> None:
    a = np.array([-2, 0, 2, np.nan])
    assert array.clip(ctx, a, -1, 1).tolist()[:3] == [-1, 0, 1]
    assert array.clip(ctx, a, 0).tolist()[:3] == [0, 0, 2]
    assert array.clip(ctx, a, a_max=0).tolist()[:3] == [-2, 0, 0]
    assert math.isnan(array.clip(ctx, a, -1, 1)[3])
    assert array.clip(ctx, a) is a
    assert array.clip(ctx, 5, 0, 1) == 1


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("dtype", [">f8", ">c16", ">i4"])
def test_rounded_numbers_have_the_byte_order_of_the_machine(ctx: Any, shape: tuple[int, ...], dtype: str) -> None:
    rounded = array.round_(ctx, np.full(shape, 2, dtype), 1)
    assert rounded.dtype.isnative
    assert_array_equal(rounded, 2)


def test_round_sends_halves_to_the_even_neighbour(ctx: Any) -> None:
    assert array.round_(ctx, np.array([0.5, 1.5, 2.25, -0.5]), 0).tolist() == [0, 2, 2, -0.0]
    assert array.round_(ctx, np.array([1.25, 1.35]), 1).tolist() == [1.2, 1.4]
    assert array.round_(ctx, np.array([149, 151]), -2).tolist() == [100, 200]
    assert array.round_(ctx, np.array([True])).tolist() == [1]
