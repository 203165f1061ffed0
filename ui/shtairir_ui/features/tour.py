"""The guided tour, and the command line that it ends with."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from shtairir.document import SUFFIX
from shtairir_ui.commands import Command, Feature
from shtairir_ui.tour import Guide

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.window import MainWindow


def command_line(editor: Editor) -> str:
    """Return what runs the graph's file from a shell."""
    name = str(editor.path) if editor.path is not None else f"{editor.title}{SUFFIX}"
    return shlex.join(["shtairir", "run", name])


def attach(window: MainWindow) -> None:
    """Bind the tour."""

    def begin() -> None:
        """Take the tour in this window if nothing is lost by that, else in a tab of its own."""
        room = window.files.room_for_another()
        if room is not None:
            room.tour_wanted.emit()

    def start() -> None:
        guide = window.findChild(Guide) or Guide(window)
        window.show_page(None)
        guide.begin()

    window.actions_.on("tour", begin)
    window.files.tour_wanted.connect(start)


def attach_command_line(window: MainWindow) -> None:
    """Bind the command that copies it."""

    def copy() -> None:
        QGuiApplication.clipboard().setText(command_line(window.editor))
        unsaved = "" if window.editor.path is not None and not window.editor.is_modified else " Save the graph first."
        window.status_line.say(f"Copied: {command_line(window.editor)}.{unsaved}")
        guide = window.findChild(Guide)
        if guide is not None:
            guide.note_copied()

    window.actions_.on("copy_command", copy)


FEATURE = Feature(
    "Help",
    (Command("tour", "Guided &tour", (), "help", "Run, change, link, mend and write, in five minutes"),),
    attach,
)
SHELL = Feature(
    "Run",
    (
        Command(
            "copy_command",
            "Copy the &command line",
            (),
            "copy",
            "Copy what runs this graph from a shell, without the window",
            usable=lambda editor: editor.past is None,
        ),
    ),
    attach_command_line,
)
