"""The values that an expression may touch, and what it may do with them.

Whatever comes along a link may meet an expression: also an object whose ``__eq__`` or ``__len__`` does harm, or whose
class does when it is hashed. So a value is *admitted* before anything is done with it: what is of one of the types
below becomes a plain value, and everything else is put into a box, `Foreign`, that can only be handed on. Nothing of
what is in a box is called.

Each step over something long is paid from the effort of one evaluation, kept in ``frame[0]``; when it is used up, the
expression is refused instead of holding the program up.
"""

from __future__ import annotations

import functools
import math
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from shtairir.block.values import loaded_class
from shtairir.errors import ExpressionError

Frame = list[Any]
"""What is left of the effort, then the values of the names."""

EFFORT = 100_000
"""Items of lists, or each 32 characters of text, that one evaluation may look at."""

LARGEST = 1 << 256
LONGEST_TEXT = 1_000_000
LONGEST_LIST = 100_000
DEEPEST = 20

NUMBERS = frozenset({bool, int, float})
SCALARS = frozenset({bool, int, float, str, type(None)})
LISTS = frozenset({list, tuple})
_EASY = frozenset(map(id, (bool, float, type(None))))
_NUMBERS_BY_ID = frozenset(map(id, NUMBERS))
_PATHS = frozenset({pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath})


def refusal(message: str, hint: str = "") -> ExpressionError:
    """Return an error whose place is filled in by the operation that asked."""
    return ExpressionError(message, column=0, hint=hint)


class Foreign:
    """A value that an expression can hand on and not look into."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def admitted(value: Any) -> Any:
    """Return a value from outside as one of the plain types, or in a box when it is of none."""
    kind = type(value)
    if kind is int:
        return checked_integer(value)
    if kind is str or kind is float or kind is list or kind is bool or value is None or kind is tuple or kind is dict:
        return value
    if issubclass(kind, int):
        return checked_integer(int.__int__(value))
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if kind is Foreign:  # from a list that the expression has made itself
        return value
    if type(kind) is not type:  # only else it is safe to look a class up in a set
        return Foreign(value)
    if kind in _PATHS:
        return os.fspath(value)
    return _from_numpy(value, kind)


def _from_numpy(value: Any, kind: type) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return Foreign(value)
    if kind is loaded_class("numpy", "ndarray"):
        single = value.ndim == 0 and value.dtype.kind in "biuf"
    else:
        # A class derived from NumPy's may do anything when it is asked for its number: only NumPy's own are.
        single = kind in _numpy_numbers()
    if not single:
        return Foreign(value)
    if value.dtype.kind == "f":
        return float(value)
    return bool(value) if value.dtype.kind == "b" else int(value)


@functools.cache
def _numpy_numbers() -> frozenset[type]:
    import numpy as np

    return frozenset(kind for kind in np.sctypeDict.values() if issubclass(kind, np.bool_ | np.integer | np.floating))


def opened(value: Any) -> Any:
    """Return what is in a box; anything else as it is."""
    return value.value if type(value) is Foreign else value


def unpacked(value: Any) -> Any:
    """Return a list that an expression made without the boxes in it."""
    if type(value) in LISTS:
        return type(value)([unpacked(item) for item in value])
    return opened(value)


def checked_integer(number: int) -> int:
    """Return a whole number that is of a sensible size."""
    if -LARGEST < number < LARGEST:
        return number
    raise refusal("A whole number is too large for an expression: more than 77 digits.", "Use float(...) of it.")


def pay(frame: Frame, effort: int) -> None:
    """Take effort from the evaluation's supply."""
    frame[0] -= effort
    if frame[0] < 0:
        raise refusal("The values are too long for an expression.", "Use blocks for long lists and texts.")


def pay_text(frame: Frame, text: str) -> None:
    """Take the effort of looking through a text."""
    if len(text) > LONGEST_TEXT:
        raise refusal(
            f"A text of {len(text):,} characters is too long for an expression.", "Shorten it with a text block."
        )
    pay(frame, len(text) >> 5)


def said(value: Any) -> str:
    """Return what kind of thing a value is, asking nothing of it."""
    kind = type(value)
    if kind in NUMBERS:
        return "true or false" if kind is bool else "a number"
    named = {str: "a text", type(None): "nothing (None)", list: "a list", tuple: "a list", dict: "a dictionary"}
    return named.get(kind) or f"a value of type {_class_name(type(opened(value)))[:40]}"


