"""The plan panel: what a run would do, and beside it what the last one did."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.planpanel.chart import CourseChart
from shtairir_ui.planpanel.courses import LEVELS, USUAL, Courses
from shtairir_ui.planpanel.export import FILTER, write_plan
from shtairir_ui.planpanel.geometry import GUTTER
from shtairir_ui.planpanel.lists import ChangeList, StageList
from shtairir_ui.planpanel.scene import CourseScene
from shtairir_ui.planpanel.words import course_words
from shtairir_ui.preview.view import Elided
from shtairir_ui.profiler.legend import Legend
from shtairir_ui.profiler.recording import Recording

_SIZES = (660, 340)
_LEVEL_TIPS = {
    "none": "Every node, one at a time",
    "basic": "Stages of nodes side by side, one stage after the other",
    "balanced": "Equal nodes once, no waiting for stages: as the window runs",
    "aggressive": "Nodes joined, divided among workers, results written in place",
}


class PlanPanel(QWidget):
    """Timeline by worker and memory of the coming run, and of the last one, on one scale."""

    node_chosen = Signal(str)
    node_shown = Signal(str)
    node_hovered = Signal(str)
    message = Signal(str)

    def __init__(self, editor: Editor, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planPanel")
        self.setProperty("role", "panel")
        self._editor = editor
        self.courses = Courses(editor, recording, self)
        self.before = CourseChart("planBefore", "What the next run is expected to do")
        self.after = CourseChart("planAfter", "What the last run did")
        self.before_words, self.after_words = _words("planBeforeWords"), _words("planAfterWords")
        self.stages, self.changes = StageList(), ChangeList()
        self.level = QComboBox()
        self.level.setObjectName("planLevel")
        self.level.setAccessibleName("Optimisation level to look at")
        self.level.setToolTip("What the planner may change; the results are the same at every level")
        for number, name in enumerate(LEVELS):
            self.level.addItem(name)
            self.level.setItemData(number, _LEVEL_TIPS[name], Qt.ItemDataRole.ToolTipRole)
        self.level.setCurrentText(USUAL)
        self.fit_button = bar_button("fit", "", "Show all of the time (double-click, or Home)", "planFit")
        self.export_button = bar_button("export", "", "Save the plan as a picture, Mermaid or JSON", "planExport")
        self._empty = EmptyState("flow", "Nothing to plan yet", "")
        self._no_run = EmptyState("clock", "Not run yet", "Run the graph (F5): how it went appears here.")
        self._lay_out()
        self._connect()
        self._show()

    def export(self, path: Path) -> None:
        """Write the plan that is shown to a file."""
        foreseen, editor = self.courses.before, self._editor
        if foreseen is None:
            return
        after = self.courses.after if not self.courses.is_old else None
        truth = after.course if after is not None else None
        snapshot, registry, dark = editor.root.snapshot(), editor.registry, theme.current().is_dark
        editor.background.submit(
            lambda: write_plan(path, foreseen.plan, truth, snapshot, registry, dark=dark),
            lambda _nothing: self.message.emit(f"Wrote {path.name}."),
            lambda error: self._on_not_written(path, error),
        )

    def _on_not_written(self, path: Path, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.message.emit(f"The plan was not written to {path}: {reason}. Choose another folder.")

    # -- assembly ----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setObjectName("planTabs")
        self.tabs.addTab(self.stages, "Stages")
        self.tabs.addTab(self._changes_page(), "Changes")
        self._after_stack = QStackedWidget()
        self._after_stack.addWidget(self._no_run)
        self._after_stack.addWidget(self.after)
        self.charts = _splitter(
            self._column("Before", self.before_words, self.before, [self.fit_button]),
            self._column("After", self.after_words, self._after_stack, [self.export_button]),
        )
        self.charts.setSizes([500, 500])
        self.splitter = _splitter(self._with_legend(self.charts), self.tabs)
        self.splitter.setSizes(list(_SIZES))
        for place, stretch in enumerate(_SIZES):
            self.splitter.setStretchFactor(place, stretch)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.splitter)

    def _with_legend(self, charts: QWidget) -> QWidget:
        tokens = theme.current()
        self.legend = Legend()
        self.legend.setObjectName("planLegend")
        both = QWidget()
        rows = QVBoxLayout(both)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(charts, 1)
        line = QHBoxLayout()
        line.setContentsMargins(round(GUTTER), 0, tokens.s2, tokens.s1)
        line.addWidget(self.legend)
        rows.addLayout(line)
        return both

    def _changes_page(self) -> QWidget:
        tokens = theme.current()
        head = QHBoxLayout()
        head.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        label = QLabel("Plan at the &level")
        label.setBuddy(self.level)
        label.setProperty("role", "dim")
        head.addWidget(label)
        head.addWidget(self.level)
        head.addStretch(1)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(self.changes, 1)
        return page

    def _column(self, title: str, words: QLabel, body: QWidget, buttons: list[QWidget]) -> QWidget:
        tokens = theme.current()
        head = QHBoxLayout()
        head.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        head.setSpacing(tokens.s2)
        name = QLabel(title)
        name.setProperty("role", "strong")
        name.setMinimumHeight(tokens.control_height)
        head.addWidget(name)
        head.addWidget(words, 1)
        for button in buttons:
            head.addWidget(button)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, tokens.s1)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(body, 1)
        return column

    def _connect(self) -> None:
        editor = self._editor
        self.courses.changed.connect(self._show)
        editor.selection_changed.connect(self._on_selection)
        editor.place_changed.connect(lambda _place: self._on_selection(editor.selection))
        for chart, other in ((self.before, self.after), (self.after, self.before)):
            chart.node_clicked.connect(self._on_clicked)
            chart.node_chosen.connect(self.node_chosen)
            chart.hovered.connect(self.node_hovered)
            chart.looked_elsewhere.connect(other.look_as)
        for part in (self.stages, self.changes):
            part.node_clicked.connect(self._on_clicked)
            part.node_hovered.connect(self.node_hovered)
        self.level.currentTextChanged.connect(self.courses.choose_level)
        for chart in (self.before, self.after):
            self.fit_button.clicked.connect(chart.fit)
        self.export_button.clicked.connect(lambda _checked=False: self._ask_where_to())
        theme.changed.connect(self._show)

    # -- what is shown -----------------------------------------------------------------------------

    def _show(self, _cause: object = None) -> None:
        before, after = self.courses.before, self.courses.after
        self._say_why_empty()
        self._stack.setCurrentWidget(self.splitter if before is not None or after is not None else self._empty)
        self._after_stack.setCurrentWidget(self.after if after is not None else self._no_run)
        first = before.scene if before is not None else CourseScene()
        second = after if after is not None else CourseScene()
        self._show_charts(first, second)
        self.before_words.setText(self._before_words())
        self.after_words.setText(self._after_words())
        self.level.blockSignals(True)  # what is shown follows the courses here, not the other way round
        self.level.setCurrentText(self.courses.level)
        self.level.blockSignals(False)
        plan = before.plan if before is not None else None
        took = second.course if after is not None and not self.courses.is_old else None
        self.stages.show_stages(plan, first.course if before is not None else None, took)
        number = self.changes.show_changes(plan)
        self.tabs.setTabText(1, f"Changes ({number})" if number else "Changes")
        self.export_button.setEnabled(before is not None)
        self.legend.show_entries(_legend(first, second))

    def _show_charts(self, first: CourseScene, second: CourseScene) -> None:
        """Show both on one scale, if their times are of one kind."""
        alike = first.course.is_timed == second.course.is_timed or second.is_empty or first.is_empty
        longest_s = max(first.course.elapsed_s, second.course.elapsed_s) or 1.0
        ceiling = max(first.ceiling_bytes, second.ceiling_bytes)
        for chart, scene in ((self.before, first), (self.after, second)):
            chart.show_scene(scene, longest_s if alike else scene.course.elapsed_s or 1.0, ceiling)
        self._on_selection(self._editor.selection)

    def _say_why_empty(self) -> None:
        if self.courses.refusal:
            self._empty.say("This graph cannot be planned yet", self.courses.refusal)
        elif self._editor.root.nodes:
            self._empty.say("Planning…", "What a run would do appears here in a moment.")
        else:
            hint = "Drag a block from the palette to the canvas: what a run would do appears here, before you run."
            self._empty.say("Nothing to plan yet", hint)

    def _before_words(self) -> str:
        before = self.courses.before
        if before is None:
            return f"The graph cannot be planned now: {self.courses.refusal}" if self.courses.refusal else ""
        return course_words(before.scene.course)

    def _after_words(self) -> str:
        after = self.courses.after
        if after is None:
            return ""
        return f"{course_words(after.course)}{' · before your last changes' if self.courses.is_old else ''}"

    def _on_selection(self, nodes: tuple[NodeId, ...]) -> None:
        paths = [self._editor.place.whole(node) for node in nodes]
        for chart in (self.before, self.after):
            chart.show_chosen(paths)

    # -- what is done ------------------------------------------------------------------------------

    def _on_clicked(self, node: str) -> None:
        shown = self._editor.show_node(NodeId(node))
        if shown is not None:
            self._editor.select((shown,))
            self.node_shown.emit(shown)

    def _ask_where_to(self) -> None:
        folder = self._editor.path.parent if self._editor.path is not None else Path.home()
        proposal = folder / f"{self._editor.title}.plan.svg"
        name, _ = QFileDialog.getSaveFileName(self, "Export the plan", str(proposal), FILTER)
        if name:
            path = Path(name)
            self.export(path if path.suffix else path.with_suffix(".svg"))

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Plan, now that somebody looks."""
        self.courses.watch(True)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Plan nothing for nobody."""
        self.courses.watch(False)
        self.node_hovered.emit("")


def _legend(*scenes: CourseScene) -> list[tuple[str, str]]:
    """Return the kinds of marks that there are, and what they mean."""
    spans = [span for scene in scenes for span in scene.course.spans]
    held = [block.holding for scene in scenes for block in scene.blocks]
    kinds = [
        ("critical", "critical path", any(span.critical for span in spans)),
        ("guess", "time guessed", any(not span.is_known for span in spans)),
        ("pooled", "buffer of the pool", any(holding.is_pooled for holding in held)),
        ("value", "value", any(holding.port is not None and not holding.is_pooled for holding in held)),
        ("work", "needed at work", any(holding.port is None for holding in held)),
    ]
    return [(kind, words) for kind, words, there in kinds if there]


def _words(name: str) -> Elided:
    label = Elided()
    label.setObjectName(name)
    label.setProperty("role", "dim")
    return label


def _splitter(*widgets: QWidget) -> QSplitter:
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
