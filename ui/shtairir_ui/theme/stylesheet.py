"""Fill the style sheet template with the tokens of a theme.

Qt style sheets know no variables and no tinted images, so the few glyphs they need (arrows, ticks)
are written, in the colours of the theme, to a folder that lives as long as the process.
"""

from __future__ import annotations

import atexit
import dataclasses
import functools
import string
import tempfile
from pathlib import Path

from PySide6.QtGui import QColor

import shtairir_assets

from .tokens import Tokens

# name of the placeholder: (icon, colour token)
_GLYPHS: dict[str, tuple[str, str]] = {
    "arrow_down": ("chevron_down", "text_dim"),
    "arrow_down_hover": ("chevron_down", "text"),
    "arrow_down_disabled": ("chevron_down", "text_disabled"),
    "arrow_up": ("chevron_up", "text_dim"),
    "arrow_up_hover": ("chevron_up", "text"),
    "arrow_up_disabled": ("chevron_up", "text_disabled"),
    "arrow_right": ("chevron_right", "text_dim"),
    "arrow_left": ("chevron_left", "text_dim"),
    "tick": ("check", "on_accent"),
    "tick_disabled": ("check", "text_disabled"),
    "dash": ("remove", "on_accent"),
    "tick_menu": ("check", "text"),
    "cross": ("close", "text_dim"),
    "cross_hover": ("close", "text"),
}


def stylesheet(tokens: Tokens) -> str:
    """Return the Qt style sheet of a theme."""
    template = string.Template(shtairir_assets.style_template())
    return template.substitute(_values(tokens) | _glyphs(tokens))


def _values(tokens: Tokens) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in dataclasses.fields(tokens):
        value = getattr(tokens, field.name)
        if isinstance(value, QColor):
            values[field.name] = value.name()
        elif isinstance(value, int) and not isinstance(value, bool):
            values[field.name] = f"{value}px"
    values["splitter"] = tokens.css("border" if tokens.strong else "background")
    values["accent_quiet"] = tokens.tint(tokens.accent, 0.16).name()
    return values


def _glyphs(tokens: Tokens) -> dict[str, str]:
    folder = _glyph_folder() / (f"{tokens.name}-strong" if tokens.strong else tokens.name)
    folder.mkdir(parents=True, exist_ok=True)  # long sessions outlive the sweep of /tmp
    paths: dict[str, str] = {}
    for placeholder, (icon, role) in _GLYPHS.items():
        file = folder / f"{placeholder}.svg"
        file.write_text(shtairir_assets.icon_svg(icon).replace("currentColor", tokens.css(role)), "utf-8")
        paths[placeholder] = f'url("{file.as_posix()}")'
    return paths


@functools.cache
def _glyph_folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="shtairir-theme-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
