"""What a node shows: the document and the block's definition folded into one frozen value.

`node_face` is pure. Two equal faces are drawn alike, so the board compares before it draws again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from shtairir.block import MISSING, BlockDefinition, InputPort, PortType
from shtairir.document import Node
from shtairir.document.model import ACTIVE, NodeState
from shtairir.document.references import INPUT, OUTPUT, OUTPUT_PORT, name_of, references_of
from shtairir.ids import NodeId, PortName

Side = Literal["in", "out"]

_CHOSEN_ONLY = frozenset({"definition", "type", "expression"})
"""Widgets of inputs that say what the node is: to link them would make no sense."""


@dataclass(frozen=True, slots=True)
class PortFace:
    """One port as it is shown.

    Attributes
    ----------
    type
        None on a node whose block is missing: the type is not known.
    value
        The value in use where nothing is linked, in a few characters; empty where there is none.
    """

    name: PortName
    side: Side
    label: str
    type: PortType | None
    linked: bool = False
    required: bool = False
    value: str = ""
    help: str = ""

    @property
    def family(self) -> str:
        """The key of colour and shape."""
        return self.type.family if self.type is not None else "any"

    @property
    def type_name(self) -> str:
        """The type as written for people."""
        return self.type.name if self.type is not None else "unknown type"


@dataclass(frozen=True, slots=True)
class NodeFace:
    """One node as it is shown.

    Attributes
    ----------
    hidden
        Inputs without a port on the node: they have a default and nobody linked or exposed them.
    note
        The values given to hidden inputs, as label and value: ``("sigma", "2.0")``.
    absence
        Why the node cannot run at all (its block or a library is missing); empty when it can.
    opens
        Whether there is a graph inside, that one can go into.
    state, frozen
        Whether the node is bypassed or disabled; whether it holds its last result.
    collapsed
        Whether only the title is shown.
    """

    id: NodeId
    block: str
    title: str
    category: str
    inputs: tuple[PortFace, ...]
    outputs: tuple[PortFace, ...]
    hidden: tuple[PortFace, ...] = ()
    note: tuple[tuple[str, str], ...] = ()
    absence: str = ""
    summary: str = ""
    opens: bool = False
    state: NodeState = ACTIVE
    frozen: bool = False
    collapsed: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether the node does nothing in a run: it cannot, or shall not."""
        return bool(self.absence) or self.state != ACTIVE

    def port(self, side: Side, name: str) -> PortFace | None:
        """The port of that name, shown or hidden."""
        ports = self.outputs if side == "out" else (*self.inputs, *self.hidden)
        return next((port for port in ports if port.name == name), None)


def node_face(
    node: Node,
    definition: BlockDefinition | None,
    linked_inputs: Collection[PortName],
    linked_outputs: Collection[PortName],
) -> NodeFace:
    """Return what a node shows, given its block (None when it is not installed) and its links."""
    face = _face(node, definition, linked_inputs, linked_outputs)
    if node.state != ACTIVE or node.frozen or node.collapsed:
        return replace(face, state=node.state, frozen=node.frozen, collapsed=node.collapsed)
    return face


def _face(
    node: Node,
    definition: BlockDefinition | None,
    linked_inputs: Collection[PortName],
    linked_outputs: Collection[PortName],
) -> NodeFace:
    if definition is None:
        return _placeholder(node, linked_inputs, linked_outputs)
    shown: list[PortFace] = []
    hidden: list[PortFace] = []
    for port in definition.inputs:
        face = _input_face(node, port, port.name in linked_inputs)
        (shown if _is_shown(node, port, face.linked) else hidden).append(face)
    outputs = tuple(
        PortFace(port.name, "out", port.label, port.type, port.name in linked_outputs, help=port.help)
        for port in definition.outputs
    )
    missing = definition.missing()
    if node.block in (INPUT, OUTPUT):
        return _interface_face(node, definition, tuple(shown), outputs)
    return NodeFace(
        id=node.id,
        block=node.block,
        title=node.title or definition.name,
        category=definition.category,
        inputs=(*shown, *_unknown_inputs(linked_inputs, {port.name for port in definition.inputs})),
        outputs=(*outputs, *_unknown_outputs(linked_outputs, {port.name for port in definition.outputs})),
        hidden=tuple(hidden),
        note=_note(node, hidden, alone=not shown),
        absence=missing.message if missing is not None else "",
        summary=definition.summary,
        opens=bool(references_of(node)),
    )


