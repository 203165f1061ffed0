"""The few rules that only the inspector needs, on top of the window's style sheet."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shtairir_ui.theme import Tokens


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
    QToolButton#moreButton {{ border: none; padding: 4px 8px 4px 0; color: {tokens.css("text_dim")}; }}
    QPushButton[role="link"] {{
        background: transparent; border: 1px solid transparent; text-align: left; padding: 4px 0; margin-left: -1px;
        color: {tokens.css("accent")};
    }}
    QPushButton[role="link"]:hover {{ background: {tokens.css("hover")}; }}
    QPushButton[role="link"]:focus {{ border-color: {tokens.css("focus")}; }}
    """
