"""What a definition, a graph file or a loop's body looks like from outside: typed inputs and outputs.

The types of a definition's ports are kept in the file by name. `parse_type` reads such a name, `type_name` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, get_args

from shtairir.block.definition import BlockDefinition, Traits
from shtairir.block.ports import InputPort, OutputPort
from shtairir.block.types import (
    ANY,
    ArrayType,
    AudioType,
    DictType,
    EnumType,
    FigureType,
    ImageType,
    ListType,
    PortType,
    ScalarKind,
    ScalarType,
    TableType,
    UnionType,
)
from shtairir.errors import ExecutionError
from shtairir.ids import BlockId

_NAMED: Mapping[str, PortType] = {
    **{kind: ScalarType(kind) for kind in get_args(ScalarKind)},
    "any": ANY,
    "array": ArrayType(),
    "image": ImageType(),
    "table": TableType(),
    "audio": AudioType(),
    "figure": FigureType(),
    "list": ListType(ANY),
    "dict": DictType(ANY),
}
TYPE_NAMES: tuple[str, ...] = tuple(name for name in _NAMED if name != "none")
"""The plain names, for a form to choose from."""

MAX_TYPE_NAME = 1_000
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Interface:
    """The typed inputs and outputs of a definition, in the order of its file."""

    inputs: tuple[InputPort, ...] = ()
    outputs: tuple[OutputPort, ...] = ()
    title: str = ""
    help: str = ""

    def input(self, name: str) -> InputPort | None:
        """Return the input of that name, or ``None``."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> OutputPort | None:
        """Return the output of that name, or ``None``."""
        return next((port for port in self.outputs if port.name == name), None)


class Scope(Protocol):
    """Where a block whose ports depend on a body looks the body up."""

    def interface(self, name: str) -> Interface | None:
        """Return the interface of a definition, or of ``file:clean.shtairir``; ``None`` when there is none."""


Adapt: TypeAlias = Callable[[Mapping[str, Any], Scope], BlockDefinition]
"""From a node's values to the block's definition with the ports that they ask for; pure and cheap."""


def instance_definition(block: str, interface: Interface, *, category: str = "Subgraphs") -> BlockDefinition:
    """Return the definition of the nodes that stand for something with an interface."""
    return BlockDefinition(
        id=BlockId(block),
        function=_never_called,
        name=interface.title or block,
        category=category,
        summary=interface.help.partition("\n")[0],
        doc=interface.help,
        inputs=interface.inputs,
        outputs=interface.outputs,
        traits=Traits(),
    )


def _never_called(**_: object) -> None:
    # The planner puts an instance's nodes in its place, so nobody gets here.
    raise ExecutionError("A subgraph was to be run as if it were a block.", hint="Plan the graph before running it.")


def type_name(port_type: PortType) -> str:
    """Return the name under which `parse_type` finds a type again, or ``any`` for one that has no such name.

    Examples
    --------
    >>> type_name(ListType(ScalarType("float"))), type_name(EnumType("choice", ("otsu", "mean")))
    ('list[float]', 'choice["otsu", "mean"]')
    """
    if isinstance(port_type, EnumType):
        name = f"choice{json.dumps(list(port_type.choices), ensure_ascii=False)}"
    elif isinstance(port_type, UnionType):
        name = " | ".join(map(type_name, port_type.members))
    elif isinstance(port_type, ListType):
        item = type_name(port_type.item)
        name = "list" if item == "any" else f"list[{item}]"
    elif isinstance(port_type, DictType):
        item = type_name(port_type.item)
        name = "dict" if item == "any" else f"dict[{item}]"
    else:
        name = port_type.name
    try:
        parse_type(name)
    except ValueError:
        return "any"
    return name


def parse_type(name: str) -> PortType:
    """Return the type of a name: ``image``, ``list[float]``, ``array[float64, (n, 3)]``, ``float | none``.

    Raises
    ------
    ValueError
        When no type has that name; the sentence says which there are.

    Examples
    --------
    >>> parse_type("list[float]")
    ListType(item=ScalarType(kind='float'))
    >>> parse_type('choice["otsu", "mean"]').choices
    ('otsu', 'mean')
    """
    if len(name) > MAX_TYPE_NAME:
        raise ValueError(f"The name of a type has at most {MAX_TYPE_NAME:,} characters.")
    return _parsed(name, 0)


def _parsed(name: str, depth: int) -> PortType:
    text = name.strip()
    plain = _NAMED.get(text)
    if plain is not None:
        return plain
    members = _parts(text, "|")
    if depth < _MAX_DEPTH and len(members) > 1:
        return UnionType(tuple(_parsed(member, depth + 1) for member in members))
    head, bracket, rest = text.partition("[")
    if depth < _MAX_DEPTH and bracket and rest.endswith("]"):
        found = _generic(head, rest[:-1], depth)
        if found is not None:
            return found
    raise ValueError(f"There is no type '{text[:60]}'; there are {', '.join(TYPE_NAMES)}, and list[...] of each.")


def _generic(head: str, inner: str, depth: int) -> PortType | None:
    if head == "dict":
        return DictType(_parsed(inner, depth + 1))
    if head == "list":
        return ListType(_parsed(inner, depth + 1))
    if head == "choice":
        return _choice(inner)
    return _array(inner) if head == "array" else None


def _choice(inner: str) -> EnumType | None:
    try:
        choices = json.loads(f"[{inner}]")
    except (ValueError, RecursionError):
        return None
    plain = choices and all(isinstance(choice, str | int | bool) for choice in choices)
    return EnumType("choice", tuple(choices)) if plain else None


def _array(inner: str) -> ArrayType | None:
    parts = _parts(inner, ",")
    shape = _shape(parts.pop()) if parts[-1].startswith("(") else None
    dtype = parts.pop() if parts else None
    usable = not parts and (dtype is None or dtype.isidentifier()) and (dtype is not None or shape is not None)
    return ArrayType(dtype, shape) if usable else None


def _shape(text: str) -> tuple[int | str, ...] | None:
    axes = [axis.strip() for axis in text.strip("()").split(",")]
    return tuple(int(axis) if axis.isascii() and axis.isdigit() else axis for axis in axes if axis)


def _parts(text: str, mark: str) -> list[str]:
    """Split a text where the mark stands outside of brackets and quotes."""
    found, depth, start, quoted = [], 0, 0, False
    for index, letter in enumerate(text):
        if letter == '"' and text[index - 1 : index] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (letter in "[(") - (letter in "])")
            if letter == mark and depth == 0:
                found.append(text[start:index].strip())
                start = index + 1
    return [*found, text[start:].strip()]
