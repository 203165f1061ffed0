"""What the canvas tells while one looks at it: values under the mouse, errors beside nodes, states of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir_ui import theme
from shtairir_ui.canvas.errorcard import ErrorCards
from shtairir_ui.canvas.frame_state import FrameStates
from shtairir_ui.canvas.hovering import Hovering
from shtairir_ui.commands import Command, Feature
from shtairir_ui.preferences import REDUCED_MOTION

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def attach(window: MainWindow) -> None:
    """Have the canvas tell, and obey who wants less motion."""
    _show_cards(window)
    _show_frames(window)
    inspector, foresight = window.panels.inspector, window.top_bar.run_bar.foresight
    inspector.node_page.header.follow(foresight)
    inspector.graph_page.follow(foresight)
    Stillness(window)


class Stillness(QObject):
    """Obeys who wants less motion, as long as its window is there: the settings outlive it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._settings = window.settings
        self._settings.changed.connect(self._obey)
        self._obey(REDUCED_MOTION.key)

    def _obey(self, key: str) -> None:
        if key == REDUCED_MOTION.key:
            theme.motion.reduce(bool(self._settings.value(REDUCED_MOTION)))


def _show_cards(window: MainWindow) -> None:
    errors = ErrorCards(window.canvas, window.editor)
    errors.node_wanted.connect(window.panels.node_wanted)
    errors.details_wanted.connect(window.panels.show_outcome)
    window.actions_.on("next_error", errors.go_to_next)
    Hovering(window.canvas, window.editor, errors)


def _show_frames(window: MainWindow) -> None:
    canvas, editor = window.canvas, window.editor
    frames = FrameStates(canvas.board, canvas)
    editor.runtime_changed.connect(frames.follow)
    for signal in (editor.graph_changed, editor.graph_replaced, editor.place_changed):
        signal.connect(frames.look_again)
    # The links of another graph run too, if nodes in it are at work.
    editor.place_changed.connect(lambda _place: canvas.pulse.follow(list(editor.graph.nodes)))


FEATURE = Feature(
    "View",
    (Command("next_error", "Next e&rror", ("F4",), "error", "Select the next node that failed, and read why"),),
    attach,
)
