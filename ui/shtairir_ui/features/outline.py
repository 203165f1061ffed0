"""The outline, and where a block is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from shtairir_ui.bookmarks import RenameBookmark, remove_bookmark
from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor
from shtairir_ui.going import go_to_entry
from shtairir_ui.outline import OutlinePanel
from shtairir_ui.outline.entries import Entry

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class _Outline:
    """What belongs to one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._panel = OutlinePanel(window.editor)
        window.panels.add_left(self._panel, "Outline")
        self._panel.chosen.connect(self._go_to)
        self._panel.menu_wanted.connect(self._open_menu)
        window.actions_.on("show_outline", self._show)
        window.actions_.on("find_usages", self._find_selected)
        window.panels.palette_panel.usages_wanted.connect(self._find_usages)

    def _show(self) -> None:
        self._window.panels.show_left(self._panel)
        self._panel.focus_search()

    def _find_selected(self) -> None:
        editor = self._window.editor
        self._find_usages(editor.graph.nodes[editor.selection[-1]].block)

    def _find_usages(self, block: str) -> None:
        self._window.panels.show_left(self._panel)
        self._panel.look_for(f"block:{block}")

    def _go_to(self, entry: Entry) -> None:
        go_to_entry(self._window, entry)

    def _open_menu(self, entry: Entry, at: QPoint) -> None:
        window = self._window
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go to").triggered.connect(lambda _checked=False: go_to_entry(window, entry))
        if entry.kind == "node":
            usages = menu.addAction("Find usages of its block")
            usages.triggered.connect(lambda _checked=False: self._find_usages(entry.block))
        if entry.kind == "bookmark":
            rename = menu.addAction("Rename…")
            rename.triggered.connect(lambda _checked=False: RenameBookmark(window, entry.place, entry.id).open())
            remove = menu.addAction("Delete")
            remove.triggered.connect(lambda _checked=False: remove_bookmark(window.editor, entry.place, entry.id))
        menu.popup(at)


def _one_selected(editor: Editor) -> bool:
    return bool(editor.selection)


def _attach(window: MainWindow) -> None:
    _Outline(window)


FEATURE = Feature(
    "View",
    (
        Command("show_outline", "Out&line", ("Ctrl+Shift+O",), "list", "Look for nodes, frames, notes and definitions"),
        Command(
            "find_usages",
            "Find &usages",
            ("Shift+F12",),
            "",
            "Show where the block of the selected node is used",
            _one_selected,
        ),
    ),
    _attach,
)
