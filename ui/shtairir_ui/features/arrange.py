"""Nodes in order: laid out by themselves, aligned, spread evenly, with level links."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from shtairir_ui.canvas.aligning import Axis, Side
from shtairir_ui.canvas.arranging import Arranging, give_places
from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

_ALIGN: tuple[tuple[Side, str, str], ...] = (
    ("left", "Align &left", "Shift+A"),
    ("center", "Align &centres", "Shift+C"),
    ("right", "Align &right", "Shift+D"),
    ("top", "Align &top", "Shift+W"),
    ("middle", "Align &middles", "Shift+E"),
    ("bottom", "Align &bottom", "Shift+S"),
)
_DISTRIBUTE: tuple[tuple[Axis, str, str], ...] = (
    ("horizontally", "Distribute &horizontally", "Shift+H"),
    ("vertically", "Distribute &vertically", "Shift+V"),
)


def _several(at_least: int, editor: Editor) -> bool:
    return editor.past is None and len(editor.selection) >= at_least


def _has_nodes(editor: Editor) -> bool:
    return editor.past is None and bool(editor.graph.nodes)


def _add_to_menu(window: MainWindow, menu: QMenu) -> None:
    """Put in order what is selected, where the mouse is."""
    if len(window.editor.selection) > 1:
        names = [command.name for command in _LINE_UP]
        window.actions_.fill(menu.addMenu("Arrange"), "arrange_selection", "straighten", "", *names)


def _attach(window: MainWindow) -> None:
    canvas, on = window.canvas, window.actions_.on
    arranging = Arranging(canvas, window.editor.background)
    on("arrange_all", arranging.arrange)
    on("arrange_selection", arranging.arrange_selection)
    on("straighten", arranging.straighten)
    for side, _, _ in _ALIGN:
        on(f"align_{side}", partial(arranging.align, side))
    for axis, _, _ in _DISTRIBUTE:
        on(f"distribute_{axis}", partial(arranging.distribute, axis))
    for name in _ON_THE_CANVAS:
        window.actions_.confine(name, canvas)

    canvas.node_menu_parts.append(partial(_add_to_menu, window))

    def opened() -> None:
        if give_places(canvas):
            canvas.fit()

    window.editor.document_opened.connect(opened)
    opened()


_LAY_OUT = (
    Command(
        "arrange_all", "&Arrange all", ("Ctrl+L",), "layout", "Lay out the whole graph from left to right", _has_nodes
    ),
    Command(
        "arrange_selection",
        "Arrange the &selection",
        ("Ctrl+Alt+L",),
        "",
        "Lay out the selected nodes around where they are",
        partial(_several, 2),
    ),
    Command(
        "straighten",
        "Straighten lin&ks",
        ("Q",),
        "",
        "Move the selected nodes so that links are level",
        partial(_several, 1),
    ),
)
_LINE_UP = (
    *(Command(f"align_{side}", text, (keys,), usable=partial(_several, 2)) for side, text, keys in _ALIGN),
    *(Command(f"distribute_{axis}", text, (keys,), usable=partial(_several, 3)) for axis, text, keys in _DISTRIBUTE),
)
_ON_THE_CANVAS = ("straighten", *(command.name for command in _LINE_UP))
"""Single letters: anywhere else they are typed."""

FEATURE = Feature("Arrange", _LAY_OUT, _attach)
LINES = Feature("Arrange", _LINE_UP, lambda _window: None)
"""What stands by itself in the menu; one object does it all."""
