"""Nodes rewired, replaced, put out of action; blocks found again that were placed before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir.document.model import BYPASSED, DISABLED
from shtairir_ui.canvas.view import NAVIGATION
from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def _chosen(at_least: int, editor: Editor) -> bool:
    return editor.past is None and len(editor.selection) >= at_least


def _present(editor: Editor) -> bool:
    return editor.past is None


def _attach(window: MainWindow) -> None:
    canvas, on = window.canvas, window.actions_.on
    surgery = canvas.surgery
    on("paste_in_place", window.editor.paste_in_place)
    on("add_block", canvas.search_blocks)
    on("bypass", partial(surgery.toggle_state, BYPASSED))
    on("disable", partial(surgery.toggle_state, DISABLED))
    on("collapse", surgery.toggle_collapsed)
    on("replace_block", surgery.ask_replacement)
    on("connect_in_order", surgery.connect_in_order)
    on("swap_inputs", surgery.swap)
    on("pull_out", surgery.pull_out)
    on("detach", surgery.detach)
    on("add_dot", surgery.add_dot)
    for name in _ON_THE_CANVAS:
        window.actions_.confine(name, canvas)
    _remember_uses(window)
    _Navigation(window)


def _remember_uses(window: MainWindow) -> None:
    """Blocks that were placed in earlier sessions come first too."""
    uses, settings = window.canvas.placing.uses, window.settings
    uses.read(*settings.block_uses)

    def keep() -> None:
        settings.remember_block_uses(uses.counts, uses.late)

    uses.changed = keep


class _Navigation(QObject):
    """Has the view of one window follow the setting; a method of an object, so that it ends with the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._settings, self._view = window.settings, window.canvas.view
        self._settings.changed.connect(self._obey)
        self._obey(NAVIGATION.key)

    def _obey(self, key: str) -> None:
        if key == NAVIGATION.key:
            self._view.use_navigation(str(self._settings.value(NAVIGATION)))


_ON_NODES = (
    Command(
        "bypass",
        "&Bypass",
        ("B",),
        "",
        "Let data pass by the selected nodes, or through them again",
        partial(_chosen, 1),
    ),
    Command(
        "disable",
        "&Disable",
        ("M",),
        "",
        "Do not run the selected nodes and what needs them, or run them again",
        partial(_chosen, 1),
    ),
    Command("collapse", "C&ollapse", ("H",), "", "Show only the titles of the selected nodes", partial(_chosen, 1)),
    Command(
        "replace_block",
        "&Replace by…",
        ("Ctrl+R",),
        "",
        "Put another block in the place of the selected node's, and keep what fits",
        partial(_chosen, 1),
    ),
)
_ON_LINKS = (
    Command(
        "connect_in_order",
        "Co&nnect in order",
        ("F",),
        "",
        "Link each of the selected nodes to the next, as they were selected",
        partial(_chosen, 2),
    ),
    Command("swap_inputs", "S&wap inputs", ("S",), "", "Let two inputs change what feeds them", partial(_chosen, 1)),
    Command(
        "pull_out",
        "P&ull out",
        ("X",),
        "",
        "Take the selected nodes out of the flow, and join what they were between",
        partial(_chosen, 1),
    ),
    Command(
        "detach",
        "De&tach",
        ("Ctrl+Shift+D",),
        "unlink",
        "Take away all links between the selected nodes and the rest",
        partial(_chosen, 1),
    ),
    Command("add_dot", "Add a dot to the &link", ("R",), "", "Lead the link under the mouse over a dot", _present),
)
_TO_ADD = (
    Command("add_block", "Add a bloc&k…", ("Tab",), "add", "Search for a block and place it at the mouse", _present),
    Command("paste_in_place", "Paste in place", ("Ctrl+Shift+V",), "", "Paste where the originals are", _present),
)
_ON_THE_CANVAS = (
    *("add_block", "bypass", "disable", "collapse", "connect_in_order", "swap_inputs", "pull_out", "add_dot"),
)
"""Single letters: anywhere else they are typed."""

FEATURE = Feature("Graph", _TO_ADD + _ON_NODES + _ON_LINKS, _attach, (NAVIGATION,))


def _attach_looking(window: MainWindow) -> None:
    window.actions_.on("show_selection", window.canvas.frame_selection)
    window.actions_.confine("show_selection", window.canvas)


LOOKING = Feature(
    "View",
    (Command("show_selection", "Show the &selection", (".",), "", "Show the selected nodes, or the whole graph"),),
    _attach_looking,
)
