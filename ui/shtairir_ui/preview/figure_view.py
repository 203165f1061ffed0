"""Charts: drawn at the size and pixel ratio of the panel, off the Qt thread; zoomed, panned and read point by point."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from shtairir.block.figures import write

from .figure_map import Box, Limits, Range, set_limits
from .figure_render import Rendered, rendered
from .figure_surface import MARGIN, FigureSurface
from .jobs import Workers
from .view import Saving, View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HINT = "The wheel zooms, a drag pans"
_SETTLE_MS = 120
"""A panel that is being resized is drawn anew only once it rests; until then the picture is scaled."""


class FigureView(View):
    """Shows a matplotlib figure."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._figure: Figure | None = None
        self._limits: dict[int, tuple[Range, Range]] = {}
        self._positions: tuple[Box, ...] = ()
        self.surface = FigureSurface()
        self.surface.moved.connect(self._on_moved)
        self.surface.reset_wanted.connect(self.reset)
        self.surface.pointed.connect(self._tell)
        self.body.addWidget(self.surface, 1)
        self.reset_button = self.add_tool("fit", "Show all (0)", self.reset)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self.surface.resized.connect(self._settle.start)
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.surface)
        self.say(HINT)

    def show_value(self, value: Figure) -> None:
        """Show a figure; the one before stays until this one is drawn."""
        self._figure, self._positions = value, ()
        self._limits.clear()
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
        self._limits.clear()
        self.surface.show_rendered(None)

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if not self.surface.image.isNull():
            QGuiApplication.clipboard().setImage(self.surface.image)

    def savings(self) -> tuple[Saving, ...]:
        """At the figure's own size, with what is in sight."""
        figure = self._figure
        if figure is None:
            return ()
        prepare = partial(set_limits, dict(self._limits), ())
        return tuple(
            Saving(words, suffix, lambda path: write(figure, path, prepare))
            for words, suffix in (("PNG picture", ".png"), ("SVG drawing", ".svg"), ("PDF page", ".pdf"))
        )

    def reset(self) -> None:
        """Show all of every axes."""
        if self._limits:
            self._limits.clear()
            self._draw()

    @property
    def limits(self) -> Limits:
        """What is in sight of the axes that were zoomed or panned."""
        return self._limits

    def _on_moved(self, number: int, x: Range, y: Range) -> None:
        self._limits[number] = (x, y)
        self._draw()

    def _draw(self) -> None:
        figure = self._figure
        if figure is None:
            return
        self._settle.stop()
        width, height = max(self.surface.width() - 2 * MARGIN, 64), max(self.surface.height() - 2 * MARGIN, 64)
        ratio, limits, positions = self.surface.devicePixelRatioF(), dict(self._limits), self._positions
        self.jobs.latest(
            "drawing",
            lambda _ticket: rendered(figure, (width, height), ratio, limits, positions),
            self._show,
            lambda error: self.say(f"The chart could not be drawn: {error}"),
        )

    def _show(self, made: Rendered) -> None:
        if not self._limits:
            self._positions = made.positions
        self.surface.show_rendered(made)
        self._tell("")

    def _tell(self, words: str) -> None:
        self.say(words or ("Zoomed: 0 or a double click shows all" if self._limits else HINT))
