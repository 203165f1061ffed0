"""Searching for the best numbers."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.optimise as optimise
from shtairir.block.expression import compile_expression
from shtairir.errors import ExpressionError
from shtairir_blocks.kernels.formula import formula

RNG = np.random.default_rng(9)
X = np.linspace(0, 10, 60)
FORMULAS = [
    "2 * x ** 2 - x / 3 + 1",
    "-x + +1 if x > 2 else x ** 0.5",
    "sin(x) ** 2 + cos(x) ** 2 + tan(x / 9) + atan(x) + tanh(x)",
    "exp(-x) * log(x + 1) + log10(x + 1) - sqrt(x) + abs(x - 5)",
    "floor(x) + ceil(x) + round(x) + x // 3 + x % 3",
    "max(x, 3, 5 - x) - min(x, 2)",
    "(1 < x < 4) + (x >= 9 or x == 0) * 2 + (not x > 5)",
    "1 if x > 3 and x != 5 else 0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_over_an_array_is_the_expression_at_each_element(text: str) -> None:
    expression = compile_expression(text)
    expected = [float(expression.evaluate({"x": float(x)})) for x in X]
    assert_allclose(formula(text)({"x": X}), expected, atol=1e-12)


@pytest.mark.parametrize(
    "text", ["'a'", "[x]", "x[0]", "len(x)", "x in (1, 2)", "x is None", "round(x, 2)", "upper(x)"]
)
def test_what_means_nothing_for_arrays_is_refused(text: str) -> None:
    compile_expression(text)
    with pytest.raises(ValueError, match="formula"):
        formula(text)


@pytest.mark.parametrize("text", ["__import__('os')", "x.real", "(lambda: 1)()", "x := 2", "a * x; 3"])
def test_what_no_expression_allows_never_reaches_the_search(text: str) -> None:
    with pytest.raises(ExpressionError):
        optimise.curve_fit(X, X, text)
    with pytest.raises(ExpressionError):
        optimise.minimize(text)


def test_huge_powers_end_at_infinity() -> None:
    assert formula("9 ** 9 ** 9 ** 9 + x")({"x": X})[0] == math.inf
    assert np.isnan(formula("sqrt(x - 5)")({"x": X})[0])


def test_parameters_are_found_again_with_errors_that_cover_them() -> None:
    truth = np.array([3.0, 2.5, 1.0])
    covered = 0
    for _ in range(40):
        y = truth[0] * np.exp(-X / truth[1]) + truth[2] + RNG.normal(0, 0.05, 60)
        found = optimise.curve_fit(X, y)
        assert_allclose(found.values, truth, rtol=0.2)
        covered += int((np.abs(found.values - truth) < 2 * found.parameters["std_error"].to_numpy()).sum())
    assert 0.88 < covered / 120 < 1
    assert found.parameters["parameter"].to_list() == ["a", "tau", "c"]
    assert_allclose(found.fitted + found.residuals, y)


def test_errors_of_a_straight_line_are_those_of_regression() -> None:
    y = 2 * X + 1 + RNG.normal(size=60)
    found = optimise.curve_fit(X, y, "slope * x + start")
    design = np.column_stack([X, np.ones(60)])
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ y
    rest = y - design @ estimate
    assert_allclose(found.values, estimate, rtol=1e-6)
    assert_allclose(found.parameters["std_error"], np.sqrt(np.diag(inverse) * (rest @ rest) / 58), rtol=1e-5)


def test_limits_hold_a_fit_back_and_missing_values_stay_out() -> None:
    y = 5 * X
    y[3] = np.nan
    assert optimise.curve_fit(X, y, "a * x").values[0] == pytest.approx(5)
    held = optimise.curve_fit(X, y, "a * x", low=[0.0], high=[4.0])
    assert held.values[0] == pytest.approx(4, abs=1e-6)
    assert np.isnan(held.residuals[3])


def test_parameters_that_the_data_do_not_tell_apart_have_no_error() -> None:
    found = optimise.curve_fit(X, 3 * X, "a * b * x")
    assert found.parameters["std_error"].to_list() == [math.inf, math.inf]
    assert found.values.prod() == pytest.approx(3)


def test_a_wave_needs_a_start_near_its_frequency() -> None:
    y = 2 * np.sin(2 * np.pi * 0.45 * X + 0.3)
    found = optimise.curve_fit(X, y, "a * sin(2 * pi * f * x + p)", [1.0, 0.43, 0.0])
    assert_allclose(found.values, [2, 0.45, 0.3], rtol=1e-6)


def test_polynomials_are_found_again() -> None:
    for degree in range(7):
        p = RNG.normal(size=degree + 1)
        found = optimise.polyfit(X, np.polyval(p, X), degree)
        assert_allclose(optimise.polyval(found.p, X), np.polyval(p, X), atol=1e-6 * np.abs(np.polyval(p, X)).max())
        assert_allclose(found.fitted, optimise.polyval(found.p, X), atol=1e-5 * np.abs(found.fitted).max())
    far = optimise.polyfit(X + 1e4, X**2, 2)
    assert far.r_squared == pytest.approx(1)


def test_bounded_least_squares_fulfil_the_conditions_of_karush_kuhn_and_tucker() -> None:
    a, b = RNG.normal(size=(20, 6)), RNG.normal(size=20)
    found = optimise.lsq_linear(a, b)
    slope = a.T @ found.residuals
    assert (found.x >= 0).all()
    assert_allclose(slope[found.x > 1e-9], 0, atol=1e-8)
    assert (slope[found.x <= 1e-9] >= -1e-8).all()
    free = optimise.lsq_linear(a, b, None)
    assert_allclose(free.x, np.linalg.lstsq(a, b, rcond=None)[0], atol=1e-8)


def test_a_root_lies_where_the_formula_changes_its_sign() -> None:
    assert optimise.find_root().root == pytest.approx(math.sqrt(2), abs=1e-12)
    kepler = optimise.find_root("e - k * sin(e) - m", 0.0, 7.0, {"k": 0.6, "m": 1.0}).root
    assert kepler - 0.6 * math.sin(kepler) == pytest.approx(1)
    assert optimise.find_root("x", 0.0, 1.0).root == 0
    with pytest.raises(ValueError, match="one must be above 0"):
        optimise.find_root("x ** 2 + 1")
    with pytest.raises(ValueError, match=r"has 2 unknowns \(x, y\)"):
        optimise.find_root("x - y")
    with pytest.raises(ValueError, match="not defined"):
        optimise.find_root("log(x)", -1.0, 1.0)


@pytest.mark.parametrize("method", ["local", "simplex"])
def test_the_bottom_of_rosenbrocks_valley_is_found(method: Any) -> None:
    found = optimise.minimize("(1 - x) ** 2 + 100 * (y - x ** 2) ** 2", [-1.2, 1.0], method=method)
    assert_allclose(found.x, [1, 1], atol=1e-4)
    assert found.solution["unknown"].to_list() == ["x", "y"]


def test_a_global_search_is_not_caught_in_the_nearest_hollow() -> None:
    hollows = "x ** 4 - 8 * x ** 2 + x"
    grid = np.linspace(-5, 5, 100_001)
    deepest = grid[(grid**4 - 8 * grid**2 + grid).argmin()]
    assert optimise.minimize(hollows, [2.0]).x[0] > 0
    found = optimise.minimize(hollows, low=[-5.0], high=[5.0], method="global")
    assert found.x[0] == pytest.approx(deepest, abs=1e-3)
    assert optimise.minimize(hollows, low=[-5.0], high=[5.0], method="global", seed=0).x.tobytes() == found.x.tobytes()
    with pytest.raises(ValueError, match="must say where"):
        optimise.minimize(hollows, method="global")


def test_limits_and_constants_of_a_minimum() -> None:
    found = optimise.minimize("(x - c) ** 2", low=[0.0], high=[2.0], constants={"c": 5})
    assert found.x[0] == pytest.approx(2)
    with pytest.raises(ValueError, match=r"falls without end|No minimum"):
        optimise.minimize("-x")
    with pytest.raises(ValueError, match="has no unknown"):
        optimise.minimize("2 * pi")


def test_the_best_plan_is_the_best_of_all_corners() -> None:
    used, available, worth = np.array([[1.0, 2], [3, 1], [1, 1]]), np.array([14.0, 18, 8]), [3.0, 2.0]
    found = optimise.linprog(worth, used, available, maximize=True)
    lines = np.vstack([used, np.eye(2)])
    limits = np.append(available, [0, 0])
    corners = [
        np.linalg.solve(lines[list(pair)], limits[list(pair)])
        for pair in product(range(5), repeat=2)
        if abs(np.linalg.det(lines[list(pair)])) > 1e-9
    ]
    allowed = [corner for corner in corners if (used @ corner <= available + 1e-9).all() and (corner >= -1e-9).all()]
    assert found.fun == pytest.approx(max(float(np.dot(worth, corner)) for corner in allowed))
    assert_allclose(found.slack, available - used @ found.x, atol=1e-9)


def test_whole_amounts_are_the_best_of_all_whole_amounts() -> None:
    used, available, worth = np.array([[2.0, 3], [4, 1]]), [12.5, 11.5], [5.0, 4.0]
    found = optimise.linprog(worth, used, available, integer=True, maximize=True)
    best = max(5 * a + 4 * b for a, b in product(range(8), repeat=2) if 2 * a + 3 * b <= 12.5 and 4 * a + b <= 11.5)
    assert found.fun == pytest.approx(best)
    assert_allclose(found.x, np.round(found.x), atol=1e-9)


def test_sums_that_must_come_out_exactly() -> None:
    found = optimise.linprog([1.0, 2.0, 3.0], A_eq=np.array([[1, 1, 1]]), b_eq=[10.0], high=[4.0])
    assert_allclose(found.x, [4, 4, 2])
    with pytest.raises(ValueError, match="contradict one another"):
        optimise.linprog([1.0], np.array([[1.0]]), [-1.0])
    with pytest.raises(ValueError, match="infinite"):
        optimise.linprog([1.0], maximize=True)
    with pytest.raises(ValueError, match="belong together"):
        optimise.linprog([1.0], A_ub=np.array([[1.0]]))


def test_tops_and_bottoms_but_no_ripples() -> None:
    x = np.linspace(0, 10, 1000)
    curve = np.sin(x) + 0.05 * np.sin(40 * x)
    found = optimise.extrema(curve, 0.5)
    assert_allclose(x[found.maxima], [np.pi / 2, 5 * np.pi / 2], atol=0.2)
    assert_allclose(x[found.minima], [3 * np.pi / 2], atol=0.2)
    assert len(optimise.extrema(curve, 0.0).maxima) > 50
    assert_array_equal(optimise.extrema(np.array([0, 1, 0, np.nan, 5, np.nan, 0.0])).maxima, [1, 4])
    assert optimise.extrema(np.zeros(2)).maxima.size == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optimise.curve_fit(X, X, "3 * x"), "at least one other name"),
        (lambda: optimise.curve_fit(X, X, "a + b"), "needs x"),
        (lambda: optimise.curve_fit(X, X, "a * x", [1.0, 2.0]), "2 starting values for 1 unknowns"),
        (lambda: optimise.curve_fit(X, X, "a * log(x - 1)"), "not defined"),
        (lambda: optimise.curve_fit(X[:1], X[:1], "a * x + b"), "2 are needed"),
        (lambda: optimise.curve_fit(X, X, "a * x", low=[3.0], high=[2.0]), "Swap them"),
        (lambda: optimise.polyfit(np.ones(9), np.arange(9.0), 2), "3 different places"),
        (lambda: optimise.lsq_linear(np.ones((3, 2)), np.ones(2)), "2 values for 3 rows"),
    ],
)
def test_what_cannot_be_found_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
