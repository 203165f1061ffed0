"""What the checks share: the graph, the definitions of its blocks, and the problems found so far."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from shtairir.block.registry import Registry
from shtairir.document.definitions import all_definitions
from shtairir.document.edits import Edit
from shtairir.document.model import Node
from shtairir.document.naming import closest
from shtairir.document.references import composing
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId, PortName
from shtairir.validation.problem import Problem
from shtairir.validation.wiring import Wiring

_COMPARED_AT_MOST = 50_000


class Survey:
    """Collects problems of one graph.

    Attributes
    ----------
    definitions
        The definition of each node, with the ports that its values ask for; nodes without a known block are not in it.
    refused
        Why nodes have no definition although their block is there.
    """

    def __init__(self, graph: Snapshot, registry: Registry) -> None:
        self.graph = graph
        self.registry = registry
        self.problems: list[Problem] = []
        self._compared = 0
        self.definitions, self.refused = all_definitions(graph, registry)

    @cached_property
    def wiring(self) -> Wiring:
        """The links, by number."""
        return Wiring(self.graph.nodes, self.graph.links, self.definitions)

    @cached_property
    def composing(self) -> list[Node]:
        """The nodes that make a program of graphs: instances, loops and branches, code, inputs and outputs."""
        return composing(self.graph.nodes.values())

    def closest(self, name: str, known: Collection[str]) -> str | None:
        """Return the known name that was probably meant.

        To compare names is slow, so in a graph where everything is wrong only the first get a suggestion.
        """
        self._compared += len(known)
        return closest(name, known) if self._compared <= _COMPARED_AT_MOST else None

    def did_you_mean(self, name: str, known: Collection[str]) -> str:
        """Return the suggestion as a sentence; empty when there is none."""
        match = self.closest(name, known)
        return f"Did you mean '{match}'?" if match else ""

    def error(
        self,
        code: str,
        message: str,
        node: NodeId | None,
        port: PortName | str | None = None,
        *,
        fix: str | None = None,
        edit: Edit | None = None,
        related: tuple[NodeId, ...] = (),
    ) -> None:
        """Note an error."""
        name = PortName(port) if port is not None else None
        self.problems.append(Problem("error", code, message, node, name, fix, edit, related))
