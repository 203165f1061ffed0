"""The surface that shows a picture: wheel zoom about the cursor, drag to pan, fit and 100 %."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .painting import painting
from .picture import Picture

_MAX_SCALE = 128.0
_MAX_FITTED = 16.0
_STEP = 1.25


class ImageSurface(QWidget):
    """Shows a `Picture`. `scale` is device pixels per picture pixel, 1.0 is 100 %.

    Attributes
    ----------
    stretched
        The picture fills the panel whatever its shape: for pictures of numbers, whose pixels have no shape.
    most_fitted
        How much a small picture is enlarged at most when it is fitted.
    """

    pointed = Signal(int, int)
    """The pixel under the cursor; (-1, -1) when there is none."""
    scale_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture: Picture | None = None
        self._fitting = True
        self._aspect = 1.0
        self._scale = 1.0
        self.stretched = False
        self.most_fitted = _MAX_FITTED
        self._origin = QPointF()
        self._grabbed: QPointF | None = None

    @property
    def scale(self) -> float:
        """Device pixels per picture pixel."""
        return self._scale

    @property
    def is_fitting(self) -> bool:
        """Whether the picture follows the size of the panel."""
        return self._fitting

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the picture; (1, 1) when there is none."""
        return (self._picture.width, self._picture.height) if self._picture is not None else (1, 1)

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture. One of the same size keeps the place that is being looked at."""
        before = self._picture
        self._picture = picture
        if picture is not None and (before is None or (before.width, before.height) != (picture.width, picture.height)):
            self.fit()
        self.update()

    def fit(self) -> None:
        """Show the whole picture, small ones at most at 16 times their size."""
        self._fitting = True
        if self._picture is None or self.width() <= 0:
            return
        margin = theme.current().s2
        room = QSize(max(1, self.width() - 2 * margin), max(1, self.height() - 2 * margin))
        ratio = self.devicePixelRatioF()
        across, down = room.width() / self._picture.width, room.height() / self._picture.height
        self._aspect = down / across if self.stretched else 1.0
        self._set_scale(across * ratio if self.stretched else min(across, down, self.most_fitted) * ratio)
        self._centre()

    def actual_size(self) -> None:
        """Show one picture pixel on one device pixel, about the centre."""
        self._zoom_to(1.0, self._middle())

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom by a factor, keeping the place under `about` (default: the centre) where it is."""
        self._zoom_to(self._scale * factor, about or self._middle())

    def pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the picture pixel at a position of the widget."""
        if self._picture is None:
            return None
        unit = self._unit()
        x = int((position.x() - self._origin.x()) // unit)
        y = int((position.y() - self._origin.y()) // (unit * self._aspect))
        return (x, y) if 0 <= x < self._picture.width and 0 <= y < self._picture.height else None

    def position_of(self, x: int, y: int) -> QPointF:
        """Return where the centre of a picture pixel is in the widget."""
        unit = self._unit()
        return QPointF(self._origin.x() + (x + 0.5) * unit, self._origin.y() + (y + 0.5) * unit * self._aspect)

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _unit(self) -> float:
        return self._scale / self.devicePixelRatioF()

    def _set_scale(self, scale: float) -> None:
        self._scale = scale
        self.scale_changed.emit(scale)
        self.update()

    def _zoom_to(self, scale: float, about: QPointF) -> None:
        if self._picture is None:
            return
        smallest = 8.0 / max(self._picture.width, self._picture.height)
        scale = min(max(scale, min(smallest, 1.0)), _MAX_SCALE)
        factor = scale / self._scale
        self._fitting = False
        self._origin = about - (about - self._origin) * factor
        self._set_scale(scale)
        self._keep_in_sight()

    def _centre(self) -> None:
        size = self._shown_size()
        self._origin = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)

    def _shown_size(self) -> QRectF:
        assert self._picture is not None
        unit = self._unit()
        return QRectF(0, 0, self._picture.width * unit, self._picture.height * unit * self._aspect)

    def _keep_in_sight(self) -> None:
        # Some of the picture always stays in the panel, so it cannot be lost by panning.
        size, keep = self._shown_size(), 32
        self._origin = QPointF(
            min(max(self._origin.x(), keep - size.width()), self.width() - keep),
            min(max(self._origin.y(), keep - size.height()), self.height() - keep),
        )
        self.update()

    def paint_picture(self, painter: QPainter, picture: Picture) -> None:
        """Paint the part of a picture that can be seen, stretched to the size of the one that is shown."""
        whole = self._shown_size().translated(self._origin)
        seen = whole.intersected(QRectF(self.rect()))
        level = picture.level_for(self._scale * max(self._aspect, 1.0) * self.picture_size[0] / picture.width)
        across, down = whole.width() / level.width(), whole.height() / level.height()
        source = QRectF(
            (seen.x() - whole.x()) / across,
            (seen.y() - whole.y()) / down,
            seen.width() / across,
            seen.height() / down,
        )
        if level.hasAlphaChannel():
            painter.drawTiledPixmap(seen, _checkers(), seen.topLeft() - whole.topLeft())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < 2)
        painter.drawImage(seen, level, source)

    def paint_focus(self, painter: QPainter) -> None:
        """Paint the frame that tells where the keyboard is."""
        if self.hasFocus():
            painter.setPen(theme.current().focus)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the part of the picture that can be seen."""
        with painting(self) as painter:
            painter.fillRect(self.rect(), theme.current().background)
            if self._picture is None:
                return
            self.paint_picture(painter, self._picture)
            self.paint_focus(painter)

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor; a notch is a quarter."""
        self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position() - self._origin
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held; tell the pixel under the cursor."""
        if self._grabbed is not None and event.buttons():
            self._fitting = False
            self._origin = event.position() - self._grabbed
            self._keep_in_sight()
        self.pointed.emit(*(self.pixel_at(event.position()) or (-1, -1)))

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the picture go."""
        self._grabbed = None
        self.unsetCursor()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change between the whole picture and 100 % at the cursor."""
        if self._fitting:
            self._zoom_to(1.0, event.position())
        else:
            self.fit()

    @guarded
    def leaveEvent(self, event: object) -> None:
        """No pixel is pointed at any more."""
        self.pointed.emit(-1, -1)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the same place in the middle."""
        if self._fitting:
            self.fit()
        elif self._picture is not None:
            old = event.oldSize()
            self._origin += QPointF((self.width() - old.width()) / 2, (self.height() - old.height()) / 2)
            self._keep_in_sight()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus, minus and the arrows; 0 fits, 1 is 100 %."""
        moves = {
            Qt.Key.Key_Left: QPoint(40, 0),
            Qt.Key.Key_Right: QPoint(-40, 0),
            Qt.Key.Key_Up: QPoint(0, 40),
            Qt.Key.Key_Down: QPoint(0, -40),
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.actual_size()
        elif key in moves and self._picture is not None:
            self._fitting = False
            self._origin += QPointF(moves[key])
            self._keep_in_sight()
        else:
            event.ignore()


def _checkers() -> QPixmap:
    """Return the two-tone tile behind what is transparent."""
    tile = QPixmap(16, 16)
    tile.fill(QColor("#9a9a9a"))
    painter = QPainter(tile)
    painter.fillRect(0, 0, 8, 8, QColor("#c8c8c8"))
    painter.fillRect(8, 8, 8, 8, QColor("#c8c8c8"))
    painter.end()
    return tile
