"""The few rules that only the inspector needs, on top of the window's style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.theme import Tokens


def scrolled_column(page: QWidget) -> QVBoxLayout:
    """Return the column of a page that scrolls when there is more in it than there is room."""
    tokens = theme.current()
    body = QWidget()
    body.setProperty("role", "panel")
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(body)
    around = QVBoxLayout(page)
    around.setContentsMargins(0, 0, 0, 0)
    around.addWidget(area)
    column = QVBoxLayout(body)
    column.setContentsMargins(tokens.s4, tokens.s3, tokens.s4, tokens.s4)
    column.setSpacing(tokens.s2)
    return column


def restyle(widget: QWidget, role: str) -> None:
    """Give a widget another role of the style sheet; Qt looks at roles only when told to."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def inspector_style(tokens: Tokens) -> str:
    """A title that looks like one until it is edited, quiet menu buttons, links that look like links."""
    return f"""
    QLineEdit[role="title"] {{
        background: transparent; border-color: transparent; padding: 0 4px; margin-left: -4px;
        font-size: {tokens.size_title}px; font-weight: 600;
    }}
    QLineEdit[role="title"]:hover {{ border-color: {tokens.css("border_strong")}; }}
    QLineEdit[role="title"]:focus {{ background: {tokens.css("field")}; border-color: {tokens.css("focus")}; }}
    QToolButton[role="more"]::menu-indicator {{ image: none; width: 0; }}
    QToolButton#moreButton, QToolButton#policyButton {{
        border: none; padding: 4px 8px 4px 0; margin-left: -4px; color: {tokens.css("text_dim")};
    }}
    QToolButton#moreButton:checked, QToolButton#policyButton:checked {{ background: transparent; }}
    QToolButton#moreButton:hover, QToolButton#policyButton:hover {{ background: {tokens.css("hover")}; }}
    QToolButton#moreButton:focus, QToolButton#policyButton:focus {{ border: 1px solid {tokens.css("focus")}; }}
    QPushButton[role="link"] {{
        background: transparent; border: 1px solid transparent; text-align: left; padding: 4px 0; margin-left: -1px;
        color: {tokens.css("accent")};
    }}
    QPushButton[role="link"]:hover {{ background: {tokens.css("hover")}; }}
    QPushButton[role="link"]:focus {{ border-color: {tokens.css("focus")}; }}
    """
