"""What `Graph.add` returns: a short way to name a node's ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.document.model import Node
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.document.building import Building


class NodeHandle:
    """A node of a graph, for building graphs in Python.

    Examples
    --------
    >>> from shtairir.document import Graph
    >>> graph = Graph("demo")
    >>> three = graph.add("math.number", value=3)
    >>> three["out"]
    PortRef(node='number', port='out')
    >>> three.set(value=4).node.values
    {'value': 4}
    """

    __slots__ = ("_graph", "id")

    def __init__(self, graph: Building, node: NodeId) -> None:
        self._graph = graph
        self.id = node

    @property
    def node(self) -> Node:
        """The node as it is now."""
        return self._graph.node(self.id)

    def __getitem__(self, port: str) -> PortRef:
        return PortRef(self.id, PortName(port))

    def set(self, **values: object) -> NodeHandle:
        """Give inputs values, as one step, and return the handle."""
        with self._graph.transaction(f"change {self.id}"):
            for port, value in values.items():
                self._graph.set(self[port], value)
        return self

    def __repr__(self) -> str:
        return f"NodeHandle({self.id!r})"
