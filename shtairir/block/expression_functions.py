"""The functions that an expression may call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shtairir.block import expression_values as values
from shtairir.block.expression_values import Frame, refusal
from shtairir.block.values import Audio, loaded_class

_LONGEST_NUMBER = 80


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    Attributes
    ----------
    call
        Receives the evaluation's frame, then the arguments.
    help
        What it gives, in a few words, with its arguments: shown by the editor.
    """

    call: Callable[..., Any]
    least: int
    most: int
    help: str


def _least(frame: Frame, *given: Any) -> Any:
    return _extreme(frame, given, min, "min")


def _greatest(frame: Frame, *given: Any) -> Any:
    return _extreme(frame, given, max, "max")


def _extreme(frame: Frame, given: tuple[Any, ...], pick: Callable[..., Any], what: str) -> Any:
    items = values.items_of(frame, given[0] if len(given) == 1 else given)
    if not items:
        raise refusal(
            f"'{what}' of an empty list has no value.", f"Ask for its length first: {what}(a) if len(a) else 0."
        )
    kinds = {type(item) for item in items}
    if not kinds <= values.NUMBERS and kinds != {str}:
        strange = next(item for item in items if type(item) not in values.NUMBERS)
        raise refusal(f"'{what}' needs numbers only or texts only, but got {values.said(strange)}.")
    if str in kinds:
        for item in items:
            values.pay_text(frame, item)
    return pick(items)


def _length(frame: Frame, value: Any) -> int:
    kind = type(value)
    if kind is str or kind in values.LISTS or kind is dict:
        return len(value)
    audio = values.opened(value)
    if type(audio) is Audio:
        return _shape(audio.samples)[0]
    if (shape := _table_shape(value)) is not None:
        return shape[0]
    shape = _shape(value, "len")
    if not shape:
        raise refusal("A single number has no length.")
    return shape[0]


def _table_shape(boxed: Any) -> tuple[int, ...] | None:
    value = values.opened(boxed)
    if type(value) is loaded_class("polars", "DataFrame"):
        return value.shape  # type: ignore[no-any-return]  # the class is known by name only
    if type(value) is loaded_class("polars", "Series"):
        return (value.len(),)
    return None


def _shape(boxed: Any, what: str = "len") -> tuple[int, ...]:
    value, array = values.opened(boxed), loaded_class("numpy", "ndarray")
    if issubclass(type(value), array):
        # NumPy's own idea of the shape, also of a class derived from its arrays.
        shape: tuple[int, ...] = array.shape.__get__(value)
        return shape
    raise refusal(f"'{what}' needs a list, a text, an array, an image or a table, but got {values.said(boxed)}.")


def _rows(frame: Frame, value: Any) -> int:
    shape = _table_shape(value)
    return shape[0] if shape is not None else _axis(value, 0, "rows")


def _columns(frame: Frame, value: Any) -> int:
    shape = _table_shape(value)
    return shape[1] if shape is not None and len(shape) == 2 else _axis(value, 1, "columns")


def _axis(value: Any, axis: int, what: str) -> int:
    shape = _shape(value, what)
    if len(shape) <= axis:
        raise refusal(f"'{what}' needs an array with {axis + 1} axes or more; this one has {len(shape)}.")
    return shape[axis]


def _width(frame: Frame, value: Any) -> int:
    return _axis(value, 1, "width")


def _height(frame: Frame, value: Any) -> int:
    shape = _shape(value, "height")
    return _axis(value, 0, "height") if len(shape) > 1 else _axis(value, 1, "height")


def _channels(frame: Frame, value: Any) -> int:
    shape = _shape(value, "channels")
    return shape[2] if len(shape) > 2 else 1


def _size(frame: Frame, value: Any) -> int:
    shape = _table_shape(value)
    return math.prod(shape if shape is not None else _shape(value, "size"))


def _duration(frame: Frame, boxed: Any) -> float:
    value = values.opened(boxed)
    if type(value) is not Audio:
        raise refusal(f"'duration' needs audio, but got {values.said(boxed)}.")
    rate = values.number(values.admitted(value.rate_hz), "duration")
    return float(_shape(value.samples)[0] / rate) if rate else 0.0


def _absolute(frame: Frame, value: Any) -> Any:
    return abs(values.number(value, "abs"))


def _rounded(frame: Frame, value: Any, digits: Any = None) -> Any:
    number = values.number(value, "round")
    if digits is None:
        return values.checked_integer(round(number))
    if type(digits) is not int or not -20 <= digits <= 20:
        raise refusal("'round' keeps from -20 to 20 digits after the point.")
    return round(number, digits)


def _sum(frame: Frame, value: Any) -> Any:
    total = sum(values.numbers_of(frame, value))
    return values.checked_integer(total) if type(total) is int else total


def _mean(frame: Frame, value: Any) -> float:
    items = values.numbers_of(frame, value)
    if not items:
        raise refusal("'mean' of an empty list has no value.", "Ask for its length first: mean(a) if len(a) else 0.")
    return float(sum(items) / len(items))


def _any(frame: Frame, value: Any) -> bool:
    return any(values.truth(frame, item) for item in values.items_of(frame, value))


def _all(frame: Frame, value: Any) -> bool:
    return all(values.truth(frame, item) for item in values.items_of(frame, value))


def _case(change: Callable[[str], str], what: str) -> Callable[[Frame, Any], str]:
    def changed(frame: Frame, value: Any) -> str:
        written = values.text(value, what)
        values.pay_text(frame, written)
        result = change(written)
        values.pay_text(frame, result)
        return result

    return changed


