"""What is dragged settles on lines with its neighbours, and on the grid, if a person wants that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir_ui.commands import Command, Feature
from shtairir_ui.preferences import Preference

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

SNAP_GRID = Preference(
    "canvas/snap_grid",
    "Canvas",
    "Snap to the grid",
    False,
    "What is dragged settles on the dots of the ground. Ctrl lets it go anywhere",
)
SNAP_NEIGHBOURS = Preference(
    "canvas/snap_neighbours",
    "Canvas",
    "Snap to neighbours",
    True,
    "What is dragged settles in line with what is near, and where its links are level. Ctrl lets it go anywhere",
)


class _Control(QObject):
    """Keeps commands, settings and canvas of one window equal."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._settings, self._snaps = window.settings, window.canvas.board.snaps
        self._toggles = (
            (window.actions_["snap_neighbours"], SNAP_NEIGHBOURS),
            (window.actions_["snap_grid"], SNAP_GRID),
        )
        self._obey()
        for action, preference in self._toggles:
            action.toggled.connect(partial(self._settings.set_value, preference))
        self._settings.changed.connect(self._obey)

    def _obey(self, _key: str = "") -> None:
        settings, snaps = self._settings, self._snaps
        snaps.grid, snaps.neighbours = bool(settings.value(SNAP_GRID)), bool(settings.value(SNAP_NEIGHBOURS))
        for action, preference in self._toggles:
            action.setChecked(bool(settings.value(preference)))


def _attach(window: MainWindow) -> None:
    _Control(window)


FEATURE = Feature(
    "Arrange",
    (
        Command("snap_neighbours", "Snap to n&eighbours", (), "", "Settle in line with what is near", checkable=True),
        Command(
            "snap_grid", "Snap to the &grid", ("Ctrl+'",), "grid", "Settle on the dots of the ground", checkable=True
        ),
    ),
    _attach,
    (SNAP_NEIGHBOURS, SNAP_GRID),
)
