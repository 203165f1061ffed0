"""Brings plots and workers together: what comes into sight is worked out off the Qt thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor

from shtairir_ui import theme

from .jobs import Jobs, Ticket
from .plot import Drawn, drawn
from .plot_surface import PlotSurface, Point

_FAMILIES = ("float", "figure", "audio", "color", "table", "path", "text", "dict")


def attend(surface: PlotSurface, jobs: Jobs) -> None:
    """Have a worker prepare what a plot wants to show; the newest wish wins."""

    def work_out(left: float, right: float) -> None:
        lanes, columns = surface.lanes, surface.columns

        def work(ticket: Ticket) -> list[list[Drawn]]:
            return [[drawn(one, left, right, columns, ticket) for one in lane] for lane in lanes]

        def show(made: Sequence[Sequence[Drawn]]) -> None:
            if surface.lanes is lanes:
                surface.show_drawn(made)

        jobs.latest(("plot", id(surface)), work, show)

    surface.wanted.connect(work_out)


def series_colors() -> list[QColor]:
    """Return colours for several series, told apart also by those who see fewer colours."""
    tokens = theme.current()
    return [tokens.accent, *(tokens.type_color(family) for family in _FAMILIES)]


def point_words(point: Point, place: str) -> str:
    """Return a number under the pointer and where it stands, for people."""
    value = point.series.y[point.index]
    label = f"{point.series.label}   " if point.series.label else ""
    return f"{label}{place}    {value:.6g}" if not isinstance(value, bool) else f"{label}{place}    {value}"
