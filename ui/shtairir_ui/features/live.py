"""Live mode: a switch beside Run and in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commands import Command, Feature
from shtairir_ui.live import LiveMode

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

TIP = "Run what a change outdates while you make it; what writes or sends waits for Run"


def attach(window: MainWindow) -> None:
    """Join the switch, the mode and the run bar."""
    live, action = LiveMode(window.editor, window), window.actions_["live"]
    action.toggled.connect(live.switch)
    live.switched.connect(action.setChecked)
    window.top_bar.run_bar.follow_live(live, action)


FEATURE = Feature(
    "Run",
    (
        Command(
            "live", "Li&ve", ("Ctrl+Shift+L",), "live", TIP, usable=lambda editor: editor.past is None, checkable=True
        ),
    ),
    attach,
)
