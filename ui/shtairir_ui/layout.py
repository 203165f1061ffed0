"""Where the panels stand: palette, canvas above problems and log, inspector above preview."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from shtairir_ui.actions import Actions
from shtairir_ui.editor import Editor
from shtairir_ui.health import HealthPanel
from shtairir_ui.history import HistoryPanel
from shtairir_ui.inspector import InspectorPanel
from shtairir_ui.log import LogPanel
from shtairir_ui.palette import PalettePanel
from shtairir_ui.preview import PreviewPanel
from shtairir_ui.problems import ProblemsPanel
from shtairir_ui.profiler import ProfilerPanel
from shtairir_ui.settings import Settings
from shtairir_ui.watchpanel import WatchPanel

PALETTE_WIDTH, RIGHT_WIDTH, BOTTOM_HEIGHT = 232, 336, 176
PROFILER_HEIGHT = 272
LOG_TAB = 1


class WindowLayout(QWidget):
    """The panels in their splitters; each side can be folded away."""

    node_wanted = Signal(str)

    def __init__(self, editor: Editor, canvas: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_panel = PalettePanel(editor)
        self.problems = ProblemsPanel(editor)
        self.log = LogPanel(editor)
        self.profiler = ProfilerPanel(editor)
        self.history = HistoryPanel(editor)
        self.watch = WatchPanel(editor)
        self.health = HealthPanel(editor)
        self.inspector = InspectorPanel(editor)
        self.preview = PreviewPanel(editor)
        self.inspector.node_wanted.connect(self.node_wanted)
        self.bottom = self._make_bottom()
        self._middle = _splitter("middle", Qt.Orientation.Vertical, canvas, self.bottom)
        self.right = _splitter("right", Qt.Orientation.Vertical, self.inspector, self.preview)
        self.left_tabs = self._make_left()
        self.left = _splitter("left", Qt.Orientation.Vertical, self.left_tabs)
        self._all = _splitter("all", Qt.Orientation.Horizontal, self.left, self._middle, self.right)
        self._set_sizes()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._all)
        self._toggles: dict[str, tuple[QAction, QWidget]] = {}
        # There is more to see in these than in a list of problems.
        self._roomy: list[QWidget] = [self.profiler, self.history, self.health]
        self._has_made_room = False

    def bind_toggles(self, actions: Actions) -> None:
        """Have the View commands fold panels away and bring them back."""
        for name, widget in (
            ("show_palette", self.left),
            ("show_bottom", self.bottom),
            ("show_right", self.right),
        ):
            action = actions[name]
            action.setChecked(True)
            action.toggled.connect(widget.setVisible)
            self._toggles[name] = (action, widget)

    def show_palette(self) -> None:
        """Bring the palette to the front."""
        self.show_left(self.palette_panel)

    def add_left(self, panel: QWidget, title: str) -> None:
        """Put one more panel behind the palette."""
        self.left_tabs.addTab(panel, title)

    def add_below_left(self, widget: QWidget, height: int) -> None:
        """Put something below the panels at the left."""
        self.left.addWidget(widget)
        self.left.setStretchFactor(self.left.indexOf(widget), 0)
        self.left.setStretchFactor(0, 1)
        self.left.setSizes([max(800 - height, 0), height])

    def show_left(self, panel: QWidget) -> None:
        """Bring a panel at the left to the front."""
        self._toggles["show_palette"][0].setChecked(True)
        self.left_tabs.setCurrentWidget(panel)

    def show_problems(self) -> None:
        """Bring the problems to the front."""
        self._toggles["show_bottom"][0].setChecked(True)
        self.bottom.setCurrentWidget(self.problems)

    def show_profiler(self) -> None:
        """Bring the profiler to the front, with room for its timeline."""
        self.show_below(self.profiler)

    def show_history(self) -> None:
        """Bring the runs of the past to the front, with the keyboard in their list."""
        self.show_below(self.history)
        self.history.table.setFocus()

    def show_watch(self) -> None:
        """Bring what is watched, and the breakpoints, to the front."""
        self.show_below(self.watch)

    def show_health(self) -> None:
        """Bring the health of the program to the front."""
        self.show_below(self.health)

    def add_below(self, panel: QWidget, title: str) -> None:
        """Put one more panel, in which there is much to see, behind those below the canvas."""
        self._roomy.append(panel)
        self.bottom.addTab(panel, title)

    def show_below(self, panel: QWidget) -> None:
        """Bring a panel below the canvas to the front."""
        self._toggles["show_bottom"][0].setChecked(True)
        self.bottom.setCurrentWidget(panel)

    def _on_tab(self, index: int) -> None:
        if index == LOG_TAB:
            self.log.mark_seen()
        elif self.bottom.widget(index) in self._roomy and not self._has_made_room:
            # Once: who makes it lower afterwards wants it so.
            self._has_made_room = True
            above, below = self._middle.sizes()
            if below < PROFILER_HEIGHT:
                self._middle.setSizes([max(above + below - PROFILER_HEIGHT, 0), PROFILER_HEIGHT])

    def show_inspector(self) -> None:
        """Bring the inspector back, at its parameters."""
        self._toggles["show_right"][0].setChecked(True)
        self.inspector.node_page.show_parameters()

    def show_outcome(self) -> None:
        """Bring the inspector back, at the last result of the node."""
        self._toggles["show_right"][0].setChecked(True)
        self.inspector.node_page.show_outcome()

    def show_code(self) -> bool:
        """Bring the source of the selected code block to the front; says whether it is one."""
        if not self.inspector.node_page.shows_code:
            return False
        self._toggles["show_right"][0].setChecked(True)
        self.inspector.node_page.show_code()
        return True

    def remember(self, settings: Settings) -> None:
        """Remember sizes and what is folded away."""
        for splitter in (self._all, self.left, self._middle, self.right):
            settings.remember_state(splitter.objectName(), splitter.saveState())
        settings.set_hidden([name for name, (action, _) in self._toggles.items() if not action.isChecked()])

    def restore(self, settings: Settings) -> None:
        """Bring back what was remembered."""
        for splitter in (self._all, self.left, self._middle, self.right):
            state = settings.state(splitter.objectName())
            if state is not None:
                splitter.restoreState(state)
        for name in settings.hidden:
            if name in self._toggles:
                self._toggles[name][0].setChecked(False)

    def _make_left(self) -> QTabWidget:
        tabs = QTabWidget(documentMode=True)
        tabs.setObjectName("leftTabs")
        tabs.addTab(self.palette_panel, "Blocks")
        return tabs

    def _make_bottom(self) -> QTabWidget:
        tabs = QTabWidget(documentMode=True)
        tabs.setObjectName("bottomTabs")
        tabs.addTab(self.problems, "Problems")
        tabs.addTab(self.log, "Log")
        tabs.addTab(self.profiler, "Profiler")
        tabs.addTab(self.history, "History")
        tabs.addTab(self.watch, "Watch")
        tabs.addTab(self.health, "Health")
        self.problems.count_changed.connect(lambda number: tabs.setTabText(0, _badge("Problems", number)))
        self.log.count_changed.connect(lambda number: tabs.setTabText(LOG_TAB, _badge("Log", number)))
        tabs.currentChanged.connect(self._on_tab)
        return tabs

    def _set_sizes(self) -> None:
        self._all.setSizes([PALETTE_WIDTH, 1440 - PALETTE_WIDTH - RIGHT_WIDTH, RIGHT_WIDTH])
        self._middle.setSizes([800 - BOTTOM_HEIGHT, BOTTOM_HEIGHT])
        self.right.setSizes([460, 340])
        for index, stretch in enumerate((0, 1, 0)):
            self._all.setStretchFactor(index, stretch)
        self._middle.setStretchFactor(0, 1)
        self._middle.setStretchFactor(1, 0)
        self.right.setStretchFactor(0, 3)
        self.right.setStretchFactor(1, 2)


def _splitter(name: str, orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setObjectName(f"splitter_{name}")
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _badge(title: str, number: int) -> str:
    return f"{title} ({number})" if number else title
