"""Near the edge of the view, a gesture pulls the canvas along."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QTimer

from shtairir_ui.canvas.view import CanvasView

_EDGE_PX = 28.0
_FASTEST_PX = 18.0
_FRAME_MS = 16


class EdgePan:
    """Pans while a gesture is held near the edge, faster the nearer.

    Parameters
    ----------
    moved
        Called after each step with the place of the mouse, for the gesture to follow.
    """

    def __init__(self, view: CanvasView, moved: Callable[[QPointF], None]) -> None:
        self._view = view
        self._moved = moved
        self._at = QPointF()
        self._timer = QTimer(view)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)

    def follow(self, at: QPointF) -> None:
        """The mouse of a gesture is here now."""
        self._at = at
        if self._speed().isNull():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The gesture is over."""
        self._timer.stop()

    def _step(self) -> None:
        speed = self._speed()
        self._view.pan(speed.x(), speed.y())
        self._moved(self._at)

    def _speed(self) -> QPointF:
        size = self._view.viewport().size()
        return QPointF(_pull(self._at.x(), size.width()), _pull(self._at.y(), size.height()))


def _pull(at: float, length: int) -> float:
    """How far to pan along one axis in a frame.

    Examples
    --------
    >>> _pull(100, 200), _pull(0, 200), _pull(200, 200)
    (0.0, 18.0, -18.0)
    """
    if at < _EDGE_PX:
        return min((_EDGE_PX - at) / _EDGE_PX, 1.0) * _FASTEST_PX
    if at > length - _EDGE_PX:
        return -min((at - length + _EDGE_PX) / _EDGE_PX, 1.0) * _FASTEST_PX
    return 0.0
