"""Type on the canvas in place: the title of a frame, the text of a note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from shtairir_ui import theme
from shtairir_ui.canvas.look import TITLE_HEIGHT
from shtairir_ui.canvas.view import CanvasView
from shtairir_ui.guard import guarded

_LEAST_WIDTH, _LEAST_HEIGHT = 200, 28
_LEAST_NOTE = 120
_HINT = "Markdown: # heading, **bold**, - list, [words](https://…)\nCtrl+Enter when done"


class FrameTitleField(QLineEdit):
    """Lies over a frame's title. Enter or a click elsewhere takes the text, Escape does not."""

    def __init__(self, view: CanvasView, rect: QRectF, title: str, done: Callable[[str], None]) -> None:
        super().__init__(title, view)
        self.setObjectName("frameTitleField")
        self.setAccessibleName("Title of the frame")
        self.setPlaceholderText("Title of the frame")
        self._done = done
        self._is_over = False
        place = _over(view, rect, _LEAST_WIDTH, _LEAST_HEIGHT)
        height = min(max(round(TITLE_HEIGHT * view.zoom), _LEAST_HEIGHT), 40)
        self.setGeometry(place.x(), place.y(), min(place.width(), 420), height)
        self.selectAll()
        self.returnPressed.connect(lambda: self.finish(keep=True))
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, *, keep: bool) -> None:
        """Go away, with or without what was typed."""
        if not self._is_over:
            self._is_over = True
            _leave(self)
            if keep and self.isModified():
                self._done(self.text().strip())

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the title as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        else:
            super().keyPressEvent(event)
            event.accept()  # nothing typed here is for the canvas

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Tab ends the typing; it must not open the search below."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            self.finish(keep=True)
            return True
        return bool(super().event(event))

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere takes the text."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish(keep=True)


class NoteField(QPlainTextEdit):
    """Lies over a note, with its Markdown. Ctrl+Enter or a click elsewhere takes the text, Escape does not.

    Parameters
    ----------
    done
        Is given the text, if it is another one.
    """

    def __init__(self, view: CanvasView, rect: QRectF, text: str, done: Callable[[str], None]) -> None:
        super().__init__(text, view)
        self.setObjectName("noteField")
        self.setAccessibleName("Text of the note, in Markdown")
        self.setPlaceholderText(_HINT)
        self.setTabChangesFocus(True)
        self.setFont(theme.ui_font(round(min(max(theme.current().size_label * view.zoom, 11), 22))))
        self._before, self._done = text, done
        self._is_over = False
        self.setGeometry(_over(view, rect, _LEAST_WIDTH + 60, _LEAST_NOTE))
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, *, keep: bool) -> None:
        """Go away, with or without what was typed."""
        if not self._is_over:
            self._is_over = True
            text = self.toPlainText()
            _leave(self)
            if keep and text != self._before:
                self._done(text)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the text as it was, Ctrl+Enter takes it."""
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        elif entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finish(keep=True)
        else:
            super().keyPressEvent(event)
            event.accept()

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Ctrl+Enter is meant for the text, and not for the run."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return bool(super().event(event))

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere takes the text."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.finish(keep=True)


def _over(view: CanvasView, rect: QRectF, width: int, height: int) -> QRect:
    """Where a rectangle of the canvas is in the view, large enough to type in and in sight."""
    corner = view.viewport().mapToParent(view.to_viewport(rect.topLeft()))
    opposite = view.viewport().mapToParent(view.to_viewport(rect.bottomRight()))
    place = QRect(corner, opposite)
    place.setWidth(min(max(place.width(), width), view.width() - 16))
    place.setHeight(min(max(place.height(), height), view.height() - 16))
    place.moveLeft(min(max(place.left(), 8), view.width() - place.width() - 8))
    place.moveTop(min(max(place.top(), 8), view.height() - place.height() - 8))
    return place


def _leave(field: QWidget) -> None:
    had_focus, view = field.hasFocus(), field.parentWidget()
    field.hide()
    field.deleteLater()
    if had_focus and view is not None:
        view.setFocus(Qt.FocusReason.OtherFocusReason)
