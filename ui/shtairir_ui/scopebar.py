"""Above the canvas: a tab for each definition that is open, and the way that leads to the one that is shown.

With nothing but the file's own graph open there is no bar.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabBar, QToolButton, QVBoxLayout, QWidget

from shtairir.document import Change
from shtairir_ui import theme
from shtairir_ui.clearing import clear
from shtairir_ui.editor import Editor
from shtairir_ui.guard import guarded
from shtairir_ui.places import ROOT, Place, graph_at, nearest

CRUMB_WIDTH = 220


class ScopeBar(QWidget):
    """The open places of an editor."""

    closed = Signal(object)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scopeBar")
        self.setProperty("role", "panel")
        self._editor = editor
        self._places: list[Place] = [ROOT]
        self.tabs = _Tabs()
        self.tabs.addTab("")
        self.crumbs = _Crumbs()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.crumbs)
        self.tabs.currentChanged.connect(self._on_tab)
        self.tabs.tabCloseRequested.connect(self.close_tab)
        self.crumbs.chosen.connect(lambda depth: editor.go_to(editor.place.up_to(depth)))
        editor.place_changed.connect(self._on_place)
        editor.graph_replaced.connect(self._on_replaced)
        editor.graph_changed.connect(self._on_changed)
        editor.title_changed.connect(self._refresh)
        self._refresh()

    @property
    def places(self) -> tuple[Place, ...]:
        """The open places, in the order of their tabs."""
        return tuple(self._places)

    def step(self, by: int) -> None:
        """Show the next tab, or the one before."""
        count = self.tabs.count()
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % count)

    def close_tab(self, index: int) -> None:
        """Close a tab; the file's own graph stays open."""
        if index <= 0 or index >= len(self._places):
            return
        gone = self._places.pop(index)
        if gone == self._editor.place:
            self._editor.go_to(self._places[index - 1])
        self._show_tabs()
        self.closed.emit(gone)

    def close_current(self) -> None:
        """Close the tab that is shown."""
        self.close_tab(self.tabs.currentIndex())

    def _on_tab(self, index: int) -> None:
        if 0 <= index < len(self._places):
            self._editor.go_to(self._places[index])

    def _on_place(self, place: Place) -> None:
        if place not in self._places:
            self._places.append(place)
        self._drop_lost()
        self._refresh()

    def _on_replaced(self) -> None:
        self._places = [ROOT]
        self._refresh()

    def _on_changed(self, change: Change) -> None:
        if change.subgraphs_changed or change.nodes_removed or change.nodes_changed or change.meta_changed:
            self._drop_lost()
            self._refresh()

    def _drop_lost(self) -> None:
        there = [place for place in self._places if nearest(self._editor.root, place) == place]
        if there != self._places:
            self._places = there

    def _refresh(self) -> None:
        self._show_tabs()
        self.crumbs.show_way([self._title(self._editor.place.up_to(depth)) for depth in self._depths()])
        self.crumbs.setVisible(bool(self._editor.place.path))
        self.setVisible(len(self._places) > 1)

    def _depths(self) -> range:
        return range(len(self._editor.place.path) + 1)

    def _show_tabs(self) -> None:
        tabs = self.tabs
        tabs.blockSignals(True)  # what is shown follows the editor here, not the other way round
        while tabs.count() > len(self._places):
            tabs.removeTab(tabs.count() - 1)
        while tabs.count() < len(self._places):
            tabs.addTab("")
        for index, place in enumerate(self._places):
            tabs.setTabText(index, self._title(place).replace("&", "&&"))
            tabs.setTabToolTip(index, " ▸ ".join(self._title(place.up_to(n)) for n in range(len(place.path) + 1)))
        button = tabs.tabButton(0, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            tabs.setTabButton(0, QTabBar.ButtonPosition.RightSide, None)
        if self._editor.place in self._places:
            tabs.setCurrentIndex(self._places.index(self._editor.place))
        tabs.blockSignals(False)

    def _title(self, place: Place) -> str:
        if not place.path:
            return self._editor.title
        around = graph_at(self._editor.root, place.up_to(len(place.path) - 1))
        node = around.nodes.get(place.path[-1]) if around is not None else None
        scope = self._editor.root.subgraphs.get(place.scope or "")
        named = scope.name if scope is not None and scope.name not in ("", "untitled") else place.scope or ""
        return node.title if node is not None and node.title else named


class _Tabs(QTabBar):
    """Tabs that the middle button closes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scopeTabs")
        self.setAccessibleName("Open graphs")
        self.setTabsClosable(True)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # The button that closes a tab comes and goes; the line under the tab that is shown must not be cut off by it.
        self.setMinimumHeight(theme.current().control_height + 6)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close the tab under the middle button."""
        if event.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index > 0:
                self.tabCloseRequested.emit(index)
            event.accept()
            return
        super().mouseReleaseEvent(event)


class _Crumbs(QWidget):
    """The way from the file's graph to where one is; each part of it leads back there."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("breadcrumb")
        tokens = theme.current()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(tokens.s3, 2, tokens.s3, 4)
        self._row.setSpacing(2)
        self._shown: list[str] = []

    def show_way(self, titles: list[str]) -> None:
        """Show the way; the last part is where one is."""
        if titles == self._shown:
            return
        self._shown = titles
        clear(self._row)
        for depth, title in enumerate(titles):
            if depth:
                self._row.addWidget(_mark())
            self._row.addWidget(self._part(depth, title, last=depth == len(titles) - 1))
        self._row.addStretch(1)

    def _part(self, depth: int, title: str, *, last: bool) -> QWidget:
        part = QToolButton(autoRaise=True)
        part.setObjectName(f"crumb_{depth}")
        text = part.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, CRUMB_WIDTH)
        part.setText(text.replace("&", "&&"))
        part.setToolTip(title if last else f"Go to {title}")
        part.setEnabled(not last)
        part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        part.clicked.connect(lambda _checked=False: self.chosen.emit(depth))
        return part

    @guarded
    def changeEvent(self, event: QEvent) -> None:
        """Take the titles anew when the font has changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            titles, self._shown = self._shown, []
            self.show_way(titles)


def _mark() -> QLabel:
    mark = QLabel("▸")
    mark.setEnabled(False)
    return mark
