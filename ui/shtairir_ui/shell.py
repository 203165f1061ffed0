"""Several graphs at once: each has a window of its own, and a shell shows some of them in tabs.

A tab holds all of a graph's window: its menus, panels, selection, undo, results and the run that may go on. So nothing
of one graph can show up at another, and what is in the background goes on undisturbed. With one graph there is no bar
of tabs, and the shell cannot be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.files import FileCommands
from shtairir_ui.guard import guarded
from shtairir_ui.window import MainWindow

MOST_TITLE = 32


class Shell(QWidget):
    """A window of the desktop with graphs in tabs.

    Attributes
    ----------
    gone
        It was closed, with all that was in it.
    """

    gone = Signal()

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__()
        self.setObjectName("shell")
        self.setWindowIcon(theme.app_icon())
        self.setMinimumSize(window.minimumSize())
        self.resize(window.size())
        self._desk = desk
        self.tabs = GraphTabs()
        self._bar = _bar(self.tabs, self.another)
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(self._on_tab)
        self.tabs.close_wanted.connect(lambda index: self.close_graph(self.windows[index]))
        self.tabs.tabMoved.connect(self._on_moved)
        self.tabs.menu_wanted.connect(self._open_menu)
        self.windows: list[MainWindow] = []
        self.add(window)

    @property
    def current(self) -> MainWindow:
        """The window of the graph that is shown."""
        shown = self._stack.currentWidget()
        assert isinstance(shown, MainWindow)  # there is always one
        return shown

    # -- graphs ----------------------------------------------------------------------------------

    def add(self, window: MainWindow) -> None:
        """Show a graph's window in a new tab."""
        window.setWindowFlags(Qt.WindowType.Widget)
        has_keyboard = window.focusWidget() or window.canvas
        self.windows.append(window)
        self._stack.addWidget(window)
        has_keyboard.setFocus()  # it is lost on the way, and the stack would choose the first button it finds
        window.files.rooms = self
        window.editor.title_changed.connect(self._show_titles)
        self.tabs.add_closable("", lambda: self.close_graph(window))
        self._show_titles()
        self.show_window(window)

    def show_window(self, window: MainWindow) -> None:
        """Bring a graph to the front."""
        self.tabs.setCurrentIndex(self.windows.index(window))
        self._on_tab(self.tabs.currentIndex())

    def step(self, by: int) -> None:
        """Show the next graph, or the one before."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def show_open(self, path: Path) -> bool:
        """Bring a file to the front that is open already, in whatever window; says whether it is."""
        return self._desk.show_open(path)

    def another(self) -> FileCommands:
        """Return the verbs of a new, empty tab, which is shown."""
        window = self._desk.make()
        self.add(window)
        return window.files

    def close_graph(self, window: MainWindow) -> bool:
        """Close a graph; of the last one an empty graph is left. Says whether it was, which a person may refuse."""
        self.show_window(window)
        if not window.files.may_leave():
            return False
        if len(self.windows) == 1:
            window.begin_anew()
        else:
            window.end()
            self._take_out(window)
            window.deleteLater()
        return True

    def give_window(self, window: MainWindow) -> None:
        """Put a graph into a window of the desktop of its own."""
        if len(self.windows) > 1:
            self._take_out(window)
            self._desk.put_into_window(window, self)

    def new_window(self) -> None:
        """Open another window of the desktop, with an empty graph."""
        self._desk.put_into_window(self._desk.make(), self)

    def _take_out(self, window: MainWindow) -> None:
        index = self.windows.index(window)
        del self.windows[index]
        window.editor.title_changed.disconnect(self._show_titles)
        self.tabs.blockSignals(True)
        self.tabs.removeTab(index)
        self.tabs.blockSignals(False)
        self._stack.removeWidget(window)
        window.setParent(None)
        self._show_titles()
        self._on_tab(self.tabs.currentIndex())

    def _on_tab(self, index: int) -> None:
        if not 0 <= index < len(self.windows):
            return
        window = self.windows[index]
        if self._stack.currentWidget() is not window:
            self._stack.setCurrentWidget(window)
        (window.focusWidget() or window.canvas).setFocus()
        self._show_titles()

    def _on_moved(self, start: int, end: int) -> None:
        self.windows.insert(end, self.windows.pop(start))

    def _show_titles(self) -> None:
        names = Counter(window.editor.title for window in self.windows)
        for index, window in enumerate(self.windows):
            editor = window.editor
            mark = " •" if editor.is_modified else ""
            alike = names[editor.title] > 1
            title = f"{editor.title} — {editor.path.parent.name}" if alike and editor.path is not None else editor.title
            self.tabs.setTabText(index, _shortened(title).replace("&", "&&") + mark)
            place = str(editor.path) if editor.path is not None else "not saved yet"
            self.tabs.setTabToolTip(index, f"{place} (changed)" if editor.is_modified and editor.path else place)
        several = len(self.windows) > 1
        self._bar.setVisible(several)
        for window in self.windows:
            for name in ("next_graph", "previous_graph", "give_window"):
                window.actions_[name].setEnabled(several)
        shown = self.current
        self.setWindowTitle(shown.windowTitle())
        self.setWindowModified(shown.isWindowModified())
        self.setWindowFilePath(shown.windowFilePath())

    def _open_menu(self, index: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window = self.windows[index]
        menu.addAction("Close").triggered.connect(lambda _checked=False: self.close_graph(window))
        others = menu.addAction("Close the others")
        others.triggered.connect(lambda _checked=False: self._close_others(window))
        menu.addAction("Move to a window of its own").triggered.connect(lambda _checked=False: self.give_window(window))
        for action in menu.actions()[1:]:
            action.setEnabled(len(self.windows) > 1)
        menu.popup(at)

    def _close_others(self, window: MainWindow) -> None:
        for other in [one for one in self.windows if one is not window]:
            if not self.close_graph(other):
                return
        self.show_window(window)

    # -- remembered ------------------------------------------------------------------------------

    def restore(self) -> bool:
        """Take the place that the window had last time; says whether there was one."""
        geometry = self.current.settings.state("window")
        return geometry is not None and self.restoreGeometry(geometry)

    @guarded
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes of each graph first; then close all, or none."""
        for window in self.windows:
            if window.editor.is_modified:
                self.show_window(window)
            if not window.files.may_leave():
                event.ignore()
                return
        for window in self.windows:
            window.end()
        event.accept()
        self.gone.emit()


