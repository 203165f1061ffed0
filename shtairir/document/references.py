"""Which nodes stand for, or run, a definition, a file or a code block, and which definitions contain which.

An instance names its definition in its block (``subgraph.clean``, ``file:clean.shtairir``), a loop its body in its
value ``body``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shtairir.document.model import Node
from shtairir.ids import BlockId, PortName

SUBGRAPH = "subgraph."
CODE = "code."
FILE = "file:"
BODY = "body"
INPUT = BlockId("graph.input")
OUTPUT = BlockId("graph.output")
INPUT_PORT = PortName("out")
"""The output of an input node: what comes in from outside."""
DEFAULT = PortName("value")
"""The input of an input node that holds what is taken if nothing comes in."""
OUTPUT_PORT = PortName("value")
"""The input of an output node: what goes out."""

_FLOW = "flow."
_COMPOSING = (SUBGRAPH, FILE, CODE, _FLOW, "graph.")


def instance_block(name: str) -> BlockId:
    """Return the block of the instances of a definition."""
    return BlockId(SUBGRAPH + name)


def code_block(name: str) -> BlockId:
    """Return the block of the nodes that run a code block."""
    return BlockId(CODE + name)


def is_instance(block: str) -> bool:
    """Whether a block stands for a definition or a graph file."""
    return block.startswith((SUBGRAPH, FILE))


def instance_of(block: str) -> str | None:
    """Return what a block stands for: the name of a definition, or ``file:...``; ``None`` for an ordinary block."""
    if block.startswith(SUBGRAPH):
        return block[len(SUBGRAPH) :]
    return block if block.startswith(FILE) else None


def body_of(node: Node) -> str | None:
    """Return what a node runs again and again: the name of a definition, or ``file:...``."""
    body = node.values.get(BODY) if node.block.startswith(_FLOW) else None
    return body if isinstance(body, str) and body else None


def references_of(node: Node) -> tuple[str, ...]:
    """Return the definitions and files that a node stands for or runs."""
    found = (instance_of(node.block), body_of(node))
    return tuple(name for name in found if name is not None)


def name_of(node: Node) -> str:
    """Return the name of the port that an interface node declares; its id while none is set."""
    name = node.values.get("name")
    return name if isinstance(name, str) and name else node.id


def renamed_reference(node: Node, old: str, new: str) -> Node:
    """Return the node with what it says of one definition said of another."""
    if node.block == SUBGRAPH + old:
        node = replace(node, block=instance_block(new))
    return replace(node, values={**node.values, BODY: new}) if body_of(node) == old else node


def composing(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes that make a program of graphs: instances, loops and branches, code, inputs and outputs.

    In a large graph they are few, so whoever looks for some of them looks at each node but once.
    """
    return [node for node in nodes if node.block.startswith(_COMPOSING)]


def references_in(nodes: Iterable[Node]) -> dict[str, Node]:
    """Return what nodes stand for or run, each with the first node that does."""
    found: dict[str, Node] = {}
    for node in composing(nodes):
        for name in references_of(node):
            found.setdefault(name, node)
    return found


def chain_to(goal: str, start: str, contents: Mapping[str, Iterable[str]]) -> list[str] | None:
    """Return how one definition contains another: the names from ``start`` to ``goal``; ``None`` if it does not.

    Parameters
    ----------
    contents
        For each definition the names of those that it refers to.
    """
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    for name in waiting:
        if name == goal:
            chain: list[str] = []
            step: str | None = name
            while step is not None:
                chain.append(step)
                step = came_from[step]
            return chain[::-1]
        for inner in contents.get(name, ()):
            if inner not in came_from:
                came_from[inner] = name
                waiting.append(inner)
    return None
