"""What stands in a field: the node's own value, else the port's default, as a graph file holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shtairir.block import MISSING, InputPort
from shtairir.document import Graph
from shtairir.ids import NodeId, PortRef


@dataclass(frozen=True, slots=True)
class PortState:
    """One input of a node as the form shows it."""

    port: InputPort
    value: Any
    is_set: bool
    exposed: bool
    source: PortRef | None


def port_state(graph: Graph, node: NodeId, port: InputPort) -> PortState:
    """Look an input up in the graph."""
    placed = graph.nodes[node]
    link = graph.links.get(PortRef(node, port.name))
    is_set = port.name in placed.values
    return PortState(
        port,
        placed.values[port.name] if is_set else default_value(port),
        is_set,
        port.name in placed.exposed,
        link.source if link is not None else None,
    )


def default_value(port: InputPort) -> Any:
    """The default as JSON; None when there is none."""
    if port.default is MISSING or port.default is None:
        return None
    return port.type.dump(port.default)


def refusal(port: InputPort, value: Any) -> str | None:
    """Why a JSON value does not fit the port, as a sentence; None when it fits."""
    try:
        parsed = port.parse(value)
    except ValueError as error:
        return str(error)
    return port.check_range(parsed)
