"""Lists: a line for each item, or a grid of thumbnails for pictures. A double click opens an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Signal
from PySide6.QtWidgets import QListView, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .items_model import THUMBNAIL, ItemsModel
from .kinds import Kind, kind_of
from .view import View, Workers


class ItemsView(View):
    """Shows a list."""

    opened = Signal(object)
    """The index of the item that the person wants to see by itself."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self.model = ItemsModel(self.jobs, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.activated.connect(self._on_activated)
        self.body.addWidget(self.list, 1)

    def show_value(self, value: Sequence[Any]) -> None:
        """Show a list."""
        self.jobs.forget()
        pictures = kind_of(value) is Kind.IMAGES
        self._arrange(pictures)
        self.model.show_items(value, pictures)
        self.info.setText(f"{type(value).__name__} of {count(len(value), 'picture' if pictures else 'item')}")
        self.say("Double-click an item to see it by itself" if value else "The list is empty")

    def clear(self) -> None:
        """Let the list go."""
        super().clear()
        self.model.show_items((), False)

    def _arrange(self, pictures: bool) -> None:
        self.list.setViewMode(QListView.ViewMode.IconMode if pictures else QListView.ViewMode.ListMode)
        self.list.setMovement(QListView.Movement.Static)
        if pictures:
            self.list.setIconSize(THUMBNAIL)
            self.list.setGridSize(THUMBNAIL + QSize(14, 32))
        else:
            side = theme.current().icon_size - 4
            self.list.setIconSize(QSize(side, side))
            self.list.setGridSize(QSize())

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
