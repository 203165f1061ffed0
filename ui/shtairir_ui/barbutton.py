"""The small buttons in the bars of panels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from shtairir_ui import theme


def bar_button(icon: str, text: str, tip: str, name: str) -> QToolButton:
    """A button with an icon and, if `text` is not empty, a word; `tip` says what it does."""
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAccessibleName(text or tip)
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    theme.bind_icon(button, icon)
    return button
