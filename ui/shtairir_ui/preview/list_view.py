"""Lists: a line for each item, or a grid of thumbnails for pictures. A double click opens an item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedWidget, QWidget

from shtairir_ui.quantities import count

from .image_view import write_picture
from .items_model import MAX_PICTURES, THUMBNAIL, ItemsModel, item_text
from .jobs import Workers
from .kinds import Kind, is_array, kind_of
from .nested import as_json
from .picture import picture_of
from .table_view import Grid
from .view import Saving, View

_COPIED = 100_000


class ItemsView(View):
    """Shows a list."""

    opened = Signal(tuple)
    """The index of the item that the person wants to see by itself, as a way of one step."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._items: Sequence[Any] = ()
        self.model = ItemsModel(self.jobs, self)
        self.lines = self._make_lines()
        self.pictures = self._make_pictures()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.lines)
        self.stack.addWidget(self.pictures)
        self.body.addWidget(self.stack, 1)
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.stack)

    def show_value(self, value: Sequence[Any]) -> None:
        """Show a list."""
        self.jobs.forget()
        self._items = value
        pictures = kind_of(value) is Kind.IMAGES
        shown, other = (self.pictures, self.lines) if pictures else (self.lines, self.pictures)
        other.setModel(None)
        self.model.show_items(value, pictures)
        if shown.model() is None:
            shown.setModel(self.model)
        self.stack.setCurrentWidget(shown)
        self.info.setText(f"{type(value).__name__} of {count(len(value), 'picture' if pictures else 'item')}")
        if pictures and len(value) > MAX_PICTURES:
            self.say(f"Only the first {MAX_PICTURES:,} are shown")
        else:
            self.say("Double-click an item to see it by itself" if value else "The list is empty")

    def copy(self) -> None:
        """Put the selected lines on the clipboard, or all of them; of a selected picture, the picture."""
        rows = sorted({index.row() for index in self._chosen()})
        if self.stack.currentWidget() is self.pictures and rows and is_array(self._items[rows[0]]):
            QGuiApplication.clipboard().setImage(picture_of(self._items[rows[0]]).levels[0])
            return
        shown = [self._items[row] for row in rows] or self._items[:_COPIED]
        QGuiApplication.clipboard().setText("\n".join(item_text(item) for item in shown))
        self.say(f"{count(len(shown), 'line')} copied")

    def savings(self) -> tuple[Saving, ...]:
        """As JSON, or each picture as a file beside the one that is named."""
        items = self._items
        if self.stack.currentWidget() is self.pictures:
            return (Saving("PNG pictures, numbered", ".png", lambda path: _write_pictures(path, items)),)
        return (Saving("JSON", ".json", lambda path: _write_json(path, items)),)

    def _chosen(self) -> list[QModelIndex]:
        shown: QAbstractItemView = self.pictures if self.stack.currentWidget() is self.pictures else self.lines
        model = shown.selectionModel()
        return model.selectedIndexes() if model is not None else []

    def clear(self) -> None:
        """Let the list go."""
        super().clear()
        self._items = ()
        self.model.show_items((), False)

    def _make_lines(self) -> Grid:
        # A table of one column: a QListView places every item, which takes seconds for a million.
        lines = Grid()
        lines.setShowGrid(False)
        lines.horizontalHeader().hide()
        lines.horizontalHeader().setStretchLastSection(True)
        lines.activated.connect(self._on_activated)
        return lines

    def _make_pictures(self) -> QListView:
        pictures = QListView()
        pictures.setViewMode(QListView.ViewMode.IconMode)
        pictures.setMovement(QListView.Movement.Static)
        pictures.setResizeMode(QListView.ResizeMode.Adjust)
        pictures.setUniformItemSizes(True)
        pictures.setIconSize(THUMBNAIL)
        pictures.setGridSize(THUMBNAIL + QSize(14, 32))
        pictures.activated.connect(self._on_activated)
        return pictures

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit((index.row(),))


def _write_json(path: Path, items: Sequence[Any]) -> None:
    path.write_text(as_json(list(items)), encoding="utf-8")


def _write_pictures(path: Path, items: Sequence[Any]) -> None:
    for number, item in enumerate(items):
        if is_array(item):
            write_picture(picture_of(item), path.with_name(f"{path.stem}-{number:04}{path.suffix}"))
