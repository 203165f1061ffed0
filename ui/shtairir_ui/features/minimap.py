"""The minimap, below the panels at the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir_ui.commands import Command, Feature
from shtairir_ui.minimap import HEIGHT, Minimap
from shtairir_ui.preferences import Preference

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

MINIMAP = Preference("canvas/minimap", "Canvas", "Minimap", False, "The whole graph, small, below the list of blocks")


class _Control(QObject):
    """Shows the minimap of one window, or not."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._map = Minimap(window.canvas)
        self._map.hide()
        window.panels.add_below_left(self._map, HEIGHT)
        self._action = window.actions_["minimap"]
        self._action.toggled.connect(self._turn)
        window.settings.changed.connect(self._obey)
        self._obey()

    def _turn(self, on: bool) -> None:
        self._window.settings.set_value(MINIMAP, on)
        if on and not self._window.panels.left.isVisible():
            self._window.actions_["show_palette"].setChecked(True)

    def _obey(self, _key: str = "") -> None:
        on = bool(self._window.settings.value(MINIMAP))
        self._action.setChecked(on)
        self._map.setVisible(on)


def _attach(window: MainWindow) -> None:
    _Control(window)


FEATURE = Feature(
    "View",
    (
        Command(
            "minimap", "&Minimap", ("Ctrl+Alt+M",), "minimap", "Show the whole graph, small, to move in", checkable=True
        ),
    ),
    _attach,
    (MINIMAP,),
)
