"""New arrays."""

from __future__ import annotations

import numpy as np
import pytest

import shtairir_blocks.array as array


def test_constant_takes_numbers_of_any_nesting() -> None:
    assert array.constant(3).tolist() == 3
    assert array.constant(np.array([[1, 2], [3, 4]])).shape == (2, 2)
    assert array.constant(np.array([1, 2]), "float32").dtype == np.float32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2 3", [1, 2, 3]),
        ("1, 2.5", [1, 2.5]),
        ("1 2; 3 4", [[1, 2], [3, 4]]),
        ("1 2\n3 4\n", [[1, 2], [3, 4]]),
        ("[[1], [2]]", [[1], [2]]),
        ("", []),
        ("1e3 -2 nan", None),
    ],
)
def test_numbers_are_read_from_text(text: str, expected: list[float] | None) -> None:
    result = array.from_text(text)
    if expected is None:
        assert result[:2].tolist() == [1000, -2]
        assert np.isnan(result[2])
    else:
        assert result.tolist() == expected


@pytest.mark.parametrize("text", ["1 two", "1 2; 3", "[1, [2]]", "__import__('os')", "['a']"])
def test_text_that_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="numbers"):
        array.from_text(text)


def test_arange_counts_in_whole_numbers_if_all_are_whole() -> None:
    assert array.arange(0, 5, 2).dtype == np.int64
    assert array.arange(0.0, 3.0, 1.0).tolist() == [0, 1, 2]
    assert array.arange(5, 0, -2).tolist() == [5, 3, 1]
    assert array.arange(0, 1, 0.25).tolist() == [0, 0.25, 0.5, 0.75]
    assert array.arange(3, 3, 1).size == 0
    with pytest.raises(ValueError, match="never end"):
        array.arange(0, 1, 0)


def test_linspace_divides_the_interval() -> None:
    assert array.linspace(0, 1, 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert array.linspace(0, 1, 4, endpoint=False).tolist() == [0, 0.25, 0.5, 0.75]
    assert array.linspace(2, 3, 0).size == 0


def test_shapes_may_be_a_number_or_a_list() -> None:
    assert array.zeros(3).tolist() == [0, 0, 0]
    assert array.ones([2, 1], "uint8").tolist() == [[1], [1]]
    assert array.full([2], 7).dtype == np.int64
    assert array.zeros([]).shape == ()
    with pytest.raises(ValueError, match="negative length"):
        array.zeros([2, -1])


@pytest.mark.parametrize("distribution", ["uniform", "normal", "integers", "exponential"])
def test_random_numbers_depend_on_the_seed_only(distribution: str) -> None:
    def draw(seed: int) -> np.ndarray:
        return array.random([2000], seed, distribution, 2, 10)

    first = draw(1)
    assert (first == draw(1)).all()
    assert (first != draw(2)).any()


def test_random_numbers_keep_to_their_distribution() -> None:
    uniform = array.random(20_000, 0, "uniform", 2, 4)
    assert uniform.min() >= 2
    assert uniform.max() < 4
    assert abs(uniform.mean() - 3) < 0.02
    normal = array.random(20_000, 0, "normal", 5, 2)
    assert abs(normal.mean() - 5) < 0.1
    assert abs(normal.std() - 2) < 0.1
    assert set(array.random(500, 0, "integers", 0, 3).tolist()) == {0, 1, 2}
    assert abs(array.random(20_000, 0, "exponential", 0, 3).mean() - 3) < 0.1


def test_impossible_ranges_of_random_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="below the highest"):
        array.random(3, 0, "uniform", 2, 1)
    with pytest.raises(ValueError, match="below the highest"):
        array.random(3, 0, "integers", 1, 1)
    with pytest.raises(ValueError, match="standard deviation"):
        array.random(3, 0, "normal", 0, -1)


def test_astype_refuses_what_does_not_fit() -> None:
    assert array.astype(np.array([1.9, -1.9]), "int32").tolist() == [1, -1]
    assert array.astype(np.array([0, 2]), "bool").tolist() == [False, True]
    assert array.astype(np.empty(0), "uint8").dtype == np.uint8
    for values in ([256], [-1], [np.nan], [np.inf]):
        with pytest.raises(ValueError, match="do not fit into uint8"):
            array.astype(np.array(values), "uint8")
