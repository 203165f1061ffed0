"""Which output may feed which input, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shtairir.block.conversions import Conversion, find_conversion
from shtairir.block.types import (
    NONE,
    AnyType,
    ArrayType,
    ClassType,
    DictType,
    EnumType,
    ListType,
    PortType,
    UnionType,
    dtype_feeds,
)

# What to do instead, for the pairs that people try most.
_ADVICE = {
    ("float", "int"): "Round it first, with math.round.",
    ("text", "float"): "Read the number first, with text.to_number.",
    ("text", "int"): "Read the number first, with text.to_number.",
    ("table", "array"): "Take a column first, with table.column.",
    ("array", "float"): "Reduce it first, for example with array.mean.",
    ("array", "int"): "Reduce it first, for example with array.sum.",
    ("path", "image"): "Read the file first, with io.read_image.",
    ("text", "image"): "Read the file first, with io.read_image.",
    ("path", "table"): "Read the file first, with io.read_csv.",
    ("text", "table"): "Read the file first, with io.read_csv.",
    ("path", "audio"): "Read the file first, with io.read_audio.",
    ("table", "figure"): "Draw it first, for example with chart.line.",
    ("array", "figure"): "Draw it first, for example with chart.line.",
    ("audio", "array"): "Take its samples first, with signal.samples.",
}


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Whether an output may feed an input.

    Attributes
    ----------
    conversion
        What the link applies on the way; ``None`` when the value goes through as it is.
    reason
        A sentence: why not, or what is done on the way.
    """

    ok: bool
    conversion: Conversion | None = None
    reason: str = ""


_DIRECT = Compatibility(True)


def compatibility(source: PortType, target: PortType) -> Compatibility:
    """Return whether an output of type ``source`` may feed an input of type ``target``.

    Examples
    --------
    >>> from shtairir.block.types import ScalarType
    >>> compatibility(ScalarType("int"), ScalarType("float")).ok
    True
    >>> compatibility(ScalarType("text"), ScalarType("float")).reason
    'text cannot feed float. Read the number first, with text.to_number.'
    """
    if source == target or isinstance(target, AnyType):
        return _DIRECT
    if isinstance(source, AnyType):
        return Compatibility(True, reason="Checked when it runs.")
    if isinstance(source, UnionType):
        return _from_union(source, target)
    if isinstance(target, UnionType):
        return _to_union(source, target)
    if isinstance(source, ListType) and isinstance(target, ListType):
        return _between_lists(source, target)
    if isinstance(source, DictType) and isinstance(target, DictType):
        return _between_dicts(source, target)
    if isinstance(source, ArrayType) and isinstance(target, ArrayType):
        return _between_arrays(source, target)
    return _by_family(source, target)


def _by_family(source: PortType, target: PortType) -> Compatibility:
    if isinstance(target, EnumType):
        return _to_enum(source, target)
    if isinstance(source, ClassType) and isinstance(target, ClassType):
        return _refused(source, target)
    if isinstance(target, ListType):
        return _to_list(source, target)
    found = find_conversion(source.family, target.family)
    if found is None or (isinstance(source, ListType) and not _holds_numbers(source)):
        return _refused(source, target)
    return Compatibility(True, found, f"Converted on the way: {found.name}.")


def _holds_numbers(source: ListType) -> bool:
    item = source.item.item if isinstance(source.item, ListType) else source.item
    return item.family in ("any", "bool", "int", "float")


def _refused(source: PortType, target: PortType) -> Compatibility:
    advice = _ADVICE.get((source.family, target.family), "")
    return Compatibility(False, reason=f"{source.name} cannot feed {target.name}. {advice}".strip())


def _from_union(source: UnionType, target: PortType) -> Compatibility:
    """One member that fits is enough: which one comes is only known when it runs."""
    solid = [member for member in source.members if member != NONE]
    found = [compatibility(member, target) for member in solid]
    if any(one.ok for one in found):
        same = found[0].conversion if found and all(one == found[0] for one in found) else None
        return Compatibility(True, same, "" if all(one.ok for one in found) else "Checked when it runs.")
    return _refused(source, target)


def _to_union(source: PortType, target: UnionType) -> Compatibility:
    found = [compatibility(source, member) for member in target.members]
    direct = next((one for one in found if one.ok and one.conversion is None), None)
    converted = next((one for one in found if one.ok), None)
    return direct or converted or _refused(source, target)


def _between_lists(source: ListType, target: ListType) -> Compatibility:
    inner = compatibility(source.item, target.item)
    if not inner.ok:
        return Compatibility(False, reason=f"{source.name} cannot feed {target.name}: {inner.reason}")
    step = inner.conversion
    if step is None:
        return inner
    each = Conversion(source.name, target.name, lambda values: [step.apply(value) for value in values])
    return Compatibility(True, each, inner.reason)


def _between_dicts(source: DictType, target: DictType) -> Compatibility:
    inner = compatibility(source.item, target.item)
    if not inner.ok:
        return Compatibility(False, reason=f"{source.name} cannot feed {target.name}: {inner.reason}")
    step = inner.conversion
    if step is None:
        return inner

    def convert(values: dict[str, Any]) -> dict[str, Any]:
        return {key: step.apply(value) for key, value in values.items()}

    return Compatibility(True, Conversion(source.name, target.name, convert), inner.reason)


def _to_list(source: PortType, target: ListType) -> Compatibility:
    """A single value becomes a list of one item."""
    inner = compatibility(source, target.item)
    if not inner.ok or isinstance(target.item, AnyType):
        return _refused(source, target)
    step = inner.conversion
    wrap = Conversion(source.name, target.name, lambda value: [step.apply(value) if step else value])
    return Compatibility(True, wrap, "Becomes a list of one item.")


def _to_enum(source: PortType, target: EnumType) -> Compatibility:
    if isinstance(source, EnumType):
        if set(source.choices) <= set(target.choices):
            return _DIRECT
        alien = next(choice for choice in source.choices if choice not in target.choices)
        return Compatibility(False, reason=f"The choice '{alien}' is not one of {', '.join(map(str, target.choices))}.")
    kinds = {"text": str, "int": int, "float": float, "bool": bool}
    wanted = kinds.get(source.family)
    if wanted is None or not any(isinstance(choice, wanted) for choice in target.choices):
        return _refused(source, target)
    pick = Conversion(source.family, target.name, target.parse)
    return Compatibility(True, pick, "Checked when it runs.")


def _between_arrays(source: ArrayType, target: ArrayType) -> Compatibility:
    if source.dtype and target.dtype and not dtype_feeds(source.dtype, target.dtype):
        return Compatibility(
            False,
            reason=f"{source.name} cannot feed {target.name}: convert its numbers first, with array.astype.",
        )
    if source.shape is None or target.shape is None:
        return _DIRECT
    if len(source.shape) != len(target.shape):
        return Compatibility(
            False,
            reason=f"{source.name} has {len(source.shape)} axes, but {target.name} needs {len(target.shape)}.",
        )
    for have, want in zip(source.shape, target.shape, strict=True):
        if isinstance(have, int) and isinstance(want, int) and have != want:
            return Compatibility(False, reason=f"An axis of {source.name} has length {have}, not {want}.")
    return _DIRECT
