"""Nested values (what JSON holds) as a tree whose branches are filled when they are opened, with a search."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .items_model import item_text
from .jobs import Workers
from .nested import MOST_FOUND, Keys, as_json, children, is_nest, search, way_words
from .searchbar import SearchBar
from .view import Saving, View

_VALUE_ROLE = Qt.ItemDataRole.UserRole
_MOST_CHILDREN = 1000
_SETTLE_MS = 150
_OPENED_AT_ONCE = 5000
_PORTION = 20
_DEEPEST = 24
"""Qt's time for a branch grows with its depth."""


class TreeView(View):
    """Shows a dictionary, or a list of such.

    A search goes through all of the value, also through what is not opened yet.
    """

    opened = Signal(tuple)
    """The keys on the way to what the person wants to see by itself."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._value: Any = None
        self._found: list[Keys] = []
        self._at = -1
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._search)
        self._opening: list[tuple[QTreeWidgetItem | None, int]] = []
        self._opened = 0
        self._portions = QTimer(self, singleShot=True, interval=0)
        self._portions.timeout.connect(self._open_more)
        self.search = SearchBar("Search keys and values", steps=True)
        self.search.changed.connect(lambda _text: self._settle.start())
        self.search.stepped.connect(self.step)
        self.tree = QTreeWidget()
        self.search.closed.connect(self.tree.setFocus)
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["key", "value"])
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemExpanded.connect(self._fill)
        self.tree.itemDoubleClicked.connect(self._on_double_click)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.currentItemChanged.connect(lambda item, _before: self._tell(item))
        self.body.addWidget(self.search)
        self.body.addWidget(self.tree, 1)
        self.search_switch = self.add_switch("search", "Search (Ctrl+F)", self.search.show_bar)
        self.search.shown.connect(self.search_switch.setChecked)
        self.add_tool("add", "Open all branches", self.open_all)
        self.add_tool("remove", "Close all branches", self.tree.collapseAll)
        self.listen("Ctrl+F", lambda: self.search.show_bar(True))
        self.listen("F3", lambda: self.step(1))
        self.listen("Shift+F3", lambda: self.step(-1))
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.tree)

    # -- the value -----------------------------------------------------------------------------

    def show_value(self, value: Any) -> None:
        """Show a dictionary or a list; its first level is open."""
        self.jobs.forget()
        self._value, self._opening = value, []
        self.tree.clear()
        root = self.tree.invisibleRootItem()
        for child in _items(value):
            root.addChild(child)
        words = count(len(value), "entry", "entries") if isinstance(value, dict) else count(len(value), "item")
        self.info.setText(f"{'dictionary' if isinstance(value, dict) else type(value).__name__} of {words}")
        self.say("" if value else f"The {'dictionary' if isinstance(value, dict) else 'list'} is empty")
        self._search()

    def clear(self) -> None:
        """Let the value go."""
        super().clear()
        self._settle.stop()
        self._value, self._found, self._opening = None, [], []
        self.tree.clear()
        self.search.show_bar(False)

    def copy(self) -> None:
        """Put the selected part on the clipboard as JSON, or all of it."""
        item = self.tree.currentItem() if self.tree.selectedItems() else None
        QGuiApplication.clipboard().setText(as_json(self.value_at(self.way_to(item)) if item else self._value))

    def savings(self) -> tuple[Saving, ...]:
        """All of it as JSON."""
        value = self._value
        return (Saving("JSON", ".json", lambda path: _write(path, value)),)

    def open_all(self) -> None:
        """Open the branches, as long as there are not too many of them, a few at a time."""
        self._opening = [(self.tree.topLevelItem(number), 0) for number in range(self.tree.topLevelItemCount())]
        self._opened = 0
        self._portions.start()

    def _open_more(self) -> None:
        """Open some branches; the rest comes between other events."""
        for _ in range(_PORTION):
            if not self._opening:
                return
            item, depth = self._opening.pop(0)
            if item is None or not item.childCount() or depth >= _DEEPEST:
                continue
            item.setExpanded(True)
            self._opened += item.childCount()
            self._opening += [(item.child(number), depth + 1) for number in range(item.childCount())]
        if self._opened > _OPENED_AT_ONCE:
            self._opening = []
            self.say(f"The first {self._opened:,} entries were opened.")
            return
        self._portions.start()

    # -- ways ------------------------------------------------------------------------------------

    def way_to(self, item: QTreeWidgetItem) -> Keys:
        """Return the keys on the way to what an item shows."""
        way: list[Any] = []
        at: QTreeWidgetItem | None = item
        while at is not None:
            held = at.data(0, _VALUE_ROLE)
            if held is not None:
                way.append(held.key)
            at = at.parent()
        return tuple(reversed(way))

    def value_at(self, way: Keys) -> Any:
        """Return what is at the end of a way."""
        value = self._value
        for key in way:
            value = value[key]
        return value

    def item_at(self, way: Keys) -> QTreeWidgetItem | None:
        """Open the branches on a way and return the item at its end; None where it is not among what is shown."""
        item = self.tree.invisibleRootItem()
        for depth, key in enumerate(way):
            number = _position(self.value_at(way[:depth]), key)
            found = item.child(number) if number is not None and number < item.childCount() else None
            if found is None or found.data(0, _VALUE_ROLE) is None:
                return None
            if depth < len(way) - 1:
                found.setExpanded(True)
            item = found
        return item

    # -- search --------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Go to the next thing found, or to the one before."""
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self._go()

    def _search(self) -> None:
        words, value = self.search.text, self._value
        if not words or value is None:
            self.jobs.drop("search")
            self._show_found([])
            return
        self.jobs.latest("search", lambda ticket: search(value, words, ticket), self._show_found)

    def _show_found(self, found: list[Keys]) -> None:
        self._found, self._at = found, 0 if found else -1
        self._go()

    def _go(self) -> None:
        if not self._found:
            self.search.tell("none" if self.search.text else "")
            return
        more = "+" if len(self._found) == MOST_FOUND else ""
        self.search.tell(f"{self._at + 1:,} of {len(self._found):,}{more}")
        way = self._found[self._at]
        item = self.item_at(way)
        if item is None:
            self.say(f"{way_words(way)} is beyond what the tree shows")
            return
        self.tree.setCurrentItem(item)
        self.tree.scrollToItem(item)

    # -- inside --------------------------------------------------------------------------------

    def _fill(self, item: QTreeWidgetItem) -> None:
        held = item.data(0, _VALUE_ROLE)
        if held is not None and not held.is_filled:
            held.is_filled = True
            value = self.value_at(self.way_to(item))
            if is_nest(value):
                item.takeChildren()
                item.addChildren(list(_items(value)))

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, _VALUE_ROLE) is not None:
            self.say(way_words(self.way_to(item)))

    def _on_double_click(self, item: QTreeWidgetItem) -> None:
        """What has no branches is shown by itself."""
        if item.data(0, _VALUE_ROLE) is not None and not item.childCount():
            self.opened.emit(self.way_to(item))

    def _open_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is None or item.data(0, _VALUE_ROLE) is None:
            return
        way = self.way_to(item)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        clipboard = QGuiApplication.clipboard()
        menu.addAction("Show by itself").triggered.connect(partial(self._open, way))
        menu.addAction("Copy as JSON").triggered.connect(lambda: clipboard.setText(as_json(self.value_at(way))))
        menu.addAction("Copy the path").triggered.connect(lambda: clipboard.setText(way_words(way)))
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def _open(self, way: Keys, _checked: bool = False) -> None:
        self.opened.emit(way)


