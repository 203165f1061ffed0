"""Two values are the same when no bit of what they mean differs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from shtairir.verification.sameness import copied, same


@dataclass
class Part:
    """A value of a pack's own."""

    values: Any


class Silent:
    """A class that says nothing of what it holds."""

    __slots__ = ()


class Holder:
    """A class that holds a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


ALIKE: list[tuple[Any, Any]] = [
    (1, 1),
    (math.nan, math.nan),
    ("a", "a"),
    (np.array([1.0, math.nan]), np.array([1.0, math.nan])),
    ({"a": [1, np.arange(3)]}, {"a": [1, np.arange(3)]}),
    (Part(np.ones(2)), Part(np.ones(2))),
    (Holder({"x": np.ones(2)}), Holder({"x": np.ones(2)})),
]
DIFFERENT: list[tuple[Any, Any]] = [
    (1, 1.0),
    (1, True),
    (0.0, -0.0),
    (0.1 + 0.2, 0.3),
    (np.float32(1), np.float64(1)),
    (np.ones(2), np.ones((2, 1))),
    (np.ones(2), np.ones(2, np.float32)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ([1, 2], (1, 2)),
    ([1, 2], [1]),
    (Part(np.ones(2)), Part(np.zeros(2))),
    (Holder(1), Holder(2)),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_is_alike_is_the_same(one: Any, other: Any) -> None:
    assert same(one, other) is True


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_the_least_difference_is_seen(one: Any, other: Any) -> None:
    assert same(one, other) is False


def test_what_cannot_be_looked_into_cannot_be_told() -> None:
    assert same(Silent(), Silent()) is None
    assert same([Silent(), 1], [Silent(), 1]) is None
    assert same([Silent(), 1], [Silent(), 2]) is False


def test_what_lies_between_the_fields_of_an_array_means_nothing() -> None:
    kind = np.dtype([("a", "i1"), ("b", "f8")], align=True)
    one, other = np.zeros(3, kind), np.zeros(3, kind)
    one.view(np.uint8)[1::16] = 255
    assert one.tobytes() != other.tobytes()
    assert same(one, other) is True


def test_copies_share_nothing_and_their_arrays_are_read_only() -> None:
    given = {"array": np.zeros(2), "list": [np.zeros(2)], "dict": {"a": [1]}}
    twin = copied(given)
    assert same(given, twin) is True
    twin["dict"]["a"].append(2)
    assert given["dict"] == {"a": [1]}
    for array in (twin["array"], twin["list"][0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
