"""What the colours of the timeline mean."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.profiler.lanes import Scene, memory_scale
from shtairir_ui.profiler.look import Look
from shtairir_ui.quantities import size

_SWATCH = 10.0
_GAP = 5.0
_APART = 14.0
_HEIGHT = 20
_GUESSED = Qt.BrushStyle.BDiagPattern


class Legend(QWidget):
    """Swatches and words in one line: critical path, values, pool, process."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profilerLegend")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._look = Look(theme.current())
        self._entries: list[tuple[str, str]] = []
        theme.changed.connect(self._on_theme)

    @property
    def text(self) -> str:
        """The words."""
        return ", ".join(words for _, words in self._entries)

    def show_scene(self, scene: Scene, has_path: bool) -> None:
        """Say what a scene shows."""
        self._entries = [("critical", "critical path")] if has_path else []
        if scene.samples:
            resident = max(sample.resident_bytes for sample in scene.samples)
            scale = "" if memory_scale(scene.samples, scene.peak_bytes).is_shared else ", own scale"
            process = f"process ≤ {size(resident)}{scale}"
            self._entries += [("values", "values"), ("idle", "pool, idle"), ("resident", process)]
        self.show_entries(self._entries)

    def show_entries(self, entries: Sequence[tuple[str, str]]) -> None:
        """Say what these kinds of marks mean, in these words."""
        self._entries = list(entries)
        self.setAccessibleName(self.text)
        self.setToolTip(self.text)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        painter, look, x = QPainter(self), self._look, 0.0
        painter.setFont(look.font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for kind, words in self._entries:
            self._paint_swatch(painter, kind, QRectF(x + 0.5, (_HEIGHT - _SWATCH) / 2, _SWATCH, _SWATCH))
            x += _SWATCH + _GAP
            shown = look.elided(words, max(round(self.width() - x), 0))
            width = look.metrics.horizontalAdvance(shown)
            painter.setPen(look.label)
            painter.drawText(QRectF(x, 0, width + 2, _HEIGHT), Qt.AlignmentFlag.AlignVCenter, shown)
            x += width + _APART

    def _paint_swatch(self, painter: QPainter, kind: str, place: QRectF) -> None:
        look = self._look
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if kind == "critical":
            painter.setPen(look.critical)
            painter.drawRect(place.adjusted(0.75, 1.75, -0.75, -1.75))
        elif kind == "resident":
            painter.setPen(look.resident)
            painter.drawLine(QPointF(place.left(), place.center().y()), QPointF(place.right(), place.center().y()))
        elif kind in ("work", "guess"):
            painter.setPen(QPen(look.tokens.text_dim, 1, Qt.PenStyle.DotLine))
            painter.drawRect(place.adjusted(0.5, 1.5, -0.5, -1.5))
            if kind == "guess":
                painter.fillRect(place.adjusted(0, 1, 0, -1), QBrush(look.tokens.text_dim, _GUESSED))
        else:
            fills = {"values": look.values, "pooled": look.values, "value": theme.mix(look.lane, look.values, 0.5)}
            painter.fillRect(place.adjusted(0, 1, 0, -1), fills.get(kind, look.idle))

    def _on_theme(self, tokens: theme.Tokens) -> None:
        self._look = Look(tokens)
        self.update()