def _starts(frame: Frame, value: Any, start: Any) -> bool:
    return values.text(value, "startswith").startswith(values.text(start, "startswith"))


def _ends(frame: Frame, value: Any, end: Any) -> bool:
    return values.text(value, "endswith").endswith(values.text(end, "endswith"))


def _real(compute: Callable[[Any], Any], what: str, domain: str) -> Callable[[Frame, Any], Any]:
    def computed(frame: Frame, value: Any) -> Any:
        number = values.number(value, what)
        try:
            result = compute(number)
        except ValueError:
            raise refusal(f"'{what}' is defined for {domain} only, not for {number!r:.40}.") from None
        return values.checked_integer(result) if type(result) is int else result

    return computed


def _is_finite(frame: Frame, value: Any) -> bool:
    return math.isfinite(values.number(value, "isfinite"))


def _is_nan(frame: Frame, value: Any) -> bool:
    return values.is_nan(value)


def _integer(frame: Frame, value: Any) -> int:
    return values.checked_integer(int(_written_number(value, int, "int")))


def _float(frame: Frame, value: Any) -> float:
    return float(_written_number(value, float, "float"))


def _written_number(value: Any, read: Callable[[str], Any], what: str) -> Any:
    if type(value) is not str:
        return values.number(value, what)
    if len(value) > _LONGEST_NUMBER:
        raise refusal(f"A text of {len(value):,} characters is no number.")
    try:
        return read(value)
    except ValueError:
        raise refusal(f"'{what}' cannot read {value[:40]!r} as a number.") from None


def _text(frame: Frame, value: Any) -> str:
    if type(value) not in values.SCALARS:
        raise refusal(f"'text' needs a number, a text, true or false, but got {values.said(value)}.")
    return str(value)


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(_absolute, 1, 1, "abs(x): without its sign"),
    "all": Function(_all, 1, 1, "all(list): whether every item is true"),
    "any": Function(_any, 1, 1, "any(list): whether at least one item is true"),
    "ceil": Function(_real(math.ceil, "ceil", "finite numbers"), 1, 1, "ceil(x): rounded up"),
    "atan": Function(_real(math.atan, "atan", "numbers"), 1, 1, "atan(x): the angle whose tangent is x, in radians"),
    "channels": Function(_channels, 1, 1, "channels(image): how many colours each point has"),
    "columns": Function(_columns, 1, 1, "columns(table): how many columns"),
    "contains": Function(values.contains, 2, 2, "contains(text, part): whether the part is in it"),
    "cos": Function(_real(math.cos, "cos", "finite numbers"), 1, 1, "cos(x): cosine of an angle in radians"),
    "duration": Function(_duration, 1, 1, "duration(audio): its length in seconds"),
    "endswith": Function(_ends, 2, 2, "endswith(text, end): whether it ends so"),
    "exp": Function(_real(math.exp, "exp", "numbers"), 1, 1, "exp(x): e to the power x"),
    "float": Function(_float, 1, 1, "float(x): as a number with a fraction"),
    "floor": Function(_real(math.floor, "floor", "finite numbers"), 1, 1, "floor(x): rounded down"),
    "height": Function(_height, 1, 1, "height(image): how many lines of points"),
    "int": Function(_integer, 1, 1, "int(x): as a whole number, the fraction cut off"),
    "isfinite": Function(_is_finite, 1, 1, "isfinite(x): whether it is neither infinite nor missing"),
    "isnan": Function(_is_nan, 1, 1, "isnan(x): whether the number is missing"),
    "len": Function(_length, 1, 1, "len(x): how many items, letters, rows"),
    "log": Function(_real(math.log, "log", "positive numbers"), 1, 1, "log(x): natural logarithm"),
    "log10": Function(_real(math.log10, "log10", "positive numbers"), 1, 1, "log10(x): logarithm to base 10"),
    "lower": Function(_case(str.lower, "lower"), 1, 1, "lower(text): in small letters"),
    "max": Function(_greatest, 1, 50, "max(a, b, ...) or max(list): the greatest"),
    "mean": Function(_mean, 1, 1, "mean(list): the average"),
    "min": Function(_least, 1, 50, "min(a, b, ...) or min(list): the least"),
    "round": Function(_rounded, 1, 2, "round(x) or round(x, digits)"),
    "rows": Function(_rows, 1, 1, "rows(table): how many rows"),
    "sin": Function(_real(math.sin, "sin", "finite numbers"), 1, 1, "sin(x): sine of an angle in radians"),
    "size": Function(_size, 1, 1, "size(array): how many elements in all"),
    "sqrt": Function(_real(math.sqrt, "sqrt", "numbers from 0"), 1, 1, "sqrt(x): square root"),
    "startswith": Function(_starts, 2, 2, "startswith(text, start): whether it begins so"),
    "strip": Function(_case(str.strip, "strip"), 1, 1, "strip(text): without spaces at both ends"),
    "sum": Function(_sum, 1, 1, "sum(list): all items added up"),
    "tan": Function(_real(math.tan, "tan", "finite numbers"), 1, 1, "tan(x): tangent of an angle in radians"),
    "tanh": Function(_real(math.tanh, "tanh", "numbers"), 1, 1, "tanh(x): hyperbolic tangent"),
    "text": Function(_text, 1, 1, "text(x): as a text"),
    "upper": Function(_case(str.upper, "upper"), 1, 1, "upper(text): in capital letters"),
    "width": Function(_width, 1, 1, "width(image): how many points in a line"),
}
