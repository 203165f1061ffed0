"""Sample inputs made up for the types of ports, for blocks that no example shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import InputPort
from shtairir.block.types import (
    AnyType,
    ArrayType,
    ClassType,
    DictType,
    EnumType,
    ImageType,
    ListType,
    PortType,
    ScalarType,
    UnionType,
)
from shtairir.block.values import Audio, Color

VARIANTS = 4
"""How many sets of inputs are tried: what suits one block is refused by another."""


class NoSample(Exception):
    """Nothing can be made up for a type: a path, a class of the pack's own."""


def sample_inputs(definition: BlockDefinition) -> Iterator[dict[str, Any]]:
    """Yield sets of inputs for a block, the plainest first; none when nothing can be made up for a port."""
    for variant in range(VARIANTS):
        try:
            yield {port.name: _input(port, variant) for port in definition.inputs if port.required}
        except NoSample:
            continue


def _input(port: InputPort, variant: int) -> Any:
    value = _value(port.type, variant)
    if port.check_range(value) is None:
        return value
    param = port.param
    for bound in (param.choices[0] if param.choices else None, param.ge, param.le, param.gt, param.lt):
        for candidate in (bound, None if bound is None else bound + 1, None if bound is None else bound - 1):
            if candidate is not None and port.type.check(candidate) is None and port.check_range(candidate) is None:
                return candidate
    raise NoSample


def _value(kind: PortType, variant: int) -> Any:
    match kind:
        case ScalarType():
            return _scalar(kind, variant)
        case EnumType():
            return kind.parse(kind.choices[variant % len(kind.choices)])
        case ArrayType():
            return _array(kind, variant)
        case ImageType():
            return _image(variant)
        case ListType():
            item = ScalarType("float") if isinstance(kind.item, AnyType) else kind.item
            return [_value(item, number) for number in range(3)]
        case DictType():
            item = ScalarType("float") if isinstance(kind.item, AnyType) else kind.item
            return {name: _value(item, number) for number, name in enumerate("abc")}
        case UnionType():
            return _one_of(kind, variant)
        case ClassType():
            return _of_class(kind, variant)
        case AnyType():
            return (3.0, "text", [1, 2, 3], True)[variant]
        case _:
            raise NoSample


def _scalar(kind: ScalarType, variant: int) -> Any:
    match kind.kind:
        case "bool":
            return variant % 2 == 0
        case "int":
            return (2, 1, 3, 5)[variant]
        case "float":
            return (1.5, 0.25, 3.0, -2.0)[variant]
        case "text":
            return ("a sample", "2024-05-17", "1, 2, 3", '{"a": [1, 2]}')[variant]
        case "color":
            return Color(0.2, 0.4, 0.6)
        case _:
            raise NoSample


def _array(kind: ArrayType, variant: int) -> Any:
    import numpy as np

    shapes: tuple[tuple[int, ...], ...] = ((8,), (4, 4), (6, 2), (2, 3, 4))
    shape = shapes[variant]
    if kind.shape is not None:
        shape = tuple(length if isinstance(length, int) else 4 for length in kind.shape)
    values = np.random.default_rng(7).permutation(np.arange(1, int(np.prod(shape)) + 1)).reshape(shape)
    array = values.astype(kind.dtype or ("float64" if variant % 2 == 0 else "int64"))
    array.flags.writeable = False
    return array


def _image(variant: int) -> Any:
    import numpy as np

    shape = ((16, 20, 3), (16, 20), (16, 20, 4), (32, 32))[variant]
    image = np.random.default_rng(7).random(shape, dtype=np.float32)
    image.flags.writeable = False
    return image


def _one_of(kind: UnionType, variant: int) -> Any:
    members = kind.members[variant % len(kind.members) :] + kind.members[: variant % len(kind.members)]
    for member in members:
        try:
            return _value(member, variant)
        except NoSample:
            continue
    raise NoSample


def _of_class(kind: ClassType, variant: int) -> Any:
    import numpy as np

    if kind.family == "table":
        import polars as pl

        return pl.DataFrame({"a": [1, 2, 3, 4], "b": [0.5, 1.5, None, 3.5], "c": ["x", "y", "x", "z"]})
    if kind.family == "audio":
        samples = np.sin(np.linspace(0, 60, 800, dtype=np.float32)).reshape(-1, 1)
        return Audio(samples, 8000)
    raise NoSample
