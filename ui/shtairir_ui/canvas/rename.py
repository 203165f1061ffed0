"""Type a node's title in place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from shtairir_ui.canvas.look import TITLE_HEIGHT
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.canvas.view import CanvasView
from shtairir_ui.guard import guarded

_LEAST_WIDTH, _LEAST_HEIGHT = 160, 28


class TitleField(QLineEdit):
    """Lies over a node's title. Enter or a click elsewhere takes the text, Escape does not.

    Parameters
    ----------
    done
        Is given the new title; an empty one stands for the block's own name.
    """

    def __init__(self, view: CanvasView, item: NodeItem, done: Callable[[str], None]) -> None:
        super().__init__(item.face.title, view)
        self.setObjectName("canvasTitleField")
        self.setAccessibleName(f"Title of {item.node}")
        self.setPlaceholderText("Title")
        self.node = item.node
        self._done = done
        self._is_over = False
        corner = view.viewport().mapToParent(view.to_viewport(item.pos()))
        width = max(round(item.layout.size.width() * view.zoom), _LEAST_WIDTH)
        height = max(round(TITLE_HEIGHT * view.zoom), _LEAST_HEIGHT)
        self.setGeometry(QRect(corner.x(), corner.y(), width, min(height, 40)))
        self.selectAll()
        self.returnPressed.connect(lambda: self._end(keep=True))

    def begin(self) -> None:
        """Show it and take the keyboard."""
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def abandon(self) -> None:
        """Go away without a change."""
        self._end(keep=False)

    def _end(self, *, keep: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        had_focus = self.hasFocus()
        self.hide()
        self.deleteLater()
        view = self.parentWidget()
        if had_focus and view is not None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)
        if keep and self.isModified():
            self._done(self.text().strip())

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the title as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self._end(keep=False)
        else:
            super().keyPressEvent(event)
            event.accept()  # nothing typed here is for the canvas

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Tab ends the typing; it must not open the search below."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self._end(keep=True)
            return True
        return bool(super().event(event))

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere takes the text."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end(keep=True)
