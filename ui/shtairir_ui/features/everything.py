"""The command palette, and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commandpalette import CommandPalette
from shtairir_ui.commands import Command, Feature
from shtairir_ui.preferences import CORE
from shtairir_ui.settingspage import SettingsDialog
from shtairir_ui.shortcuts import Shortcuts

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

_REMEMBERED = 20


class _Everything:
    """What belongs to one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._shortcuts = Shortcuts(window.actions_, window.settings)
        self._dialog: SettingsDialog | None = None

    def show_commands(self) -> None:
        window = self._window
        CommandPalette(window, window.actions_, window.settings.recent_commands, self._do).open_over(window)

    def show_settings(self) -> None:
        if self._dialog is None:
            from shtairir_ui.features import FEATURES  # which has this one among them

            others = (one for feature in FEATURES for one in feature.preferences if one not in CORE)
            preferences = (*CORE, *others)
            window = self._window
            self._dialog = SettingsDialog(preferences, window.settings, window.actions_, self._shortcuts, window)
            self._dialog.destroyed.connect(self._forget)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _do(self, name: str) -> None:
        self._window.settings.remember_command(name, _REMEMBERED)
        self._window.actions_[name].trigger()

    def _forget(self) -> None:
        self._dialog = None


def _attach(window: MainWindow) -> None:
    parts = _Everything(window)
    window.actions_.on("show_commands", parts.show_commands)
    window.actions_.on("show_settings", parts.show_settings)


FEATURE = Feature(
    "Edit",
    (
        Command("show_commands", "All co&mmands…", ("Ctrl+Shift+P",), "search", "Find a command, and do it"),
        Command("show_settings", "&Settings…", ("Ctrl+,",), "settings", "Look, keys and habits"),
    ),
    _attach,
    CORE,
)
