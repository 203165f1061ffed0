"""Comparing the graph with its saved version, an earlier one, or another file: on the canvas and in a list."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from shtairir.document import Snapshot, backups_of, load
from shtairir.document.differences import Difference
from shtairir.document.disk import made_at
from shtairir.errors import ShtairirError
from shtairir_ui.canvas.diff_layer import DiffLayer
from shtairir_ui.canvas.spotlight import Spotlight
from shtairir_ui.commands import Command, Feature
from shtairir_ui.comparison import Comparison, ComparisonPanel
from shtairir_ui.editor import Editor
from shtairir_ui.files import FILTER, explain
from shtairir_ui.history.words import when

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class Comparing(QObject):
    """Joins the comparison, its list and the canvas of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        canvas = window.canvas
        self._layer = DiffLayer(window.editor, canvas.board, self)
        self._spotlight = Spotlight(canvas.board, canvas.view, self)
        self.comparison = Comparison(window.editor, self._layer, self)
        self.panel = ComparisonPanel(self.comparison)
        window.panels.add_below(self.panel, "Compare")
        self.panel.shown.connect(self.show)
        self.panel.menu.aboutToShow.connect(self._fill_menu)
        self.panel.count_changed.connect(self._on_count)
        self.comparison.changed.connect(self._on_changed)
        on = window.actions_.on
        on("compare_file", self.compare_with_file)
        on("compare_saved", self.compare_with_saved)
        on("next_difference", lambda: self._step(1))
        on("previous_difference", lambda: self._step(-1))

    # -- what is compared with -----------------------------------------------------------------------

    def compare(self, other: Snapshot, title: str) -> None:
        """Compare what is here with another graph, and bring the list to the front."""
        self.comparison.compare(other, title)
        self._window.panels.show_below(self.panel)

    def compare_with(self, path: Path, title: str) -> None:
        """Compare what is here with what a file has."""
        try:
            other = load(path)
        except (ShtairirError, OSError) as error:
            self._window.files.failed.emit(f"“{path.name}” cannot be compared. {explain(error)}")
            return
        self.compare(other.snapshot(), title)

    def compare_with_saved(self) -> None:
        """Compare what is here with its file."""
        path = self._editor.path
        if path is not None:
            self.compare_with(path, "the saved version")

    def compare_with_file(self) -> None:
        """Ask for a file, and compare what is here with that."""
        folder = self._editor.path.parent if self._editor.path is not None else Path.home()
        name, _ = QFileDialog.getOpenFileName(self._window, "Compare with", str(folder), FILTER)
        if name:
            self.compare_with(Path(name), f"“{Path(name).name}”")

    def _fill_menu(self) -> None:
        menu, actions, path = self.panel.menu, self._window.actions_, self._editor.path
        menu.clear()
        actions.fill(menu, "compare_saved", "compare_file")
        backups = backups_of(path) if path is not None else []
        if backups:
            menu.addSeparator()
        for backup in backups:
            moment = when(made_at(backup), datetime.now())
            title = f"the version of {moment}"
            menu.addAction(f"Version of {moment}").triggered.connect(partial(self._on_backup, backup, title))

    def _on_backup(self, backup: Path, title: str, _checked: bool = False) -> None:
        self.compare_with(backup, title)

    # -- what is shown -------------------------------------------------------------------------------

    def _step(self, by: int) -> None:
        self._window.panels.show_below(self.panel)
        self.panel.step(by)

    def show(self, difference: Difference) -> None:
        """Show on the canvas where something differs."""
        place = self.comparison.place_of(difference)
        if place is None:
            self._window.status_line.say(f"No node leads to “{difference.scope}”: it is told in the list only.")
            return
        self._editor.go_to(place)
        nodes = difference.nodes
        here = tuple(node for node in nodes if node in self._editor.graph.nodes)
        self._editor.select(here)
        outlines = [outline for node in nodes if (outline := self._layer.outline(node)) is not None]
        if outlines:
            around = outlines[0]
            for outline in outlines[1:]:
                around = around.united(outline)
            self._window.canvas.view.centerOn(around.center())
        self._spotlight.show(here[0] if len(here) == 1 else None)
        if not here and len(outlines) == 1:
            self._spotlight.show_around(outlines[0])

    def _on_changed(self) -> None:
        self._window.actions_.refresh()
        if self.comparison.other is None:
            self._spotlight.show(None)

    def _on_count(self, number: int) -> None:
        bottom = self._window.panels.bottom
        bottom.setTabText(bottom.indexOf(self.panel), f"Compare ({number})" if number else "Compare")


def _has_file(editor: Editor) -> bool:
    return editor.path is not None and editor.past is None


def _is_present(editor: Editor) -> bool:
    return editor.past is None


def attach(window: MainWindow) -> None:
    """Add the list below the canvas."""
    Comparing(window)


def comparing(window: MainWindow) -> Comparing:
    """Return what compares in a window."""
    found = window.findChild(Comparing)
    assert isinstance(found, Comparing)  # it is attached with the window
    return found


FEATURE = Feature(
    "File",
    (
        Command(
            "compare_saved",
            "Compare with the sa&ved version",
            ("Ctrl+Alt+D",),
            "compare",
            "Mark on the canvas what differs from the file",
            _has_file,
        ),
        Command(
            "compare_file",
            "&Compare with a file…",
            (),
            "",
            "Mark on the canvas what differs from another file",
            _is_present,
        ),
        Command("next_difference", "Next difference", ("F8",), "chevron_down"),
        Command("previous_difference", "Previous difference", ("Shift+F8",), "chevron_up"),
    ),
    attach,
)
