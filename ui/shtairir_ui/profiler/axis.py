"""The axis of time: which stretch of the run is seen, and where on the screen each moment lies. Arithmetic only."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SHORTEST_S = 1e-6
"""No nearer than this to a moment."""

_UNITS = ((1e-3, 1e6, "µs"), (0.2, 1e3, "ms"), (math.inf, 1.0, "s"))
"""Steps below the first number are told in the unit, of which a second has so many."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """A stretch of time and the stretch of the screen that shows it.

    Attributes
    ----------
    whole_s
        How long all of it is.
    from_s, to_s
        What is seen.
    left, width
        Where, in device independent pixels.
    """

    whole_s: float = 1.0
    from_s: float = 0.0
    to_s: float = 1.0
    left: float = 0.0
    width: float = 100.0

    @property
    def span_s(self) -> float:
        """How much time is seen."""
        return self.to_s - self.from_s

    @property
    def is_whole(self) -> bool:
        """Whether all of it is seen."""
        return self.from_s <= 0.0 and self.to_s >= self.whole_s

    def x(self, at_s: float) -> float:
        """Return where a moment is."""
        return self.left + (at_s - self.from_s) / self.span_s * self.width

    def at(self, x: float) -> float:
        """Return the moment at a place."""
        return self.from_s + (x - self.left) / self.width * self.span_s

    def fitted(self, whole_s: float | None = None) -> TimeAxis:
        """Return the axis that shows all of it."""
        whole_s = max(self.whole_s if whole_s is None else whole_s, SHORTEST_S)
        return replace(self, whole_s=whole_s, from_s=0.0, to_s=whole_s)

    def placed(self, left: float, width: float) -> TimeAxis:
        """Return the same time at another place."""
        return replace(self, left=left, width=max(width, 1.0))

    def zoomed(self, factor: float, x: float) -> TimeAxis:
        """Return the axis with everything ``factor`` times as wide; what is at ``x`` stays there."""
        span_s = min(max(self.span_s / factor, min(SHORTEST_S, self.whole_s)), self.whole_s)
        about_s = self.at(x)
        return self._from(about_s - (x - self.left) / self.width * span_s, span_s)

    def panned(self, pixels: float) -> TimeAxis:
        """Return the axis moved along with a hand that drags so many pixels to the right."""
        return self._from(self.from_s - pixels / self.width * self.span_s, self.span_s)

    def _from(self, from_s: float, span_s: float) -> TimeAxis:
        from_s = min(max(from_s, 0.0), self.whole_s - span_s)
        return replace(self, from_s=from_s, to_s=from_s + span_s)

    def ticks(self, apart: float) -> list[tuple[float, str]]:
        """Return round moments that are seen, at least so many pixels apart, each with its label."""
        step_s = round_step(self.span_s * apart / self.width)
        scale, unit = next((scale, unit) for limit, scale, unit in _UNITS if step_s < limit)
        digits = max(0, -math.floor(math.log10(step_s * scale) + 1e-9))
        first = math.ceil(self.from_s / step_s - 1e-9)
        last = math.floor(self.to_s / step_s + 1e-9)
        return [(number * step_s, f"{number * step_s * scale:.{digits}f} {unit}") for number in range(first, last + 1)]


def round_step(least: float) -> float:
    """Return the least of 1, 2, 5, 10, 20, … that is not smaller; and so on below 1.

    Examples
    --------
    >>> [round_step(least) for least in (0.7, 3, 5, 11)]
    [1.0, 5.0, 5.0, 20.0]
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least * (1 - 1e-9))
