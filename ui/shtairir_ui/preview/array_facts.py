"""What there is to say about an array, and a picture of it. Pure; runs on a worker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .picture import Picture, picture_of_bytes
from .pixels import AnyArray, map_picture, thin_out
from .trace import Trace, envelope

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
        return "   ".join(parts) or "no numbers"


def facts_of(array: AnyArray) -> ArrayFacts:
    """Return the statistics of an array, read in pieces so that no copy of it is made."""
    if array.dtype.kind not in "buif" or array.size == 0:
        return ArrayFacts()
    flat = array.reshape(-1) if array.flags.c_contiguous else array.ravel(order="K")
    count = nan = inf = 0
    total = squares = 0.0
    low, high = np.inf, -np.inf
    for start in range(0, flat.size, _CHUNK):
        piece = flat[start : start + _CHUNK].astype(np.float64)
        if array.dtype.kind == "f":
            nan += int(np.isnan(piece).sum())
            inf += int(np.isinf(piece).sum())
            piece = piece[np.isfinite(piece)]
        if piece.size:
            low, high = min(low, float(piece.min())), max(high, float(piece.max()))
            count += piece.size
            total += float(piece.sum())
            squares += float(np.square(piece).sum())
    if not count:
        return ArrayFacts(nan_count=nan, inf_count=inf)
    mean = total / count
    return ArrayFacts(low, high, mean, float(np.sqrt(max(squares / count - mean * mean, 0))), nan, inf)


def drawing_of(array: AnyArray) -> Trace | Picture | None:
    """Return a line for a 1-D array of numbers, a heat map for a 2-D one, else None."""
    if array.dtype.kind not in "buifc" or array.size == 0:
        return None
    if array.ndim == 1:
        return envelope(array)
    if array.ndim == 2:
        return picture_of_bytes(map_picture(thin_out(array, _PIXELS, _PIXELS)))
    return None