class _Held:
    """What an item stands for: its key. An object of ours, so that Qt does not turn keys into its own kinds."""

    def __init__(self, key: Any) -> None:
        self.key = key
        self.is_filled = False


def _position(value: Any, key: Any) -> int | None:
    """Where a key stands among those of a value."""
    if not isinstance(value, dict):
        return int(key)
    return next((number for number, one in enumerate(value) if one is key or one == key), None)


def _items(value: Any) -> Iterator[QTreeWidgetItem]:
    for number, (key, child) in enumerate(children(value)):
        if number == _MOST_CHILDREN:
            yield _quiet(f"{len(value) - number:,} more are not shown")
            return
        yield _item(key, child)


def _item(key: Any, value: Any) -> QTreeWidgetItem:
    if not is_nest(value):
        item = QTreeWidgetItem([str(key), item_text(value)])
        item.setToolTip(1, item_text(value))
    else:
        words = count(len(value), "entry", "entries") if isinstance(value, dict) else count(len(value), "item")
        item = QTreeWidgetItem([str(key), words])
        item.setForeground(1, theme.current().text_dim)
        if value:
            item.addChild(QTreeWidgetItem())
    item.setData(0, _VALUE_ROLE, _Held(key))
    return item


def _quiet(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setFirstColumnSpanned(True)
    item.setForeground(0, theme.current().text_dim)
    return item


def _write(path: Path, value: Any) -> None:
    path.write_text(as_json(value), encoding="utf-8")
