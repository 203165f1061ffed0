"""Two pictures in one place: the one that is shown left of a divider, another one right of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .image_surface import ImageSurface
from .painting import painting
from .picture import Picture

_REACH = 8
_GRIP = 9
_STEP = 0.02


class CompareSurface(ImageSurface):
    """An `ImageSurface` that may hold a second picture; the divider is dragged, or moved with Ctrl and the arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._other: Picture | None = None
        self._labels = ("", "")
        self._share = 0.5
        self._dividing = False

    @property
    def other(self) -> Picture | None:
        """The picture on the right of the divider."""
        return self._other

    @property
    def divider(self) -> float:
        """Where the divider is, across the widget."""
        return self._share * self.width()

    def show_other(self, picture: Picture | None, left: str = "", right: str = "") -> None:
        """Show another picture on the right of the divider, stretched to the size of the first; None shows none."""
        self._other, self._labels = picture, (left, right)
        self.update()

    def _divide(self, x: float) -> None:
        self._share = min(max(x / max(self.width(), 1), 0.0), 1.0)
        self.update()

    def _is_on_divider(self, at: QPointF) -> bool:
        return self._other is not None and abs(at.x() - self.divider) <= _REACH

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both pictures, the divider and the names."""
        super().paintEvent(event)
        if self._other is None:
            return
        with painting(self) as painter:
            right = QRectF(self.divider, 0, self.width() - self.divider, self.height())
            painter.save()
            painter.setClipRect(right)
            painter.fillRect(right, theme.current().background)
            self.paint_picture(painter, self._other)
            painter.restore()
            self._paint_divider(painter)
            self._paint_label(painter, self._labels[0], Qt.AlignmentFlag.AlignLeft)
            self._paint_label(painter, self._labels[1], Qt.AlignmentFlag.AlignRight)
            self.paint_focus(painter)

    def _paint_divider(self, painter: QPainter) -> None:
        tokens = theme.current()
        x, y = self.divider, self.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Dark and light: one of them is seen on any picture.
        painter.setPen(QPen(tokens.background, 3))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setPen(QPen(tokens.text, 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setPen(QPen(tokens.text, 1))
        painter.setBrush(tokens.raised)
        painter.drawEllipse(QPointF(x, y), _GRIP, _GRIP)
        for side in (-1, 1):
            tip = QPointF(x + side * 6, y)
            painter.drawLine(tip, tip + QPointF(-side * 3, -3))
            painter.drawLine(tip, tip + QPointF(-side * 3, 3))

    def _paint_label(self, painter: QPainter, text: str, side: Qt.AlignmentFlag) -> None:
        tokens = theme.current()
        font = theme.ui_font(tokens.size_small)
        metrics = QFontMetricsF(font)
        room = self.divider if side == Qt.AlignmentFlag.AlignLeft else self.width() - self.divider
        words = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(room - 2 * tokens.s3 - 8, 0))
        if len(words) < 2:
            return
        width = metrics.horizontalAdvance(words) + 2 * tokens.s2
        left = tokens.s2 if side == Qt.AlignmentFlag.AlignLeft else self.width() - width - tokens.s2
        place = QRectF(left, tokens.s2, width, metrics.height() + 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(tokens.surface, 0.86))
        painter.drawRoundedRect(place, tokens.radius, tokens.radius)
        painter.setFont(font)
        painter.setPen(tokens.text)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the divider, or the picture."""
        self._dividing = event.button() == Qt.MouseButton.LeftButton and self._is_on_divider(event.position())
        if not self._dividing:
            super().mousePressEvent(event)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take what is held along."""
        if self._dividing:
            self._divide(event.position().x())
            return
        super().mouseMoveEvent(event)
        if not event.buttons():
            on = self._is_on_divider(event.position())
            self.setCursor(Qt.CursorShape.SplitHCursor if on else Qt.CursorShape.ArrowCursor)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._dividing = False
        super().mouseReleaseEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl with the arrows moves the divider; the rest is the picture's."""
        turn = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}.get(Qt.Key(event.key()))
        if turn is not None and self._other is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._divide((self._share + turn) * self.width())
        else:
            super().keyPressEvent(event)
