"""The two tables: runs, and the nodes of two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.history.words import ORIGINS, nodes_of, status_of, when
from shtairir_ui.inspector.header import STATUS
from shtairir_ui.quantities import duration, size

if TYPE_CHECKING:
    from shtairir.monitor.past import Comparison, NodeComparison, NodeRun, RunSummary

_Index = QModelIndex | QPersistentModelIndex
_ROLES = Qt.ItemDataRole
_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


GRAPH_COLUMN = 6


class _Table(QAbstractTableModel):
    """What both have in common: columns with names, cells that each row is asked for."""

    headers: tuple[str, ...] = ()
    numbers: frozenset[int] = frozenset()

    @guarded(default=0)
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.headers)

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLES.DisplayRole) -> object:
        """What the columns are called."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ROLES.TextAlignmentRole and section in self.numbers:
            return int(_NUMBER)
        return self.headers[section] if role == _ROLES.DisplayRole else None


class RunsModel(_Table):
    """Runs, the latest first."""

    headers = ("Began", "Status", "Time", "Nodes", "Peak", "By", "Graph", "What went wrong")
    numbers = frozenset({2, 4})

    def __init__(self) -> None:
        super().__init__()
        self.runs: Sequence[RunSummary] = ()
        self._now = datetime.now().astimezone()

    def show(self, runs: Sequence[RunSummary]) -> None:
        """Show these."""
        self.beginResetModel()
        self.runs, self._now = runs, datetime.now().astimezone()
        self.endResetModel()

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.runs)

    @guarded
    def data(self, index: _Index, role: int = _ROLES.DisplayRole) -> object:
        """What a cell shows."""
        run, column = self.runs[index.row()], index.column()
        if role == _ROLES.DisplayRole:
            return self._text(run, column)
        if role == _ROLES.DecorationRole and column == 1:
            return theme.icon(*status_of(run.status)[:2])
        if role == _ROLES.TextAlignmentRole and column in self.numbers:
            return int(_NUMBER)
        if role == _ROLES.ToolTipRole:
            return _run_tip(run)
        if role == _ROLES.ForegroundRole and column in (4, 5, 6):
            return theme.current().text_dim
        return None

    def _text(self, run: RunSummary, column: int) -> str:
        texts = (
            lambda: when(run.started, self._now),
            lambda: status_of(run.status)[2],
            lambda: duration(run.elapsed_s) if run.elapsed_s else "",
            lambda: nodes_of(run),
            lambda: size(run.peak_bytes) if run.peak_bytes else "",
            lambda: ORIGINS.get(run.origin, run.origin),
            lambda: run.graph,
            lambda: run.error,
        )
        return texts[column]()


def _run_tip(run: RunSummary) -> str:
    lines = [f"Run {run.key}", run.file or "not saved to a file", run.error]
    if run.resumed_from:
        lines.append(f"It went on with run {run.resumed_from}.")
    if run.regressions:
        lines.append(f"{run.regressions} of its nodes took more than they usually do.")
    return "\n".join(line for line in lines if line)


class ComparisonModel(_Table):
    """The nodes of two runs, those first that differ most."""

    headers = ("Node", "First", "Second", "Time 1", "Time 2", "Difference", "Memory 1", "Memory 2", "Values")
    numbers = frozenset({3, 4, 5, 6, 7})

    def __init__(self) -> None:
        super().__init__()
        self.nodes: Sequence[NodeComparison] = ()

    def show(self, comparison: Comparison) -> None:
        """Show this one."""
        self.beginResetModel()
        self.nodes = sorted(comparison.nodes, key=_weight, reverse=True)
        self.endResetModel()

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.nodes)

    @guarded
    def data(self, index: _Index, role: int = _ROLES.DisplayRole) -> object:
        """What a cell shows."""
        node, column = self.nodes[index.row()], index.column()
        run = (node.first, node.second)[column - 1] if column in (1, 2) else None
        if role == _ROLES.DisplayRole:
            return _compared(node, column)
        if role == _ROLES.DecorationRole and run is not None:
            return theme.icon(*STATUS[run.status][:2])
        if role == _ROLES.TextAlignmentRole and column in self.numbers:
            return int(_NUMBER)
        if role == _ROLES.ForegroundRole:
            return _color(node, column)
        if role == _ROLES.ToolTipRole:
            return "\n".join(found.error.message for found in (node.first, node.second) if found and found.error)
        return None


def _weight(node: NodeComparison) -> tuple[bool, float]:
    """What ended otherwise comes first, then what took longer or shorter by the most seconds."""
    return node.status_changed, abs(_seconds(node.second) - _seconds(node.first))


def _seconds(run: NodeRun | None) -> float:
    return run.elapsed_s if run is not None else 0.0


def _compared(node: NodeComparison, column: int) -> str:
    match column:
        case 0:
            return node.node
        case 1 | 2:
            run = (node.first, node.second)[column - 1]
            return STATUS[run.status][2] if run is not None else "not there"
        case 3 | 4:
            run = (node.first, node.second)[column - 3]
            return duration(run.elapsed_s) if run is not None and run.elapsed_s else ""
        case 5:
            return _difference(node)
        case 6 | 7:
            run = (node.first, node.second)[column - 6]
            return size(run.peak_bytes) if run is not None and run.peak_bytes else ""
        case _:
            return f"differ: {', '.join(node.changed)}" if node.changed else ""


def _difference(node: NodeComparison) -> str:
    """``+0.4 s (3.1 ×)``; nothing where one of them did not run or no time is worth telling."""
    ratio = node.time_ratio
    change_s = _seconds(node.second) - _seconds(node.first)
    if ratio is None or abs(change_s) < 0.001:
        return ""
    sign = "+" if change_s > 0 else "−"
    return f"{sign}{duration(abs(change_s))} ({ratio:.1f} ×)"


def _color(node: NodeComparison, column: int) -> object:
    tokens = theme.current()
    ratio = node.time_ratio
    if column == 5 and ratio is not None:
        if ratio >= 1.5:
            return tokens.error
        return tokens.ok if ratio <= 0.67 else tokens.text_dim
    if column in (1, 2) and node.status_changed:
        return tokens.warning
    return None if column in (0, 1, 2, 8) else tokens.text_dim
