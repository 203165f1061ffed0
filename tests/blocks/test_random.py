"""Chance that a seed repeats."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.random as random
from shtairir.block import definition_of
from shtairir.block.infer import spec_of

DRAWS = {
    "normal": lambda seed: random.normal(size=2000, seed=seed),
    "uniform": lambda seed: random.uniform(size=2000, seed=seed),
    "integers": lambda seed: random.integers(size=2000, seed=seed),
    "poisson": lambda seed: random.poisson(4.0, 2000, seed),
    "choice": lambda seed: random.choice(np.arange(50), 200, True, None, seed),
    "shuffle": lambda seed: random.shuffle(np.arange(200), 0, seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(name: str) -> None:
    np.random.default_rng(0).normal(size=5)
    first = DRAWS[name](7)
    assert DRAWS[name](7).tobytes() == first.tobytes()
    assert DRAWS[name](8).tobytes() != first.tobytes()


def test_bits_are_the_same_on_every_machine() -> None:
    assert_allclose(random.normal(size=3), [0.12573022, -0.13210486, 0.64042265], rtol=1e-6)
    assert_allclose(random.uniform(size=2, seed=1), [0.51182162, 0.9504637], rtol=1e-6)
    assert random.integers(0, 100, 6, 42).tolist() == [8, 77, 65, 43, 43, 85]


def test_draws_are_spread_as_they_should_be() -> None:
    normal = random.normal(3.0, 2.0, 100_000, 1)
    assert (normal.mean(), normal.std()) == (pytest.approx(3, abs=0.03), pytest.approx(2, abs=0.03))
    even = random.uniform(-1.0, 3.0, 100_000, 1)
    assert_allclose(np.histogram(even, 4, (-1, 3))[0], 25_000, rtol=0.03)
    counts = random.poisson(6.0, 100_000, 1)
    assert (counts.mean(), counts.var()) == (pytest.approx(6, abs=0.05), pytest.approx(6, abs=0.15))
    dice = random.integers(1, 6, 60_000, 1, True)
    assert_allclose(np.bincount(dice)[1:], 10_000, rtol=0.05)


def test_an_array_of_parameters_gives_a_draw_for_each() -> None:
    means = np.array([[0.0, 100.0], [200.0, 300.0]])
    drawn = random.normal(means, 0.1)
    assert_allclose(drawn, means, atol=1)
    assert random.poisson(np.array([0.0, 1e6])).tolist()[0] == 0
    assert random.uniform(means, means + 1, [3, 2, 2]).shape == (3, 2, 2)
    with pytest.raises(ValueError, match="do not fit"):
        random.normal(means, 1.0, 3)


def test_plain_parameters_give_a_plain_number() -> None:
    assert type(random.normal()) is float
    assert type(random.poisson(3.0)) is float


def test_weights_say_how_likely_an_item_is() -> None:
    drawn = random.choice(["a", "b", "c"], 10_000, True, [1, 0, 3], 1)
    assert isinstance(drawn, list)
    assert drawn.count("b") == 0
    assert drawn.count("c") / len(drawn) == pytest.approx(0.75, abs=0.02)


def test_without_replacement_nothing_comes_twice() -> None:
    assert sorted(random.choice(list(range(20)), 20, False, None, 3)) == list(range(20))
    with pytest.raises(ValueError, match="21 cannot be drawn from 20"):
        random.choice(list(range(20)), 21, False)
    with pytest.raises(ValueError, match="2 cannot be drawn from 1"):
        random.choice(["a", "b"], 2, False, [1, 0])


def test_shuffling_keeps_rows_and_columns_whole() -> None:
    grid = np.arange(30).reshape(6, 5)
    assert_array_equal(np.sort(random.shuffle(grid, 0, 2), axis=0), grid)
    assert_array_equal(np.sort(random.shuffle(grid, 1, 2), axis=1), grid)
    assert sorted(random.shuffle(["x", 1, None], 0, 1), key=str) == [1, None, "x"]
    assert random.shuffle([], 0, 0) == []


def test_rows_of_a_table_are_drawn_by_number_share_and_weight() -> None:
    table = pl.DataFrame({"x": range(10), "w": [0.0] * 9 + [1.0]})
    assert sorted(random.rows(table, seed=1)["x"]) == list(range(10))
    assert random.rows(table, seed=1)["x"].to_list() != list(range(10))
    assert random.rows(table, fraction=0.3).height == 3
    assert random.rows(table, 25, replace=True, weights="w")["x"].to_list() == [9] * 25
    with pytest.raises(ValueError, match="11 cannot be drawn from 10"):
        random.rows(table, 11)
    with pytest.raises(ValueError, match="no column 'weight'"):
        random.rows(table, 2, weights="weight")
    assert random.rows(table.clear()).height == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random.normal(0.0, -1.0), "cannot be below 0"),
        (lambda: random.uniform(2.0, 1.0), "Swap them"),
        (lambda: random.integers(3, 3), "no whole number"),
        (lambda: random.poisson(np.array([1.0, np.nan])), "below 0 or missing"),
        (lambda: random.choice(["a"], 1, True, [0]), "one at least is above 0"),
        (lambda: random.choice(["a"], 1, True, [1, 2]), "2 weights for 1 values"),
        (lambda: random.normal(size=[2, -1]), "negative length"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_sizes_are_known_before_the_run() -> None:
    mean = np.zeros((3, 4))
    for block, arguments in [
        (random.normal, {"loc": mean, "scale": 1.0, "size": None, "seed": 0}),
        (random.uniform, {"low": 0.0, "high": mean + 1, "size": [2, 3, 4], "seed": 0}),
        (random.poisson, {"lam": mean, "size": None, "seed": 0}),
        (random.integers, {"low": 0, "high": 5, "size": 7, "seed": 0, "endpoint": False}),
    ]:
        specs = {name: spec_of(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()}
        told, made = definition_of(block).traits.infer(**specs), block(**arguments)
        assert (told.shape, told.dtype) == (made.shape, str(made.dtype))
