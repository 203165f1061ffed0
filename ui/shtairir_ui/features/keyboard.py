"""The canvas without a mouse: from node to node, links by search, and what screen readers read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shtairir_ui.canvas.accessible import make_accessible
from shtairir_ui.canvas.walking import Direction, next_node
from shtairir_ui.commands import Command, Feature
from shtairir_ui.connecting import connect_by_search

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.window import MainWindow

_WAYS: tuple[tuple[Direction, str, str], ...] = (
    ("left", "To what &feeds it", "Select the node that feeds the selected one, or lies left of it"),
    ("right", "To what it f&eeds", "Select a node that the selected one feeds, or that lies right of it"),
    ("up", "To the node a&bove", "Select the nearest node above"),
    ("down", "To the node belo&w", "Select the nearest node below"),
)


def _walk(window: MainWindow, direction: Direction) -> None:
    editor, canvas = window.editor, window.canvas
    outlines = {node: item.outline.center() for node, item in canvas.board.nodes.items()}
    places = {node: (center.x(), center.y()) for node, center in outlines.items()}
    start = editor.selection[-1] if editor.selection else None
    node = next_node(start, direction, places, editor.graph.links)
    if node is None:
        editor.message.emit("There is no node that way.")
        return
    editor.select((node,))
    if not canvas.view.visible_rect().contains(canvas.board.nodes[node].outline):
        canvas.center_on(node)


def _attach(window: MainWindow) -> None:
    make_accessible(window.canvas)
    actions = window.actions_
    for direction, _, _ in _WAYS:
        actions.on(f"walk_{direction}", partial(_walk, window, direction))
        actions.confine(f"walk_{direction}", window.canvas)
    actions.on("connect_by_search", partial(connect_by_search, window))


def _one(editor: Editor) -> bool:
    return len(editor.selection) == 1 and editor.past is None


FEATURE = Feature(
    "Graph",
    (
        Command("connect_by_search", "Co&nnect…", ("Ctrl+K",), "link", "Link the selected node by typing", _one),
        *(Command(f"walk_{way}", text, (f"Alt+{way.title()}",), "", tip) for way, text, tip in _WAYS),
    ),
    _attach,
)
