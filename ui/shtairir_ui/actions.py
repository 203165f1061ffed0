"""The commands of the window: what they are called, which keys they have, when they can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from shtairir_ui import theme
from shtairir_ui.commands import STANDARD, Command, plain, written
from shtairir_ui.editor import Editor
from shtairir_ui.features import FEATURES

FILE = (
    Command("new", "&New", (STANDARD.New,), "new", "Begin an empty graph"),
    Command("open", "&Open…", (STANDARD.Open,), "open", "Open a graph file"),
    Command("save", "&Save", (STANDARD.Save,), "save", "Save the graph to its file"),
    Command("save_as", "Save &As…", ("Ctrl+Shift+S",), "", "Save the graph to another file"),
    Command("export", "&Export…", ("Ctrl+E",), "export", "Write a Python program, a flowchart or a picture"),
    Command("quit", "&Quit", ("Ctrl+Q",)),
)
EDIT = (
    Command("undo", "&Undo", (STANDARD.Undo,), "undo"),
    Command("redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    Command("cut", "Cu&t", (STANDARD.Cut,), "cut"),
    Command("copy", "&Copy", (STANDARD.Copy,), "copy"),
    Command("paste", "&Paste", (STANDARD.Paste,), "paste"),
    Command("duplicate", "&Duplicate", ("Ctrl+D",), "duplicate"),
    Command("delete", "De&lete", ("Del", "Backspace"), "delete"),
    Command("select_all", "Select &All", (STANDARD.SelectAll,)),
    Command("find_block", "&Find a block…", ("Ctrl+F",), "search", "Search the palette"),
)
GRAPH = (
    Command("new_code", "New block from &code", ("Ctrl+Shift+B",), "code", "Write a function on the spot, as a block"),
    Command("make_subgraph", "&Make subgraph", ("Ctrl+G",), "graph", "Put the selected nodes into a definition"),
    Command("enter", "&Go into", ("Ctrl+Down",), "chevron_down", "Show the definition of the selected node"),
    Command("leave", "Go &out", ("Ctrl+Up",), "chevron_up", "Show what is around this definition"),
    Command("make_unique", "Make &unique", (), "duplicate", "Give the selected node a definition of its own"),
    Command("expand_subgraph", "&Expand", ("Ctrl+Shift+G",), "", "Put the nodes of the definition in its place"),
    Command("next_tab", "Next tab", ("Ctrl+PgDown",)),
    Command("previous_tab", "Previous tab", ("Ctrl+PgUp",)),
    Command("close_tab", "&Close", ("Ctrl+W",), "", "Close the definition that is shown; at the top, the graph"),
)
VIEW = (
    Command("fit", "&Fit the graph", ("Ctrl+0",), "fit", "Show the whole graph"),
    Command(
        "as_app", "Run as an &app", ("Ctrl+Shift+A",), "layout", "Show what is published, as a form", checkable=True
    ),
    Command("show_palette", "&Palette", ("Ctrl+1",), "panel_left", checkable=True),
    Command("show_bottom", "P&roblems, log, runs", ("Ctrl+J",), "panel_bottom", checkable=True),
    Command("show_right", "&Inspector and preview", ("Ctrl+2",), "panel_right", checkable=True),
)
RUN = (
    Command("run", "&Run", ("F5", "Ctrl+Return", "Ctrl+Enter"), "run", "Run what must run: what has changed"),
    Command("run_fresh", "Run e&verything", ("Alt+F5",), "", "Run all nodes, also those whose results still hold"),
    Command("pause", "&Pause", ("F6",), "pause", "Start no node any more; those that run go on to their end"),
    Command("step", "Ste&p", ("F10",), "step", "Start one of the nodes that are held"),
    Command("stop", "&Stop", ("Shift+F5", "Esc"), "stop", "Stop the run"),
    Command("extend", "More &time", (), "clock", "Let the run take longer before its time is up"),
    Command("run_to", "Run &to here", ("Ctrl+F10",), "run_to", "Run the selected node and all that it needs"),
    Command("run_from", "Run &from here", ("Ctrl+F5",), "run_from", "Run the selected node and all that follows it"),
    Command("run_selected", "Run se&lected", ("Ctrl+Shift+F5",), "", "Run the selected nodes only"),
    Command("breakpoint", "&Breakpoint", ("F9",), "breakpoint", "Hold the run before the selected nodes or links"),
    Command("watch", "&Watch values", ("Shift+F9",), "eye", "Show the values of chosen links or selected nodes"),
    Command("clear_breakpoints", "Remove all brea&kpoints", ("Ctrl+Shift+F9",), "", "Hold the run nowhere any more"),
    Command("show_history", "&History", ("Ctrl+H",), "history", "Show the runs of the past"),
    Command("show_watch", "&Watch and breakpoints", (), "eye", "Show what is watched and where the run is held"),
    Command("show_health", "H&ealth", (), "health", "Show workers, memory, disk and resources"),
    Command("show_profiler", "&Profiler", ("Ctrl+Alt+R",), "clock", "Show where time and memory went"),
    Command("release_memory", "Release &memory", (), "memory", "Return memory that nobody uses to the system"),
)
HELP = (
    Command("keys", "&Keyboard shortcuts", ("F1",), "keyboard"),
    Command("about", "&About Shtairir", (), "info"),
)
CORE: tuple[tuple[str, tuple[Command, ...]], ...] = (
    ("File", FILE),
    ("Edit", EDIT),
    ("Graph", GRAPH),
    ("Arrange", ()),
    ("View", VIEW),
    ("Run", RUN),
    ("Help", HELP),
)
MENUS = tuple(
    (title, (*group, *(command for feature in FEATURES if feature.menu == title for command in feature.commands)))
    for title, group in CORE
)
OF_THE_PRESENT = ("save_as", "paste", "new_code", "export", "as_app", "find_block")
"""What makes no sense on a run of the past."""


class Actions(QObject):
    """Every command as a QAction, kept enabled and named as the editor's state asks."""

    def __init__(self, editor: Editor, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._window = window
        self._commands = {command.name: command for _, group in MENUS for command in group}
        self._actions = {name: self._make(command) for name, command in self._commands.items()}
        self._connect_editor()
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def on(self, name: str, slot: Callable[[], object]) -> None:
        """Have a command do something."""
        self._actions[name].triggered.connect(lambda _checked=False: slot())

    def confine(self, name: str, widget: QWidget) -> None:
        """Have a command's keys work only while the keyboard is in `widget`."""
        action = self._actions[name]
        self._window.removeAction(action)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        widget.addAction(action)

    def fill(self, menu: QMenu, *names: str) -> None:
        """Put commands into a menu; an empty name is a line between them."""
        for name in names:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()

    @property
    def menus(self) -> tuple[tuple[str, tuple[Command, ...]], ...]:
        """What stands in which menu."""
        return MENUS

    @property
    def names(self) -> list[str]:
        """The names of all commands, in the order of the menus."""
        return list(self._commands)

    def command(self, name: str) -> Command:
        """What a command was declared as."""
        return self._commands[name]

    def keys(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The commands that have keys, by menu: what they do and how the keys are written."""
        return [
            (title, [(plain(one.text), keys) for one in group if (keys := written(self._actions[one.name]))])
            for title, group in MENUS
        ]

    def use_keys(self, name: str, keys: Sequence[QKeySequence]) -> None:
        """Have a command listen to these keys, and to no others."""
        action = self._actions[name]
        action.setShortcuts(keys)
        self._set_tip(action, self._commands[name].tip or plain(action.text()))

    def refresh(self) -> None:
        """Follow the document: what can be done, and what undo would take back."""
        graph, some = self._editor.graph, bool(self._editor.selection)
        self._name("undo", "&Undo", graph.undo_label, enabled=graph.can_undo)
        self._name("redo", "&Redo", graph.redo_label, enabled=graph.can_redo)
        for name in ("cut", "copy", "duplicate"):
            self._actions[name].setEnabled(some)
        for name in ("select_all", "delete"):
            self._actions[name].setEnabled(bool(graph.nodes))
        if self._editor.past is not None:  # it can be looked at, and copied from
            for name in ("undo", "redo", "cut", "duplicate", "delete"):
                self._actions[name].setEnabled(False)
        for name in OF_THE_PRESENT:
            self._actions[name].setEnabled(self._editor.past is None)
        self._refresh_places(some)
        self._refresh_run(len(self._editor.selection))
        for name, command in self._commands.items():
            if command.usable is not None:
                self._actions[name].setEnabled(command.usable(self._editor))

    def _refresh_run(self, selected: int) -> None:
        editor = self._editor
        held, present = editor.is_held, editor.past is None
        idle = not editor.is_running and present
        self._actions["run"].setText("&Resume" if held else "&Run")
        for name, usable in (
            ("run", idle or held),
            ("run_fresh", idle),
            ("pause", editor.can_hold and not editor.is_paused),
            ("step", held),
            ("stop", editor.is_running),
            ("extend", editor.time_left_s is not None),
            ("run_to", idle and selected == 1),
            ("run_from", idle and selected == 1),
            ("run_selected", idle and selected > 0),
            ("clear_breakpoints", bool(editor.marks.stops)),
        ):
            self._actions[name].setEnabled(usable)

    def _refresh_places(self, some: bool) -> None:
        instances = self._editor.selected_instances()
        for name, usable in (
            ("make_subgraph", some),
            ("enter", bool(self._editor.selection) and self._editor.can_enter(self._editor.selection[-1])),
            ("leave", bool(self._editor.place.path)),
            ("make_unique", len(instances) == 1),
            ("expand_subgraph", bool(instances)),
        ):
            self._actions[name].setEnabled(usable)

    def _name(self, name: str, verb: str, label: str | None, *, enabled: bool) -> None:
        action = self._actions[name]
        action.setEnabled(enabled)
        action.setText(f"{verb} {label}" if label else verb)
        self._set_tip(action, plain(action.text()))

    def _set_tip(self, action: QAction, tip: str) -> None:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({keys})" if keys else tip)

    def _make(self, command: Command) -> QAction:
        action = QAction(command.text, self)
        action.setObjectName(f"action_{command.name}")
        action.setCheckable(command.checkable)
        action.setIconVisibleInMenu(not command.checkable)  # there, the tick has the place
        if command.icon:
            theme.bind_icon(action, command.icon)
        action.setShortcuts(command.sequences)
        self._set_tip(action, command.tip or plain(command.text))
        self._window.addAction(action)
        return action

    def _connect_editor(self) -> None:
        editor = self._editor
        for signal in (
            editor.graph_replaced,
            editor.place_changed,
            editor.graph_changed,
            editor.selection_changed,
            editor.run_started,
            editor.run_finished,
            editor.run_refused,
            editor.control_changed,
            editor.marks_changed,
            editor.past_changed,
        ):
            signal.connect(self.refresh)
