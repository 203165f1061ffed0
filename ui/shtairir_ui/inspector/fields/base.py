"""What all fields have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

DOCUMENT_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


@dataclass(frozen=True, slots=True)
class FieldContext:
    """What a field may know of its surroundings.

    Attributes
    ----------
    base_dir
        Tells the folder that relative paths start from; saving the graph elsewhere changes it.
    """

    base_dir: Callable[[], Path] = Path.cwd


class Field(QWidget):
    """Edits one JSON value.

    `edited` carries a value that can be read as one of the field's kind, None for "no value"; `refused`
    says why what stands in the field cannot be read; `settled` ends a burst of edits that belong
    together, such as the drag of a slider, so that the next one is an undo step of its own.
    """

    edited = Signal(object)
    refused = Signal(str)
    settled = Signal()
    wide = False
    """Whether the field takes the whole width, below its label."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(theme.current().s2)

    def show_value(self, value: Any) -> None:
        """Show a value, or None for "no value", without emitting anything."""
        raise NotImplementedError

    def show_invalid(self, invalid: bool) -> None:
        """Mark the field as holding something that was not taken."""
        target = self.focusProxy() or self
        if target.property("invalid") != invalid:
            target.setProperty("invalid", invalid)
            target.style().unpolish(target)
            target.style().polish(target)

    def own(self, widget: QWidget) -> None:
        """Make `widget` the one that takes the keyboard; document commands pass through it."""
        self.setFocusProxy(widget)
        widget.installEventFilter(self._filter())

    def _filter(self) -> QObject:
        if not hasattr(self, "_commands"):
            self._commands = _CommandsPassThrough(self)
        return self._commands


class _CommandsPassThrough(QObject):
    """Undo in a field is the document's undo, not the text's: there is one history for everything.

    A wheel over a field that is not being edited scrolls the form instead of changing a value.
    """

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if any(event.matches(keys) for keys in DOCUMENT_KEYS):
                event.ignore()
                return True
        elif event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def strong_focus(widget: QWidget) -> None:
    """Let a widget take the keyboard by click and Tab, but not by the wheel."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
