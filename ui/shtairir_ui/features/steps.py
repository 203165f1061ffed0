"""The history of editing, to jump in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commands import Command, Feature
from shtairir_ui.steps import StepsPanel

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def _attach(window: MainWindow) -> None:
    panel = StepsPanel(window.editor)
    window.panels.add_left(panel, "Steps")

    def show() -> None:
        window.panels.show_left(panel)
        panel.list.setFocus()

    window.actions_.on("show_steps", show)


FEATURE = Feature(
    "Edit",
    (Command("show_steps", "&Steps", ("Ctrl+Alt+Z",), "history", "Show what can be undone, to jump in"),),
    _attach,
)
