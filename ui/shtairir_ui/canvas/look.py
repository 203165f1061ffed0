"""The fonts, colours and measures with which the canvas draws, made once for each theme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen, QPixmap

from shtairir_ui import theme
from shtairir_ui.theme import Tokens
from shtairir_ui.theme.tokens import CATEGORY_TYPES

TITLE_HEIGHT: Final = 32.0
ROW_HEIGHT: Final = 24.0
NOTE_HEIGHT: Final = 20.0
FOOTER_HEIGHT: Final = 24.0
PAD: Final = 12.0
GAP: Final = 8.0
RADIUS: Final = 8.0
MIN_WIDTH: Final = 176.0
MAX_WIDTH: Final = 272.0
ICON: Final = 16.0
BADGE: Final = 16.0
FLAKE: Final = 14.0
PORT: Final = 5.0
THUMBNAIL_HEIGHT: Final = 96.0
ALERT_LINE: Final = 15.0
GLOW: Final = 10.0
"""How far shadow, selection and ports reach beyond the node's outline."""

SIGNS_KEPT: Final = 512

LOD_CARD: Final = 0.28
LOD_DETAIL: Final = 0.55
"""Zooms: below the first a node is a card, below the second it shows its title in large letters, above all of it."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font with its metrics."""

    font: QFont
    metrics: QFontMetricsF

    @classmethod
    def of(cls, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> Face:
        """The window's font at a pixel size."""
        font = theme.ui_font(size, weight)
        # Nodes are drawn at any zoom: hinted glyphs would jump in width from step to step.
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return cls(font, QFontMetricsF(font))

    def elided(self, text: str, width: float) -> str:
        """The text, shortened with an ellipsis where it would not fit."""
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class Look:
    """What to draw with, in one theme."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        sizes = theme.tokens(tokens.name)  # larger texts are for panels: the canvas has its zoom
        self.title = Face.of(sizes.size_body, QFont.Weight.DemiBold)
        self.label = Face.of(sizes.size_label)
        self.small = Face.of(sizes.size_small)
        self.far = Face.of(24, QFont.Weight.DemiBold)
        self.far_figure = Face.of(20)
        self.quiet = theme.mix(tokens.text_disabled, tokens.text_dim, 0.6)
        self.body = tokens.raised
        self.absent_body = theme.mix(tokens.raised, tokens.background, 0.6)
        self.outline = QPen(tokens.border_strong, 1.0)
        self.absent_outline = QPen(tokens.border_strong, 1.0, Qt.PenStyle.DashLine)
        self.hover_outline = QPen(tokens.text_dim, 1.0)
        self.selected_outline = QPen(tokens.accent, 2.0)
        self.rule = QPen(tokens.border, 1.0)
        self.glow = theme.with_alpha(tokens.accent, 0.22)
        self.shadow = theme.with_alpha(QColor("black"), 0.26 if tokens.is_dark else 0.07)
        self.well = theme.mix(tokens.raised, tokens.background, 0.75)
        self.alert_fill = theme.mix(tokens.raised, tokens.error, 0.16)
        self.warning_fill = theme.mix(tokens.raised, tokens.warning, 0.14)
        self._widths: dict[tuple[int, str], float] = {}
        self._bands: dict[str, QColor] = {}
        self._cards: dict[str, QColor] = {}
        self._icons: dict[tuple[str, int, bool], QPixmap] = {}
        self.signs: dict[tuple[object, int], QPixmap] = {}

    def keep_sign(self, sign: object, pixels: int, disc: QPixmap) -> QPixmap:
        """Remember a disc; there are as many as there are states and sizes, which zooming makes ever more of."""
        if len(self.signs) >= SIGNS_KEPT:
            self.signs.clear()
        self.signs[sign, pixels] = disc
        return disc

    def width(self, face: Face, text: str) -> float:
        """How wide a text is, remembered: the same labels come again on every node."""
        key = (id(face), text)
        found = self._widths.get(key)
        if found is None:
            found = self._widths[key] = face.metrics.horizontalAdvance(text)
        return found

    def band(self, category: str) -> QColor:
        """The ground of a node's title: the node's body with a little of the category's colour."""
        return self._mixed(self._bands, category, 0.2 if self.tokens.is_dark else 0.14)

    def card(self, category: str) -> QColor:
        """The ground of a node seen from far away."""
        return self._mixed(self._cards, category, 0.45)

    def _mixed(self, made: dict[str, QColor], category: str, share: float) -> QColor:
        found = made.get(category)
        if found is None:
            found = made[category] = theme.mix(self.body, self.tokens.category_color(category), share)
        return found

    def category_icon(self, category: str, scale: float, dim: bool = False) -> QPixmap:
        """The icon of a category, rasterised for a zoom."""
        family = category.partition("/")[0].strip().lower()
        ratio = min(max(math.ceil(scale), 1), 4)
        key = (family, ratio, dim)
        found = self._icons.get(key)
        if found is None:
            name = family if family in CATEGORY_TYPES else "custom"
            color = self.tokens.text_disabled if dim else self.tokens.category_color(category)
            found = self._icons[key] = theme.icon_pixmap(name, int(ICON) * ratio, color)
        return found
