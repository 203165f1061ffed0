"""The types of ports.

A port type is a small frozen value. It can say its name, the family whose colour it is drawn in, whether a
value read from a graph file fits it (`PortType.parse`) and whether a value made by a block does
(`PortType.check`). Which type may feed which is decided in `shtairir.block.compatibility`; which annotation names
which type, in `shtairir.block.annotations`.
"""

from __future__ import annotations

import math
import numbers
import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from shtairir.block.values import Color as ColorValue
from shtairir.block.values import describe, loaded_class

_KINDS = "biufc"
_KIND_WIDTH = {"bool": 0, "int": 1, "float": 2, "complex": 3}


@dataclass(frozen=True, slots=True)
class PortType:
    """Base of all port types."""

    @property
    def name(self) -> str:
        """The type as it is written for people: ``list[float]``."""
        raise NotImplementedError

    @property
    def family(self) -> str:
        """The key of the colour in which the type is drawn."""
        raise NotImplementedError

    @property
    def editable(self) -> bool:
        """Whether a person can give a value by hand, and a file can hold it."""
        return False

    def parse(self, value: object) -> Any:
        """Turn a JSON value into the value that a block receives.

        Raises
        ------
        ValueError
            With a sentence that says what would fit.
        """
        raise ValueError(f"A value of type {self.name} cannot be written by hand: link it.")

    def dump(self, value: Any) -> Any:
        """Turn a value into what a graph file holds; the inverse of `parse`."""
        return value

    def check(self, value: object) -> str | None:
        """Return why ``value`` is not of this type, as a sentence, or ``None`` when it is."""
        raise NotImplementedError

    def _refusal(self, value: object) -> str:
        return f"expected {self.name}, got {describe(value)}"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class AnyType(PortType):
    """Anything at all; checked by nobody."""

    @property
    def name(self) -> str:
        return "any"

    @property
    def family(self) -> str:
        return "any"

    def parse(self, value: object) -> Any:
        return value

    def check(self, value: object) -> str | None:
        return None


ScalarKind = Literal["bool", "int", "float", "text", "path", "color", "none"]


@dataclass(frozen=True, slots=True)
class ScalarType(PortType):
    """One number, truth value, text, path or colour."""

    kind: ScalarKind

    @property
    def name(self) -> str:
        return self.kind

    @property
    def family(self) -> str:
        return "any" if self.kind == "none" else self.kind

    @property
    def editable(self) -> bool:
        return self.kind != "none"

    def parse(self, value: object) -> Any:
        return _PARSERS[self.kind](value)

    def dump(self, value: Any) -> Any:
        if self.kind == "path":
            return os.fspath(value)
        return value.hex if isinstance(value, ColorValue) else value

    def check(self, value: object) -> str | None:
        return None if _is_scalar(self.kind, value) else self._refusal(value)


def _parse_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"Expected true or false, got {describe(value)}.")


def _parse_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise ValueError(f"Expected a whole number, got {describe(value)}.")


def _parse_float(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            raise ValueError("The number is too large for a float.") from None
        if math.isfinite(number):
            return number
    raise ValueError(f"Expected a number, got {describe(value)}.")


def _parse_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"Expected text, got {describe(value)}.")


def _parse_path(value: object) -> Path:
    if isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    raise ValueError(f"Expected the path of a file or folder, got {describe(value)}.")


def _parse_color(value: object) -> ColorValue:
    if isinstance(value, str):
        return ColorValue.parse(value)
    raise ValueError(f"Expected a colour such as #ff8800, got {describe(value)}.")


def _parse_none(value: object) -> None:
    if value is not None:
        raise ValueError(f"Expected no value, got {describe(value)}.")


_PARSERS: Mapping[ScalarKind, typing.Callable[[object], Any]] = {
    "bool": _parse_bool,
    "int": _parse_int,
    "float": _parse_float,
    "text": _parse_text,
    "path": _parse_path,
    "color": _parse_color,
    "none": _parse_none,
}


def _is_scalar(kind: ScalarKind, value: object) -> bool:
    if kind == "bool":
        return isinstance(value, bool) or type(value).__name__ == "bool_" or _numpy_kind(value) == "b"
    if kind == "int":
        return isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, numbers.Real) and not isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if kind == "path":
        return isinstance(value, str | os.PathLike)
    if kind == "color":
        return isinstance(value, ColorValue)
    return value is None


