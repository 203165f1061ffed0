"""Overlays: time, memory, runs, age and kind of all nodes at once, chosen in the View menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.canvas.heat import OVERLAYS
from shtairir_ui.canvas.legend import Legend
from shtairir_ui.canvas.overlays import Overlays
from shtairir_ui.commands import Command, Feature
from shtairir_ui.tally import Tally

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

PREFIX = "overlay_"
WORDS = {
    "time": ("Overlay: t&ime", "Colour the nodes by how long they took"),
    "memory": ("Overlay: &memory", "Colour the nodes by how much memory they took"),
    "runs": ("Overlay: ho&w often run", "Colour the nodes by how often they ran in this session"),
    "age": ("Overlay: a&ge of results", "Colour the nodes by how long ago their results were made"),
    "type": ("Overlay: &kind of block", "Colour the nodes by what their blocks are about"),
}


def attach(window: MainWindow) -> None:
    """Put the legend below the canvas, and join it with the commands."""
    legend = Legend()
    layout = window.canvas.layout()
    assert layout is not None  # the canvas has one
    layout.addWidget(legend)
    overlays = Overlays(window.canvas, window.editor, Tally(window.editor, window), legend)
    actions = {overlay.key: window.actions_[f"{PREFIX}{overlay.key}"] for overlay in OVERLAYS}
    for key, action in actions.items():
        action.triggered.connect(lambda checked=False, key=key: overlays.choose(key if checked else ""))

    def tick(shown: str) -> None:
        for key, action in actions.items():
            action.setChecked(key == shown)

    overlays.changed.connect(tick)


FEATURE = Feature(
    "View",
    tuple(
        Command(
            f"{PREFIX}{overlay.key}",
            WORDS[overlay.key][0],
            (f"Ctrl+Alt+{number}",),
            "overlay",
            WORDS[overlay.key][1],
            checkable=True,
        )
        for number, overlay in enumerate(OVERLAYS, 1)
    ),
    attach,
)
