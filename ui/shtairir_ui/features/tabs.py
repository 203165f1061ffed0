"""Commands to go from graph to graph, and to open windows; the shell has the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commands import Command, Feature

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

COMMANDS = (
    Command("new_window", "New &window", ("Ctrl+Shift+N",), "window", "Open another window, with an empty graph"),
    Command("next_graph", "Next graph", ("Ctrl+Tab",), "", "Show the next of the open graphs"),
    Command("previous_graph", "Previous graph", ("Ctrl+Shift+Tab",), "", "Show the one before of the open graphs"),
    Command("give_window", "&Move to a window of its own", (), "", "Show this graph in another window of the desktop"),
)


def attach(window: MainWindow) -> None:
    """Bind the commands; a window without a shell has nowhere to go."""
    on, in_rooms = window.actions_.on, window.files.in_rooms
    on("new_window", lambda: in_rooms(lambda rooms: rooms.new_window()))
    on("next_graph", lambda: in_rooms(lambda rooms: rooms.step(1)))
    on("previous_graph", lambda: in_rooms(lambda rooms: rooms.step(-1)))
    on("give_window", lambda: in_rooms(lambda rooms: rooms.give_window(window)))
    for name in ("next_graph", "previous_graph", "give_window"):
        window.actions_[name].setEnabled(False)


FEATURE = Feature("View", COMMANDS, attach)
