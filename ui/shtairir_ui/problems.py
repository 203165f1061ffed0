"""What is wrong with the graph, as it is edited."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QStackedLayout,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from shtairir.document.edits import RemoveLinks, RemoveNodes
from shtairir.errors import ShtairirError
from shtairir.ids import NodeId
from shtairir.validation import Problem
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.packs import pack_problems
from shtairir_ui.runtime import NodeRuntime

PROBLEM = Qt.ItemDataRole.UserRole
SHOWN_AT_MOST = 200
FIX_WIDTH, BUTTON_WIDTH = 300, 72
ORDER = {"error": 0, "warning": 1, "info": 2}


class ProblemsPanel(QWidget):
    """One row a problem; a click goes to the node, the button mends what can be mended by itself."""

    count_changed = Signal(int)
    node_chosen = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._editor = editor
        self._refused: list[Problem] = []
        self._failed: list[Problem] = []
        self.list = _make_list()
        self._empty = EmptyState("ok", "No problems", "The graph is ready to run.")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self.list.itemClicked.connect(lambda item, _column: self._choose(item))
        self.list.itemActivated.connect(lambda item, _column: self._choose(item))
        editor.problems_changed.connect(self._on_checked)
        editor.run_refused.connect(self._on_refused)
        editor.packs_checked.connect(self._show)
        editor.runtime_changed.connect(self._on_runtime)
        editor.run_finished.connect(self._on_runtime)
        editor.graph_replaced.connect(self._on_runtime)
        editor.graph_replaced.connect(self._describe_none)
        editor.graph_changed.connect(self._describe_none)
        theme.changed.connect(self._show)
        self._show()

    def _on_checked(self, _problems: list[Problem]) -> None:
        self._refused = []
        self._show()

    def _on_refused(self, error: Exception) -> None:
        """Planning may find what editing did not; those stay until the graph is checked again."""
        known = {(one.code, one.node, one.port) for one in self._editor.problems}
        found = getattr(error, "problems", ()) or (_problem_of(error),)
        self._refused = [one for one in found if (one.code, one.node, one.port) not in known]
        self._show()

    def _on_runtime(self, _nodes: object = None) -> None:
        """After a run, what failed in it is a problem until its inputs change."""
        if self._editor.is_running:
            return
        failed = failures(self._editor.whole_runtime)
        if failed != self._failed:
            self._failed = failed
            self._show()

    def _describe_none(self, _change: object = None) -> None:
        if self._editor.root.nodes:
            self._empty.say("No problems", "The graph is ready to run.")
        else:
            self._empty.say("No problems", "The graph is empty: add a block to begin.")

    def _show(self, _tokens: object = None) -> None:
        self._describe_none()
        found = [*self._editor.problems, *self._refused, *self._failed, *pack_problems(self._editor.registry)]
        problems = sorted(found, key=lambda problem: ORDER.get(problem.severity, 3))
        self.list.clear()
        for problem in problems[:SHOWN_AT_MOST]:
            self._add_row(problem)
        if len(problems) > SHOWN_AT_MOST:
            self.list.addTopLevelItem(QTreeWidgetItem([f"and {len(problems) - SHOWN_AT_MOST} more"]))
        self.list.setColumnHidden(3, not any(problem.edit is not None for problem in problems))
        self._stack.setCurrentWidget(self.list if problems else self._empty)
        self.count_changed.emit(len(problems))

    def _add_row(self, problem: Problem) -> None:
        item = QTreeWidgetItem([problem.message, str(problem.node or ""), problem.fix or ""])
        item.setData(0, PROBLEM, problem)
        item.setIcon(0, theme.icon(problem.severity, _color(problem.severity)))
        item.setToolTip(0, problem.message)
        item.setToolTip(2, problem.fix or "")
        for column in (1, 2):
            item.setForeground(column, theme.current().text_dim)
        self.list.addTopLevelItem(item)
        if problem.edit is not None:
            self.list.setItemWidget(item, 3, self._fix_button(problem))

    def _fix_button(self, problem: Problem) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setText("Remove" if isinstance(problem.edit, RemoveLinks | RemoveNodes) else "Fix")
        button.setObjectName("fixButton")
        button.setStyleSheet(f"color: {theme.current().css('accent')};")
        button.setToolTip(problem.fix or "Mend this problem")
        button.clicked.connect(lambda _checked=False: self._editor.mend(problem.edit))
        return button

    def _choose(self, item: QTreeWidgetItem) -> None:
        problem: Problem | None = item.data(0, PROBLEM)
        if problem is not None and problem.node is not None:
            self.node_chosen.emit(str(problem.node))


def _problem_of(error: Exception) -> Problem:
    """What kept a run from its end, and is no fault of one node."""
    if isinstance(error, ShtairirError):
        return Problem("error", "refused", error.message, fix=error.hint or None)
    return Problem("error", "refused", f"The run could not be carried out: {error}")


def failures(runtime: Mapping[NodeId, NodeRuntime]) -> list[Problem]:
    """The nodes that failed in the last run, as problems; one whose inputs changed since may work now."""
    return [
        Problem("error", "failed", f"'{node}' failed: {state.failure.message}", node, fix=state.failure.hint or None)
        for node, state in runtime.items()
        if state.failure is not None and not state.stale
    ]


def _make_list() -> QTreeWidget:
    tree = QTreeWidget()
    tree.setObjectName("problemsList")
    tree.setAccessibleName("Problems")
    tree.setHeaderLabels(["Problem", "Node", "What to do", ""])
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.setTextElideMode(Qt.TextElideMode.ElideRight)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
    header.resizeSection(2, FIX_WIDTH)
    header.setSectionResizeMode(3, QHeaderView.ResizeMode.Fixed)
    header.resizeSection(3, BUTTON_WIDTH)
    return tree


def _color(severity: str) -> str:
    return {"error": "error", "warning": "warning"}.get(severity, "text_dim")
