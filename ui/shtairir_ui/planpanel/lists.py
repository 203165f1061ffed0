"""What stands beside the charts: the time of each stage, and what the planner changed and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from shtairir.planning.plan import ExecutionPlan
from shtairir.planning.schedule import Schedule, StageTime
from shtairir.planning.words import pass_title
from shtairir_ui import theme
from shtairir_ui.quantities import count, duration

_NODE = Qt.ItemDataRole.UserRole
_LISTED = 2000


class _List(QTreeWidget):
    """A list of things that are about nodes."""

    node_clicked = Signal(str)
    node_hovered = Signal(str)

    def __init__(self, name: str, title: str, headers: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setHeaderLabels(headers)
        self.setIndentation(theme.current().s3)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.itemClicked.connect(self._on_clicked)
        self.itemActivated.connect(self._on_clicked)
        self.itemEntered.connect(lambda item, _column: self.node_hovered.emit(item.data(0, _NODE) or ""))
        self.currentItemChanged.connect(self._on_current)

    def _on_clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        node = item.data(0, _NODE)
        if node:
            self.node_clicked.emit(node)

    def _on_current(self, item: QTreeWidgetItem | None, _before: object) -> None:
        if self.hasFocus():
            self.node_hovered.emit((item.data(0, _NODE) or "") if item is not None else "")


class StageList(_List):
    """A row for each stage: what may run side by side, how long it is expected to take, how long it took."""

    def __init__(self) -> None:
        super().__init__("planStages", "Time of each stage", ["Stage", "Side by side", "Before", "After"])
        self.setRootIsDecorated(False)
        header = self.header()
        header.setMinimumSectionSize(theme.current().s6)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_stages(self, plan: ExecutionPlan | None, expected: Schedule | None, took: Schedule | None) -> None:
        """Show the stages of a plan."""
        self.clear()
        if plan is None or expected is None:
            return
        measured = {stage.index: stage for stage in took.stages} if took is not None else {}
        for stage in expected.stages[:_LISTED]:
            item = self._row(stage, expected.is_timed, measured.get(stage.index), took is not None)
            item.setData(0, _NODE, str(plan.tasks[plan.stages[stage.index].tasks[0]].node))
            self.addTopLevelItem(item)

    def _row(self, stage: StageTime, is_timed: bool, took: StageTime | None, has_run: bool) -> QTreeWidgetItem:
        names = ", ".join(stage.nodes)
        ahead = duration(stage.elapsed_s) if is_timed and stage.elapsed_s else "?" if not is_timed else "–"
        after = duration(took.elapsed_s) if took is not None else "–" if has_run else ""
        item = QTreeWidgetItem([str(stage.index + 1), names, ahead, after])
        together = f"{count(len(stage.nodes), 'task')}, {duration(stage.busy_s)} one after the other"
        item.setToolTip(1, f"{together if is_timed else count(len(stage.nodes), 'task')}:\n{names}")
        for column in (2, 3):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item


class ChangeList(_List):
    """What the planner changed and why, pass by pass."""

    def __init__(self) -> None:
        super().__init__("planChanges", "What the planner changed, and why", ["Node", "What and why"])
        header = self.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)

    def show_changes(self, plan: ExecutionPlan | None) -> int:
        """Show what was changed, and return how much."""
        self.clear()
        reasons = list(plan.reasons) if plan is not None else []
        groups: dict[str, QTreeWidgetItem] = {}
        dim = QBrush(theme.current().text_dim)
        for node, name, sentence in reasons[:_LISTED]:
            group = groups.get(name)
            if group is None:
                group = groups[name] = QTreeWidgetItem([pass_title(name)])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setForeground(0, dim)
                self.addTopLevelItem(group)
                group.setFirstColumnSpanned(True)
            item = QTreeWidgetItem(group, [node or "the graph", sentence])
            item.setData(0, _NODE, str(node) if node is not None else "")
            item.setToolTip(1, sentence)
        for name, group in groups.items():
            group.setText(0, f"{pass_title(name)} ({group.childCount()})")
        self.expandAll()
        if not reasons and plan is not None:
            nothing = QTreeWidgetItem([f"The level “{plan.level}” changes nothing in this graph."])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addTopLevelItem(nothing)
            nothing.setFirstColumnSpanned(True)
        return len(reasons)