def _class_name(kind: type) -> str:
    # Straight from the interpreter: a class may have its own idea of its name.
    return str(type.__dict__["__name__"].__get__(kind))


def items_of(frame: Frame, value: Any) -> list[Any]:
    """Return the items of a list, each admitted."""
    if type(value) not in LISTS:
        hint = "Reduce it with a block first." if type(value) not in SCALARS and type(value) is not dict else ""
        raise refusal(f"A list is needed here, but this is {said(value)}.", hint)
    pay(frame, len(value))
    items = list(value)
    # Mostly all items are plain numbers: that is seen in one go, ten times as fast as item by item.
    kinds = set(map(id, map(type, items)))
    if kinds <= _EASY or (kinds <= _NUMBERS_BY_ID and min(items) > -LARGEST and max(items) < LARGEST):
        return items
    return [admitted(item) for item in items]


def numbers_of(frame: Frame, value: Any) -> list[Any]:
    """Return the items of a list, all of them numbers."""
    items = items_of(frame, value)
    if not NUMBERS.issuperset(map(type, items)):
        strange = next(item for item in items if type(item) not in NUMBERS)
        raise refusal(f"A list of numbers is needed here, but one item is {said(strange)}.")
    return items


def plain(frame: Frame, value: Any, depth: int = 0) -> Any:
    """Return a copy made of plain values only, so that comparing it calls nobody."""
    kind = type(value)
    if kind is str:
        pay_text(frame, value)
        return value
    if kind in SCALARS:
        return value
    if depth > DEEPEST:
        raise refusal("The lists are nested too deeply to be compared.")
    if kind in LISTS:
        items = items_of(frame, value)
        return kind(items if NUMBERS.issuperset(map(type, items)) else [plain(frame, one, depth + 1) for one in items])
    if kind is dict:
        pay(frame, len(value))
        keys = [plain(frame, admitted(key), depth + 1) for key in value]
        entries = [plain(frame, admitted(item), depth + 1) for item in value.values()]
        return dict(zip(keys, entries, strict=True))
    raise refusal(f"It cannot be compared, being {said(value)}.", "Reduce it to a number first, with a block.")


def truth(frame: Frame, value: Any) -> bool:
    """Return whether a value counts as true: numbers but 0, texts and lists but empty ones."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[no-any-return]  # its type was just looked at
    if kind in SCALARS or kind in LISTS or kind is dict:
        return bool(value)
    raise refusal(f"It is neither true nor false, but {said(value)}.", "Compare it with something.")


def equal(frame: Frame, a: Any, b: Any) -> bool:
    """Return whether two values are the same."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a == b)
    return bool(plain(frame, a) == plain(frame, b))


