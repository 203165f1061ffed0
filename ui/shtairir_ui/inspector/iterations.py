"""What became of each iteration of a loop: a table of a million rows costs what is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.guard import guarded
from shtairir_ui.inspector.header import STATUS
from shtairir_ui.quantities import count, duration

if TYPE_CHECKING:  # imported with the first run
    from shtairir.results.iterations import Iteration, Iterations

_Index = QModelIndex | QPersistentModelIndex
_HEADERS = ("Item", "Status", "Time", "What went wrong")


class IterationModel(QAbstractTableModel):
    """The iterations of one loop; each is read when its row is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._iterations: Sequence[Iteration] = ()

    def show(self, iterations: Sequence[Iteration]) -> None:
        """Show these."""
        self.beginResetModel()
        self._iterations = iterations
        self.endResetModel()

    def iteration(self, row: int) -> Iteration | None:
        """The iteration of a row."""
        return self._iterations[row] if 0 <= row < len(self._iterations) else None

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._iterations)

    @guarded(default=0)
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_HEADERS)

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What the columns are called."""
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _HEADERS[section] if shown else None

    @guarded
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        found = self.iteration(index.row())
        if found is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(found, index.column())
        icon, color, _ = STATUS[found.status]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 1:
            return theme.icon(icon, color)
        if role == Qt.ItemDataRole.ToolTipRole and found.error:
            where = f"In '{found.node}': " if found.node else ""
            return f"{where}{found.error}"
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in (0, 2):
            return theme.current().text_dim
        return None


def _text(iteration: Iteration, column: int) -> str:
    match column:
        case 0:
            return f"{iteration.index:,}"
        case 1:
            return STATUS[iteration.status][2]
        case 2:
            return duration(iteration.elapsed_s) if iteration.elapsed_s else ""
        case _:
            return f"{iteration.node}: {iteration.error}" if iteration.node else iteration.error or ""


class IterationsPage(QWidget):
    """The table, a way to the failed ones, and a way into one of them."""

    inspect_wanted = Signal(object, int)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("iterationsPage")
        self._editor = editor
        self._node: NodeId | None = None
        self._shown: Iterations | None = None
        self.model = IterationModel()
        self.table = QTableView()
        self.table.setObjectName("iterationsTable")
        self.table.setAccessibleName("Iterations")
        self.table.setModel(self.model)
        self.summary = QLabel(wordWrap=True)
        self.summary.setObjectName("iterationsSummary")
        self.only_failed = QCheckBox("Failed only")
        self.only_failed.setObjectName("onlyFailed")
        self.inspect_button = QPushButton("Inspect")
        self.inspect_button.setObjectName("inspectIteration")
        self.inspect_button.setToolTip("Run this item once more, and show every value of it inside the loop")
        self._lay_out()
        self.only_failed.toggled.connect(self._fill)
        self.table.selectionModel().selectionChanged.connect(self._refresh_button)
        self.table.doubleClicked.connect(lambda _index: self._inspect())
        self.inspect_button.clicked.connect(lambda _checked=False: self._inspect())
        theme.changed.connect(self._fill)

    def show_node(self, node: NodeId) -> None:
        """Show what is known of a loop's iterations."""
        found = self._editor.iterations(node)
        if node != self._node or found is not self._shown:
            self._node, self._shown = node, found
            self._fill()

    def _fill(self, _cause: object = None) -> None:
        found = self._shown
        self.only_failed.setVisible(found is not None and found.count_of(NodeStatus.FAILED) > 0)
        if found is None:
            self.model.show(())
            self.summary.setText("This loop has not run yet.")
        else:
            failed = self.only_failed.isChecked() and self.only_failed.isVisibleTo(self)
            self.model.show(found.failed() if failed else found)
            self.summary.setText(_summary(found))
        self._refresh_button()

    def _refresh_button(self, *_cause: object) -> None:
        self.inspect_button.setEnabled(self._chosen() is not None and self._editor.can_inspect)

    def _chosen(self) -> Iteration | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.iteration(rows[0].row()) if rows else None

    def _inspect(self) -> None:
        chosen = self._chosen()
        if chosen is not None and self._node is not None:
            self.inspect_wanted.emit(self._node, chosen.index)

    def _lay_out(self) -> None:
        tokens = theme.current()
        table = self.table
        table.setProperty("role", "flat")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(tokens.control_height)
        table.horizontalHeader().setStretchLastSection(True)
        for number, width in enumerate((64, 96, 80)):
            table.setColumnWidth(number, width)
        above = QHBoxLayout()
        above.setContentsMargins(tokens.s3, tokens.s2, tokens.s3, tokens.s2)
        above.addWidget(self.summary, 1)
        above.addWidget(self.only_failed)
        above.addWidget(self.inspect_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(table, 1)


def _summary(found: Iterations) -> str:
    parts = [count(len(found), "item")]
    for status, word in ((NodeStatus.FAILED, "failed"), (NodeStatus.CANCELLED, "not run")):
        number = found.count_of(status)
        if number:
            parts.append(f"{number:,} {word}")
    return " · ".join(parts)
