"""What there is to say about an array, and a picture of it. Pure; runs on a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .jobs import Ticket
from .levels import Range
from .picture import Picture, picture_of_bytes
from .pixels import AnyArray, finite_range, heat_map, looks_like_labels, map_picture, thin_out

_PIXELS = 1024
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """Statistics over all elements; None for what the type has not."""

    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    nan_count: int = 0
    inf_count: int = 0
    zero_count: int = 0

    def sentence(self) -> str:
        """Return the statistics as one line."""
        parts = [
            f"{name} {value:.4g}"
            for name, value in (
                ("min", self.minimum),
                ("max", self.maximum),
                ("mean", self.mean),
                ("std", self.deviation),
            )
            if value is not None
        ]
        parts += [f"{count:,} NaN" for count in [self.nan_count] if count]
        parts += [f"{count:,} infinite" for count in [self.inf_count] if count]
        parts += [f"{count:,} zero" for count in [self.zero_count] if count]
        return "   ".join(parts) or "no numbers"


def facts_of(array: AnyArray, ticket: Ticket) -> ArrayFacts:
    """Return the statistics of an array (of complex numbers: of their magnitudes), read in pieces, without a copy."""
    if array.dtype.kind not in "buifc" or array.size == 0:
        return ArrayFacts()
    flat = array.reshape(-1) if array.flags.c_contiguous else array.ravel(order="K")
    count = nan = inf = zero = 0
    total = squares = 0.0
    low, high = np.inf, -np.inf
    for start in range(0, flat.size, _CHUNK):
        ticket.step(start / flat.size)
        values = flat[start : start + _CHUNK]
        piece = (np.abs(values) if values.dtype.kind == "c" else values).astype(np.float64)
        zero += piece.size - int(np.count_nonzero(piece))
        if array.dtype.kind in "fc":
            nan += int(np.isnan(piece).sum())
            inf += int(np.isinf(piece).sum())
            piece = piece[np.isfinite(piece)]
        if piece.size:
            low, high = min(low, float(piece.min())), max(high, float(piece.max()))
            count += piece.size
            with np.errstate(over="ignore"):
                total += float(piece.sum())
                squares += float(np.square(piece).sum())
    if not count:
        return ArrayFacts(nan_count=nan, inf_count=inf, zero_count=zero)
    mean = total / count
    return ArrayFacts(low, high, mean, _root(squares / count - mean * mean), nan, inf, zero)


def _root(variance: float) -> float:
    """The deviation; where the squares are greater than any number, so is it."""
    return float(np.sqrt(max(variance, 0.0))) if np.isfinite(variance) else float("inf")


PARTS: dict[str, Callable[[AnyArray], AnyArray]] = {
    "Magnitude": np.abs,
    "Phase": np.angle,
    "Real part": np.real,
    "Imaginary part": np.imag,
}
"""What can be seen of complex numbers."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A 2-D array as a picture, and the values that its darkest and brightest colours stand for.

    `span` is None where colours stand for objects, for true and false, or for no number at all.
    """

    picture: Picture
    span: Range | None


def heat_map_of(array: AnyArray, span: Range | None = None) -> HeatMap | None:
    """Return the picture of a 2-D array of numbers, thinned out to what a screen can show; None for other things."""
    if array.dtype.kind not in "buifc" or array.size == 0 or array.ndim != 2:
        return None
    thin = thin_out(array, _PIXELS, _PIXELS)
    plain = np.abs(thin) if thin.dtype.kind == "c" else thin
    if span is None and (plain.dtype == np.bool_ or looks_like_labels(plain)):
        return HeatMap(picture_of_bytes(map_picture(plain)), None)
    low, high = span or finite_range(np.asarray(plain, np.float64))
    told = (low, high) if np.isfinite(plain).any() else None
    return HeatMap(picture_of_bytes(heat_map(plain, low, high)), told)
