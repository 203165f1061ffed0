"""The colours, pens and fonts of the timeline in one theme, made once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from shtairir_ui import theme
from shtairir_ui.theme import Tokens

_FILLS = {"dark": (0.72, 0.62, 0.52, 0.42, 0.32), "light": (0.46, 0.38, 0.3)}
"""How much of a category's colour is in its bars: the first that leaves their names readable."""

_LIT = 0.18
_READABLE = 4.5

_ELIDED = 4096


class Look:
    """What the timeline paints with."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.font: QFont = theme.ui_font(tokens.size_small)
        self.metrics = QFontMetricsF(self.font)
        self.grid = QPen(tokens.grid if tokens.is_dark else tokens.border, 1)
        self.rule = QPen(tokens.border, 1)
        self.label = QPen(tokens.text_dim)
        self.critical = QPen(tokens.text, 1.25)
        self.bad = QPen(tokens.error, 1.5)
        self.chosen = QPen(tokens.accent, 2)
        self.inner = QPen(tokens.background, 1)
        self.hovered = QPen(tokens.text_dim, 1)
        self.focus = QPen(tokens.focus, 1)
        for pen in (self.critical, self.bad, self.chosen, self.inner, self.hovered, self.focus):
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self.lane = tokens.background
        self.values = theme.mix(tokens.surface, tokens.accent, 0.55)
        self.values_edge = QPen(tokens.accent, 1.25)
        self.idle = theme.mix(tokens.surface, tokens.waiting, 0.35)
        self.resident = QPen(tokens.warning, 1.5)
        self._fills: dict[str, tuple[QColor, QColor, QColor]] = {}
        self._elided: dict[tuple[str, int], str] = {}

    def fill(self, category: str) -> QColor:
        """Return the colour of a category's bars."""
        return self._of(category)[0]

    def lit(self, category: str) -> QColor:
        """Return the colour of a bar that is pointed at."""
        return self._of(category)[1]

    def on_fill(self, category: str) -> QColor:
        """Return the colour of the text on a category's bars: the theme's text or ground, which is read better."""
        return self._of(category)[2]

    def _of(self, category: str) -> tuple[QColor, QColor, QColor]:
        found = self._fills.get(category)
        if found is None:
            color = self.tokens.category_color(category)
            pairs = [self._with_text(color, share) for share in _FILLS[self.tokens.name]]
            fill, text = next((pair for pair in pairs if theme.contrast(*pair) >= _READABLE), pairs[-1])
            found = self._fills[category] = fill, theme.mix(fill, color, _LIT), text
        return found

    def _with_text(self, color: QColor, share: float) -> tuple[QColor, QColor]:
        fill = theme.mix(self.tokens.surface, color, share)
        inks = (self.tokens.text, self.tokens.background, self.tokens.surface)
        return fill, max(inks, key=lambda ink: theme.contrast(ink, fill))

    def elided(self, text: str, width: int) -> str:
        """Return the text cut to a width in pixels."""
        key = text, width
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > _ELIDED:
                self._elided.clear()
            found = self._elided[key] = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return found