def _interface_face(
    node: Node, definition: BlockDefinition, inputs: tuple[PortFace, ...], outputs: tuple[PortFace, ...]
) -> NodeFace:
    """An input or an output of the graph goes by its own name; what it is called twice would only be noise."""
    value = next((port for port in inputs if port.name == OUTPUT_PORT), None)
    kind = (*outputs, *inputs)[0].type_name
    note = [("type", kind)]
    if node.block == INPUT and value is not None and not value.linked:
        inputs = ()
        note += [("default", value.value)] if value.value else []
    return NodeFace(
        id=node.id,
        block=node.block,
        title=node.title or name_of(node),
        category=definition.category,
        inputs=tuple(replace(port, label="") for port in inputs),
        outputs=tuple(replace(port, label="") for port in outputs),
        note=tuple(note),
        summary=definition.summary,
    )


def is_always_port(port: InputPort) -> bool:
    """Whether an input is a port whatever a person says: it must be given, cannot be typed, or is an operand."""
    if port.param.widget in _CHOSEN_ONLY:
        return False
    return port.required or not port.editable or port.param.port


def short_value(value: object, family: str = "any") -> str:
    """Return a value in a few characters.

    Examples
    --------
    >>> short_value(2, "float"), short_value(True), short_value([1, 2, 3]), short_value("a b")
    ('2.0', 'yes', '3 items', 'a b')
    """
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int() if family != "float":
            return str(value)
        case int() | float():
            text = f"{float(value):.6g}"
            return text if any(mark in text for mark in ".en") else f"{text}.0"
        case str():
            line = PurePath(value).name if family == "path" else value
            return " ".join(line.split()) if line.strip() else "empty"
        case list() | tuple():
            return f"{len(value)} item{'' if len(value) == 1 else 's'}"
        case _:
            return "set"


def _is_shown(node: Node, port: InputPort, linked: bool) -> bool:
    return linked or is_always_port(port) or port.name in node.exposed


def _input_face(node: Node, port: InputPort, linked: bool) -> PortFace:
    if linked:
        value = ""
    elif port.name in node.values:
        value = short_value(node.values[port.name], port.type.family)
    elif port.editable and port.default is not MISSING:
        value = short_value(getattr(port.default, "value", port.default), port.type.family)
    else:
        value = ""
    return PortFace(PortName(port.name), "in", port.label, port.type, linked, port.required, value, help=port.help)


def _note(node: Node, hidden: list[PortFace], *, alone: bool) -> tuple[tuple[str, str], ...]:
    """The values a person gave to inputs without a port, so that they can be seen on the node.

    `alone`: the node has no input port at all, as a constant has none. Its first value is what it is about, and is
    seen even where nobody changed it.
    """
    first = hidden[0].name if alone and hidden and hidden[0].value else None
    return tuple((port.label, port.value) for port in hidden if port.name in node.values or port.name == first)


def _unknown_inputs(linked: Collection[PortName], known: set[str]) -> tuple[PortFace, ...]:
    """Links to inputs that the block no longer has stay in sight, to be seen and taken away."""
    return tuple(PortFace(name, "in", name, None, True) for name in sorted(linked) if name not in known)


def _unknown_outputs(linked: Collection[PortName], known: set[str]) -> tuple[PortFace, ...]:
    return tuple(PortFace(name, "out", name, None, True) for name in sorted(linked) if name not in known)


def _placeholder(node: Node, linked_inputs: Collection[PortName], linked_outputs: Collection[PortName]) -> NodeFace:
    """A node whose block is not installed, with what the file tells about it."""
    names = dict.fromkeys([*sorted(linked_inputs), *node.values, *node.exposed])
    inputs = [
        PortFace(
            PortName(name),
            "in",
            name,
            None,
            name in linked_inputs,
            value="" if name in linked_inputs or name not in node.values else short_value(node.values[name]),
        )
        for name in names
    ]
    family, _, name = node.block.rpartition(".")
    return NodeFace(
        id=node.id,
        block=node.block,
        title=node.title or name.replace("_", " ").capitalize(),
        category=family,
        inputs=tuple(inputs),
        outputs=_unknown_outputs(linked_outputs, set()),
        absence=f"Block '{node.block}' is not installed.",
    )
