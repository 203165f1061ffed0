"""A quick chart of the rows of a table: the person chooses columns, everything else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from shtairir_ui import theme

from .jobs import Jobs
from .plot_surface import PlotSurface, Point
from .plotting import attend, series_colors
from .quick_chart import (
    QuickChart,
    Sort,
    Wish,
    chart_of,
    counted_columns,
    first_wish,
    numeric_columns,
    placing_columns,
)

if TYPE_CHECKING:
    import polars

_ROWS = "row"
_ALL = "all"


class ChartPane(QWidget):
    """Chooses columns and shows their chart.

    Attributes
    ----------
    told
        Words about the point under the pointer, or about the chart.
    """

    told = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._table: polars.DataFrame | None = None
        self._schema: object = None
        self._words = ""
        self._name_point = QuickChart(()).name_point
        tokens = theme.current()
        self.sort_box, self.x_box, self.y_box = QComboBox(), QComboBox(), QComboBox()
        self.sort_box.addItems([str(sort) for sort in Sort])
        self._along = QLabel("over")
        row = QHBoxLayout()
        row.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        row.setSpacing(tokens.s1)
        for box, name in ((self.sort_box, "Kind of chart"), (self.y_box, "Column"), (self.x_box, "Over this column")):
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setMinimumContentsLength(4)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.currentIndexChanged.connect(self._on_chosen)
        for widget, stretch in ((self.sort_box, 1), (self.y_box, 1), (self._along, 0), (self.x_box, 1)):
            row.addWidget(widget, stretch)
        self.plot = PlotSurface()
        self.plot.pointed.connect(self._on_point)
        attend(self.plot, jobs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        self.setFocusProxy(self.plot)

    def show_table(self, table: polars.DataFrame | None) -> None:
        """Draw these rows; with the same columns, the same chart."""
        self._table = table
        if table is None:
            self._schema = None
            self.plot.show_lanes((), ())
            return
        if table.schema != self._schema:
            self._schema = table.schema
            wish = first_wish(table)
            if wish is not None:
                self._fill(wish)
        self._draw()

    @property
    def wish(self) -> Wish | None:
        """What is chosen."""
        if self._table is None or not self.y_box.count():
            return None
        y = self.y_box.currentText()
        names = tuple(numeric_columns(self._table)) if self.y_box.currentData() == _ALL else (y,)
        return Wish(
            Sort(self.sort_box.currentText()),
            None if self.x_box.currentData() == _ROWS else self.x_box.currentText(),
            names,
        )

    def _fill(self, wish: Wish) -> None:
        assert self._table is not None
        counting = wish.sort is Sort.COUNTS
        upwards = counted_columns(self._table) if counting else numeric_columns(self._table)
        for box in (self.sort_box, self.x_box, self.y_box):
            box.blockSignals(True)
        self.sort_box.setCurrentText(str(wish.sort))
        self.y_box.clear()
        self.y_box.addItems(upwards)
        if len(upwards) > 1 and wish.sort is Sort.LINES:
            self.y_box.addItem(_ALL, _ALL)
        if len(wish.y) > 1 and self.y_box.findData(_ALL) >= 0:
            self.y_box.setCurrentIndex(self.y_box.findData(_ALL))
        else:
            self.y_box.setCurrentText(wish.y[0] if wish.y and wish.y[0] in upwards else (upwards or [""])[0])
        self.x_box.clear()
        self.x_box.addItem("row number", _ROWS)
        self.x_box.addItems(placing_columns(self._table))
        self.x_box.setCurrentIndex(0)
        if wish.x is not None:
            self.x_box.setCurrentText(wish.x)
        has_x = wish.sort in (Sort.LINES, Sort.POINTS)
        self.x_box.setVisible(has_x)
        self._along.setVisible(has_x)
        for box in (self.sort_box, self.x_box, self.y_box):
            box.blockSignals(False)

    def _on_chosen(self) -> None:
        wish = self.wish
        if self._table is not None:
            sort = Sort(self.sort_box.currentText())
            self._fill(wish if wish is not None and wish.sort is sort else Wish(sort, None, ()))
            self._draw()

    def _draw(self) -> None:
        table, wish = self._table, self.wish
        if table is None or wish is None:
            self.plot.show_lanes((), ())
            self.told.emit("There are no columns of numbers to draw")
            return
        self._jobs.latest("chart", lambda ticket: chart_of(table, wish, ticket), self._show)

    def _show(self, chart: QuickChart) -> None:
        self._words, self._name_point = chart.words, chart.name_point
        self.plot.name_x, self.plot.ticks_x = chart.name_x, chart.ticks_x
        self.plot.show_lanes([chart.series] if chart.series else (), series_colors())
        self.told.emit(chart.words)

    def _on_point(self, point: Point | None) -> None:
        if point is None:
            self.told.emit(self._words)
            return
        value = point.series.y[point.index]
        place = self._name_point(point.x)
        self.told.emit(f"{point.series.label}   {place}    {value:.6g}")
