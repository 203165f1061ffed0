"""What was found out of the definitions of a graph's nodes; see `shtairir.document.definitions`.

It stands apart because opening a graph must not import the code that knows blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shtairir.document.model import Link, Node
from shtairir.ids import NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.interface import Interface
    from shtairir.block.ports import Param
    from shtairir.block.registry import Registry
    from shtairir.document.definitions import Adapted
    from shtairir.document.upgrading import UpgradeNote


@dataclass(slots=True, eq=False)
class Declared:
    """The interface that the nodes of a scope declare.

    Attributes
    ----------
    nodes, links
        What it was read from.
    plain
        What the interface nodes say.
    readers
        The first port inside that reads each input.
    made
        How those ports are set by hand, in the order of the inputs, and the interface with that.
    """

    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    plain: Interface
    readers: Mapping[str, PortRef]
    made: tuple[tuple[Param | None, ...], Interface] | None = None

    def holds(self, nodes: Mapping[NodeId, Node], links: Mapping[PortRef, Link], title: str, description: str) -> bool:
        """Whether it is still what the scope declares."""
        same = self.nodes is nodes and self.links is links
        return same and self.plain.title == title and self.plain.help == description


@dataclass(slots=True, eq=False, weakref_slot=True)
class Known:
    """What was found out already, shared by the snapshots of a graph.

    Threads may share it too: at worst a thing is found out twice.

    Attributes
    ----------
    interfaces
        Of the scopes, by name; ``None`` stands for the graph itself.
    instances
        By block, each with the interface that it was made of.
    codes
        By name, each with the source that it was read from and whether it was trusted.
    adapted
        What blocks whose ports depend on their values were adapted to.
    met
        The registry to which the nodes were brought up to date, see `shtairir.document.upgrading`.
    built
        Whether the graph was built by a program, of blocks as they are, so that there is nothing to bring up to date.
    upgrades
        What was done to nodes for that, as long as it is not in the file.
    frozen
        Nodes that were looked through, and which of them are frozen, see `shtairir.document.freezing`.
    """

    interfaces: dict[str | None, Declared] = field(default_factory=dict)
    instances: dict[str, tuple[Interface, BlockDefinition]] = field(default_factory=dict)
    codes: dict[str, tuple[tuple[str, bool], BlockDefinition]] = field(default_factory=dict)
    adapted: dict[BlockDefinition, Adapted] = field(default_factory=dict)
    met: Registry | None = None
    built: bool = False
    upgrades: tuple[UpgradeNote, ...] = ()
    frozen: tuple[Mapping[NodeId, Node] | None, frozenset[NodeId]] = (None, frozenset())
