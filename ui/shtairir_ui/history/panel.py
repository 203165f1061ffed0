"""The list of runs; one of them is opened on the canvas, two are compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.history.models import GRAPH_COLUMN, ComparisonModel, RunsModel
from shtairir_ui.history.reading import Comparing, read_comparison, read_past, read_runs
from shtairir_ui.history.words import when
from shtairir_ui.pastrun import PastRun

if TYPE_CHECKING:
    from shtairir.monitor.past import RunSummary

SHOWN = 500
RESUMABLE = frozenset({"failed", "partial", "cancelled", "timed_out", "died", "interrupted"})
_SELECT_ROW = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
NOTHING_KEPT = "Nothing is kept of runs"
WHY_NOTHING_KEPT = "SHTAIRIR_STATE_PATH is set to nothing. Unset it, and start again, to have a history."


class HistoryPanel(QWidget):
    """Runs of this graph, or of all; read on a worker whenever there may be another."""

    resume_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyPanel")
        self.setProperty("role", "panel")
        self._editor = editor
        self._asked = 0
        self.model = RunsModel()
        self.compared = ComparisonModel()
        self.table = make_table("historyTable", "Runs", self.model, (128, 120, 68, 124, 72, 76, 112))
        widths = (150, 104, 104, 76, 76, 132, 84, 84)
        self.comparison = make_table("comparisonTable", "Two runs compared", self.compared, widths)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.which = QComboBox()
        self.which.setObjectName("historyWhich")
        self.which.setAccessibleName("Which runs are shown")
        self.which.addItems(["Runs of this graph", "All runs"])
        self.resume_button = bar_button(
            "run", "Resume", "Go on with this run: what was finished in it is not run again", "historyResume"
        )
        self.open_button = bar_button("open", "Open", "Show this run on the canvas, as it was (Enter)", "historyOpen")
        self.compare_button = bar_button(
            "compare", "Compare", "Show two runs side by side: choose two, with Ctrl", "historyCompare"
        )
        self.refresh_button = bar_button("refresh", "", "Read the list again", "historyRefresh")
        self.back_button = bar_button("chevron_left", "All runs", "Back to the list", "historyBack")
        self.heading = QLabel()
        self.heading.setObjectName("comparisonHeading")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.empty = EmptyState("history", "No runs yet", "Run the graph: each run is listed here.")
        self._lay_out()
        self._connect()
        self._refresh_buttons()

    def refresh(self) -> None:
        """Read the list again, if somebody looks at it."""
        if not self.isVisible():
            return
        self._asked += 1
        asked, graph = self._asked, self._graph()
        self._editor.background.submit(lambda: read_runs(graph, SHOWN), lambda found: self._show(asked, found))

    def chosen(self) -> list[RunSummary]:
        """The chosen runs, the earliest first."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()}, reverse=True)
        return [self.model.runs[row] for row in rows]

    def open_chosen(self) -> None:
        """Show the chosen run on the canvas."""
        runs = self.chosen()
        if len(runs) != 1:
            return
        run, budget, registry = runs[0], self._editor.results.budget_bytes, self._editor.registry
        self._editor.message.emit("Reading the run…")
        self._editor.background.submit(lambda: read_past(run.key, registry, budget), self._show_past)

    def resume_chosen(self) -> None:
        """Ask to go on with the chosen run."""
        runs = self.chosen()
        if len(runs) == 1 and self._can_resume(runs[0]):
            self._editor.leave_past()
            self.resume_wanted.emit(runs[0].key)

    def _can_resume(self, run: RunSummary) -> bool:
        """Whether there is something left to do in a run of the graph that is open."""
        file = str(self._editor.path) if self._editor.path is not None else None
        same = run.file == file and (file is not None or run.graph == self._editor.present.name)
        return same and run.status in RESUMABLE and not self._editor.is_running

    def compare_chosen(self) -> None:
        """Show two runs side by side."""
        runs = self.chosen()
        if len(runs) == 2:
            first, second = runs[0].key, runs[1].key
            self._editor.background.submit(lambda: read_comparison(first, second), self._show_comparison)

    # -- what is shown ---------------------------------------------------------------------------

    def _graph(self) -> str | None:
        if self.which.currentIndex() == 1:
            return None
        return str(self._editor.path) if self._editor.path is not None else self._editor.present.name

    def _show(self, asked: int, runs: list[RunSummary] | None) -> None:
        if asked != self._asked:
            return
        if runs is None:
            self.empty.say(NOTHING_KEPT, WHY_NOTHING_KEPT)
        elif not runs:
            whose = "of this graph " if self.which.currentIndex() == 0 else ""
            self.empty.say(f"No runs {whose}yet", "Run the graph: each run is listed here.")
        keys = {run.key for run in self.chosen()}
        self.model.show(runs or [])
        self.table.setColumnHidden(GRAPH_COLUMN, self.which.currentIndex() == 0)
        for row, run in enumerate(self.model.runs):
            if run.key in keys:
                self.table.selectionModel().select(self.model.index(row, 0), _SELECT_ROW)
        if self._pages.currentWidget() is not self._compared_page:
            self._pages.setCurrentWidget(self._list if runs else self.empty)
        self._refresh_buttons()

    def _show_past(self, found: PastRun | str) -> None:
        if isinstance(found, str):
            self._editor.message.emit(found)
        else:
            self._editor.show_past(found)
            self._editor.message.emit(f"{found.title}.")

    def _show_comparison(self, found: Comparing | str) -> None:
        if isinstance(found, str):
            self._editor.message.emit(found)
            return
        self.compared.show(found)
        now = datetime.now().astimezone()
        same = "The graph was the same." if found.same_graph else "The graph, or its values, had changed between them."
        first, second = when(found.first.started, now), when(found.second.started, now)
        self.heading.setText(f"First: {first}   ·   Second: {second}   ·   {same}")
        self._pages.setCurrentWidget(self._compared_page)
        self.comparison.setFocus()
        self._refresh_buttons()

    def _show_list(self) -> None:
        self._pages.setCurrentWidget(self._list if self.model.runs else self.empty)
        self.table.setFocus()
        self._refresh_buttons()

    def _refresh_buttons(self, *_cause: object) -> None:
        comparing = self._pages.currentWidget() is self._compared_page
        chosen = self.chosen()
        number = len(chosen)
        self.resume_button.setVisible(not comparing)
        self.resume_button.setEnabled(number == 1 and self._can_resume(chosen[0]))
        for widget in (self.which, self.open_button, self.compare_button, self.refresh_button):
            widget.setVisible(not comparing)
        self.back_button.setVisible(comparing)
        self.heading.setVisible(comparing)
        self.open_button.setEnabled(number == 1)
        self.compare_button.setEnabled(number == 2)

    def _on_node(self, row: int) -> None:
        node = self.compared.nodes[row].node
        shown = self._editor.show_node(node)
        if shown is not None:
            self._editor.select((shown,))

    # -- assembly --------------------------------------------------------------------------------

    def _connect(self) -> None:
        editor = self._editor
        self.table.selectionModel().selectionChanged.connect(self._refresh_buttons)
        self.table.activated.connect(lambda _index: self.open_chosen())
        self.comparison.activated.connect(lambda index: self._on_node(index.row()))
        self.which.currentIndexChanged.connect(lambda _index: self.refresh())
        _on(self.resume_button, self.resume_chosen)
        _on(self.open_button, self.open_chosen)
        _on(self.compare_button, self.compare_chosen)
        _on(self.refresh_button, self.refresh)
        _on(self.back_button, self._show_list)
        editor.run_recorded.connect(lambda _recorded: self.refresh())
        editor.document_opened.connect(self._on_document)
        # What began today is told otherwise tomorrow, and runs of the shell come in unasked.
        self._again = QTimer(self, interval=15_000)
        self._again.timeout.connect(self.refresh)
        self._again.start()

    def _on_document(self) -> None:
        self._show_list()
        self.refresh()

    def _lay_out(self) -> None:
        tokens = theme.current()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        bar.setSpacing(tokens.s1)
        for widget in (self.back_button, self.which):
            bar.addWidget(widget)
        bar.addWidget(self.heading, 1)
        bar.addStretch(1)
        for button in (self.resume_button, self.open_button, self.compare_button, self.refresh_button):
            bar.addWidget(button)
        self._list, self._compared_page = self.table, self.comparison
        self._pages = QStackedWidget()
        for page in (self.empty, self._list, self._compared_page):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._pages, 1)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Read what came while nobody looked."""
        super().showEvent(event)
        self.refresh()


def make_table(name: str, title: str, model: QAbstractItemModel, widths: tuple[int, ...]) -> QTableView:
    """A quiet table whose rows are chosen whole; the last column takes the rest."""
    tokens = theme.current()
    table = QTableView()
    table.setModel(model)
    table.setObjectName(name)
    table.setAccessibleName(title)
    table.setProperty("role", "flat")
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(tokens.control_height)
    table.horizontalHeader().setStretchLastSection(True)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(widths):
        table.setColumnWidth(column, width)
    return table


def _on(button: QToolButton, do: Callable[[], None]) -> None:
    button.clicked.connect(lambda _checked=False: do())
