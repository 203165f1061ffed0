"""Times: a number with its unit, or no limit at all."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QWidget

from shtairir_ui import theme
from shtairir_ui.inspector.fields.base import Field, strong_focus
from shtairir_ui.inspector.fields.number import NumberBox, NumberKind, number_text

UNITS: tuple[tuple[str, float], ...] = (("ms", 0.001), ("s", 1.0), ("min", 60.0), ("h", 3600.0))
NO_LIMIT = "no limit"
SEVERAL = object()
"""Stands for times that differ, which is not the same as none."""

UNIT_WIDTH, BOX_WIDTH, WIDEST = 80, 48, 16_777_215

_SECONDS = 1


class DurationField(Field):
    """Edits seconds, in the unit in which they are a short number.

    Parameters
    ----------
    endless
        Whether there may be no limit, which is the value None.
    """

    def __init__(self, *, endless: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._endless = endless
        self._last = 1.0
        self.box = NumberBox(NumberKind(integer=False, step=1.0, low=0.0, high=None), 0.0)
        self.unit = QComboBox()
        self.unit.addItems([name for name, _ in UNITS] + ([NO_LIMIT] if endless else []))
        self.unit.setAccessibleName("Unit")
        self.unit.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumWidth(BOX_WIDTH)
        strong_focus(self.unit)
        self.own(self.box)
        self.box.lineEdit().installEventFilter(self._filter())
        self.unit.installEventFilter(self._filter())
        self.row.setSpacing(theme.current().s1)
        self.row.addWidget(self.box, 1)
        self.row.addWidget(self.unit)
        self._show_unit(_SECONDS)
        self.box.typed.connect(self._on_number)
        self.box.stepped.connect(self._on_number)
        self.box.refused.connect(self.refused)
        self.box.editingFinished.connect(self.settled)
        self.unit.activated.connect(self._on_unit)

    def show_value(self, value: Any) -> None:
        """Show seconds, or None for no limit; a number that already means it stays as it was typed."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and not self._means(value):
            self._show_unit(_fitting_unit(value))
        elif value is None and self._endless:
            self._show_unit(len(UNITS))
        elif value is SEVERAL and self._is_endless:
            self._show_unit(_SECONDS)
        if is_number:
            self._last = value
        self.box.show_number(round(value / self._factor, 9) if is_number else None)
        self.box.lineEdit().setPlaceholderText("…" if value is SEVERAL else "")

    @property
    def _is_endless(self) -> bool:
        return self.unit.currentIndex() == len(UNITS)

    @property
    def _factor(self) -> float:
        return 1.0 if self._is_endless else UNITS[self.unit.currentIndex()][1]

    def _means(self, value: float) -> bool:
        return self.box.lineEdit().hasFocus() and not self._is_endless

    def _show_unit(self, index: int) -> None:
        with QSignalBlocker(self.unit):
            self.unit.setCurrentIndex(index)
        self._make_room()

    def _make_room(self) -> None:
        """Without a limit there is no number, and the word for it has the room."""
        self.box.setVisible(not self._is_endless)
        self.unit.setMaximumWidth(WIDEST if self._is_endless else UNIT_WIDTH)
        self.unit.setMinimumWidth(UNIT_WIDTH)

    def _on_number(self, number: float | None) -> None:
        if number is None:
            self.refused.emit(f"Write a number, or choose “{NO_LIMIT}”." if self._endless else "Write a number.")
            return
        self._last = round(number * self._factor, 9)
        self.edited.emit(_tidy(self._last))

    def _on_unit(self, index: int) -> None:
        """Another unit means the same time, said otherwise, unless a number is being typed."""
        self._make_room()
        if self._is_endless:
            self.box.show_number(None)
            self.edited.emit(None)
        else:
            number = self.box.number if self.box.number is not None else self._last / self._factor
            self.box.show_number(round(number, 9))
            self._on_number(round(number, 9))
        self.settled.emit()


def time_text(seconds: float) -> str:
    """Return a time as the field shows it.

    Examples
    --------
    >>> time_text(0.25), time_text(300), time_text(5400)
    ('250 ms', '5 min', '1.5 h')
    """
    name, factor = UNITS[_fitting_unit(seconds)]
    return f"{number_text(round(seconds / factor, 9))} {name}"


def _fitting_unit(seconds: float) -> int:
    """Return the largest unit in which the time is a short number of at least one."""
    found = _SECONDS if seconds == 0 else 0
    for index, (_, factor) in enumerate(UNITS):
        number = seconds / factor
        if number >= 1 and abs(number * 10 - round(number * 10)) < 1e-9:
            found = index
    return found


def _tidy(seconds: float) -> float:
    return int(seconds) if float(seconds).is_integer() else seconds