def _numpy_kind(value: object) -> str | None:
    """Return the dtype kind of a NumPy scalar, without importing NumPy for anything else."""
    return value.dtype.kind if isinstance(value, loaded_class("numpy", "generic")) else None


@dataclass(frozen=True, slots=True)
class EnumType(PortType):
    """One of a few choices, from a ``Literal`` or an ``Enum``."""

    title: str
    choices: tuple[Any, ...]
    enum: type[Enum] | None = None

    @property
    def name(self) -> str:
        return self.title

    @property
    def family(self) -> str:
        return "enum"

    @property
    def editable(self) -> bool:
        return True

    def parse(self, value: object) -> Any:
        if not any(value == choice and type(value) is type(choice) for choice in self.choices):
            raise ValueError(f"Expected one of {', '.join(map(str, self.choices))}, got {describe(value)}.")
        return self.enum(value) if self.enum else value

    def dump(self, value: Any) -> Any:
        return value.value if isinstance(value, Enum) else value

    def check(self, value: object) -> str | None:
        if (self.enum and isinstance(value, self.enum)) or self.dump(value) in self.choices:
            return None
        return f"expected one of {', '.join(map(str, self.choices))}, got {describe(value)}"


@dataclass(frozen=True, slots=True)
class ArrayType(PortType):
    """A NumPy array.

    Attributes
    ----------
    dtype
        A dtype's name (``float64``) or a kind (``bool``, ``int``, ``float``, ``complex``); ``None`` for any.
    shape
        A number or a letter for each axis; ``None`` for any shape.
    """

    dtype: str | None = None
    shape: tuple[int | str, ...] | None = None

    @property
    def name(self) -> str:
        shape = f"({', '.join(map(str, self.shape))})" if self.shape is not None else None
        inner = ", ".join(part for part in (self.dtype, shape) if part)
        return f"array[{inner}]" if inner else "array"

    @property
    def family(self) -> str:
        return "array"

    @property
    def editable(self) -> bool:
        return True

    def parse(self, value: object) -> Any:
        if not isinstance(value, bool | int | float | list):
            raise ValueError(f"Expected numbers in brackets such as [1, 2, 3], got {describe(value)}.")
        import numpy as np

        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError("The rows of the array differ in length.") from None
        if array.dtype.kind not in _KINDS:
            if array.size:
                raise ValueError("An array holds numbers only.")
            array = array.astype(float)
        refusal = self.check(array)
        if refusal:
            raise ValueError(f"{refusal[0].upper()}{refusal[1:]}.")
        return array

    def dump(self, value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else value

    def check(self, value: object) -> str | None:
        if not isinstance(value, (loaded_class("numpy", "ndarray"), loaded_class("numpy", "generic"))):
            return self._refusal(value)
        if self.dtype is not None and not dtype_feeds(value.dtype.name, self.dtype):
            return self._refusal(value)
        if self.shape is not None and not _shape_fits(value.shape, self.shape):
            return self._refusal(value)
        return None


def dtype_kind(name: str) -> str:
    """Return the kind of a dtype's name: ``uint8`` → ``int``.

    Examples
    --------
    >>> dtype_kind("uint8"), dtype_kind("float32"), dtype_kind("datetime64")
    ('int', 'float', 'datetime64')
    """
    stem = name.rstrip("0123456789")
    return "int" if stem == "uint" else stem if stem in _KIND_WIDTH else name


def dtype_feeds(source: str, target: str) -> bool:
    """Whether numbers of one dtype may be read as another without losing anything but precision."""
    if source == target:
        return True
    if target not in _KIND_WIDTH:
        return False
    narrow, wide = _KIND_WIDTH.get(dtype_kind(source)), _KIND_WIDTH[target]
    return narrow is not None and narrow <= wide


def _shape_fits(shape: tuple[int, ...], wanted: tuple[int | str, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        isinstance(want, str) or size == want for size, want in zip(shape, wanted, strict=True)
    )


@dataclass(frozen=True, slots=True)
class ImageType(PortType):
    """An array ``(height, width[, 3 or 4]) float32, sRGB, 0..1``."""

    @property
    def name(self) -> str:
        return "image"

    @property
    def family(self) -> str:
        return "image"

    def check(self, value: object) -> str | None:
        if not isinstance(value, loaded_class("numpy", "ndarray")):
            return self._refusal(value)
        if value.ndim == 2 or (value.ndim == 3 and value.shape[2] in (1, 3, 4)):
            return None
        return f"expected an image (height, width[, 3 or 4 channels]), got {describe(value)}"


@dataclass(frozen=True, slots=True)
class ClassType(PortType):
    """Values of one Python class. The library's own kinds have a family; a pack's classes have ``any``."""

    title: str
    module: str
    qualname: str
    kind: str = "any"

    @property
    def name(self) -> str:
        return self.title

    @property
    def family(self) -> str:
        return self.kind

    def check(self, value: object) -> str | None:
        if any(
            base.__qualname__ == self.qualname and base.__module__.startswith(self.module)
            for base in type(value).__mro__
        ):
            return None
        return self._refusal(value)


def TableType() -> ClassType:
    """A polars ``DataFrame``."""
    return ClassType("table", "polars", "DataFrame", "table")


def AudioType() -> ClassType:
    """A `shtairir.block.values.Audio`."""
    return ClassType("audio", "shtairir.block.values", "Audio", "audio")


def FigureType() -> ClassType:
    """A ``matplotlib.figure.Figure``."""
    return ClassType("figure", "matplotlib", "Figure", "figure")


@dataclass(frozen=True, slots=True)
class ListType(PortType):
    """A list whose items are all of one type."""

    item: PortType

    @property
    def name(self) -> str:
        return "list" if isinstance(self.item, AnyType) else f"list[{self.item.name}]"

    @property
    def family(self) -> str:
        return "list"

    @property
    def editable(self) -> bool:
        return self.item.editable

    def parse(self, value: object) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"Expected a list, got {describe(value)}.")
        return [self.item.parse(item) for item in value]

    def dump(self, value: Any) -> Any:
        return [self.item.dump(item) for item in value]

    def check(self, value: object) -> str | None:
        if not isinstance(value, list | tuple):
            return self._refusal(value)
        for index, item in enumerate(value):
            refusal = self.item.check(item)
            if refusal:
                return f"item {index} of the list: {refusal}"
        return None


@dataclass(frozen=True, slots=True)
class DictType(PortType):
    """Entries under names: a dictionary whose keys are texts and whose values are all of one type."""

    item: PortType

    @property
    def name(self) -> str:
        return "dict" if isinstance(self.item, AnyType) else f"dict[{self.item.name}]"

    @property
    def family(self) -> str:
        return "dict"

    @property
    def editable(self) -> bool:
        # What JSON can write is all that a file holds, and it can write entries of any kind.
        return self.item.editable or isinstance(self.item, AnyType)

    def parse(self, value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise ValueError(f'Expected entries such as {{"width": 3}}, got {describe(value)}.')
        return {key: self.item.parse(item) for key, item in value.items()}

    def dump(self, value: Any) -> Any:
        return {key: self.item.dump(item) for key, item in value.items()}

    def check(self, value: object) -> str | None:
        if not isinstance(value, Mapping):
            return self._refusal(value)
        for key, item in value.items():
            if not isinstance(key, str):
                return f"a name in a dictionary is text, not {describe(key)}"
            refusal = self.item.check(item)
            if refusal:
                return f"the entry {key!r} of the dictionary: {refusal}"
        return None


@dataclass(frozen=True, slots=True)
class UnionType(PortType):
    """Any of several types; the first that fits is taken."""

    members: tuple[PortType, ...]

    @property
    def name(self) -> str:
        return " | ".join(member.name for member in self.members)

    @property
    def family(self) -> str:
        solid = [member.family for member in self.members if member != NONE]
        return solid[0] if solid else "any"

    @property
    def editable(self) -> bool:
        return any(member.editable for member in self.members)

    def parse(self, value: object) -> Any:
        for member in sorted(self.members, key=lambda member: _remoteness(member, value)):
            try:
                return member.parse(value)
            except ValueError:
                continue
        raise ValueError(f"Expected {self.name}, got {describe(value)}.")

    def dump(self, value: Any) -> Any:
        for member in self.members:
            if member.check(value) is None:
                return member.dump(value)
        return value

    def check(self, value: object) -> str | None:
        if any(member.check(value) is None for member in self.members):
            return None
        return self._refusal(value)


_NATURAL_KIND: Mapping[type, ScalarKind] = {bool: "bool", int: "int", float: "float", str: "text", type(None): "none"}


def _remoteness(member: PortType, value: object) -> int:
    """Return in which order the members of a union are tried: the value's own type first, so 0.0 stays a float."""
    if isinstance(member, ScalarType) and member.kind == _NATURAL_KIND.get(type(value)):
        return 0
    return 2 if isinstance(member, ArrayType | AnyType) else 1


ANY = AnyType()
NONE = ScalarType("none")
