"""An icon that stands by itself: sharp at every pixel ratio, tinted again when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QWidget

from shtairir_ui import theme


class IconLabel(QLabel):
    """Shows one icon of the theme; without a name it takes its space and shows nothing."""

    def __init__(
        self, name: str = "", *, size: int = 16, color: str = "text_dim", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._color = name, size, color
        self.setFixedSize(size, size)
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, name: str, color: str = "text_dim") -> None:
        """Show another icon, in the colour of a token."""
        self._name, self._color = name, color
        self._draw()

    def _draw(self, _tokens: object = None) -> None:
        if not self._name:
            self.clear()
            return
        icon = theme.icon(self._name, self._color)
        self.setPixmap(icon.pixmap(QSize(self._size, self._size), self.devicePixelRatio()))
