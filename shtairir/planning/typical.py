"""The middle of some figures; the standard library's brings decimals and fractions along, at three times its price."""

from __future__ import annotations

from collections.abc import Iterable


def median(figures: Iterable[float]) -> float:
    """Return the middle figure, or the mean of the two in the middle; there must be one at least.

    Examples
    --------
    >>> median([3.0, 1.0, 2.0]), median([4.0, 1.0])
    (2.0, 2.5)
    """
    ordered = sorted(figures)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
