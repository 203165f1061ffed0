"""Single values, large: numbers, truth values, colours, paths and whatever else has no view."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from shtairir.block.values import Color
from shtairir_ui import theme
from shtairir_ui.quantities import size

from .jobs import Workers
from .view import Saving, View

_LONGEST = 4000
_MOST_DIGITS, _ENDS, _SPELLED_DIGITS = 18, 6, 3000


class ScalarView(View):
    """Shows a value as one large text."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        tokens = theme.current()
        self._exact = ""
        self.swatch = QFrame()
        self.swatch.setFixedSize(96, 64)
        self.label = QLabel()
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail = QLabel()
        self.detail.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.detail.setProperty("role", "dim")
        self.detail.setWordWrap(True)
        for words in (self.label, self.detail):  # a word as long as the window must not make the panel as wide
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout()
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s2)
        column.addStretch(1)
        column.addWidget(self.swatch, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.label)
        column.addWidget(self.detail)
        column.addStretch(1)
        self.body.addLayout(column, 1)
        self.listen("Ctrl+C", self.copy)

    def copy(self) -> None:
        """Put the exact value on the clipboard."""
        QGuiApplication.clipboard().setText(self._exact)

    def savings(self) -> tuple[Saving, ...]:
        """The exact value as a text."""
        exact = self._exact

        def write(path: Path) -> None:
            path.write_text(exact, encoding="utf-8")

        return (Saving("Text", ".txt", write),)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        self.jobs.forget()
        large, detail, self._exact = words_for(value)
        short = len(large) <= 24
        self.label.setFont(theme.ui_font(32 if short else theme.current().size_title))
        self.label.setText(large)
        self.detail.setText(detail)
        self.info.setText(_kind_words(value))
        self.swatch.setVisible(isinstance(value, Color))
        if isinstance(value, Color):
            self._paint_swatch(value)
        if isinstance(value, os.PathLike):
            # A path on a sleeping network share may take long to answer.
            self.jobs.submit(lambda: _place_words(Path(value)), self.detail.setText, lambda _error: None)

    def _paint_swatch(self, color: Color) -> None:
        shown = QColor.fromRgbF(*(min(max(part, 0.0), 1.0) for part in (color.r, color.g, color.b)))
        tokens = theme.current()
        self.swatch.setStyleSheet(
            f"background: {shown.name()}; border: 1px solid {tokens.css('border_strong')};"
            f" border-radius: {tokens.radius}px;"
        )


def words_for(value: object) -> tuple[str, str, str]:
    """Return the large text, the small text below it, and the exact text for the clipboard."""
    if value is None:
        return "nothing", "The block returned no value.", ""
    if isinstance(value, bool):
        return ("true" if value else "false"), "", str(value)
    if isinstance(value, int):
        return _words_for_whole(value)
    if isinstance(value, float):
        short = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.6g}"
        return short, ("" if float(short.replace(",", "")) == value else repr(value)), repr(value)
    if isinstance(value, Color):
        return (
            value.hex,
            f"red {value.r:.3f}  green {value.g:.3f}  blue {value.b:.3f}  opacity {value.a:.3f}",
            value.hex,
        )
    if isinstance(value, os.PathLike):
        path = Path(value)
        return path.name or str(path), str(path.parent), str(path)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):  # one number of NumPy
        large, detail, exact = words_for(value.item()) if value.item() is not value else (str(value), "", str(value))
        return large, detail or f"{getattr(value, 'dtype', '')}", exact
    text = str(value)
    return text[:_LONGEST], f"{type(value).__module__}.{type(value).__qualname__}", text


def _words_for_whole(value: int) -> tuple[str, str, str]:
    """A number of thousands of digits is told by its ends, and written in full in hexadecimal: Python refuses more."""
    if abs(value) < 10**_MOST_DIGITS:
        return f"{value:,}", "", str(value)
    size_of_it = abs(value)
    digits = int(math.log10(size_of_it)) + 1
    digits += (size_of_it >= 10**digits) - (size_of_it < 10 ** (digits - 1))  # the logarithm is rounded
    sign = "-" if value < 0 else ""
    large = f"{sign}{size_of_it // 10 ** (digits - _ENDS):,}…{size_of_it % 10**_ENDS:0{_ENDS}d}"
    is_spelled = digits <= _SPELLED_DIGITS
    detail = f"{digits:,} digits" + ("" if is_spelled else "; copied and saved in hexadecimal")
    return large, detail, str(value) if is_spelled else hex(value)


def _kind_words(value: object) -> str:
    for kind, word in ((bool, "truth value"), (int, "whole number"), (float, "number"), (Color, "colour")):
        if isinstance(value, kind):
            return word
    return "path" if isinstance(value, os.PathLike) else type(value).__name__


def _place_words(path: Path) -> str:
    if not path.exists():
        return f"{path.parent}\nThere is no such file or folder."
    kind = "folder" if path.is_dir() else size(path.stat().st_size)
    return f"{path.parent}\n{kind}"
