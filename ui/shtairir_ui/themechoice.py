"""Light, dark or as the system has it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from shtairir_ui import theme
from shtairir_ui.preferences import FONT_SIZE, HIGH_CONTRAST, REDUCED_MOTION, THEME
from shtairir_ui.settings import Settings, ThemeChoice
from shtairir_ui.theme import motion


class ThemeControl(QObject):
    """Applies the chosen theme, and follows the system while that is the choice."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        motion.reduce(bool(settings.value(REDUCED_MOTION)))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        settings.changed.connect(self._obey)

    @property
    def choice(self) -> ThemeChoice:
        """What is chosen now."""
        return self._settings.theme

    def choose(self, choice: ThemeChoice) -> None:
        """Choose a theme, and remember it."""
        self._settings.theme = choice

    def _obey(self, key: str) -> None:
        if key in (THEME.key, HIGH_CONTRAST.key, FONT_SIZE.key):
            show_theme(self._settings)
        elif key == REDUCED_MOTION.key:
            motion.reduce(bool(self._settings.value(REDUCED_MOTION)))

    def _follow(self) -> None:
        if self.choice == "system":
            show_theme(self._settings)


def show_theme(settings: Settings, choice: ThemeChoice | None = None) -> None:
    """Dress the application as the settings say, or in another theme than they do."""
    choice = choice or settings.theme
    theme.apply(
        cast(QApplication, QApplication.instance()),
        system_theme() if choice == "system" else choice,
        strong=bool(settings.value(HIGH_CONTRAST)),
        text_size=int(settings.value(FONT_SIZE)),
    )


def system_theme() -> str:
    """The theme the desktop asks for; dark where it says nothing."""
    light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
    return "light" if light else "dark"
