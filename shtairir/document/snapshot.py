"""A graph as it was at one moment, for the planner and for whoever works while the person edits on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir.document.model import Header, Link, Node, Parameter
from shtairir.document.writing import link_record, node_record, to_bytes
from shtairir.ids import BlockId, NodeId, PortRef

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.block.definition import BlockDefinition

# What does not change a result: where a node lies and what it is called.
_LOOKS = ("position", "title", "exposed")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Nodes, links and header that never change; the records are shared with the graph, not copied.

    Attributes
    ----------
    links
        By the input that they feed.
    base_dir
        The folder that relative paths start from.
    local_blocks
        Definitions of functions that were given to `Graph.add`; they belong to this process, not to the file.
    revision
        The graph's revision when the snapshot was taken.
    """

    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    header: Header
    base_dir: Path
    path: Path | None = None
    local_blocks: Mapping[BlockId, BlockDefinition] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 0

    @property
    def name(self) -> str:
        """The graph's name."""
        return self.header.name

    @property
    def description(self) -> str:
        """What the graph is for."""
        return self.header.description

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The published parameters."""
        return self.header.parameters

    def snapshot(self) -> Snapshot:
        """Return itself, so that a snapshot can stand wherever a graph does."""
        return self

    def to_bytes(self) -> bytes:
        """Return the canonical text of the file."""
        return to_bytes(self.nodes.values(), self.links.values(), self.header)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the nodes and links as a graph of networkx; what is done to it does not change this one.

        Returns
        -------
        networkx.MultiDiGraph
            Its nodes are the node ids, in the order of the file, with the attributes ``block``, ``title``, ``values``
            and ``position``. Its edges are the links, with the names of the ports as the attributes ``output`` and
            ``input`` and, as a pair, as the key. A link that names a node that is not there is left out.

        Examples
        --------
        >>> from shtairir.document import Graph
        >>> graph = Graph("demo")
        >>> number = graph.add("math.number", value=4)
        >>> root = graph.add("array.sqrt", x=number["out"])
        >>> network = graph.to_networkx()
        >>> network.nodes["number"]["values"], list(network.edges(data="input"))
        ({'value': 4}, [('number', 'sqrt', 'x')])
        """
        from shtairir.document.interchange import to_networkx

        return to_networkx(self)

    def fingerprint(self) -> str:
        """Return a hash of all that may change a result: blocks, values, policies and links.

        The order of nodes and links, their positions, titles and frames do not count.
        """
        lines = [f"base {self.base_dir}"]
        for node in self.nodes.values():
            record = node_record(node)
            values = sorted(record.pop("values", {}).items())
            kept = sorted((key, value) for key, value in record.items() if key not in _LOOKS)
            lines.append(f"node {kept!r} {values!r}")
        lines.extend(f"link {link_record(link)!r}" for link in self.links.values())
        return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()
