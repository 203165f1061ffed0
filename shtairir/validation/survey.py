"""What the checks share: the graph, the definitions of its blocks, and the problems found so far."""

from __future__ import annotations

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.document.edits import Edit
from shtairir.document.snapshot import Snapshot
from shtairir.ids import BlockId, NodeId, PortName
from shtairir.validation.problem import Problem


class Survey:
    """Collects problems of one graph.

    Attributes
    ----------
    definitions
        The definition of each node's block; nodes without a known block are not in it.
    """

    def __init__(self, graph: Snapshot, registry: Registry) -> None:
        self.graph = graph
        self.registry = registry
        self.problems: list[Problem] = []
        known: dict[BlockId, BlockDefinition | None] = dict(graph.local_blocks)
        self.definitions: dict[NodeId, BlockDefinition] = {}
        for key, node in graph.nodes.items():
            if node.block not in known:
                known[node.block] = registry.get(node.block)
            definition = known[node.block]
            if definition is not None:
                self.definitions[key] = definition

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
