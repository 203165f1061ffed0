"""True, false, comparison and choice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import shtairir
import shtairir_blocks.logic as logic
from shtairir.block.values import Audio, Color


@pytest.mark.parametrize("a", [False, True])
@pytest.mark.parametrize("b", [False, True])
def test_truth_tables(a: bool, b: bool) -> None:
    assert logic.and_(a, b) is (a and b)
    assert logic.or_(a, b) is (a or b)
    assert logic.not_(a) is (not a)
    assert logic.boolean(a) is a


@pytest.mark.parametrize(
    ("operator", "less", "same", "greater"),
    [("<", True, False, False), ("<=", True, True, False), ("==", False, True, False),
     ("!=", True, False, True), (">=", False, True, True), (">", False, False, True)],
)  # fmt: skip
def test_comparisons(operator: Any, less: bool, same: bool, greater: bool) -> None:
    assert logic.compare(1, 2, operator) is less
    assert logic.compare(2, 2, operator) is same
    assert logic.compare(3, 2, operator) is greater
    assert logic.compare(2.01, 2, operator, tolerance=0.1) is same
    assert logic.compare(math.nan, 2, operator) is (operator == "!=")
    assert logic.compare(math.inf, math.inf, operator) is same


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        ("a", "a"),
        (None, None),
        (math.nan, math.nan),
        ([1, [2, math.nan]], [1, [2, math.nan]]),
        ({"a": np.ones(2)}, {"a": np.ones(2)}),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array(3), 3),
        (np.array(["a"]), np.array(["a"])),
        (pl.DataFrame({"a": [1, None]}), pl.DataFrame({"a": [1, None]})),
        (Audio(np.zeros((3, 1)), 8000), Audio(np.zeros((3, 1)), 8000)),
        (Color(1, 0, 0), Color(1, 0, 0)),
    ],
)
def test_equal_values_are_the_same(a: object, b: object) -> None:
    assert logic.equal(a, b) is True
    assert logic.equal(b, a) is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 2),
        ("1", 1),
        ([1], [1, 2]),
        ([1], 1),
        ({"a": 1}, {"b": 1}),
        (np.ones(2), np.ones(3)),
        (np.ones(2), "text"),
        (np.ones(2), None),
        (np.ones((2, 1)), pl.DataFrame({"a": [1, 1]})),
        (pl.DataFrame({"a": [1]}), pl.DataFrame({"b": [1]})),
        (Audio(np.zeros((3, 1)), 8000), Audio(np.zeros((3, 1)), 4000)),
        (Audio(np.zeros((3, 1)), 8000), "sound"),
    ],
)
def test_different_values_are_not_the_same(a: object, b: object) -> None:
    assert logic.equal(a, b) is False
    assert logic.equal(b, a) is False


def test_empty_is_what_holds_nothing() -> None:
    for empty in (None, "", [], {}, np.empty((0, 3)), pl.DataFrame(), Audio(np.zeros((0, 2)), 1)):
        assert logic.is_empty(empty) is True
    for full in (0, False, " ", [None], np.zeros(1), np.array(1), pl.DataFrame({"a": [1]}), Audio(np.zeros((1, 1)), 1)):
        assert logic.is_empty(full) is False


def test_choice_passes_the_value_itself_on() -> None:
    first, second = np.ones(2), "text"
    assert logic.select(True, first, second) is first
    assert logic.select(False, first, second) is second


def test_the_inputs_of_an_expression_follow_its_names() -> None:
    graph = shtairir.Graph("demo")
    number = graph.add("math.number", value=0.7)
    condition = graph.add("logic.expression", expression="mean > 0.5 and mean < limit", mean=number["out"])
    graph.link(graph.add("math.number", value=2)["out"], condition["limit"])
    definition = graph.definition(graph.node("expression"))
    assert definition is not None
    assert [port.name for port in definition.inputs] == ["mean", "limit", "expression"]
    assert [port.type.name for port in definition.outputs] == ["bool"]
    assert shtairir.run(graph)["expression.out"] is True
    graph.set("expression.expression", "mean * 10 - limit")
    assert shtairir.run(graph)["expression.out"] == 5.0


def test_an_expression_that_cannot_be_read_is_a_problem_of_its_node() -> None:
    graph = shtairir.Graph("demo")
    graph.add("logic.expression", expression="a.shape > 3")
    (problem,) = [one for one in shtairir.validate(graph) if one.severity == "error"]
    assert problem.node == "expression"
    assert "no attributes" in problem.message


def test_an_expression_that_fails_names_what_does_not_fit() -> None:
    graph = shtairir.Graph("demo")
    zero = graph.add("math.number", value=0)
    graph.add("logic.expression", expression="1 / n", n=zero["out"])
    failure = shtairir.run(graph).nodes["expression"].error
    assert failure is not None
    assert (failure.message, failure.hint) == ("Division by zero.", "Ask first: a / b if b else 0.")
