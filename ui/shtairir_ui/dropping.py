"""Files that are dropped on the canvas: a graph opens, of anything else the block appears that reads it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QPointF

from shtairir.block import BlockDefinition, InputPort
from shtairir.block.registry import Registry
from shtairir.document import SUFFIX, JsonValue, Node, relative_path
from shtairir.document.edits import AddNodes
from shtairir.document.pictures import carries_graph
from shtairir.ids import NodeId
from shtairir_ui.editor import Editor
from shtairir_ui.quantities import count

FIRST = ("IO/Read", "IO/Folder")
"""The categories whose blocks come first where several read a kind of file."""
STEP_X, STEP_Y = 288.0, 208.0
"""How far from each other several readers are put: below each there is room for the small picture of its result."""
MOST_BELOW = 4
"""So many are put below each other, then there is another column."""


def opens(path: Path) -> bool:
    """Whether a file holds a graph, by itself or in a picture of it."""
    return path.suffix.lower() == SUFFIX or (path.suffix.lower() == ".png" and carries_graph(path))


def reader_for(registry: Registry, path: Path) -> tuple[BlockDefinition, InputPort] | None:
    """Return the block that reads a kind of file, and its input for the path.

    What a block names among its endings first is what it is for; one that asks for little else goes before others.
    Where no block names the ending, one that reads anything is taken.
    """
    found = [
        (_rank(definition, port, path), definition.id, definition, port)
        for definition in registry.all()
        for port in definition.inputs
        if _reads(port, path)
    ]
    if not found:
        return None
    _, _, definition, port = min(found, key=lambda one: one[:2])
    return definition, port


def place_readers(editor: Editor, paths: Iterable[Path], at: QPointF) -> None:
    """Add a node for each file, with its path set, below each other and in columns; one step of undo."""
    nodes: list[Node] = []
    unread: list[str] = []
    taken: set[str] = set()
    for path in paths:
        reader = reader_for(editor.registry, path)
        if reader is None:
            unread.append(path.name)
            continue
        definition, port = reader
        node = editor.graph.free_id(definition.id, taken)
        taken.add(node)
        column, row = divmod(len(nodes), MOST_BELOW)
        place = (float(round(at.x() + STEP_X * column)), float(round(at.y() + STEP_Y * row)))
        values: dict[str, JsonValue] = {port.name: _stored(editor, path)}
        nodes.append(Node(NodeId(node), definition.id, definition.version, values=values, position=place))
    if nodes:
        editor.apply(AddNodes(tuple(nodes), (), f"add {nodes[0].id}" if len(nodes) == 1 else _label(len(nodes))))
        editor.select(node.id for node in nodes)
    if unread:
        editor.message.emit(f"No block reads {', '.join(unread)}.")


def _label(number: int) -> str:
    return f"add {count(number, 'reader')}"


def _reads(port: InputPort, path: Path) -> bool:
    if path.is_dir():
        return port.param.path == "folder"
    return port.param.path == "open" and (not port.param.suffixes or path.suffix.lower() in port.param.suffixes)


def _rank(definition: BlockDefinition, port: InputPort, path: Path) -> tuple[object, ...]:
    suffixes = port.param.suffixes
    named = path.suffix.lower() in suffixes
    return (
        not named,
        not port.required,
        suffixes.index(path.suffix.lower()) if named else 0,
        sum(one.required for one in definition.inputs if one is not port),
        definition.category not in FIRST,
        "read" not in definition.id and "list" not in definition.id,
        len(suffixes),
        len(definition.inputs),
    )


def _stored(editor: Editor, path: Path) -> str:
    present = editor.present
    return relative_path(path, present.base_dir) if present.path is not None else path.as_posix()
