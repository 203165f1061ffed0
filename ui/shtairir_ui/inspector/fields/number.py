"""Numbers: a box that can be typed into and stepped, and a slider where there are bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QSlider, QWidget

from shtairir.block import InputPort, Param
from shtairir_ui.guard import guarded
from shtairir_ui.inspector.fields.base import Field, strong_focus

SLIDER_STEPS = 200
STEPS_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class NumberKind:
    """What a number may be, as the port declares it."""

    integer: bool
    step: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, param: Param, *, integer: bool) -> NumberKind:
        """Read the bounds and the step of a port; a step is made up where none is declared."""
        low = param.ge if param.ge is not None else param.gt
        high = param.le if param.le is not None else param.lt
        step = param.step or (1.0 if integer else _fitting_step(low, high))
        return cls(integer, step, low, high)

    @property
    def span(self) -> tuple[float, float] | None:
        """The bounds, where there are two and something lies between them."""
        if self.low is None or self.high is None or self.high <= self.low:
            return None
        return (self.low, self.high)

    def clamp(self, value: float) -> float:
        """The nearest value within the bounds."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return min(max(value, low), high)

    def tidy(self, value: float) -> float:
        """The value without the dust of binary fractions: 0.30000000000000004 is 0.3."""
        return round(value) if self.integer else float(f"{value:.12g}")


def _fitting_step(low: float | None, high: float | None) -> float:
    if low is None or high is None or high <= low:
        return 0.1
    return 10.0 ** math.floor(math.log10((high - low) / 20))


def number_text(value: float) -> str:
    """A number as it is typed."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"


class NumberBox(QAbstractSpinBox):
    """Text that is a number; arrow keys, wheel and the little buttons step it."""

    typed = Signal(object)
    stepped = Signal(object)
    refused = Signal(str)

    def __init__(self, kind: NumberKind, fallback: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._fallback = fallback
        self._value: float | None = None
        strong_focus(self)
        self.lineEdit().setTextMargins(4, 0, 0, 0)
        self.lineEdit().textEdited.connect(self._on_typed)

    @property
    def number(self) -> float | None:
        """The number that stands in the box; None when there is none."""
        return self._value

    def show_number(self, value: float | None) -> None:
        """Show a number; a text that already means it is left as it was typed."""
        self._value = value
        if self.lineEdit().hasFocus() and _read(self.text(), self._kind) == value and value is not None:
            return
        text = "" if value is None else number_text(value)
        if text != self.text():
            self.lineEdit().setText(text)

    @guarded
    def stepBy(self, steps: int) -> None:
        """Add so many steps, staying within the bounds."""
        start = self._fallback if self._value is None else self._value
        value = self._kind.tidy(self._kind.clamp(start + steps * self._kind.step))
        if value != self._value:
            self._value = value
            self.lineEdit().setText(number_text(value))
            self.stepped.emit(value)

    @guarded(default=QAbstractSpinBox.StepEnabledFlag.StepNone)
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag
        value = self._fallback if self._value is None else self._value
        up = flags.StepNone if self._kind.high is not None and value >= self._kind.high else flags.StepUpEnabled
        down = flags.StepNone if self._kind.low is not None and value <= self._kind.low else flags.StepDownEnabled
        return up | down

    @guarded(default=lambda: (QValidator.State.Acceptable, "", 0))
    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Take any text: what is wrong with it is said below the field."""
        return (QValidator.State.Acceptable, text, position)

    def _on_typed(self, text: str) -> None:
        if not text.strip():
            self._value = None
            self.typed.emit(None)
            return
        value = _read(text, self._kind)
        if value is None:
            wanted = "a whole number" if self._kind.integer else "a number"
            self.refused.emit(f"“{text.strip()}” is not {wanted}.")
            return
        self._value = value
        self.typed.emit(value)


def _read(text: str, kind: NumberKind) -> float | None:
    """The number in a text, a decimal comma allowed; None when there is none."""
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    try:
        value = float(cleaned if cleaned.count(",") != 1 or "." in cleaned else cleaned.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    if kind.integer:
        return int(value) if value.is_integer() else None
    return value


class NumberField(Field):
    """A number box, with a slider before it when the port is bounded on both sides."""

    def __init__(self, port: InputPort, *, integer: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = NumberKind.of(port.param, integer=integer)
        default = port.default if isinstance(port.default, int | float) else 0
        self.box = NumberBox(self._kind, self._kind.clamp(default))
        self.box.lineEdit().setPlaceholderText(_placeholder(port))
        self.slider = self._make_slider() if port.param.bounded or port.param.widget == "slider" else None
        self.own(self.box)
        self.box.lineEdit().installEventFilter(self._filter())
        if self.slider is not None:
            self.row.addWidget(self.slider, 1)
            self.box.setFixedWidth(76)
        self.row.addWidget(self.box, 0 if self.slider is not None else 1)
        self.box.typed.connect(self._on_box)
        self.box.stepped.connect(self._on_box)
        self.box.refused.connect(self.refused)
        self.box.editingFinished.connect(self.settled)

    def show_value(self, value: Any) -> None:
        """Show a number; anything else shows as no value."""
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        self.box.show_number(number)
        self._show_on_slider(number)

    def _on_box(self, value: float | None) -> None:
        self._show_on_slider(value)
        self.edited.emit(value)

    def _make_slider(self) -> QSlider | None:
        span = self._kind.span
        if span is None:
            return None
        count = round((span[1] - span[0]) / self._kind.step)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, count if 1 <= count <= STEPS_AT_MOST else SLIDER_STEPS)
        slider.setPageStep(max(1, slider.maximum() // 10))
        strong_focus(slider)
        slider.installEventFilter(self._filter())
        slider.valueChanged.connect(lambda position: self._on_slider(position / slider.maximum(), span))
        slider.sliderReleased.connect(self.settled)
        return slider

    def _on_slider(self, share: float, span: tuple[float, float]) -> None:
        value = self._kind.tidy(span[0] + share * (span[1] - span[0]))
        self.box.show_number(value)
        self.edited.emit(value)

    def _show_on_slider(self, value: float | None) -> None:
        span = self._kind.span
        if self.slider is None or span is None:
            return
        shown = span[0] if value is None else self._kind.clamp(value)
        share = (shown - span[0]) / (span[1] - span[0])
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(share * self.slider.maximum()))


def _placeholder(port: InputPort) -> str:
    return "none" if port.optional else "needs a value" if port.required else ""
