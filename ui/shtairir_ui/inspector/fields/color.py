"""Colours: a swatch that opens the dialog, and the hexadecimal text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QLineEdit, QToolButton, QWidget

from shtairir.block.values import Color
from shtairir_ui import theme
from shtairir_ui.inspector.fields.base import Field

SWATCH = 16


class ColorField(Field):
    """``#rrggbb`` or ``#rrggbbaa``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = QColor("#000000")
        self.button = QToolButton()
        self.button.setObjectName("colorButton")
        self.button.setToolTip("Choose a colour")
        self.button.setAccessibleName("Choose a colour")
        self.line = QLineEdit(placeholderText="#rrggbb")
        self.own(self.line)
        self.row.setSpacing(theme.current().s1)
        self.row.addWidget(self.button)
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._on_text)
        self.line.editingFinished.connect(self.settled)
        self.button.clicked.connect(lambda _checked=False: self._ask())

    def show_value(self, value: Any) -> None:
        """Show a colour."""
        text = value if isinstance(value, str) else ""
        if not (self.line.hasFocus() and _hex(self.line.text()) == _hex(text)):
            self.line.setText(text)
        self._paint(_qcolor(text))

    def _on_text(self, text: str) -> None:
        if not text.strip():
            self.edited.emit(None)
            return
        try:
            color = Color.parse(text)
        except ValueError as error:
            self.refused.emit(str(error))
            return
        self.edited.emit(color.hex)

    def _ask(self) -> None:
        dialog = QColorDialog(self._color, self)
        dialog.setOption(QColorDialog.ColorDialogOption.ShowAlphaChannel)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_chosen(self, color: QColor) -> None:
        self.edited.emit(Color(color.redF(), color.greenF(), color.blueF(), color.alphaF()).hex)
        self.settled.emit()

    def _paint(self, color: QColor | None) -> None:
        self._color = color or QColor("#000000")
        pixmap = QPixmap(SWATCH * 2, SWATCH * 2)
        pixmap.setDevicePixelRatio(2)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.current().border_strong)
        painter.setBrush(color or QColor(0, 0, 0, 0))
        painter.drawRoundedRect(QRectF(0.5, 0.5, SWATCH - 1, SWATCH - 1), 3, 3)
        painter.end()
        self.button.setIcon(QIcon(pixmap))


def _hex(text: str) -> str | None:
    try:
        return Color.parse(text).hex
    except ValueError:
        return None


def _qcolor(text: str) -> QColor | None:
    try:
        color = Color.parse(text)
    except ValueError:
        return None
    return QColor.fromRgbF(color.r, color.g, color.b, color.a)
