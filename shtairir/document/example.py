"""The example graphs that packs bring for their blocks.

A pack keeps them in the folder ``examples`` of its package, a graph for each family that shows every block of it at
least once: ``examples/image.shtairir``. The part of it that ends in one block is that block's example.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry, default_registry
from shtairir.document.graph import Graph
from shtairir.document.model import Content, JsonValue, Node
from shtairir.document.paths import absolute_path
from shtairir.document.store import SUFFIX, load
from shtairir.ids import BlockId, NodeId

_READ = ("open", "folder", "any")


def example_file(definition: BlockDefinition) -> Path | None:
    """Return the graph that shows the blocks of a definition's family; ``None`` when its pack brings none."""
    try:
        spec = importlib.util.find_spec(definition.pack) if definition.pack.isidentifier() else None
    except (ImportError, ValueError):
        return None
    folders = (spec.submodule_search_locations or ()) if spec is not None else ()
    files = (Path(folder) / "examples" / f"{definition.family}{SUFFIX}" for folder in folders)
    return next((file for file in files if file.is_file()), None)


def example_of(block: BlockId | str, registry: Registry | None = None) -> Graph | None:
    """Return a small graph that shows a block: its node and all that feeds it.

    Files that it reads are named in full, so that it may be inserted into any graph; files that it writes are named
    relative to wherever that is.

    Returns
    -------
    Graph or None
        ``None`` when there is no such block, or when its pack brings no example.

    Raises
    ------
    DocumentError
        When the pack's example cannot be read.
    """
    blocks = registry if registry is not None else default_registry()
    definition = blocks.get(block)
    file = example_file(definition) if definition is not None else None
    if definition is None or file is None:
        return None
    whole = load(file)
    shown = next((node for node in whole.nodes.values() if node.block == definition.id), None)
    if shown is None:
        return None
    return _part(whole, _cone(whole, shown.id), definition, blocks)


def _cone(graph: Graph, node: NodeId) -> set[NodeId]:
    found: set[NodeId] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current not in found and current in graph.nodes:
            found.add(current)
            waiting += [link.source.node for link in graph.links_of(current) if link.target.node == current]
    return found


def _part(whole: Graph, kept: set[NodeId], shown: BlockDefinition, registry: Registry) -> Graph:
    nodes = [_anywhere(whole, node, registry) for node in whole.nodes.values() if node.id in kept]
    links = [link for link in whole.links.values() if link.target.node in kept]
    header = replace(
        whole.snapshot().header, name=shown.name, description=shown.summary, parameters=(), results=(), frames=()
    )
    named = _named(whole, nodes)
    header = replace(header, code=tuple(code for code in header.code if code.name in named))
    inner = whole.snapshot().subgraphs.items()
    bodies = {
        name: Content(tuple(body.nodes.values()), tuple(body.links.values()), body.header)
        for name, body in inner
        if name in named
    }
    return Graph.from_content(Content(tuple(_moved_to_origin(nodes)), tuple(links), header, bodies))


def _named(whole: Graph, nodes: Iterable[Node]) -> set[str]:
    """Return the names of definitions and code blocks that nodes may need: as their block, or as a value (a body)."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        values = [value for value in node.values.values() if isinstance(value, str)]
        new = {node.block.partition(".")[2], *values} - found
        found |= new
        for name in new & whole.subgraphs.keys():
            waiting += whole.subgraphs[name].nodes.values()
    return found


def _anywhere(whole: Graph, node: Node, registry: Registry) -> Node:
    definition = whole.definition(node, registry)
    ports = {port.name for port in definition.inputs if port.param.path in _READ} if definition is not None else set()
    given = node.values.items()
    values = {name: _in_full(value, whole.base_dir) if name in ports else value for name, value in given}
    return replace(node, values=values)


def _in_full(value: JsonValue, base_dir: Path) -> JsonValue:
    if isinstance(value, list):
        return [_in_full(item, base_dir) for item in value]
    # What is not there yet is made by another node, in a place that is relative too.
    if isinstance(value, str) and os.path.exists(base_dir / value):
        return absolute_path(value, base_dir).as_posix()
    return value


def _moved_to_origin(nodes: Iterable[Node]) -> list[Node]:
    placed = list(nodes)
    left, top = min(node.position[0] for node in placed), min(node.position[1] for node in placed)
    return [replace(node, position=(node.position[0] - left, node.position[1] - top)) for node in placed]
