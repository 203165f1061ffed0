"""All that a person could change in an example, one field at a time; for tests of what runs after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import shtairir
from shtairir.block import MISSING, BlockDefinition, InputPort
from shtairir.block.registry import Registry
from shtairir.ids import NodeId, PortRef

_INTERFACE = ("graph.", "flow.", "subgraph.", "code.")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one node.

    Attributes
    ----------
    said
        What the reason of a node must say that is changed by itself.
    make
        Changes the graph or the file.
    block
        The block that takes the place of the one of its id.
    """

    title: str
    said: str
    make: Callable[[], None]
    block: BlockDefinition | None = None

    def __str__(self) -> str:
        return self.title


def changes_of(graph: shtairir.Graph, registry: Registry, folder: Path) -> Iterator[Change]:
    """Yield the changes of a graph whose files lie in a folder."""
    for scope in (graph, *graph.subgraphs.values()):
        for id in scope.nodes:
            yield from _of_node(scope, id, registry)
    for block in sorted({node.block for scope in (graph, *graph.subgraphs.values()) for node in scope.nodes.values()}):
        definition = registry.get(block)
        if definition is not None and not block.startswith(_INTERFACE):
            yield from _of_block(definition)
    yield from (_of_file(file) for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".shtairir")


def _of_node(scope: Any, id: NodeId, registry: Registry) -> Iterator[Change]:
    node = scope.nodes[id]
    definition = scope.snapshot().definition(node, registry)
    if definition is None or node.block.startswith(_INTERFACE):
        return
    for port in definition.inputs:
        name = PortRef(id, port.name)
        if name in scope.links:
            if not port.required:
                yield Change(f"{name} unlinked", port.name, lambda name=name: scope.unlink(name))  # type: ignore[misc]
            continue
        before = node.values.get(port.name, None if port.default is MISSING else port.type.dump(port.default))
        after = other_value(port, before)
        if after is not None:
            yield Change(f"{name} = {after!r}", port.name, lambda n=name, a=after: scope.set(n, a))  # type: ignore[misc]
    if not node.policy:
        # Another for each node: of two nodes that are alike, the second would have the result of the first.
        condition = f"1 < {2 + crc32(f'{scope.name} {id}'.encode())}"
        yield Change(f"{id} if {condition}", "condition", lambda: scope.set_policy(id, condition=condition))


def other_value(port: InputPort, before: Any) -> Any:
    """Return another value that fits an input; ``None`` where it is not plain what that would be."""
    if port.param.choices:
        others = [choice for choice in port.param.choices if choice != before]
        return others[0] if others and isinstance(others[0], str | int | float) else None
    if isinstance(before, bool):
        return not before
    if isinstance(before, int | float):
        kind = type(before)
        tries = (
            [before * 1.07 + 0.013, before * 0.93, before + 1, before - 1]
            if kind is float
            else [before + 1, before - 1]
        )
        return next(
            (one for one in tries if port.param.refusal(kind(one)) is None and port.type.check(one) is None), None
        )
    if isinstance(before, str) and port.type.family == "text":
        return f"{before}!"
    return None


def _of_block(definition: BlockDefinition) -> Iterator[Change]:
    if not definition.traits.elementwise:  # these may be fused, and are called by their kernels then
        other = replace(definition, function=_with_other_code(definition.function))
        yield Change(f"code of {definition.id}", "new code", _nothing, other)
    newer = replace(definition, version=definition.version + 1)
    newer = replace(newer, migrations={**definition.migrations, definition.version: lambda values: values})
    yield Change(f"version of {definition.id}", "version", _nothing, newer)


def _nothing() -> None:
    """Change nothing: the block is another."""


class Substitute:
    """A registry in which one block is another."""

    def __init__(self, registry: Registry, block: BlockDefinition) -> None:
        self._registry = registry
        self._block = block

    def get(self, id: str) -> BlockDefinition | None:
        """Return a block, or the other one."""
        return self._block if id == self._block.id else self._registry.get(id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)


def _with_other_code(function: Any) -> Any:
    """Return a function that does the same by other code."""
    namespace: dict[str, Any] = {"function": function}
    exec("def other(*arguments, **named):\n    return function(*arguments, **named)\n", namespace)
    return namespace["other"]


def _of_file(file: Path) -> Change:
    """Return a change of a file that leaves its size and its dates as they are."""

    def make() -> None:
        before = file.stat()
        data = bytearray(file.read_bytes())
        place = len(data) * 3 // 4
        data[place] = ord("7") if data[place] != ord("7") else ord("8")
        file.write_bytes(data)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    return Change(f"{file.name} on disk", file.name, make)
