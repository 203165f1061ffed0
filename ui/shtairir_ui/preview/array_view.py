"""Arrays: statistics, a line or a heat map, a histogram, and the values; slices of arrays with more axes."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import size

from .array_facts import PARTS, ArrayFacts, HeatMap, facts_of, heat_map_of
from .array_model import ArrayModel
from .color_bar import ColorBar
from .image_surface import ImageSurface
from .image_view import write_picture
from .jobs import Workers
from .levels import Histogram, Range, histogram_of
from .levels_bar import LevelsBar
from .pixels import AnyArray, thin_out
from .plot import Series, Style, histogram
from .plot_surface import PlotSurface, Point
from .plotting import attend, point_words, series_colors
from .slices import Slices
from .table_view import Grid
from .view import Saving, View

_MOST_LINES = 8
_COPIED_VALUES = 200_000
_COUNTED = 4_000_000
_LARGEST_CELL = 96.0
_LONGISH = 6
"""An array so much longer than wide fills the panel all the same."""


class Manner(StrEnum):
    """What an array is shown as."""

    PICTURE = "picture"
    LINES = "lines"
    VALUES = "values"


class ArrayView(View):
    """Shows an array of any number of axes; of more than two, one slice."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._array: AnyArray | None = None
        self._slice: AnyArray | None = None
        self._facts = ArrayFacts()
        self._heat: HeatMap | None = None
        self._span: Range | None = None
        self._part = "Magnitude"
        self.model = ArrayModel(self)
        self.grid = Grid()
        self.grid.setModel(self.model)
        self.grid.horizontalHeader().setDefaultSectionSize(80)
        self.heat = ImageSurface()
        self.heat.most_fitted = _LARGEST_CELL
        self.heat.pointed.connect(self._on_pixel)
        self.colors = ColorBar()
        self.line = PlotSurface()
        self.line.pointed.connect(self._on_point)
        attend(self.line, self.jobs)
        self.levels = LevelsBar("All")
        self.levels.all.hide()  # here it is what one sees without
        self.levels.changed.connect(self._on_levels)
        self.levels.hide()
        self.picture = QWidget()
        beside = QHBoxLayout(self.picture)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addWidget(self.heat, 1)
        beside.addWidget(self.colors)
        self.stack = QStackedWidget()
        for widget in (self.line, self.picture, self.grid):
            self.stack.addWidget(widget)
        self.slices = Slices()
        self.slices.changed.connect(self._show_slice)
        self.body.addWidget(self.slices)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.levels)
        self.parts = self.add_choice("number", "Which part of complex numbers", self._fill_parts)
        self.counts = self.add_switch("levels", "Histogram", self._on_counts)
        self.lines = self.add_switch("curve", "Each column as a line", lambda _on: self._show_manner())
        self.values = self.add_switch("table", "Show the values", lambda _on: self._show_manner())
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.stack)

    # -- the value -----------------------------------------------------------------------------

    def show_value(self, value: AnyArray) -> None:
        """Show an array; with the shape of the one before, the same slice of it."""
        self.jobs.forget()
        self._array, self._facts = value, ArrayFacts()
        if value.dtype.kind != "c":
            self._part = "Magnitude"
        self.parts.setVisible(value.dtype.kind == "c")
        shape = " × ".join(f"{length:,}" for length in value.shape)
        self.info.setText(f"{shape}  {value.dtype}  {size(value.nbytes)}")
        self.say("")
        self.slices.show_shape(value.shape)
        self.jobs.latest("facts", lambda ticket: facts_of(value, ticket), self._show_facts)
        self._show_slice()

    def clear(self) -> None:
        """Let the array go."""
        super().clear()
        self._array = self._slice = self._heat = self._span = None
        self.model.show_array(None)
        self.heat.show_picture(None)
        self.line.show_lanes((), ())

    def copy(self) -> None:
        """Put the picture, or the values of the slice, on the clipboard."""
        if self.stack.currentWidget() is self.picture and self._heat is not None:
            QGuiApplication.clipboard().setImage(self._heat.picture.levels[0])
        elif self._slice is not None:
            part = self._slice[: max(_COPIED_VALUES // max(int(np.prod(self._slice.shape[1:])), 1), 1)]
            rows = part.reshape(len(part), -1) if part.size else part.reshape(0, 0)
            QGuiApplication.clipboard().setText(
                "\n".join("\t".join(str(cell) for cell in row) for row in rows.tolist())
            )
            cut = "" if len(part) == len(self._slice) else f" of {len(self._slice):,}"
            self.say(f"{len(part):,}{cut} rows copied")

    def savings(self) -> tuple[Saving, ...]:
        """The whole array; the slice as text; the heat map as a picture."""
        array, chosen, heat = self._array, self._slice, self._heat
        if array is None or chosen is None:
            return ()
        ways = [Saving("NumPy array", ".npy", lambda path: np.save(path, array, allow_pickle=False))]
        if array.dtype.kind != "O":
            ways.append(Saving("The slice as comma-separated values", ".csv", partial(_write_csv, chosen)))
        if heat is not None:
            ways.append(Saving("The heat map as a picture", ".png", lambda path: write_picture(heat.picture, path)))
        return tuple(ways)

    # -- the slice -------------------------------------------------------------------------------

    def _show_slice(self) -> None:
        if self._array is None:
            return
        chosen = self.slices.cut(self._array)
        if chosen.dtype.kind == "c" and self._part != "Magnitude":
            chosen = PARTS[self._part](chosen)
        self._slice = chosen
        self.model.show_array(chosen)
        can_draw = chosen.dtype.kind in "buifc" and chosen.size > 0
        flat = chosen.ndim == 1
        self.lines.setVisible(can_draw and not flat and chosen.shape[1] <= _MOST_LINES)
        self.counts.setEnabled(can_draw)
        self.values.setEnabled(can_draw)
        if not can_draw or flat or self.manner is Manner.LINES:
            self._heat = None
            self._show_manner()
        else:
            self._draw()
        self._count()

    @property
    def manner(self) -> Manner:
        """What the slice is shown as."""
        chosen = self._slice
        if chosen is None or self.values.isChecked() or chosen.dtype.kind not in "buifc" or not chosen.size:
            return Manner.VALUES
        lines = chosen.ndim == 1 or (self.lines.isVisibleTo(self) and self.lines.isChecked())
        return Manner.LINES if lines else Manner.PICTURE

    def _show_manner(self) -> None:
        manner, chosen = self.manner, self._slice
        if manner is Manner.LINES and chosen is not None:
            self._show_lines(chosen)
            self.stack.setCurrentWidget(self.line)
        elif manner is Manner.PICTURE:
            if self._heat is None:
                self._draw()
            self.stack.setCurrentWidget(self.picture)
        else:
            self.stack.setCurrentWidget(self.grid)
        # The histogram of a line takes the place of the line.
        self.levels.setVisible(manner is Manner.PICTURE and self.counts.isChecked())

    def _show_lines(self, chosen: AnyArray) -> None:
        if chosen.ndim == 1 and self.counts.isChecked():
            step = max(-(-len(chosen) // _COUNTED), 1)
            self.jobs.latest("counts", lambda ticket: histogram("", chosen[::step], ticket), self._show_counts)
            return
        if chosen.ndim == 1:
            self.line.show_lanes([[Series("", chosen)]], [theme.current().type_color("array")], keep=True)
        else:
            columns = [Series(f"column {number}", chosen[:, number]) for number in range(chosen.shape[1])]
            self.line.show_lanes([columns], series_colors(), keep=True)

    def _show_counts(self, counts: Series) -> None:
        self.line.show_lanes([[counts]], [theme.current().type_color("array")])

    def _draw(self) -> None:
        chosen, span = self._slice, self._span
        if chosen is not None:
            done = partial(self._show_heat, chosen)
            self.jobs.latest("heat", lambda _ticket: heat_map_of(chosen, span), done)

    def _show_heat(self, chosen: AnyArray, heat: HeatMap | None) -> None:
        if chosen is not self._slice:  # an axis was turned on meanwhile
            return
        self._heat = heat
        if heat is not None:
            long, short = max(chosen.shape), max(min(chosen.shape), 1)
            self.heat.stretched = long > short * _LONGISH
            self.heat.show_picture(heat.picture)
            self.colors.setVisible(heat.span is not None)
            self.colors.show_span(heat.span or (0.0, 1.0))
        self._show_manner()

    # -- histogram and colours ---------------------------------------------------------------------

    def _on_counts(self, _shown: bool) -> None:
        self._show_manner()
        self._count()

    def _count(self) -> None:
        chosen = self._slice
        if chosen is None or chosen.ndim != 2 or not self.counts.isChecked() or self.manner is not Manner.PICTURE:
            return
        plain = chosen if chosen.dtype.kind != "c" else np.abs(thin_out(chosen, 2000, 2000))
        self.jobs.latest("histogram", lambda ticket: histogram_of(plain[:, :, None], ticket), self._show_histogram)

    def _show_histogram(self, found: Histogram) -> None:
        self.levels.show_histogram(found, found.edges, self._span)

    def _on_levels(self, span: Range | None) -> None:
        self._span = span
        self._draw()

    def _fill_parts(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for name in PARTS:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self._part)
            action.triggered.connect(lambda _checked=False, name=name: self.show_part(name))
            group.addAction(action)

    def show_part(self, name: str) -> None:
        """Show this part of complex numbers."""
        self._part = name
        self._span = None
        self._show_slice()

    # -- words -----------------------------------------------------------------------------------

    def _show_facts(self, facts: ArrayFacts) -> None:
        self._facts = facts
        self.say(facts.sentence())

    def _on_pixel(self, x: int, y: int) -> None:
        array = self._slice
        if x < 0 or array is None or array.ndim != 2:
            self.say(self._facts.sentence())
            return
        # A large array is drawn thinned out: the place is counted back to its own rows and columns.
        wide, high = self.heat.picture_size
        row, column = y * array.shape[0] // high, x * array.shape[1] // wide
        self.say(f"[{self._index(row, column)}]   {array[row, column]}")

    def _index(self, row: int, column: int) -> str:
        """The place as it is written for the whole array."""
        place = self.slices.place()
        return place.replace(":", str(row), 1).replace(":", str(column), 1) if place else f"{row}, {column}"

    def _on_point(self, point: Point | None) -> None:
        if point is None or self._slice is None:
            self.say(self._facts.sentence())
        elif point.series.style is Style.BARS:
            self.say(f"around {point.x:.4g}: {int(point.series.y[point.index]):,} values")
        else:
            self.say(point_words(point, f"[{point.index}]"))


def _write_csv(array: AnyArray, path: Path) -> None:
    np.savetxt(path, array.reshape(len(array), -1), delimiter=",", fmt="%s", encoding="utf-8")
