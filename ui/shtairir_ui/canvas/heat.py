"""What an overlay says of nodes: a figure each, and how much that is beside the others.

The colours go from dim to bright on a dark ground and from pale to dark on a light one, in steps of lightness that
people with any colour blindness tell apart (viridis, by van der Walt and Smith; YlGnBu, by Cynthia Brewer). They are
never alone: the figure stands on the node, and from afar a bar is as long as the figure is large.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QColor

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.quantities import count, duration, size
from shtairir_ui.theme import Tokens

_ON_DARK: Final = ("#3f2a63", "#3b528b", "#21918c", "#5ec962", "#fde725")
_ON_LIGHT: Final = ("#f3f9c6", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")

_STEPS: Final = 128
"""So many colours the ramp has: each is mixed once."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a node, for any overlay; None for what is not known."""

    elapsed_s: float | None = None
    memory_bytes: int | None = None
    runs: int | None = None
    age_s: float | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """How a node is drawn under an overlay: its ground, what is written on that, and the figure in words.

    `share` is 0..1 of the largest figure, None where there is none.
    """

    ground: QColor
    ink: QColor
    text: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry of a legend: a colour, and what it stands for. `place` is where it is on the ramp, 0..1."""

    color: QColor
    text: str
    place: float = 0.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """One of the things that can be seen on all nodes at once.

    Attributes
    ----------
    key, title
        How the program and people call it.
    figure
        What it shows of a node; None for an overlay that tells kinds apart and measures nothing.
    words
        A figure as it is written.
    nothing
        What a node without a figure is said to be.
    """

    key: str
    title: str
    figure: Callable[[Facts], float | None] | None
    words: Callable[[float], str] = str
    nothing: str = "not run"


def _runs_text(runs: float) -> str:
    return count(round(runs), "run")


OVERLAYS: Final = (
    Overlay("time", "Time in the last run", lambda facts: facts.elapsed_s, duration),
    Overlay("memory", "Memory in the last run", lambda facts: facts.memory_bytes, lambda held: size(round(held))),
    Overlay("runs", "Runs in this session", lambda facts: facts.runs, _runs_text),
    Overlay("age", "Age of the result", lambda facts: facts.age_s, duration, "not made in this session"),
    Overlay("type", "Kind of block", None),
)


def heats(
    overlay: Overlay, facts: Mapping[NodeId, Facts], tokens: Tokens
) -> tuple[dict[NodeId, Heat], tuple[Mark, ...]]:
    """Return how each node is drawn, and the legend."""
    if overlay.figure is None:
        return _kinds(facts, tokens)
    figures = {node: overlay.figure(known) for node, known in facts.items()}
    most = max((figure for figure in figures.values() if figure is not None), default=0.0)
    found = {node: _heat(overlay, figure, most, tokens) for node, figure in figures.items()}
    return found, _ramp_marks(overlay, most, tokens)


def _heat(overlay: Overlay, figure: float | None, most: float, tokens: Tokens) -> Heat:
    if figure is None:
        ground = theme.mix(tokens.raised, tokens.background, 0.5)
        return Heat(ground, tokens.text_dim, overlay.nothing)
    share = figure / most if most > 0 else 0.0
    ground = ramp(math.sqrt(share), tokens)
    return Heat(ground, readable_on(ground), overlay.words(figure), share)


def _ramp_marks(overlay: Overlay, most: float, tokens: Tokens) -> tuple[Mark, ...]:
    """Where the figures are on the ramp: it is drawn by the square root, or a few large ones would hide the rest."""
    if most <= 0:
        return ()
    steps = ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
    return tuple(Mark(ramp(place, tokens), overlay.words(share * most), place) for place, share in steps)


def _kinds(facts: Mapping[NodeId, Facts], tokens: Tokens) -> tuple[dict[NodeId, Heat], tuple[Mark, ...]]:
    names = {node: known.category.partition("/")[0].strip() or "Other" for node, known in facts.items()}
    grounds = {name: tokens.category_color(name) for name in sorted(set(names.values()))}
    found = {node: Heat(grounds[name], readable_on(grounds[name]), name) for node, name in names.items()}
    return found, tuple(Mark(ground, name) for name, ground in grounds.items())


def ramp(place: float, tokens: Tokens) -> QColor:
    """The colour at a place of the ramp, 0 (little) to 1 (much)."""
    return QColor(_stop(round(min(max(place, 0.0), 1.0) * _STEPS), tokens.is_dark))


@functools.cache
def _stop(step: int, is_dark: bool) -> QColor:
    stops = _ON_DARK if is_dark else _ON_LIGHT
    at = step / _STEPS * (len(stops) - 1)
    lower = min(int(at), len(stops) - 2)
    return theme.mix(QColor(stops[lower]), QColor(stops[lower + 1]), at - lower)


def readable_on(ground: QColor) -> QColor:
    """Black or white, whichever is read better on a ground: on any colour, one of them has a contrast of 4.5."""
    return QColor("#000000" if _wants_dark_ink(ground.rgb()) else "#ffffff")


@functools.lru_cache(maxsize=512)
def _wants_dark_ink(rgb: int) -> bool:
    ground = QColor.fromRgb(rgb)
    return theme.contrast(QColor("#000000"), ground) >= theme.contrast(QColor("#ffffff"), ground)
