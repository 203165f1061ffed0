"""Lists: a line for each item, or a grid of thumbnails for pictures. A double click opens an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Signal
from PySide6.QtWidgets import QListView, QStackedWidget, QWidget

from shtairir_ui.quantities import count

from .items_model import MAX_PICTURES, THUMBNAIL, ItemsModel
from .jobs import Workers
from .kinds import Kind, kind_of
from .table_view import Grid
from .view import View


class ItemsView(View):
    """Shows a list."""

    opened = Signal(tuple)
    """The index of the item that the person wants to see by itself, as a way of one step."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self.model = ItemsModel(self.jobs, self)
        self.lines = self._make_lines()
        self.pictures = self._make_pictures()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.lines)
        self.stack.addWidget(self.pictures)
        self.body.addWidget(self.stack, 1)

    def show_value(self, value: Sequence[Any]) -> None:
        """Show a list."""
        self.jobs.forget()
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

    def clear(self) -> None:
        """Let the list go."""
        super().clear()
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
