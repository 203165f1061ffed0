"""The main window: puts the panels in their places and joins their signals; each does its own work."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from shtairir.block import InputPort, OutputPort
from shtairir.ids import BlockId, NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.actions import Actions
from shtairir_ui.appview import AppView
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.canvas.canvas import files_of
from shtairir_ui.dropping import opens, place_readers
from shtairir_ui.editor import Editor
from shtairir_ui.escape import EscapeStops
from shtairir_ui.features import FEATURES
from shtairir_ui.files import FileCommands
from shtairir_ui.guard import guarded
from shtairir_ui.layout import WindowLayout
from shtairir_ui.menus import Menus
from shtairir_ui.notice import NoticeBar
from shtairir_ui.outcome import missing_of
from shtairir_ui.pastbar import PastBar
from shtairir_ui.publishing import PublishDialog
from shtairir_ui.rehearsing import RehearsalDialog
from shtairir_ui.resumebar import Offer, ResumeBar
from shtairir_ui.scopebar import ScopeBar
from shtairir_ui.settings import Settings
from shtairir_ui.statusbar import StatusLine
from shtairir_ui.themechoice import ThemeControl
from shtairir_ui.topbar import TopBar
from shtairir_ui.trustbar import TrustBar

if TYPE_CHECKING:  # imported with the first run
    from shtairir.results import RunResult

log = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """The editor's window.

    Attributes
    ----------
    closed
        It was closed, and nothing in it that was not saved is to be kept.
    welcome_wanted
        There is no graph to show.

    Parameters
    ----------
    editor
        The graph being edited; a new one when left out.
    settings
        What is remembered; tests pass one with a file of their own.
    """

    closed = Signal()
    welcome_wanted = Signal()

    def __init__(self, editor: Editor | None = None, settings: Settings | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowIcon(theme.app_icon())
        self.setAcceptDrops(True)
        self.editor = editor or Editor()
        self.editor.setParent(self)
        self.settings = settings or Settings()
        self.theme_control = ThemeControl(self.settings, self)
        self.actions_ = Actions(self.editor, self)
        self.files = FileCommands(self.editor, self.settings, self)
        self.notice = NoticeBar()
        self.trust_bar = TrustBar(self.editor)
        self.past_bar = PastBar(self.editor)
        self.resume_bar = ResumeBar(self.editor)
        self._broken_packs = self._missing = ""
        self.top_bar = TopBar(self.editor, self.actions_)
        self.canvas = GraphCanvas(self.editor)
        self.scope_bar = ScopeBar(self.editor)
        self.panels = WindowLayout(self.editor, _below(self.scope_bar, self.canvas))
        self._app_view: AppView | None = None
        self.status_line = StatusLine(self.editor, self)
        self.setStatusBar(self.status_line)
        self._lay_out()
        self.menus = Menus(self)
        self._connect_actions()
        self._connect_panels()
        for feature in FEATURES:
            feature.attach(self)
        self._restore()
        self._show_title()
        self._say_broken_packs()
        self.canvas.setFocus()

    # -- what others call ------------------------------------------------------------------------

    @property
    def app_view(self) -> AppView:
        """The form of the graph, made when it is first asked for: most never look at it."""
        if self._app_view is None:
            self._app_view = AppView(self.editor)
            self._app_view.left.connect(lambda: self.actions_["as_app"].setChecked(False))
            self._views.addWidget(self._app_view)
        return self._app_view

    def report_error(self, error: BaseException) -> None:
        """Say that something broke inside the program; work goes on."""
        log.error("unexpected error", exc_info=error)
        self.notice.say(
            f"Something went wrong inside the window: {type(error).__name__}: {error}. "
            "Your graph is unchanged; save it to be safe. The details are in the log of the terminal."
        )

    def add_block(self, block_id: str) -> None:
        """Place a block in the middle of what is seen, or beside what lies there."""
        self.canvas.placing.uses.note(block_id)
        self.editor.add_block(block_id, *self.canvas.free_place())

    def add_bar(self, bar: QWidget) -> None:
        """Put a bar across the window, under those that are there."""
        self._bars.addWidget(bar)

    def begin_anew(self) -> None:
        """Show an empty graph in the place of the last one, which was closed."""
        self.editor.new()
        self.welcome_wanted.emit()

    @property
    def page(self) -> QWidget | None:
        """What is shown under the bars: the panels, or what stands in their place."""
        return self._views.currentWidget()

    def show_page(self, page: QWidget | None) -> None:
        """Show a page in the place of the panels, or the panels again."""
        if page is not None and self._views.indexOf(page) < 0:
            self._views.addWidget(page)
        self._views.setCurrentWidget(page or self.panels)
        if page is None:
            self.canvas.setFocus()

    def end(self) -> None:
        """Remember the layout and stop all that goes on; whoever calls has asked about unsaved changes."""
        self._remember()
        self.closed.emit()
        self.editor.close()

    # -- assembly --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        self._bars = QVBoxLayout()
        for bar in (self.notice, self.trust_bar, self.resume_bar, self.past_bar):
            self._bars.addWidget(bar)
        column.addLayout(self._bars)
        self._views = QStackedWidget()
        self._views.addWidget(self.panels)
        column.addWidget(self._views, 1)
        self.setCentralWidget(body)
        self.resize(1440, 900)
        self.setMinimumSize(720, 480)

    def _connect_actions(self) -> None:
        on, editor, files = self.actions_.on, self.editor, self.files
        on("new", files.new)
        on("open", files.open)
        on("save", files.save)
        on("save_as", files.save_as)
        on("export", files.export)
        on("quit", lambda: self.window().close())
        on("undo", editor.undo)
        on("redo", editor.redo)
        on("cut", editor.cut)
        on("copy", editor.copy)
        on("paste", self.canvas.paste)
        on("duplicate", editor.duplicate)
        on("delete", self.canvas.delete)
        on("select_all", editor.select_all)
        on("find_block", self._find_block)
        on("new_code", self._new_code)
        on("make_subgraph", editor.make_subgraph)
        on("expand_subgraph", editor.expand_subgraphs)
        on("make_unique", editor.make_unique)
        on("enter", self._enter)
        on("leave", editor.leave)
        on("next_tab", lambda: self.scope_bar.step(1))
        on("previous_tab", lambda: self.scope_bar.step(-1))
        on("close_tab", self._close_tab)
        on("fit", self.canvas.fit)
        on("run", editor.run)
        on("pause", editor.pause)
        on("step", editor.step)
        on("stop", self.top_bar.run_bar.stop)
        on("extend", editor.extend)
        on("run_to", lambda: editor.run_to(editor.selection[-1]))
        on("run_from", lambda: editor.run_from(editor.selection[-1]))
        on("run_selected", editor.run_selected)
        on("run_fresh", editor.run_fresh)
        on("breakpoint", self.canvas.toggle_stops)
        on("watch", self.canvas.toggle_watches)
        on("clear_breakpoints", editor.marks.clear_stops)
        on("show_history", self.panels.show_history)
        on("show_watch", self.panels.show_watch)
        on("show_health", self.panels.show_health)
        on("show_profiler", self.panels.show_profiler)
        on("release_memory", editor.release_memory)
        self.panels.bind_toggles(self.actions_)
        self.actions_["as_app"].toggled.connect(self._show_as_app)
        # Only where nodes have the keyboard: Delete in a list or a form must not reach the graph.
        self.actions_.confine("delete", self.canvas)
        self._escape = EscapeStops(self.editor, self.canvas.view)

    def _connect_panels(self) -> None:
        self.editor.title_changed.connect(self._show_title)
        self.editor.graph_replaced.connect(self._on_replaced)
        self.editor.run_refused.connect(self._on_refused)
        self.editor.run_started.connect(self._forget_missing)
        self.editor.run_finished.connect(self._say_missing)
        self.editor.packs_checked.connect(self._say_broken_packs)
        self.panels.palette_panel.add_requested.connect(self.add_block)
        self.panels.problems.node_chosen.connect(self._go_to)
        self.panels.profiler.node_chosen.connect(self._go_to)
        self.panels.profiler.node_shown.connect(self.canvas.center_on)
        self.panels.profiler.message.connect(self.status_line.say)
        self.panels.node_wanted.connect(self._go_to)
        self.panels.watch.node_chosen.connect(self._go_to)
        self.panels.history.resume_wanted.connect(lambda key: self.resume_bar.go_on_with(Offer(key)))
        self.editor.rehearsal_wanted.connect(self._rehearse)
        self.panels.inspector.node_page.example_wanted.connect(self._insert_example)
        self.canvas.files_dropped.connect(self._take_files)
        self.canvas.node_activated.connect(self._activate)
        self.canvas.publish_wanted.connect(self._publish)
        self.scope_bar.closed.connect(self.canvas.forget_place)
        self.files.failed.connect(self.notice.say)
        self.files.succeeded.connect(self._on_file_done)

    def _say_broken_packs(self) -> None:
        """A pack that cannot be read must not just be missing from the palette."""
        problems = self.editor.registry.problems
        if problems:
            lines = [f"The blocks of {problem.pack} cannot be used. {problem.message}" for problem in problems]
            self._broken_packs = "\n".join(lines)
            self.notice.say(self._broken_packs, "warning")
        elif self._broken_packs and self.notice.text == self._broken_packs:
            self.notice.clear()

    def _show_title(self) -> None:
        self.setWindowModified(self.editor.is_modified)
        self.setWindowTitle(f"{self.editor.title}[*] — Shtairir")
        self.setWindowFilePath(str(self.editor.path) if self.editor.path else "")

    def _on_replaced(self) -> None:
        self.notice.clear()
        # The field that had the keyboard may be gone with its node, and Qt would choose any other.
        self.canvas.setFocus()

    def _on_file_done(self, text: str) -> None:
        self.notice.clear()
        self.status_line.say(text)

    def _say_missing(self, result: RunResult) -> None:
        """A run that is done in part must not look like one that is done."""
        missing = missing_of(result)
        if missing:
            self._missing = f"The run is done in part. {missing}"
            self.notice.say(self._missing, "warning")

    def _forget_missing(self) -> None:
        if self._missing and self.notice.text == self._missing:
            self.notice.clear()

    def _on_refused(self, _error: Exception) -> None:
        self.panels.show_problems()

    def _go_to(self, path: str) -> None:
        """Show a node, wherever in the file it is; one that is in sight goes by its own name as well."""
        here = self.editor.place.whole(path)
        known = here if self.editor.node_at(here) is not None else NodeId(path)
        node = self.editor.show_node(known)
        if node is not None:
            self.canvas.focus_node(node)

    def _insert_example(self, block: str) -> None:
        self.editor.insert_example(BlockId(block), self.canvas.free_place())
        self.canvas.frame_selection()

    def _show_as_app(self, shown: bool) -> None:
        """Show the form of the graph instead of the graph, or the graph again."""
        self._views.setCurrentWidget(self.app_view if shown else self.panels)
        if shown:
            self.app_view.open()
        else:
            self.canvas.setFocus()

    def _take_files(self, paths: list[Path], at: QPointF) -> None:
        """Open the graphs among files; of the others, place the blocks that read them."""
        graphs = [path for path in paths if opens(path)]
        others = [path for path in paths if path not in graphs]
        if others:
            place_readers(self.editor, others, at)
        for path in graphs[: None if self.files.rooms is not None else 1]:
            self.files.open_path(path)

    def _publish(self, port: PortRef, declared: InputPort | OutputPort) -> None:
        PublishDialog(self.editor, port, declared, self).open()

    def _rehearse(self, node: str, kind: str) -> None:
        dialog = RehearsalDialog(self.editor, NodeId(node), kind, self)
        dialog.open()
        dialog.begin()

    def _new_code(self) -> None:
        if self.editor.add_code(*self.canvas.free_place()) is not None:
            self.panels.show_code()

    def _enter(self) -> None:
        if self.editor.selection:
            self._activate(self.editor.selection[-1])

    def _activate(self, node: str) -> None:
        """Go into a node that stands for a definition; of any other, show what can be set."""
        if not self.editor.enter(NodeId(node)) and not self.panels.show_code():
            self.panels.show_inspector()

    def _close_tab(self) -> None:
        """Close the place that is shown; at the top, the graph."""
        if self.editor.place.path:
            self.scope_bar.close_current()
        elif self.files.rooms is not None:
            self.files.rooms.close_graph(self)
        else:
            self.close()

    def _find_block(self) -> None:
        self.panels.show_palette()
        self.panels.palette_panel.focus_search()

    # -- remembered ------------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self.settings.state("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.panels.restore(self.settings)

    def _remember(self) -> None:
        self.settings.remember_state("window", self.window().saveGeometry())
        self.panels.remember(self.settings)
        self.settings.sync()

    # -- events ----------------------------------------------------------------------------------

    @guarded
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, remember the layout, end the run."""
        if not self.files.may_leave():
            event.ignore()
            return
        self.end()
        event.accept()

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a graph file that is dragged over the window."""
        if dropped_graph(event) is not None:
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        """Open the graph file dropped on the window."""
        path = dropped_graph(event)
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)


def _below(bar: QWidget, canvas: QWidget) -> QWidget:
    """The canvas with a bar above it."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(bar)
    column.addWidget(canvas, 1)
    return both


def dropped_graph(event: QDropEvent) -> Path | None:
    """The graph file that a drag carries; other files are left to whatever lies below the pointer."""
    return next((path for path in files_of(event.mimeData()) if opens(path)), None)
