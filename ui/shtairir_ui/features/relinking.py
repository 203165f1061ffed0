"""Files that the graph reads and that are gone: said when it is opened, and put right in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir.validation import Problem
from shtairir_ui.askbar import AskBar, Choice
from shtairir_ui.commands import Command
from shtairir_ui.quantities import count
from shtairir_ui.relinkdialog import RelinkDialog

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class Relinking(QObject):
    """Offers the dialog after a graph was opened whose files are missing."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._fresh = True
        self.bar = AskBar("relinkBar", "file")
        window.add_bar(self.bar)
        editor = window.editor
        editor.document_opened.connect(self._begin)
        editor.problems_changed.connect(self._look)
        editor.graph_changed.connect(self._on_changed)
        window.actions_.on("relink", self.show)

    def show(self) -> None:
        """Show what is missing."""
        RelinkDialog(self._window.editor, self._window).open()

    def _begin(self) -> None:
        self._fresh = True
        self.bar.take_back()

    def _on_changed(self, _change: object) -> None:
        """What is missing from now on, a person has just typed: the problems say it."""
        self._fresh = False

    def _look(self, problems: list[Problem]) -> None:
        missing = [problem for problem in problems if problem.code == "missing_file"]
        if not missing:
            self.bar.take_back()
        elif self._fresh:
            text = f"{count(len(missing), 'file')} that this graph reads cannot be found."
            if len(missing) == 1:
                text = missing[0].message
            self.bar.ask(text, (Choice("relinkFind", "Find…", "Say where they are now", self.show),))


def attach(window: MainWindow) -> None:
    """Bind the command."""
    Relinking(window)


COMMANDS = (
    Command(
        "relink",
        "&Find missing files…",
        (),
        "file",
        "Say where files are now that the graph reads",
        usable=lambda editor: any(problem.code == "missing_file" for problem in editor.problems),
    ),
)
