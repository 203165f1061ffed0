"""Places of the canvas to come back to, by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from shtairir.document import Bookmark, Graph, PutBookmark, RemoveBookmark
from shtairir.errors import EditError
from shtairir_ui.editor import Editor
from shtairir_ui.places import Place, graph_at

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class SetBookmark(QInputDialog):
    """Asks for the name of a bookmark, and sets it for what is seen now."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._editor = window.editor
        view = window.canvas.view
        center = view.visible_rect().center()
        self._mark = Bookmark("", (float(round(center.x())), float(round(center.y()))), round(view.zoom, 3))
        _ask(self, "Bookmark", "Name of this place:", free_name(window.editor.graph))
        self.textValueSelected.connect(self._set)

    def _set(self, name: str) -> None:
        if name.strip():
            self._editor.apply(PutBookmark(replace(self._mark, name=name.strip())))


class RenameBookmark(QInputDialog):
    """Asks for another name of a bookmark."""

    def __init__(self, window: MainWindow, place: Place, name: str) -> None:
        super().__init__(window)
        self._editor, self._place, self._name = window.editor, place, name
        _ask(self, "Rename bookmark", "Name of this place:", name)
        self.textValueSelected.connect(self._rename)

    def _rename(self, name: str) -> None:
        graph = graph_at(self._editor.root, self._place)
        mark = next((one for one in graph.bookmarks if one.name == self._name), None) if graph is not None else None
        if graph is not None and mark is not None and name.strip():
            try:
                graph.apply(PutBookmark(replace(mark, name=name.strip()), self._name))
            except EditError as error:
                self._editor.message.emit(str(error))


def remove_bookmark(editor: Editor, place: Place, name: str) -> None:
    """Remove a bookmark of a place."""
    graph = graph_at(editor.root, place)
    if graph is not None and any(mark.name == name for mark in graph.bookmarks):
        graph.apply(RemoveBookmark(name))


def free_name(graph: Graph) -> str:
    """Return a name that no bookmark has yet."""
    taken = {mark.name for mark in graph.bookmarks}
    return next(name for number in range(1, len(taken) + 2) if (name := f"Bookmark {number}") not in taken)


def _ask(dialog: QInputDialog, title: str, label: str, text: str) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setObjectName("bookmarkDialog")
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(text)
