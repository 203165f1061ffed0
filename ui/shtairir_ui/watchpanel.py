"""What is watched, with its values, and where runs are held."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shtairir.ids import PortRef
from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.marks import source_of
from shtairir_ui.runtime import IDLE

_NAME = Qt.ItemDataRole.UserRole
_EMPTY_HINT = "The menu of a link watches its value. F9 sets a breakpoint on the selected nodes or link."


class WatchPanel(QWidget):
    """One row for each watched link and each breakpoint; a click leads there, Delete takes it away."""

    node_chosen = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("watchPanel")
        self.setProperty("role", "panel")
        self._editor = editor
        self.list = QTreeWidget()
        self.list.setObjectName("watchList")
        self.list.setAccessibleName("Watched links and breakpoints")
        self.list.setHeaderLabels(["Where", "Value or state"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setIconSize(QSize(36, 22))
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        tip = "Hold the run nowhere any more"
        self.clear_button = bar_button("delete", "Remove all breakpoints", tip, "clearStops")
        self.remove_button = bar_button("remove", "Remove", "Take the chosen row away", "watchRemove")
        self._empty = EmptyState("eye", "Nothing is watched, and no run is held", _EMPTY_HINT)
        self._lay_out()
        self.list.itemActivated.connect(lambda item, _column: self._choose(item))
        self.list.itemClicked.connect(lambda item, _column: self._choose(item))
        self.list.currentItemChanged.connect(self._refresh_buttons)
        self.remove_button.clicked.connect(lambda _checked=False: self._remove())
        self.clear_button.clicked.connect(lambda _checked=False: editor.marks.clear_stops())
        editor.marks_changed.connect(self._fill)
        editor.runtime_changed.connect(self._refresh)
        editor.graph_replaced.connect(self._fill)
        editor.graph_changed.connect(lambda _change: self._refresh())
        theme.changed.connect(self._fill)
        self._fill()

    def _fill(self, _cause: object = None) -> None:
        if not self.isVisible():
            return  # nobody sees it: filled when somebody does
        marks = self._editor.marks
        self.list.clear()
        for link in marks.watched:
            self._add("eye", "text_dim", link)
        for name in marks.stops:
            self._add("breakpoint", "error", name)
        self._stack.setCurrentWidget(self.list if self.list.topLevelItemCount() else self._empty)
        self._refresh()
        self._refresh_buttons()

    def _add(self, icon: str, color: str, name: str | PortRef) -> None:
        item = QTreeWidgetItem()
        item.setData(0, _NAME, name)
        item.setIcon(0, theme.icon(icon, color))
        item.setForeground(1, theme.current().text_dim)
        self.list.addTopLevelItem(item)

    def _refresh(self, _cause: object = None) -> None:
        if not self.isVisible():
            return
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:
                where, what = self._told(item.data(0, _NAME))
                item.setText(0, where)
                item.setText(1, what)
                item.setToolTip(1, what)
                item.setIcon(1, self._picture(item.data(0, _NAME)))

    def _told(self, name: str | PortRef) -> tuple[str, str]:
        """A row: where it is, and the value that passes there or whether a node is held."""
        if isinstance(name, str):
            node = self._node_of(name)
            held = node in self._editor.held_nodes
            where = f"before {name}" if node == name else f"the link into {name}"
            return where, f"'{node}' is held here" if held else ""
        source = source_of(self._editor.present.snapshot(), PortRef(*name))
        if source is None:
            return f"? → {name}", "there is no such link now"
        summary = self._editor.whole_runtime.get(source.node, IDLE).summaries.get(source.port)
        return f"{source} → {name}", summary.text if summary is not None else "no value yet"

    def _picture(self, name: str | PortRef) -> QIcon:
        """A small picture of a value that has one."""
        source = source_of(self._editor.present.snapshot(), PortRef(*name)) if not isinstance(name, str) else None
        image = self._editor.picture_of(source.node) if source is not None else None
        return QIcon(QPixmap.fromImage(image)) if image is not None else QIcon()

    def _node_of(self, name: str) -> str:
        return name if self._editor.present.snapshot().find(name) is not None else name.rpartition(".")[0]

    def _choose(self, item: QTreeWidgetItem) -> None:
        name = item.data(0, _NAME)
        self.node_chosen.emit(self._node_of(name) if isinstance(name, str) else name.node)

    def _remove(self) -> None:
        item = self.list.currentItem()
        name = item.data(0, _NAME) if item is not None else None
        if isinstance(name, str):
            self._editor.marks.set_stops([name], on=False)
        elif name is not None:
            self._editor.marks.toggle_watch(PortRef(name.node, name.port))

    def _refresh_buttons(self, *_cause: object) -> None:
        self.remove_button.setEnabled(self.list.currentItem() is not None)
        self.clear_button.setEnabled(bool(self._editor.marks.stops))

    def _lay_out(self) -> None:
        tokens = theme.current()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        bar.setSpacing(tokens.s1)
        hint = QLabel("Values as they pass; nodes as they are held")
        hint.setProperty("role", "dim")
        bar.addWidget(hint, 1)
        bar.addWidget(self.remove_button)
        bar.addWidget(self.clear_button)
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(body, 1)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Show what was marked while nobody looked."""
        super().showEvent(event)
        self._fill()
