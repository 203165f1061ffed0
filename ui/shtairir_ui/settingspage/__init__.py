"""The settings: every preference with its words, the keys of every command, and a search over all of it."""

from shtairir_ui.settingspage.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