class Desk(QObject):
    """All shells of the program.

    Parameters
    ----------
    make
        Makes the window of another, empty graph.
    """

    def __init__(self, make: Callable[[], MainWindow]) -> None:
        super().__init__()
        self.make = make
        self.shells: list[Shell] = []

    def open_shell(self, window: MainWindow) -> Shell:
        """Return a new shell around a graph's window; it is not shown yet."""
        shell = Shell(self, window)
        self.shells.append(shell)
        shell.gone.connect(lambda: self._forget(shell))
        return shell

    def put_into_window(self, window: MainWindow, beside: Shell) -> None:
        """Show a graph in a new window of the desktop, a little aside of another."""
        shell = self.open_shell(window)
        shell.resize(beside.size())
        shell.move(beside.pos() + QPoint(theme.current().s6, theme.current().s6))
        shell.show()

    def show_open(self, path: Path) -> bool:
        """Bring a file to the front that is open already; says whether it is."""
        wanted = path.resolve()
        for shell in self.shells:
            for window in shell.windows:
                if window.editor.path is not None and window.editor.path.resolve() == wanted:
                    shell.show_window(window)
                    shell.raise_()
                    shell.activateWindow()
                    return True
        return False

    def report_error(self, error: BaseException) -> None:
        """Say in the window in front that something broke inside the program."""
        shell = next((one for one in self.shells if one.isActiveWindow()), self.shells[-1])
        shell.current.report_error(error)

    def end(self) -> None:
        """Stop all that goes on in windows that nobody has closed: the program ends."""
        for shell in self.shells:
            for window in shell.windows:
                window.editor.close()

    def _forget(self, shell: Shell) -> None:
        if shell in self.shells:
            self.shells.remove(shell)
            shell.deleteLater()


class GraphTabs(QTabBar):
    """Tabs that can be moved, that the middle button closes, and that have a menu."""

    menu_wanted = Signal(int, QPoint)
    close_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("graphTabs")
        self.setAccessibleName("Open files")
        self.setMovable(True)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.setMinimumHeight(theme.current().control_height + 6)

    def add_closable(self, title: str, close: Callable[[], object]) -> None:
        """Add a tab with a button that closes it; from the keyboard the command does."""
        index = self.addTab(title)
        button = QToolButton(autoRaise=True)
        button.setObjectName("closeGraph")
        button.setToolTip("Close")
        button.setAccessibleName("Close")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(14, 14))
        button.setFixedSize(20, 20)
        button.setStyleSheet("padding: 0;")
        theme.bind_icon(button, "close")
        button.clicked.connect(lambda _checked=False: close())
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def _ask_menu(self, at: QPoint) -> None:
        index = self.tabAt(at)
        if index >= 0:
            self.menu_wanted.emit(index, self.mapToGlobal(at))

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close the tab under the middle button."""
        if event.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index >= 0:
                self.close_wanted.emit(index)
            event.accept()
            return
        super().mouseReleaseEvent(event)


def _bar(tabs: GraphTabs, add: Callable[[], object]) -> QFrame:
    """The tabs, with a button behind them that adds one."""
    bar = QFrame()
    bar.setObjectName("graphBar")
    bar.setProperty("role", "bar")
    button = QToolButton(autoRaise=True)
    button.setObjectName("addGraph")
    button.setToolTip("New graph")
    button.setAccessibleName("New graph")
    theme.bind_icon(button, "add")
    button.clicked.connect(lambda _checked=False: add())
    row = QHBoxLayout(bar)
    tokens = theme.current()
    row.setContentsMargins(tokens.s2, 0, tokens.s2, 0)
    row.setSpacing(tokens.s1)
    row.addWidget(tabs)
    row.addWidget(button)
    row.addStretch(1)
    return bar


def _shortened(title: str) -> str:
    return title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1].rstrip()}…"