def ordered(frame: Frame, a: Any, b: Any, compare: Callable[[Any, Any], Any], sign: str) -> bool:
    """Return how two numbers or two texts relate."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(compare(a, b))
    if type(a) is str and type(b) is str:
        pay_text(frame, a)
        return bool(compare(a, b))
    raise refusal(f"'{sign}' needs two numbers or two texts, but got {said(a)} and {said(b)}.")


def contains(frame: Frame, whole: Any, part: Any) -> bool:
    """Return whether a text, a list or the keys of a dictionary contain something."""
    if type(whole) is str:
        if type(part) is not str:
            raise refusal(f"A text can contain a text only, not {said(part)}.", "Write text(...) round it.")
        pay_text(frame, whole)
        pay_text(frame, part)
        return part in whole
    if type(whole) is dict:
        whole = list(whole)
    return any(equal(frame, item, part) for item in items_of(frame, whole))


def item_at(frame: Frame, whole: Any, place: Any) -> Any:
    """Return one item of a list, one letter of a text, one entry of a dictionary."""
    if type(whole) is dict:
        return _entry(frame, whole, place)
    if type(whole) is not str and type(whole) not in LISTS:
        raise refusal(f"Only lists, texts and dictionaries have items, but this is {said(whole)}.")
    if type(place) is not int:
        raise refusal(f"The place of an item is a whole number, not {said(place)}.")
    if not -len(whole) <= place < len(whole):
        raise refusal(f"There is no item {place}: there are {len(whole):,}.", "The first is [0], the last [-1].")
    return admitted(whole[place])


def _entry(frame: Frame, whole: Any, place: Any) -> Any:
    if type(place) not in SCALARS:
        raise refusal(f"The key of a dictionary is a text or a number, not {said(place)}.")
    # A key of a foreign type would be asked whether it is equal: looked at first, and one by one.
    pay(frame, len(whole))
    for key, entry in list(whole.items()):
        known = admitted(key)
        if type(known) in SCALARS and known == place:
            return admitted(entry)
    raise refusal(f"The dictionary has no entry {place!r:.60}.")


def part_of(frame: Frame, whole: Any, start: Any, stop: Any) -> Any:
    """Return ``whole[start:stop]`` of a list or text."""
    if type(whole) is not str and type(whole) not in LISTS:
        raise refusal(f"Only lists and texts have parts, but this is {said(whole)}.")
    for place in (start, stop):
        if place is not None and type(place) is not int:
            raise refusal(f"The place of an item is a whole number, not {said(place)}.")
    low, high, _ = slice(start, stop).indices(len(whole))
    pay(frame, max(0, high - low) >> (5 if type(whole) is str else 0))
    return whole[start:stop]


def add(frame: Frame, a: Any, b: Any) -> Any:
    """Return the sum of two numbers, or two texts or lists put together."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return _bounded(a + b)
    if type(a) is str and type(b) is str:
        if len(a) + len(b) > LONGEST_TEXT:
            raise refusal("The text would become too long for an expression.")
        pay(frame, (len(a) + len(b)) >> 5)
        return a + b
    if type(a) in LISTS and type(a) is type(b):
        pay(frame, len(a) + len(b))
        if len(a) + len(b) > LONGEST_LIST:
            raise refusal("The list would become too long for an expression.")
        return a + b
    hint = "Write text(...) round the number." if str in (type(a), type(b)) else _advice(a, b)
    raise refusal(f"'+' cannot put together {said(a)} and {said(b)}.", hint)


def _advice(a: Any, b: Any) -> str:
    strange = any(type(one) not in SCALARS and type(one) not in LISTS for one in (a, b))
    return "Calculate with it in a block, such as array.add." if strange else ""


def calculate(frame: Frame, a: Any, b: Any, operate: Callable[[Any, Any], Any], sign: str) -> Any:
    """Return the result of ``-``, ``*``, ``/``, ``//`` or ``%`` on two numbers."""
    if type(a) not in NUMBERS or type(b) not in NUMBERS:
        raise refusal(f"'{sign}' needs two numbers, but got {said(a)} and {said(b)}.", _advice(a, b))
    return _bounded(operate(a, b))


def power(frame: Frame, a: Any, b: Any) -> Any:
    """Return ``a ** b`` of two numbers."""
    if type(a) not in NUMBERS or type(b) not in NUMBERS:
        raise refusal(f"'**' needs two numbers, but got {said(a)} and {said(b)}.", _advice(a, b))
    if type(a) is not float and type(b) is not float and b > 0 and abs(a) > 1 and (abs(a).bit_length() - 1) * b >= 256:
        raise refusal("The power is too large for an expression.", "Write one of the numbers with a dot: 2.0 ** 1000.")
    result = a**b
    if type(result) is complex:
        raise refusal("The power of a negative number with a fraction is no real number.")
    return _bounded(result)


def _bounded(result: Any) -> Any:
    return checked_integer(result) if type(result) is int else result


def negative(frame: Frame, value: Any) -> Any:
    """Return ``-value``."""
    return -number(value, "-")


def positive(frame: Frame, value: Any) -> Any:
    """Return ``+value``."""
    return +number(value, "+")


def number(value: Any, what: str) -> Any:
    """Return the value if it is a number."""
    if type(value) in NUMBERS:
        return value
    raise refusal(f"'{what}' needs a number, but got {said(value)}.")


def text(value: Any, what: str) -> str:
    """Return the value if it is a text."""
    if type(value) is str:
        return value
    raise refusal(f"'{what}' needs a text, but got {said(value)}.", "Write text(...) round it.")


def is_nan(value: Any) -> bool:
    """Return whether a number is missing (NaN); nothing at all counts as missing too."""
    return value is None or math.isnan(number(value, "isnan"))
