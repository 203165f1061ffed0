"""Nodes as text: copy, paste, duplicate.

The text is JSON like the graph file's, so nodes can be sent by mail and pasted, and a graph file pasted whole. The
definitions and the code that the nodes need travel in it.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shtairir.document.carrying import brought, carried
from shtairir.document.edits import AddCode, AddNodes, Batch, Edit, count_of, node_in
from shtairir.document.model import Content, Link, Node, Point
from shtairir.document.naming import free_name
from shtairir.document.parsing import parse_json
from shtairir.document.reading import check_format, located
from shtairir.document.references import FILE, INPUT, OUTPUT, SUBGRAPH, name_of
from shtairir.document.refusal import SchemaError
from shtairir.document.scopes import Scopes
from shtairir.document.state import State
from shtairir.document.travelling import content_of, needed_code, needed_definitions, packed
from shtairir.document.writing import (
    FORMAT,
    code_record,
    definition_text,
    frame_record,
    link_record,
    node_record,
    note_record,
)
from shtairir.errors import DocumentFormatError
from shtairir.ids import NodeId, PortRef

CLIPBOARD_FORMAT = "shtairir-nodes"
_VERSION = 1
_NOTHING = "There are no nodes to paste."
_APART = (32.0, 32.0)

FreeId = Callable[[str, Container[str]], NodeId]


def copy_text(scopes: Scopes, state: State, nodes: Sequence[NodeId]) -> str:
    """Return nodes and the links among them as text, with the definitions and the code that they need."""
    chosen = {node: node_in(state, node) for node in nodes}
    record: dict[str, Any] = {
        "format": CLIPBOARD_FORMAT,
        "version": _VERSION,
        "nodes": [node_record(node) for node in chosen.values()],
        "links": [link_record(link) for link in _feeding(state, chosen) if link.source.node in chosen],
    }
    frames, notes = carried(state.header, state.nodes, chosen)
    record.update({"frames": list(map(frame_record, frames))} if frames else {})
    record.update({"notes": list(map(note_record, notes))} if notes else {})
    inside = {name: list(one.nodes.values()) for name, one in scopes.definitions.items()}
    wanted = needed_definitions(chosen.values(), inside)
    if wanted:
        record["subgraphs"] = {name: json.loads(definition_text(content_of(scopes, name))) for name in wanted}
    every = [*chosen.values(), *(node for name in wanted for node in inside[name])]
    code = {block.name: block for block in scopes.root.header.code}
    names = needed_code(every, code)
    if names:
        record["code"] = {name: code_record(code[name]) for name in names}
    return json.dumps(record, indent=2, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class Paste:
    """What a text adds: all of it, the nodes among it, and whether there is a program in it."""

    edit: Edit
    nodes: AddNodes
    carries_code: bool


def pasted(
    text: str, scopes: Scopes, state: State, free_id: FreeId, *, offset: Point = _APART, at: Point | None = None
) -> Paste:
    """Return the edit that adds the nodes of a text under new ids, with the definitions and code that they need.

    Raises
    ------
    DocumentError
        When the text is damaged or holds no nodes.
    """
    content = _content_of_text(text)
    if at is not None:
        left = min(node.position[0] for node in content.nodes)
        top = min(node.position[1] for node in content.nodes)
        offset = (at[0] - left, at[1] - top)
    luggage = packed(content.nodes, content.definitions, {one.name: one for one in content.header.code}, scopes)
    ids = {node.id for node in content.nodes}
    inner = [link for link in content.links if link.source.node in ids]
    nodes = _renewed(map(luggage.renamed, content.nodes), inner, state, free_id, offset, "paste")
    carries_code = any(isinstance(edit, AddCode) for edit in luggage.edits) or _run_what_they_say(content)
    return Paste(
        Batch((*luggage.edits, nodes, *brought(content.header, state.header, offset)), nodes.label), nodes, carries_code
    )


def _run_what_they_say(content: Content) -> bool:
    """Whether nodes are of a block that runs a command or a program from its values."""
    from shtairir.block.registry import default_registry

    registry = default_registry()
    nodes = [*content.nodes, *(node for inner in content.definitions.values() for node in inner.nodes)]
    known = (registry.get(block) for block in {node.block for node in nodes} if not block.startswith((SUBGRAPH, FILE)))
    return any(definition is not None and definition.traits.needs_trust for definition in known)


_copied: deque[bytes] = deque(maxlen=64)
"""Hashes of what was copied from trusted graphs in this process: to paste that needs no new trust."""


def note_copied(text: str) -> None:
    """Remember a text that was copied from a trusted graph."""
    _copied.append(_digest(text))


def was_copied(text: str) -> bool:
    """Whether a text is one that was copied from a trusted graph in this process."""
    return _digest(text) in _copied


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).digest()


def _content_of_text(text: str) -> Content:
    from shtairir.document.schema import read_content

    if not any(f'"{name}"' in text for name in (FORMAT, CLIPBOARD_FORMAT)):  # a sentence, a list, a picture's address
        raise DocumentFormatError(_NOTHING)
    parsed, _ = parse_json(text.encode("utf-8", "replace"))
    whole = isinstance(parsed, dict) and parsed.get("format") == FORMAT
    check_format(parsed, FORMAT if whole else CLIPBOARD_FORMAT, newest=_VERSION)
    try:
        content = read_content(parsed)
    except SchemaError as error:
        raise located(error, parsed, text) from error
    if not content.nodes:
        raise DocumentFormatError(_NOTHING)
    return content


def duplicated(state: State, nodes: Sequence[NodeId], free_id: FreeId) -> AddNodes:
    """Return the edit that copies nodes with the links among them and those that feed them from outside."""
    chosen = {node: node_in(state, node) for node in nodes}
    links = [link for link in _feeding(state, chosen) if link.source.node in state]
    return _renewed(chosen.values(), links, state, free_id, _APART, "duplicate")


def _feeding(state: State, nodes: Iterable[NodeId]) -> list[Link]:
    return [link for node in nodes for link in state.links_of(node) if link.target.node == node]


def _renewed(
    nodes: Iterable[Node], links: Iterable[Link], state: State, free_id: FreeId, offset: Point, verb: str
) -> AddNodes:
    port_names = _port_names(state)
    new_ids: dict[NodeId, NodeId] = {}
    reserved: set[str] = set()
    copies = []
    for node in nodes:
        new_ids[node.id] = free_id(node.id, reserved)
        reserved.add(new_ids[node.id])
        x, y = node.position
        copy = replace(node, id=new_ids[node.id], position=(x + offset[0], y + offset[1]))
        copies.append(_named_apart(copy, port_names) if node.block in port_names else copy)

    def renamed(port: PortRef) -> PortRef:
        return PortRef(new_ids.get(port.node, port.node), port.port)

    def dots(link: Link) -> tuple[Point, ...]:
        """Dots of a link from outside would lie on those of the original."""
        return tuple((x + offset[0], y + offset[1]) for x, y in link.via) if link.source.node in new_ids else ()

    new_links = tuple(
        replace(link, source=renamed(link.source), target=renamed(link.target), via=dots(link))
        for link in links
        if link.target.node in new_ids
    )
    return AddNodes(tuple(copies), new_links, f"{verb} {count_of(len(copies), 'node')}")


def _port_names(state: State) -> dict[str, set[str]]:
    """Return the names of the inputs and outputs that the nodes of a scope make."""
    names: dict[str, set[str]] = {INPUT: set(), OUTPUT: set()}
    for node in state.nodes.values():
        if node.block in names:
            names[node.block].add(name_of(node))
    return names


def _named_apart(node: Node, port_names: dict[str, set[str]]) -> Node:
    """Return a copied interface node with a name that no port of the scope has yet."""
    taken = port_names[node.block]
    name = free_name(name_of(node), taken)
    taken.add(name)
    return replace(node, values={**node.values, "name": name})
