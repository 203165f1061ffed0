"""Light, dark or as the system has it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from shtairir_ui import theme
from shtairir_ui.settings import Settings, ThemeChoice


class ThemeControl(QObject):
    """Applies the chosen theme, and follows the system while that is the choice."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def choice(self) -> ThemeChoice:
        """What is chosen now."""
        return self._settings.theme

    def choose(self, choice: ThemeChoice) -> None:
        """Choose a theme, and remember it."""
        self._settings.theme = choice
        show_theme(choice)

    def _follow(self) -> None:
        if self.choice == "system":
            show_theme("system")


def show_theme(choice: ThemeChoice) -> None:
    """Dress the application."""
    name = system_theme() if choice == "system" else choice
    theme.apply(cast(QApplication, QApplication.instance()), name)


def system_theme() -> str:
    """The theme the desktop asks for; dark where it says nothing."""
    light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
    return "light" if light else "dark"
