"""Calculation with single numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

import shtairir_blocks.math as blocks


def test_values_pass_through() -> None:
    assert blocks.number(2.5) == 2.5
    assert blocks.integer(3) == 3
    assert blocks.constant("pi") == math.pi
    assert blocks.constant("golden ratio") == pytest.approx(1.6180339887)


@pytest.mark.parametrize(
    ("block", "arguments", "expected"),
    [
        (blocks.add, (2, 3), 5),
        (blocks.subtract, (2, 3), -1),
        (blocks.multiply, (2, 3), 6),
        (blocks.divide, (3, 2), 1.5),
        (blocks.modulo, (7, 3), 1),
        (blocks.modulo, (-1, 3), 2),
        (blocks.power, (2, 0.5), math.sqrt(2)),
        (blocks.abs_, (-2,), 2),
        (blocks.negate, (2,), -2),
        (blocks.min_, (2, 3), 2),
        (blocks.max_, (2, 3), 3),
        (blocks.clamp, (5, 0, 1), 1),
        (blocks.clamp, (-5, 0, 1), 0),
        (blocks.clamp, (0.5, 0, 1), 0.5),
        (blocks.remap, (5, 0, 10, 100, 200), 150),
        (blocks.remap, (5, 10, 0, 0, 1), 0.5),
        (blocks.remap, (20, 0, 10, 0, 1), 2),
        (blocks.remap, (20, 0, 10, 0, 1, True), 1),
    ],
)
def test_arithmetic_gives_known_answers(block: Any, arguments: tuple[float, ...], expected: float) -> None:
    assert block(*arguments) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("which", "x", "expected"),
    [
        ("square root", 9, 3),
        ("exponential", 0, 1),
        ("natural logarithm", math.e, 1),
        ("logarithm to base 10", 1000, 3),
        ("sine", math.pi / 2, 1),
        ("cosine", math.pi, -1),
        ("tangent", math.pi / 4, 1),
        ("reciprocal", 4, 0.25),
    ],
)
def test_functions_give_known_answers(which: Any, x: float, expected: float) -> None:
    assert blocks.function(x, which) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("x", "digits", "direction", "expected"),
    [
        (2.5, 0, "nearest", 2),
        (3.5, 0, "nearest", 4),
        (-1.5, 0, "down", -2),
        (1.2, 0, "up", 2),
        (-1.7, 0, "toward zero", -1),
        (1.2345, 2, "nearest", 1.23),
        (0.29, 2, "down", 0.29),
        (1.001, 2, "up", 1.01),
        (1234, -2, "nearest", 1200),
        (1234, -2, "up", 1300),
    ],
)
def test_rounding(x: float, digits: int, direction: Any, expected: float) -> None:
    result = blocks.round_(x, digits, direction)
    assert result == expected
    assert type(result) is (int if digits <= 0 else float)


def test_random_numbers_repeat_with_their_seed() -> None:
    assert blocks.random(1, 0, 1) == blocks.random(1, 0, 1) != blocks.random(2, 0, 1)
    assert all(2 <= blocks.random(seed, 2, 3) <= 3 for seed in range(100))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: blocks.divide(3, 0), "3 cannot be divided by 0"),
        (lambda: blocks.modulo(3, 0), "no remainder"),
        (lambda: blocks.power(-2, 0.5), "whole exponent"),
        (lambda: blocks.power(0, -1), "not a number"),
        (lambda: blocks.power(10, 1000), "too large"),
        (lambda: blocks.function(-1, "square root"), "square root of -1 is not defined"),
        (lambda: blocks.function(0, "reciprocal"), "not defined"),
        (lambda: blocks.function(1e6, "exponential"), "too large"),
        (lambda: blocks.round_(math.nan), "cannot be rounded"),
        (lambda: blocks.clamp(0, 1, 0), "Swap them"),
        (lambda: blocks.random(0, 1, 0), "Swap them"),
        (lambda: blocks.remap(0, 1, 1), "single point"),
    ],
)
def test_impossible_requests_are_explained(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
