"""Definitions and code that go along with nodes into another graph, or into another place of the same one.

What the other graph has already, under the same name and with the same content, is shared. What it has with another
content gets a new name there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shtairir.document.edits import AddCode, AddSubgraph, Edit, taken_names
from shtairir.document.model import CodeBlock, Content, Node
from shtairir.document.naming import free_name
from shtairir.document.references import (
    BODY,
    CODE,
    SUBGRAPH,
    body_of,
    code_block,
    instance_block,
    references_in,
)
from shtairir.document.scopes import Scopes
from shtairir.document.writing import definition_text


@dataclass(frozen=True, slots=True)
class Luggage:
    """What goes along: the edits that bring it, and the names that it has there.

    Attributes
    ----------
    definitions, code
        New names by the old ones; what is not in them keeps its name.
    """

    edits: list[Edit] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)

    def renamed(self, node: Node) -> Node:
        """Return a node with what it refers to named as it is named there."""
        block, body = node.block, body_of(node)
        if block.startswith(SUBGRAPH):
            name = block[len(SUBGRAPH) :]
            block = instance_block(self.definitions.get(name, name))
        elif block.startswith(CODE):
            name = block[len(CODE) :]
            block = code_block(self.code.get(name, name))
        values = node.values
        if body is not None and self.definitions.get(body, body) != body:
            values = {**values, BODY: self.definitions[body]}
        return node if (block, values) == (node.block, node.values) else replace(node, block=block, values=values)


def needed_definitions(nodes: Iterable[Node], definitions: Mapping[str, Iterable[Node]]) -> list[str]:
    """Return the definitions that nodes stand for or run, and those that these need; the innermost come first."""
    found: list[str] = []
    seen: set[str] = set()
    stack = [(name, False) for name in reversed(list(references_in(nodes)))]
    while stack:
        name, is_done = stack.pop()
        if is_done:
            found.append(name)
        elif name in definitions and name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack += [(inner, False) for inner in reversed(list(references_in(definitions[name])))]
    return found


def needed_code(nodes: Iterable[Node], code: Mapping[str, CodeBlock]) -> list[str]:
    """Return the code blocks that nodes run."""
    named = dict.fromkeys(node.block[len(CODE) :] for node in nodes if node.block.startswith(CODE))
    return [name for name in named if name in code]


def packed(
    nodes: Iterable[Node], definitions: Mapping[str, Content], code: Mapping[str, CodeBlock], scopes: Scopes
) -> Luggage:
    """Return what must go along with nodes into a graph.

    Parameters
    ----------
    definitions, code
        Those of the graph that the nodes come from.
    scopes
        The graph that they go to.
    """
    nodes = list(nodes)
    luggage = Luggage()
    wanted = needed_definitions(nodes, {name: content.nodes for name, content in definitions.items()})
    inner = [node for name in wanted for node in definitions[name].nodes]
    _pack_code(luggage, [code[name] for name in needed_code([*nodes, *inner], code)], scopes)
    taken = set(taken_names(scopes, "subgraphs"))
    for name in wanted:
        content = definitions[name]
        content = replace(content, nodes=tuple(map(luggage.renamed, content.nodes)))
        if name in scopes.definitions and definition_text(content_of(scopes, name)) == definition_text(content):
            continue
        new = name if name not in taken else free_name(name, taken)
        taken.add(new)
        luggage.definitions[name] = new
        luggage.edits.append(AddSubgraph(new, content))
    return luggage


def _pack_code(luggage: Luggage, blocks: Iterable[CodeBlock], scopes: Scopes) -> None:
    taken = set(taken_names(scopes, "code"))
    there = {block.name: block.source for block in scopes.root.header.code}
    for block in blocks:
        if there.get(block.name) == block.source:
            continue
        new = block.name if block.name not in taken else free_name(block.name, taken)
        taken.add(new)
        luggage.code[block.name] = new
        luggage.edits.append(AddCode(new, block.source, block.extra))


def content_of(scopes: Scopes, name: str) -> Content:
    """Return what a definition holds now."""
    state = scopes.definitions[name]
    return Content(tuple(state.nodes.values()), tuple(state.links.values()), state.header)
