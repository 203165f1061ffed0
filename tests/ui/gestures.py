"""Real mouse, key, wheel and drop events for the UI tests.

The events go to the widget under the position, as the window system would send them, with the modifiers in the
event. Positions are in the coordinates of the widget given (for a graphics view: give its viewport).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import PySide6.QtCore
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

_QT_VERSION = PySide6.QtCore.__version_info__
BLOCK_MIME = "application/x-shtairir-block"
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
RIGHT = Qt.MouseButton.RightButton


def settle(rounds: int = 3) -> None:
    """Let Qt deliver what is waiting."""
    for _ in range(rounds):
        QApplication.processEvents()


def press(
    widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NO_MODIFIER
) -> None:
    """Press a mouse button."""
    _mouse(widget, QEvent.Type.MouseButtonPress, at, button, button, modifiers)


def move(
    widget: QWidget,
    at: QPoint,
    held: Qt.MouseButton = Qt.MouseButton.NoButton,
    modifiers: Qt.KeyboardModifier = NO_MODIFIER,
) -> None:
    """Move the mouse, with a button held or none."""
    _mouse(widget, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, held, modifiers)


def release(
    widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NO_MODIFIER
) -> None:
    """Let a mouse button go."""
    _mouse(widget, QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, modifiers)


def click(
    widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NO_MODIFIER
) -> None:
    """Press and release at one place."""
    move(widget, at, modifiers=modifiers)
    press(widget, at, button, modifiers)
    release(widget, at, button, modifiers)


def double_click(widget: QWidget, at: QPoint) -> None:
    """Click twice at one place, as Qt tells it: press, release, double click, release."""
    click(widget, at)
    _mouse(widget, QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, NO_MODIFIER)
    release(widget, at)


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NO_MODIFIER,
    steps: int = 6,
) -> None:
    """Press at one place, move in steps, release at another."""
    begin_drag(widget, start, end, button, modifiers, steps)
    release(widget, end, button, modifiers)


def begin_drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NO_MODIFIER,
    steps: int = 6,
) -> None:
    """A drag that is still held at its end, to look at what is shown meanwhile."""
    move(widget, start, modifiers=modifiers)
    press(widget, start, button, modifiers)
    for step in range(1, steps + 1):
        move(widget, start + (end - start) * (step / steps), button, modifiers)


def key(widget: QWidget, code: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER, text: str = "") -> None:
    """Press and release a key."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, code, modifiers, text))
    settle(1)


def hold_key(widget: QWidget, code: Qt.Key) -> None:
    """Press a key and keep it down."""
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, code, NO_MODIFIER))


def let_key(widget: QWidget, code: Qt.Key) -> None:
    """Let a held key go."""
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyRelease, code, NO_MODIFIER))


def wheel(widget: QWidget, at: QPoint, notches: float = 1, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """Turn the mouse wheel; positive is away from the person."""
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    settle(1)


def pinch(widget: QWidget, at: QPoint, more: float) -> None:
    """Spread two fingers on a touchpad."""
    place, device = QPointF(at), QPointingDevice.primaryPointingDevice()
    zoom = Qt.NativeGestureType.ZoomNativeGesture
    QApplication.sendEvent(
        widget, QNativeGestureEvent(zoom, device, 2, place, place, QPointF(widget.mapToGlobal(at)), more, QPointF())
    )
    settle(1)


def context_menu(widget: QWidget, at: QPoint) -> None:
    """Ask for the context menu with the mouse."""
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    settle(1)


def drop(widget: QWidget, at: QPoint, mime: QMimeData) -> bool:
    """Drag something in from outside and drop it; returns whether the widget took it on entry."""
    arguments = (Qt.DropAction.CopyAction, mime, LEFT, NO_MODIFIER)
    # Qt 6.12 deprecates whole pixels here, and Qt 6.11 takes nothing else.
    position: Any = QPointF(at) if _QT_VERSION >= (6, 12) else at
    enter = QDragEnterEvent(position, *arguments)
    QApplication.sendEvent(widget, enter)
    QApplication.sendEvent(widget, QDragMoveEvent(position, *arguments))
    QApplication.sendEvent(widget, QDropEvent(QPointF(at), *arguments))
    settle(1)
    return enter.isAccepted()


def drag_over(widget: QWidget, at: QPoint, mime: QMimeData) -> None:
    """Drag something in from outside, and hold it there."""
    arguments = (Qt.DropAction.CopyAction, mime, LEFT, NO_MODIFIER)
    position: Any = QPointF(at) if _QT_VERSION >= (6, 12) else at
    QApplication.sendEvent(widget, QDragEnterEvent(position, *arguments))
    QApplication.sendEvent(widget, QDragMoveEvent(position, *arguments))
    settle(1)


def drag_away(widget: QWidget) -> None:
    """Drag something out again that was dragged in."""
    QApplication.sendEvent(widget, QDragLeaveEvent())
    settle(1)


def block_mime(block_id: str) -> QMimeData:
    """What the palette puts into a drag."""
    mime = QMimeData()
    mime.setData(BLOCK_MIME, block_id.encode())
    return mime


def files_mime(paths: Iterable[Path]) -> QMimeData:
    """What a file manager puts into a drag."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def _mouse(
    widget: QWidget,
    kind: QEvent.Type,
    at: QPoint,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier,
) -> None:
    event = QMouseEvent(kind, QPointF(at), QPointF(widget.mapToGlobal(at)), button, held, modifiers)
    QApplication.sendEvent(widget, event)
    settle(1)
