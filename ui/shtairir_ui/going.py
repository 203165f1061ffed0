"""Going to what lies on the canvas: to a frame, a note, a definition, a bookmark, wherever in the file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from shtairir.document import Bookmark
from shtairir_ui.canvas.area_item import AreaKey, Kind
from shtairir_ui.outline.entries import Entry
from shtairir_ui.places import Place

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def go_to_entry(window: MainWindow, entry: Entry) -> None:
    """Go to what stands in a row of the outline."""
    if entry.kind == "node":
        window.panels.node_wanted.emit(entry.path)
    elif entry.kind == "frame" or entry.kind == "note":
        go_to_area(window, entry.place, entry.kind, entry.id)
    elif entry.kind == "scope":
        window.editor.go_to(entry.place)
        window.canvas.setFocus()
    elif entry.kind == "bookmark":
        window.editor.go_to(entry.place)
        mark = next((one for one in window.editor.graph.bookmarks if one.name == entry.id), None)
        if mark is not None:
            go_to_bookmark(window, mark)


def go_to_area(window: MainWindow, place: Place, kind: Kind, id: str) -> None:
    """Show a frame or a note as large as it fits, and choose it."""
    window.editor.go_to(place)
    canvas, key = window.canvas, AreaKey(kind, id)
    item = canvas.board.areas.item(key)
    if item is not None:
        window.editor.select(())
        canvas.view.frame(item.rect)
        canvas.board.areas.choose((key,))
        canvas.setFocus()


def go_to_bookmark(window: MainWindow, mark: Bookmark) -> None:
    """Look at the canvas as one did when the bookmark was set."""
    view = window.canvas.view
    view.zoom_to(mark.zoom)
    view.centerOn(QPointF(*mark.center))
    window.canvas.setFocus()
