"""A result in a window of its own, which follows its node: after each run it shows the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .panel import PreviewPanel

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor

_SIZE = QSize(880, 640)
_STEP = 28


class ViewerWindow(QWidget):
    """Shows one output of one node; F11 fills the screen, Escape leaves it."""

    def __init__(self, editor: Editor, path: NodeId, port: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("viewerWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowIcon(theme.app_icon())
        self.path, self.port = path, port
        self.panel = PreviewPanel(editor, self, path=path)
        self.panel.title_changed.connect(lambda _title: self._show_title())
        self._fill = QToolButton()
        self._fill.setToolTip("Fill the screen (F11)")
        self._fill.setAccessibleName("Fill the screen")
        theme.bind_icon(self._fill, "fullscreen", "text_dim")
        self._fill.clicked.connect(lambda: self.fill_screen(not self.isFullScreen()))
        self.panel.head.addWidget(self._fill)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.show_port(port)
        self._show_title()

    def show_port(self, port: str) -> None:
        """Show another output of the same node."""
        self.port = port
        self.panel.show_port(port)
        self.panel.refresh()

    def fill_screen(self, fill: bool) -> None:
        """Take the whole screen, or give it back."""
        if fill:
            self.showFullScreen()
        else:
            self.showNormal()
        self._fill.setToolTip("Leave the full screen (Esc)" if fill else "Fill the screen (F11)")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F11 fills the screen; Escape gives it back, and then closes; Ctrl+W closes, Ctrl+S saves."""
        keys = event.keyCombination()
        if event.key() == Qt.Key.Key_F11:
            self.fill_screen(not self.isFullScreen())
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif keys == QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_W):
            self.close()
        elif keys == QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_S):
            self.panel.save()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self.isFullScreen():
            self.fill_screen(False)
        else:
            self.close()

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.panel.title.full_text()} – Shtairir")


class Viewers(QObject):
    """The viewer windows of one main window: each output has one at most."""

    def __init__(self, editor: Editor, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._window = window
        self._open: list[ViewerWindow] = []

    @property
    def windows(self) -> tuple[ViewerWindow, ...]:
        """Those that are open."""
        return tuple(self._open)

    def open(self, path: NodeId, port: str) -> ViewerWindow:
        """Show an output in a window of its own, or bring the one that shows it to the front."""
        found = next((viewer for viewer in self._open if (viewer.path, viewer.port) == (path, port)), None)
        if found is None:
            found = ViewerWindow(self._editor, path, port, self._window)
            found.resize(_SIZE)
            corner = self._window.frameGeometry().center() - found.rect().center()
            shift = _STEP * len(self._open)
            found.move(corner.x() + shift, corner.y() + shift)
            self._open.append(found)
            found.destroyed.connect(lambda: self._forget(found))
        found.show()
        found.raise_()
        found.activateWindow()
        if found.panel.view is not None:
            found.panel.view.setFocus(Qt.FocusReason.OtherFocusReason)
        return found

    def _forget(self, viewer: ViewerWindow) -> None:
        self._open = [other for other in self._open if other is not viewer]
