"""The profiler: a timeline beside tables, and what can be done about memory."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from shtairir.ids import NodeId
from shtairir.memory.allocator import Released
from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.profiler.chart import TimelineChart
from shtairir_ui.profiler.geometry import GUTTER
from shtairir_ui.profiler.lanes import scene_of
from shtairir_ui.profiler.legend import Legend
from shtairir_ui.profiler.owners import OwnersList
from shtairir_ui.profiler.recording import Recording
from shtairir_ui.profiler.table import NodeTable
from shtairir_ui.profiler.words import summary
from shtairir_ui.quantities import released_words

TRACE_FILTER = "Traces (*.json);;All files (*)"
_SIZES = (550, 450)


class ProfilerPanel(QWidget):
    """Where time and memory of the last run went."""

    node_chosen = Signal(str)
    node_shown = Signal(str)
    message = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profilerPanel")
        self.setProperty("role", "panel")
        self._editor = editor
        self._is_old = False
        self.recording = Recording(editor, self)
        self.chart = TimelineChart()
        self.legend = Legend()
        self.table = NodeTable()
        self.owners = OwnersList()
        self.summary = QLabel()
        self.summary.setObjectName("profilerSummary")
        self.summary.setProperty("role", "dim")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.fit_button = bar_button("fit", "", "Show all of the run (double-click, or Home)", "profilerFit")
        self.export_button = bar_button("export", "Export trace", "Write a trace for Perfetto", "profilerExport")
        self.release_button = bar_button(
            "memory", "Release memory", "Return memory that nobody uses to the system", "profilerRelease"
        )
        self._empty = EmptyState("clock", "No run yet", "Run the graph to see where time and memory go.")
        self._lay_out()
        self._connect()
        self._show()

    def export_trace(self, path: Path) -> None:
        """Write the trace of the last run."""
        from shtairir.monitor.trace import write_trace

        recording = self.recording
        if recording.plan is None:
            return
        try:
            write_trace(path, recording.profile, recording.plan, recording.lifetimes.found)
        except OSError as error:
            reason = error.strerror or str(error)
            self.message.emit(f"The trace was not written to {path}: {reason}. Choose another folder.")
        else:
            self.message.emit(f"Wrote {path.name}; open it at ui.perfetto.dev or in chrome://tracing.")

    # -- assembly ----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme.current()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        bar.setSpacing(tokens.s1)
        bar.addWidget(self.summary, 1)
        for button in (self.fit_button, self.export_button, self.release_button):
            bar.addWidget(button)
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setObjectName("profilerTabs")
        self.tabs.addTab(self.table, "Nodes")
        self.tabs.addTab(self.owners, "Owners")
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._make_timeline())
        self.splitter.addWidget(self.tabs)
        for place, stretch in enumerate(_SIZES):
            self.splitter.setStretchFactor(place, stretch)
        self.splitter.setSizes(list(_SIZES))
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.splitter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(body, 1)

    def _make_timeline(self) -> QWidget:
        tokens = theme.current()
        timeline = QWidget()
        column = QVBoxLayout(timeline)
        column.setContentsMargins(0, 0, 0, tokens.s1)
        column.setSpacing(tokens.s1)
        column.addWidget(self.chart, 1)
        row = QHBoxLayout()
        row.setContentsMargins(round(GUTTER), 0, tokens.s2, 0)
        row.addWidget(self.legend)
        column.addLayout(row)
        return timeline

    def _connect(self) -> None:
        editor = self._editor
        self.recording.changed.connect(self._show)
        editor.selection_changed.connect(self._on_selection)
        editor.memory_released.connect(self._on_released)
        editor.run_started.connect(self._refresh_buttons)
        editor.run_refused.connect(self._refresh_buttons)
        for part in (self.chart, self.table):
            part.node_clicked.connect(self._on_clicked)
            part.node_chosen.connect(self._on_chosen)
        self.owners.node_clicked.connect(self._on_clicked)
        self.fit_button.clicked.connect(lambda _checked=False: self.chart.fit())
        self.export_button.clicked.connect(lambda _checked=False: self._ask_where_to())
        self.release_button.clicked.connect(lambda _checked=False: editor.release_memory())
        theme.changed.connect(self._show_owners)

    # -- what is shown -----------------------------------------------------------------------------

    def _show(self) -> None:
        if not self.isVisible():
            self._is_old = True  # nobody sees it: drawn when somebody does
            self._refresh_buttons()
            return
        self._is_old = False
        profile, critical = self.recording.profile, self.recording.critical
        scene = scene_of(profile, self._category, critical)
        self.chart.show_scene(scene, {bar.node: self._title(bar.node) for bar in scene.bars})
        self.legend.show_scene(scene, bool(critical))
        self.table.show_nodes(profile.nodes, self._editor.selection)
        self._on_selection(self._editor.selection)
        self._show_owners()
        self.summary.setText(summary(profile) if profile.run is not None else "")
        self._stack.setCurrentWidget(self._empty if profile.run is None else self.splitter)
        self._refresh_buttons()

    def _show_owners(self, _tokens: object = None) -> None:
        # While a run goes on, the list would move under the eye; and it is known at the end only.
        if self.recording.profile.status is not None:
            self.owners.show_profile(self.recording.profile)

    def _refresh_buttons(self, _cause: object = None) -> None:
        seen = self.recording.profile.run is not None
        self.fit_button.setEnabled(seen)
        self.export_button.setEnabled(self.recording.plan is not None and not self._editor.is_running)

    def _category(self, path: NodeId) -> str:
        definition = self._editor.definition_at(path)
        return definition.category if definition is not None else ""

    def _title(self, path: NodeId) -> str:
        found = self._editor.node_at(path)
        if found is None:
            return ""
        definition = self._editor.definition_at(path)
        return found.title or (definition.name if definition is not None else found.block)

    # -- what is done ------------------------------------------------------------------------------

    def _on_clicked(self, node: str) -> None:
        shown = self._editor.show_node(NodeId(node))
        if shown is not None:
            self._editor.select((shown,))
            self.node_shown.emit(shown)

    def _on_chosen(self, node: str) -> None:
        if self._editor.node_at(NodeId(node)) is not None:
            self.node_chosen.emit(node)

    def _on_selection(self, nodes: tuple[NodeId, ...]) -> None:
        self.chart.show_chosen(nodes)
        self.table.show_chosen(nodes)

    def _on_released(self, released: Released) -> None:
        self.summary.setText(released_words(released))
        if self.isVisible():
            self._show_owners()

    def _ask_where_to(self) -> None:
        folder = self._editor.path.parent if self._editor.path is not None else Path.home()
        proposal = folder / f"{self._editor.title}.trace.json"
        name, _ = QFileDialog.getSaveFileName(self, "Export the trace", str(proposal), TRACE_FILTER)
        if name:
            path = Path(name)
            self.export_trace(path if path.suffix else path.with_suffix(".json"))

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Draw what happened while nobody looked."""
        if self._is_old:
            self._show()
