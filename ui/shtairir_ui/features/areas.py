"""Frames around nodes, and notes beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def _present(editor: Editor) -> bool:
    return editor.past is None


def _attach(window: MainWindow) -> None:
    framing, on = window.canvas.framing, window.actions_.on
    on("frame_selection", framing.frame_selection)
    on("add_note", framing.add_note)


FEATURE = Feature(
    "Arrange",
    (
        Command(
            "frame_selection",
            "&Frame the selection",
            ("Ctrl+Alt+J",),
            "frame",
            "Put a titled frame around the selected nodes; it carries them along",
            _present,
        ),
        Command("add_note", "Add a &note", ("Ctrl+Alt+N",), "note", "Write on the canvas, in Markdown", _present),
    ),
    _attach,
)
