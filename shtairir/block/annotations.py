"""How annotations name the types of ports.

Annotations are ordinary Python: ``float``, ``list[str]``, ``Literal["a", "b"]``, ``Array | float``. The names
`Array`, `Image`, `Table`, `Audio`, `Figure` and `Color` stand for their real classes to a type checker, and
for a port type at run time, so that a pack can be read without importing NumPy, polars or matplotlib.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from shtairir.block.types import (
    ANY,
    NONE,
    ArrayType,
    AudioType,
    ClassType,
    DictType,
    EnumType,
    FigureType,
    ImageType,
    ListType,
    PortType,
    ScalarType,
    TableType,
    UnionType,
)
from shtairir.block.values import Audio as AudioValue
from shtairir.block.values import Color as ColorValue


@dataclass(frozen=True, slots=True)
class DType:
    """Narrows an `Array` annotation: ``Annotated[Array, DType("float64")]``."""

    name: str


class Shape(tuple[int | str, ...]):
    """Narrows an `Array` annotation: ``Annotated[Array, Shape("n", 3)]``."""

    __slots__ = ()

    def __new__(cls, *axes: int | str) -> Shape:
        return super().__new__(cls, axes)


if TYPE_CHECKING:
    import matplotlib.figure
    import numpy
    import polars

    Array = numpy.ndarray[Any, numpy.dtype[Any]]
    Image = numpy.ndarray[Any, numpy.dtype[Any]]
    Table = polars.DataFrame
    Figure = matplotlib.figure.Figure
    Audio = AudioValue
    Color = ColorValue
else:
    Array = Annotated[object, ArrayType()]
    Image = Annotated[object, ImageType()]
    Table = Annotated[object, TableType()]
    Figure = Annotated[object, FigureType()]
    Audio = Annotated[object, AudioType()]
    Color = Annotated[object, ScalarType("color")]

_PLAIN: Mapping[Any, PortType] = {
    bool: ScalarType("bool"),
    int: ScalarType("int"),
    float: ScalarType("float"),
    str: ScalarType("text"),
    Path: ScalarType("path"),
    ColorValue: ScalarType("color"),
    AudioValue: AudioType(),
    type(None): NONE,
    None: NONE,
    Any: ANY,
    object: ANY,
    list: ListType(ANY),
    dict: DictType(ANY),
}

# Classes that a pack may name directly; told by name, so that nothing is imported to find out.
_KNOWN_CLASSES: Mapping[tuple[str, str], PortType] = {
    ("numpy", "ndarray"): ArrayType(),
    ("polars", "DataFrame"): TableType(),
    ("matplotlib", "Figure"): FigureType(),
}


def port_type(annotation: Any) -> PortType:
    """Return the port type that an annotation names.

    Raises
    ------
    TypeError
        With a sentence that says what to write instead.

    Examples
    --------
    >>> port_type(list[float]).name
    'list[float]'
    >>> port_type(Literal["otsu", "mean"]).choices
    ('otsu', 'mean')
    """
    if isinstance(annotation, PortType):
        return annotation
    try:
        plain = _PLAIN.get(annotation)
    except TypeError:
        plain = None
    if plain is not None:
        return plain
    origin = get_origin(annotation)
    if origin is not None:
        return _generic_type(annotation, origin)
    if isinstance(annotation, type):
        return _class_type(annotation)
    raise TypeError(f"{annotation!r} is not a type that a port can have.")


def _generic_type(annotation: Any, origin: Any) -> PortType:
    arguments = get_args(annotation)
    if origin is Annotated:
        return _annotated_type(arguments[0], arguments[1:])
    if origin is Literal:
        return EnumType("choice", arguments)
    if origin in (typing.Union, types.UnionType):
        return _union_type(arguments)
    if origin is list:
        return ListType(port_type(arguments[0]))
    if origin is dict:
        if arguments[0] is not str:
            raise TypeError("The keys of a dictionary are text: write dict[str, ...].")
        return DictType(port_type(arguments[1]))
    if origin is tuple:
        raise TypeError("A tuple cannot be a port's type: write list[...].")
    if isinstance(origin, type):
        return _class_type(origin)
    raise TypeError(f"{annotation!r} is not a type that a port can have.")


def _annotated_type(base: Any, metadata: tuple[Any, ...]) -> PortType:
    declared = next((item for item in metadata if isinstance(item, PortType)), None)
    result = declared if declared is not None else port_type(base)
    if isinstance(result, ArrayType):
        dtype = next((item.name for item in metadata if isinstance(item, DType)), result.dtype)
        shape = next((tuple(item) for item in metadata if isinstance(item, Shape)), result.shape)
        return ArrayType(dtype, shape)
    return result


def _union_type(arguments: tuple[Any, ...]) -> PortType:
    members: list[PortType] = []
    for argument in arguments:
        member = port_type(argument)
        inner = member.members if isinstance(member, UnionType) else (member,)
        members.extend(one for one in inner if one not in members)
    return members[0] if len(members) == 1 else UnionType(tuple(members))


def _class_type(cls: type) -> PortType:
    if issubclass(cls, Enum):
        return EnumType(cls.__name__, tuple(member.value for member in cls), cls)
    if issubclass(cls, os.PathLike):
        return ScalarType("path")
    package = cls.__module__.partition(".")[0]
    known = _KNOWN_CLASSES.get((package, cls.__name__))
    return known if known is not None else ClassType(cls.__name__, cls.__module__, cls.__qualname__)
