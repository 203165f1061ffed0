"""Nodes as text: copy, paste, duplicate.

The text is JSON like the graph file's, so nodes can be sent by mail and pasted, and a graph file pasted whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace

from shtairir.document.edits import AddNodes, count_of, node_in
from shtairir.document.model import Link, Node, Point
from shtairir.document.parsing import parse_json
from shtairir.document.reading import check_format, located
from shtairir.document.refusal import SchemaError
from shtairir.document.state import State
from shtairir.document.writing import FORMAT, link_record, node_record
from shtairir.errors import DocumentFormatError
from shtairir.ids import NodeId, PortRef

CLIPBOARD_FORMAT = "shtairir-nodes"
_VERSION = 1
_APART = (32.0, 32.0)

FreeId = Callable[[str, Container[str]], NodeId]


def copy_text(state: State, nodes: Sequence[NodeId]) -> str:
    """Return nodes and the links among them as text."""
    chosen = {node: node_in(state, node) for node in nodes}
    record = {
        "format": CLIPBOARD_FORMAT,
        "version": _VERSION,
        "nodes": [node_record(node) for node in chosen.values()],
        "links": [link_record(link) for link in _feeding(state, chosen) if link.source.node in chosen],
    }
    return json.dumps(record, indent=2, allow_nan=False) + "\n"


def pasted(text: str, free_id: FreeId, *, offset: Point = _APART, at: Point | None = None) -> AddNodes:
    """Return the edit that adds the nodes of a text under new ids.

    Raises
    ------
    DocumentError
        When the text is damaged or holds no nodes.
    """
    from shtairir.document.schema import read_content

    parsed, _ = parse_json(text.encode("utf-8", "replace"))
    whole = isinstance(parsed, dict) and parsed.get("format") == FORMAT
    check_format(parsed, FORMAT if whole else CLIPBOARD_FORMAT, newest=_VERSION)
    try:
        content = read_content(parsed)
    except SchemaError as error:
        raise located(error, parsed, text) from error
    if not content.nodes:
        raise DocumentFormatError("There are no nodes to paste.")
    if at is not None:
        left = min(node.position[0] for node in content.nodes)
        top = min(node.position[1] for node in content.nodes)
        offset = (at[0] - left, at[1] - top)
    ids = {node.id for node in content.nodes}
    inner = [link for link in content.links if link.source.node in ids]
    return _renewed(content.nodes, inner, free_id, offset, "paste")


def duplicated(state: State, nodes: Sequence[NodeId], free_id: FreeId) -> AddNodes:
    """Return the edit that copies nodes with the links among them and those that feed them from outside."""
    chosen = {node: node_in(state, node) for node in nodes}
    links = [link for link in _feeding(state, chosen) if link.source.node in state]
    return _renewed(chosen.values(), links, free_id, _APART, "duplicate")


def _feeding(state: State, nodes: Iterable[NodeId]) -> list[Link]:
    return [link for node in nodes for link in state.links_of(node) if link.target.node == node]


def _renewed(nodes: Iterable[Node], links: Iterable[Link], free_id: FreeId, offset: Point, verb: str) -> AddNodes:
    new_ids: dict[NodeId, NodeId] = {}
    reserved: set[str] = set()
    copies = []
    for node in nodes:
        new_ids[node.id] = free_id(node.id, reserved)
        reserved.add(new_ids[node.id])
        x, y = node.position
        copies.append(replace(node, id=new_ids[node.id], position=(x + offset[0], y + offset[1])))

    def renamed(port: PortRef) -> PortRef:
        return PortRef(new_ids.get(port.node, port.node), port.port)

    new_links = tuple(
        replace(link, source=renamed(link.source), target=renamed(link.target))
        for link in links
        if link.target.node in new_ids
    )
    return AddNodes(tuple(copies), new_links, f"{verb} {count_of(len(copies), 'node')}")
