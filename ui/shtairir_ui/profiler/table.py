"""The nodes of a run as a table that can be sorted by any column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir.memory.profiler import NodeProfile
from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.quantities import duration, size

_Index = QModelIndex | QPersistentModelIndex
_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_QUIET = 0
NODE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a cell is written, and what it is sorted by."""

    title: str
    tip: str
    text: Callable[[NodeProfile, float], str]
    key: Callable[[NodeProfile], Any]
    width: int


def _name(node: NodeProfile, busy_s: float) -> str:
    settled = node.status in (NodeStatus.DONE, NodeStatus.CACHED)
    return node.node if settled else f"{node.node} ({str(node.status).replace('_', ' ')})"


def _share(node: NodeProfile, busy_s: float) -> str:
    return f"{node.elapsed_s / busy_s:.1%}" if busy_s else ""


def _bytes(nbytes: int) -> str:
    return size(nbytes) if nbytes else ""


def _hits(node: NodeProfile, busy_s: float) -> str:
    lent = node.hits + node.misses
    return f"{node.hits} of {lent}" if lent else ""


COLUMNS = (
    Column("Node", "", _name, lambda node: node.node, 80),
    Column("Time", "How long it ran", lambda node, _: duration(node.elapsed_s), lambda node: node.elapsed_s, 60),
    Column("Share", "Its part of the time of all nodes together", _share, lambda node: node.elapsed_s, 54),
    Column(
        "Peak",
        "The most memory that it held at a time",
        lambda node, _: _bytes(node.peak_bytes),
        lambda node: node.peak_bytes,
        58,
    ),
    Column(
        "Allocated",
        "All memory that it took, given back since or not",
        lambda node, _: _bytes(node.allocated_bytes),
        lambda node: node.allocated_bytes,
        68,
    ),
    Column("Hits", "Buffers that the pool had for it", _hits, lambda node: (node.hits, node.misses), 56),
)
TIME = 1
_SORT_MARK = """
QHeaderView::section { padding: 4px 6px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-position: left center; left: 2px; width: 10px; }
"""
"""Numbers and their titles are flush right, where the mark would hide them."""


class NodeModel(QAbstractTableModel):
    """The nodes of a profile, in the order that the person chose."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: list[NodeProfile] = []
        self._busy_s = 0.0
        self._by, self._order = TIME, Qt.SortOrder.DescendingOrder

    def show_nodes(self, nodes: Sequence[NodeProfile]) -> None:
        """Show the nodes of another run, or more of the same."""
        self.beginResetModel()
        self._busy_s = sum(node.elapsed_s for node in nodes)
        self.nodes = self._sorted(nodes)
        self.endResetModel()

    def row_of(self, node: NodeId) -> int | None:
        """Return the row of a node."""
        return next((row for row, profile in enumerate(self.nodes) if profile.node == node), None)

    def _sorted(self, nodes: Sequence[NodeProfile]) -> list[NodeProfile]:
        return sorted(nodes, key=COLUMNS[self._by].key, reverse=self._order is Qt.SortOrder.DescendingOrder)

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of nodes."""
        return 0 if parent.isValid() else len(self.nodes)

    @guarded(default=0)
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    @guarded
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        if not index.isValid():
            return None
        node, column = self.nodes[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(node, self._busy_s)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != _QUIET:
            return int(_NUMBER)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _color(node)
        return node.node if role == NODE else None

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column, and what it means."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole and section != _QUIET:
            return int(_NUMBER)
        return None

    @guarded
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the nodes into another order."""
        self._by, self._order = column, order
        self.layoutAboutToBeChanged.emit()
        before = [self.nodes[index.row()].node for index in self.persistentIndexList()]
        self.nodes = self._sorted(self.nodes)
        rows = {node.node: row for row, node in enumerate(self.nodes)}
        after = [self.index(rows[node], 0) for node in before]
        for old, new in zip(self.persistentIndexList(), after, strict=True):
            self.changePersistentIndex(old, new.siblingAtColumn(old.column()))
        self.layoutChanged.emit()


def _color(node: NodeProfile) -> Any:
    if node.status in (NodeStatus.FAILED, NodeStatus.TIMED_OUT):
        return theme.current().error
    return theme.current().text_dim if node.elapsed_s == 0 else None


class NodeTable(QTreeView):
    """Shows a `NodeModel`; a row that is chosen chooses the node."""

    node_clicked = Signal(str)
    node_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profilerTable")
        self.setAccessibleName("Nodes of the last run")
        self.model_ = NodeModel(self)
        self.setModel(self.model_)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for number, column in enumerate(COLUMNS[1:], start=1):
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(number, column.width)
        header.setMinimumSectionSize(48)
        header.setStyleSheet(_SORT_MARK)
        self.sortByColumn(TIME, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.activated.connect(lambda index: self.node_chosen.emit(index.data(NODE)))
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self._quiet = False

    def show_nodes(self, nodes: Sequence[NodeProfile], chosen: Collection[NodeId]) -> None:
        """Show the nodes of a run; the place that is seen stays."""
        place = self.verticalScrollBar().value()
        self._quiet = True
        self.model_.show_nodes(nodes)
        self._quiet = False
        self.verticalScrollBar().setValue(place)
        self.show_chosen(chosen, scroll=False)

    def show_chosen(self, nodes: Collection[NodeId], *, scroll: bool = True) -> None:
        """Mark the rows of the nodes that are selected."""
        self._quiet = True
        model = self.selectionModel()
        model.clearSelection()
        rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for node in nodes:
            row = self.model_.row_of(node)
            if row is not None:
                index = self.model_.index(row, 0)
                model.select(index, rows)
                if scroll and not self.hasFocus():
                    self.scrollTo(index)
        self._quiet = False

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._quiet and index.isValid():
            self.node_clicked.emit(index.data(NODE))
