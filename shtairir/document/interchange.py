"""A graph as networkx knows it, for its algorithms, layouts and file formats."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.document.snapshot import Snapshot


def to_networkx(graph: Snapshot) -> nx.MultiDiGraph:
    """Return a copy of a graph; see `Snapshot.to_networkx`."""
    import networkx as nx

    network = nx.MultiDiGraph(name=graph.name, description=graph.description)
    for key, node in graph.nodes.items():
        values = deepcopy(dict(node.values))
        network.add_node(key, block=node.block, title=node.title, values=values, position=node.position)
    for link in graph.links.values():
        source, target = link.source, link.target
        if source.node in graph.nodes and target.node in graph.nodes:
            ends = (source.port, target.port)
            network.add_edge(source.node, target.node, key=ends, output=source.port, input=target.port)
    return network
