"""How charts look, and how they are made without pyplot.

pyplot keeps global state and belongs to one thread; blocks run on many. So a figure is built by hand,
and every property is set on the objects: `rcParams` are global too. Text is never read as mathematics
(a column called "price $" would fail), which also keeps matplotlib's TeX parser out of the threads.

Layout needs the size of the texts, so a figure is laid out once, when it is complete, under a lock:
font loading and text layout in matplotlib share caches. The layout is then frozen; painting a finished
figure moves nothing.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

DRAWING = threading.RLock()
"""Held while matplotlib measures or paints text."""

# Okabe and Ito (2008), "Color Universal Design", ordered so that neighbours differ in lightness too;
# its yellow is too pale for thin lines on white and comes last, darkened.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#6b6b6b", "#b8a800")
INK = "#2b2f36"
QUIET = "#6a707b"
GRID = "#e4e7ec"
SIZE_INCHES = (6.4, 4.0)
DPI = 150


@dataclass(frozen=True, slots=True)
class Look:
    """What every chart can be told.

    Attributes
    ----------
    x_label, y_label
        Empty for the chart's own.
    color
        The first series' colour as ``#rrggbb``; empty for the palette.
    """

    title: str = ""
    x_label: str = ""
    y_label: str = ""
    color: str = ""
    log_x: bool = False
    log_y: bool = False

    def colors(self, count: int) -> list[str]:
        """Return a colour for each of `count` series."""
        first = (self.color,) if self.color else ()
        rest = [color for color in PALETTE if color != self.color]
        every = [*first, *rest]
        return [every[index % len(every)] for index in range(count)]


def new_axes() -> tuple[Figure, Axes]:
    """Return an empty figure with one pair of axes in the house style."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor="white", layout=layout)
    # Without a canvas of its own the figure's size in pixels could not be asked for.
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_facecolor("white")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#b8bec8")
    axes.tick_params(colors=QUIET, labelsize=8.5, length=3, color="#b8bec8")
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def finish(figure: Figure, axes: Axes, look: Look, x_label: str = "", y_label: str = "") -> Figure:
    """Put on titles, labels and scales, lay the figure out, and freeze the layout."""
    if look.title:
        axes.set_title(look.title, loc="left", fontsize=12, fontweight="bold", color=INK, pad=10)
    axes.set_xlabel(look.x_label or x_label, fontsize=9.5, color=INK, labelpad=6)
    axes.set_ylabel(look.y_label or y_label, fontsize=9.5, color=INK, labelpad=6)
    with DRAWING:
        if look.log_x:
            _make_log(axes, "x")
        if look.log_y:
            _make_log(axes, "y")
        for axis in (axes.xaxis, axes.yaxis):
            _write_moments_briefly(axis)
        _take_texts_literally(figure)
        figure.draw_without_rendering()
        # Ticks made during the layout bring new texts.
        _take_texts_literally(figure)
        figure.set_layout_engine("none")
    return figure


def add_legend(axes: Axes, labels: Sequence[str], title: str = "") -> None:
    """Name the series; one alone with no name of its own needs no legend."""
    if len(labels) < 2 and not title:
        return
    # Beside the axes: a legend on the data hides some of it, and finding room for it is slow.
    legend = axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1.02),
        title=title or None,
        fontsize=8.5 if len(labels) < 16 else 7,
        title_fontsize=8.5,
        labelcolor=INK,
        frameon=False,
        alignment="left",
    )
    legend.get_title().set_color(QUIET)


def add_color_bar(figure: Figure, axes: Axes, painted: Any, label: str) -> None:
    """Show beside the axes which colour stands for which number."""
    bar = figure.colorbar(painted, ax=axes, pad=0.02, fraction=0.05)
    numbers = painted.get_array()
    if numbers is not None and np.ma.allequal(numbers, np.round(numbers)):
        # A year 2007.5 between two years means nothing.
        bar.locator = MaxNLocator(nbins=8, integer=True)
    bar.set_label(label, fontsize=9, color=INK)
    bar.ax.tick_params(labelsize=8, colors=QUIET, length=2)
    bar.outline.set_visible(False)


def _make_log(axes: Axes, which: str) -> None:
    scale, axis = (axes.set_xscale, axes.xaxis) if which == "x" else (axes.set_yscale, axes.yaxis)
    scale("log")
    axis.set_major_locator(LogLocator(numticks=10))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())


def _write_moments_briefly(axis: Axis) -> None:
    """Tell of moments only what changes from tick to tick, and the rest once, at the end: whole ones would overlap."""
    locator = axis.get_major_locator()
    if isinstance(locator, AutoDateLocator):
        axis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # not annotated
        axis.get_offset_text().set(fontsize=8, color=QUIET)


def _take_texts_literally(figure: Figure) -> None:
    for artist in figure.findobj(Text):
        if isinstance(artist, Text):
            artist.set_parse_math(False)
