"""Arrays: statistics, a line or a heat map, and the values; slices of arrays with more axes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QStackedWidget, QWidget

from shtairir_ui import theme
from shtairir_ui.clearing import clear
from shtairir_ui.quantities import size

from .array_facts import ArrayFacts, drawing_of, facts_of
from .array_model import ArrayModel
from .image_surface import ImageSurface
from .jobs import Workers
from .picture import Picture
from .pixels import AnyArray
from .table_view import Grid
from .trace import Trace
from .trace_surface import TraceSurface
from .view import View


class ArrayView(View):
    """Shows an array of any number of axes; of more than two, one slice."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._array: AnyArray | None = None
        self._slice: AnyArray | None = None
        self._facts = ArrayFacts()
        self._axes: list[QSpinBox] = []
        self._drawing: QWidget | None = None
        self.model = ArrayModel(self)
        self.grid = Grid()
        self.grid.setModel(self.model)
        self.grid.horizontalHeader().setDefaultSectionSize(80)
        self.heat = ImageSurface()
        self.heat.pointed.connect(self._on_pixel)
        self.line = TraceSurface()
        self.line.pointed.connect(self._on_point)
        self.stack = QStackedWidget()
        for widget in (self.line, self.heat, self.grid):
            self.stack.addWidget(widget)
        self._slices = QWidget()
        self._slice_row = QHBoxLayout(self._slices)
        self._slice_row.setContentsMargins(theme.current().s3, 0, theme.current().s3, theme.current().s1)
        self.body.addWidget(self._slices)
        self.body.addWidget(self.stack, 1)
        self.values = self.add_switch("table", "Show the values", self._on_values)

    def show_value(self, value: AnyArray) -> None:
        """Show an array."""
        self.jobs.forget()
        shape_before = self._array.shape if self._array is not None else None
        self._array = value
        shape = " × ".join(f"{length:,}" for length in value.shape)
        self.info.setText(f"{shape}  {value.dtype}  {size(value.nbytes)}")
        self.say("")
        if value.shape != shape_before:
            self._make_axes(value)
        self.jobs.submit(lambda: facts_of(value), self._show_facts)
        self._show_slice()

    def clear(self) -> None:
        """Let the array go."""
        super().clear()
        self._array = self._slice = None
        self.model.show_array(None)
        self.heat.show_picture(None)
        self.line.show_traces((), theme.current().accent)

    def _make_axes(self, array: AnyArray) -> None:
        clear(self._slice_row)
        self._axes = []
        for axis in range(array.ndim - 2):
            self._slice_row.addWidget(QLabel(f"axis {axis}"))
            box = QSpinBox()
            box.setRange(0, max(array.shape[axis] - 1, 0))
            theme.pad_spin_box(box)
            box.valueChanged.connect(self._show_slice)
            self._slice_row.addWidget(box)
            self._axes.append(box)
        self._slice_row.addStretch(1)
        self._slices.setVisible(bool(self._axes))

    def _show_slice(self) -> None:
        if self._array is None:
            return
        chosen = self._array[tuple(box.value() for box in self._axes)] if self._array.size else self._array
        if chosen.ndim > 2:
            chosen = chosen.reshape(chosen.shape[0], -1)
        self._slice = chosen
        self.model.show_array(chosen)
        self.jobs.submit(lambda: drawing_of(chosen), lambda drawing: self._show_drawing(chosen, drawing))

    def _show_facts(self, facts: ArrayFacts) -> None:
        self._facts = facts
        self.say(facts.sentence())

    def _show_drawing(self, chosen: AnyArray, drawing: Trace | Picture | None) -> None:
        if chosen is not self._slice:  # an axis was turned on meanwhile
            return
        self.values.setEnabled(drawing is not None)
        if isinstance(drawing, Trace):
            self.line.show_traces([drawing], theme.current().type_color("array"))
            self._drawing = self.line
        elif isinstance(drawing, Picture):
            self.heat.show_picture(drawing)
            self._drawing = self.heat
        else:
            self._drawing = None
        self._on_values(self.values.isChecked())

    def _on_values(self, values: bool) -> None:
        self.stack.setCurrentWidget(self.grid if values or self._drawing is None else self._drawing)

    def _on_pixel(self, x: int, y: int) -> None:
        array = self._slice
        if x < 0 or array is None or array.ndim != 2:
            self.say(self._facts.sentence())
            return
        # A large array is drawn thinned out: the place is counted back to its own rows and columns.
        picture_width, picture_height = self.heat.picture_size
        row, column = y * array.shape[0] // picture_height, x * array.shape[1] // picture_width
        self.say(f"[{row}, {column}]   {array[row, column]}")

    def _on_point(self, along: float) -> None:
        array = self._slice
        if along < 0 or array is None or array.ndim != 1 or not len(array):
            self.say(self._facts.sentence())
            return
        index = min(round(along * (len(array) - 1)), len(array) - 1)
        self.say(f"[{index}]   {array[index]}")
