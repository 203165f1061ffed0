"""What a definition or a graph file looks like from outside, read from its nodes.

Inside a definition, a node of the block ``graph.input`` is one of its inputs and a node of ``graph.output`` one of its
outputs; their values say name, type, default and help.
"""

from __future__ import annotations

from collections.abc import Iterable

from shtairir.block.interface import Interface, parse_type
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import ANY, NONE, PortType, UnionType
from shtairir.document.model import Node
from shtairir.document.naming import is_name
from shtairir.document.references import INPUT, OUTPUT, name_of
from shtairir.ids import PortName


def interface_of(nodes: Iterable[Node], title: str = "", help: str = "") -> Interface:
    """Return the interface that nodes declare; of two ports of one name the first counts."""
    inputs: dict[str, InputPort] = {}
    outputs: dict[str, OutputPort] = {}
    for node in nodes:
        if node.block == INPUT and is_name(name := name_of(node)):
            inputs.setdefault(name, input_port(node))
        elif node.block == OUTPUT and is_name(name := name_of(node)):
            outputs.setdefault(name, output_port(node))
    return Interface(tuple(inputs.values()), tuple(outputs.values()), title, help)


def type_of(node: Node) -> PortType:
    """Return the type of the port that an interface node declares; any type when its name is not understood."""
    name = node.values.get("type", "any")
    try:
        return parse_type(name) if isinstance(name, str) else ANY
    except ValueError:
        return ANY


def input_port(node: Node) -> InputPort:
    """Return the input that a node of ``graph.input`` declares."""
    kind, name = type_of(node), name_of(node)
    default: object = MISSING
    if _has_default(node, kind):
        try:
            default = kind.parse(node.values["value"])
        except (ValueError, TypeError):
            default = MISSING  # the problem is reported at the node itself
    return InputPort(
        PortName(name), kind, default is MISSING, default, help=_text(node, "help"), label=node.title or _label(name)
    )


def _has_default(node: Node, kind: PortType) -> bool:
    # A form leaves null where nothing was chosen, so null is a default only where the type says so.
    optional = isinstance(kind, UnionType) and NONE in kind.members
    return "value" in node.values and (node.values["value"] is not None or optional)


def output_port(node: Node) -> OutputPort:
    """Return the output that a node of ``graph.output`` declares."""
    name = name_of(node)
    return OutputPort(PortName(name), type_of(node), _text(node, "help"), node.title or _label(name))


def _text(node: Node, field: str) -> str:
    text = node.values.get(field)
    return text if isinstance(text, str) else ""


def _label(name: str) -> str:
    return name.strip("_").replace("_", " ")
