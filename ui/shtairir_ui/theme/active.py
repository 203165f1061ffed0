"""Dress the application: Fusion, our palette, our font and one style sheet, all from the tokens."""

from __future__ import annotations

import functools

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QAbstractSpinBox, QApplication

from .palette import qpalette
from .state import STATE
from .stylesheet import stylesheet
from .tokens import Tokens, tokens

changed = STATE.changed
"""Signal ``changed(Tokens)``, emitted after a theme was applied."""


def apply(app: QApplication, name: str, *, strong: bool = False, text_size: int | None = None) -> Tokens:
    """Give the application the theme ``"dark"`` or ``"light"`` and return its tokens; see `theme.tokens`.

    Nothing is done when it has that look: each open graph follows the setting, and to dress all windows takes long.
    """
    chosen = tokens(name, strong=strong, text_size=text_size)
    is_dressed = bool(app.styleSheet())
    if is_dressed and chosen == STATE.tokens:
        return STATE.tokens
    if not is_dressed:
        # Only the first time: setting it again would polish every widget once more.
        app.setStyle("Fusion")
    app.setPalette(qpalette(chosen))
    app.setFont(ui_font(chosen.size_body))
    app.setStyleSheet(stylesheet(chosen))
    STATE.use(chosen)
    return chosen


def current() -> Tokens:
    """Return the tokens in use (dark until a theme was applied)."""
    return STATE.tokens


def ui_font(pixel_size: int | None = None, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of the window at a size of the type scale."""
    return _font(STATE.tokens.font_families, QFont.StyleHint.SansSerif, pixel_size, weight)


def mono_font(pixel_size: int | None = None) -> QFont:
    """Return the fixed-width font, for code, numbers and text values."""
    families = STATE.tokens.mono_families
    return _font(families, QFont.StyleHint.Monospace, pixel_size, QFont.Weight.Normal)


def pad_spin_box(box: QAbstractSpinBox) -> None:
    """Give the number of a spin box the same left margin as the text of other fields.

    Qt places the editor of a styled spin box at its very edge and ignores the padding of the style
    sheet (tried with Qt 6.11: padding of the box, padding and margin of its line edit).
    """
    box.lineEdit().setTextMargins(STATE.tokens.s2 - 2, 0, 0, 0)


def _font(families: tuple[str, ...], hint: QFont.StyleHint, pixel_size: int | None, weight: QFont.Weight) -> QFont:
    present = _present(families)
    font = QFont(list(present)) if present else QFont()
    font.setStyleHint(hint)
    font.setPixelSize(pixel_size or STATE.tokens.size_body)
    font.setWeight(weight)
    return font


@functools.cache
def _present(families: tuple[str, ...]) -> tuple[str, ...]:
    # Only families that are there: Qt searches for a missing one by alias, which is slow at start.
    # Asking takes milliseconds, and item models ask for each cell.
    known = set(QFontDatabase.families())
    return tuple(family for family in families if family in known)
