"""The few rules that only the inspector needs, on top of the window's style sheet."""

from __future__ import annotations

from shtairir_ui.theme import Tokens


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
    QPushButton[role="link"] {{
        background: transparent; border: 1px solid transparent; text-align: left; padding: 4px 2px;
        color: {tokens.css("accent")};
    }}
    QPushButton[role="link"]:hover {{ background: {tokens.css("hover")}; }}
    QPushButton[role="link"]:focus {{ border-color: {tokens.css("focus")}; }}
    """
