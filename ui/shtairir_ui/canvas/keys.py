"""The canvas's own keys. The window shows most of them in its menus too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas

_Combination = tuple[Qt.Key, Qt.KeyboardModifier]
_NONE = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_STEP, _LEAP = 8, 48
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Keys:
    """Which key does what."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._verbs = _bindings(canvas)

    def knows(self, event: QKeyEvent) -> bool:
        """Whether a key means something here."""
        return _combination(event) in self._verbs

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; returns whether it stands for something."""
        verb = self._verbs.get(_combination(event))
        if verb is None:
            return False
        verb()
        return True


def _bindings(canvas: GraphCanvas) -> Mapping[_Combination, Callable[[], object]]:
    editor = canvas.editor
    verbs: dict[_Combination, Callable[[], object]] = {
        (Qt.Key.Key_Delete, _NONE): canvas.delete,
        (Qt.Key.Key_Backspace, _NONE): canvas.delete,
        (Qt.Key.Key_C, _CTRL): editor.copy,
        (Qt.Key.Key_X, _CTRL): editor.cut,
        (Qt.Key.Key_V, _CTRL): canvas.paste,
        (Qt.Key.Key_D, _CTRL): editor.duplicate,
        (Qt.Key.Key_A, _CTRL): editor.select_all,
        (Qt.Key.Key_F2, _NONE): canvas.rename,
        (Qt.Key.Key_F9, _NONE): canvas.toggle_stops,
        (Qt.Key.Key_Period, _NONE): canvas.frame_selection,
        (Qt.Key.Key_Home, _NONE): canvas.fit,
        (Qt.Key.Key_Tab, _NONE): canvas.search_blocks,
        (Qt.Key.Key_Return, _NONE): canvas.activate,
        (Qt.Key.Key_Enter, _NONE): canvas.activate,
        (Qt.Key.Key_Escape, _NONE): canvas.choose_nothing,
    }
    for key, (x, y) in _ARROWS.items():
        verbs[key, _NONE] = partial(canvas.nudge, x * _STEP, y * _STEP)
        verbs[key, _SHIFT] = partial(canvas.nudge, x * _LEAP, y * _LEAP)
    return verbs


def _combination(event: QKeyEvent) -> _Combination:
    return Qt.Key(event.key()), event.modifiers() & ~_KEYPAD
