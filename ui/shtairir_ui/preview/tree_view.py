"""Nested values (what JSON holds) as a tree whose branches are filled when they are opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .items_model import item_text
from .jobs import Workers
from .view import View

_VALUE_ROLE = Qt.ItemDataRole.UserRole
_MOST_CHILDREN = 1000


class TreeView(View):
    """Shows a dictionary."""

    opened = Signal(tuple)
    """The keys on the way to what the person wants to see by itself."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["key", "value"])
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemExpanded.connect(self._fill)
        self.body.addWidget(self.tree, 1)

    def show_value(self, value: dict[Any, Any]) -> None:
        """Show a dictionary; its first level is open."""
        self.jobs.forget()
        self.tree.clear()
        root = self.tree.invisibleRootItem()
        for child in _children(value):
            root.addChild(child)
        self.info.setText(f"dictionary of {count(len(value), 'entry', 'entries')}")
        self.say("" if value else "The dictionary is empty")

    def clear(self) -> None:
        """Let the value go."""
        super().clear()
        self.tree.clear()

    def _fill(self, item: QTreeWidgetItem) -> None:
        value = item.data(0, _VALUE_ROLE)
        if value is not None:
            item.setData(0, _VALUE_ROLE, None)
            item.takeChildren()
            item.addChildren(list(_children(value.value)))


class _Held:
    """Keeps Qt from turning a dictionary into its own kind of map."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _children(value: Any) -> Iterator[QTreeWidgetItem]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for number, (key, child) in enumerate(pairs):
        if number == _MOST_CHILDREN:
            yield _quiet(f"{len(value) - number:,} more are not shown")
            return
        yield _item(str(key), child)


def _item(key: str, value: Any) -> QTreeWidgetItem:
    if not isinstance(value, dict | list | tuple):
        item = QTreeWidgetItem([key, item_text(value)])
        item.setToolTip(1, item_text(value))
        return item
    words = count(len(value), "entry", "entries") if isinstance(value, dict) else count(len(value), "item")
    item = QTreeWidgetItem([key, words])
    item.setForeground(1, theme.current().text_dim)
    if value:
        item.setData(0, _VALUE_ROLE, _Held(value))
        item.addChild(QTreeWidgetItem())
    return item


def _quiet(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setFirstColumnSpanned(True)
    item.setForeground(0, theme.current().text_dim)
    return item
