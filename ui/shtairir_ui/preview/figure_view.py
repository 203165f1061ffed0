"""Charts: drawn at the size and pixel ratio of the panel, off the Qt thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .figure_render import render
from .jobs import Workers
from .painting import painting
from .pixels import qimage
from .view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARGIN = 8
_SETTLE_MS = 120
"""A panel that is being resized is drawn anew only once it rests; until then the picture is scaled."""


class FigureSurface(QWidget):
    """Shows the drawn chart, whole and centred."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        self.setAccessibleName("Chart")
        self.image = QImage()

    def show_image(self, image: QImage) -> None:
        """Show a drawn chart."""
        self.image = image
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chart; a card of its own ground, as it will be saved."""
        with painting(self) as painter:
            painter.fillRect(self.rect(), theme.current().background)
            if self.image.isNull():
                return
            room = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            place = QRect(room.topLeft(), self.image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
            place.moveCenter(room.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self.image)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a drawing of the new size."""
        self.resized.emit()


class FigureView(View):
    """Shows a matplotlib figure."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._figure: Figure | None = None
        self.surface = FigureSurface()
        self.body.addWidget(self.surface, 1)
        self.add_tool("copy", "Copy the picture", self.copy)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self.surface.resized.connect(self._settle.start)

    def show_value(self, value: Figure) -> None:
        """Show a figure; the one before stays until this one is drawn."""
        self._figure = value
        axes = len(value.axes)
        self.info.setText("chart" if axes == 1 else f"chart, {axes} axes")
        if self.surface.width() > 0 and self.isVisible():
            self._draw()
        else:
            self._settle.start()

    def clear(self) -> None:
        """Let the figure go."""
        super().clear()
        self._settle.stop()
        self._figure = None
        self.surface.show_image(QImage())

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if not self.surface.image.isNull():
            QGuiApplication.clipboard().setImage(self.surface.image)

    def _draw(self) -> None:
        figure = self._figure
        if figure is None:
            return
        self._settle.stop()
        self.jobs.forget()
        width, height = max(self.surface.width() - 2 * _MARGIN, 64), max(self.surface.height() - 2 * _MARGIN, 64)
        ratio = self.surface.devicePixelRatioF()
        self.jobs.submit(
            lambda: qimage(render(figure, width, height, ratio)),
            self._show,
            lambda error: self.say(f"The chart could not be drawn: {error}"),
        )

    def _show(self, image: QImage) -> None:
        self.surface.show_image(image)
        self.say("")
