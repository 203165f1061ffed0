"""What a link applies on the way, as a person would write it."""

from __future__ import annotations

from shtairir.block.compatibility import compatibility
from shtairir.block.interface import type_name
from shtairir.block.types import ListType, PortType, UnionType
from shtairir.export.imports import Imports
from shtairir.export.text import quoted

_NATURAL = {
    ("bool", "int"): "int", ("bool", "float"): "float", ("int", "float"): "float", ("int", "text"): "str",
    ("bool", "text"): "str", ("path", "text"): "str",
}  # fmt: skip


def converted(imports: Imports, expression: str, source: PortType, target: PortType) -> str:
    """Return the expression for a value that a link has converted from one type to another."""
    found = compatibility(source, target)
    step = found.conversion
    if step is None:
        return expression
    if isinstance(target, UnionType):
        return _to_union(imports, expression, source, target)
    if isinstance(target, ListType):
        return _to_list(imports, expression, source, target)
    natural = _NATURAL.get((step.source, step.target))
    if natural is not None:
        return f"{natural}({expression})"
    if (step.source, step.target) == ("text", "path"):
        return f"{imports.name('pathlib', 'Path')}({expression})"
    name = step.function.__name__
    if name.isidentifier() and "<" not in step.function.__qualname__:
        return f"{imports.name(step.function.__module__, name)}({expression})"
    helper = imports.name("shtairir.export.running", "converted")
    return f"{helper}({expression}, {quoted(type_name(source))}, {quoted(type_name(target))})"


def _to_union(imports: Imports, expression: str, source: PortType, target: UnionType) -> str:
    taker = next(member for member in target.members if compatibility(source, member).ok)
    return converted(imports, expression, source, taker)


def _to_list(imports: Imports, expression: str, source: PortType, target: ListType) -> str:
    if not isinstance(source, ListType):
        return f"[{converted(imports, expression, source, target.item)}]"
    item = converted(imports, "item", source.item, target.item)
    return f"[{item} for item in {expression}]"
