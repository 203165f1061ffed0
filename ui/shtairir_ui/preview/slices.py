"""Which part of an array with many axes is looked at: two axes as rows and columns, a slider for each of the others."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSlider, QWidget

from shtairir_ui import theme
from shtairir_ui.clearing import clear

from .pixels import AnyArray

MOST_AXES = 8


class Slices(QWidget):
    """Sliders for the axes that are not seen. Hidden while there is nothing to choose."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        tokens = theme.current()
        self._shape: tuple[int, ...] = ()
        self.axes = QComboBox()
        self.axes.setAccessibleName("Rows and columns")
        self.axes.currentIndexChanged.connect(self._on_axes)
        self.sliders: dict[int, QSlider] = {}
        self._numbers: dict[int, QLabel] = {}
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(tokens.s3, 0, tokens.s3, tokens.s1)
        self._rows.setHorizontalSpacing(tokens.s2)
        self._rows.setVerticalSpacing(2)
        self._rows.setColumnStretch(1, 1)
        self.hide()

    def show_shape(self, shape: tuple[int, ...]) -> None:
        """Offer what there is to choose in an array of this shape; the same shape keeps what was chosen."""
        if shape == self._shape:
            return
        self._shape = shape
        self.axes.blockSignals(True)
        self.axes.clear()
        if 2 < len(shape) <= MOST_AXES:
            for pair in sorted(combinations(range(len(shape)), 2), reverse=True):
                self.axes.addItem(
                    f"rows axis {pair[0]} ({shape[pair[0]]:,}), columns axis {pair[1]} ({shape[pair[1]]:,})", pair
                )
        self.axes.blockSignals(False)
        self._make_sliders()
        self.setVisible(len(shape) > 2)

    def cut(self, array: AnyArray) -> AnyArray:
        """Return the part of the array that is chosen: what is left has two axes at most."""
        if array.ndim <= 2:
            return array
        if array.size == 0:
            return array.reshape(array.shape[0], -1) if array.shape[0] else array.reshape(0, 0)
        return array[
            tuple(self.sliders[axis].value() if axis in self.sliders else slice(None) for axis in range(array.ndim))
        ]

    def place(self) -> str:
        """Return what is chosen, as it is written in Python: ``3, :, :``; empty with two axes or fewer."""
        if len(self._shape) <= 2:
            return ""
        return ", ".join(
            str(self.sliders[axis].value()) if axis in self.sliders else ":" for axis in range(len(self._shape))
        )

    def _shown(self) -> tuple[int, int]:
        pair = self.axes.currentData()
        count = len(self._shape)
        return (int(pair[0]), int(pair[1])) if pair is not None else (count - 2, count - 1)

    def _on_axes(self) -> None:
        self._make_sliders()
        self.changed.emit()

    def _make_sliders(self) -> None:
        before = {axis: slider.value() for axis, slider in self.sliders.items()}
        self._rows.removeWidget(self.axes)
        clear(self._rows)
        self.sliders, self._numbers = {}, {}
        if len(self._shape) <= 2:
            return
        shown = self._shown()
        if self.axes.count():
            self._rows.addWidget(self.axes, 0, 0, 1, 3)
            self.axes.show()
        for axis, length in enumerate(self._shape):
            if axis not in shown:
                self._add_slider(axis, length, min(before.get(axis, 0), max(length - 1, 0)))

    def _add_slider(self, axis: int, length: int, value: int) -> None:
        name, number = QLabel(f"axis {axis}"), QLabel()
        for label in (name, number):
            label.setProperty("role", "small")
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setAccessibleName(f"Index along axis {axis}")
        slider.setRange(0, max(length - 1, 0))
        slider.setValue(value)
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance(f"{length:,} / {length:,}"))
        number.setText(f"{value:,} / {length - 1:,}")
        slider.valueChanged.connect(lambda now: number.setText(f"{now:,} / {length - 1:,}"))
        slider.valueChanged.connect(lambda _now: self.changed.emit())
        row = self._rows.rowCount()
        for column, widget in enumerate((name, slider, number)):
            self._rows.addWidget(widget, row, column)
        self.sliders[axis], self._numbers[axis] = slider, number
