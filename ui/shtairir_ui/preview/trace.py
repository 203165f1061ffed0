"""Long series as a band of extremes, one column per few pixels, so that no peak is lost.

`envelope` is pure and may run on any thread; painting the result costs the same for a hundred values
and for a hundred million.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shtairir.block.values import Audio

from .pixels import AnyArray, finite_range

COLUMNS = 1600


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a series for painting.

    Attributes
    ----------
    low, high
        ``(columns,) float64``: the least and greatest value of each column, NaN where there is none.
    length
        How many values the series has.
    bottom, top
        The range of all finite values.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    length: int
    bottom: float
    top: float

    @property
    def is_band(self) -> bool:
        """Whether a column stands for several values."""
        return self.length > len(self.low)


def envelope(values: AnyArray, columns: int = COLUMNS) -> Trace:
    """Return the extremes of a 1-D series, in at most `columns` columns."""
    series = np.asarray(np.abs(values) if values.dtype.kind == "c" else values)
    length = len(series)
    if length <= columns:
        low = high = series.astype(np.float64)
    else:
        edges = np.linspace(0, length, columns, endpoint=False).astype(np.intp)
        low = np.fmin.reduceat(series, edges).astype(np.float64)
        high = np.fmax.reduceat(series, edges).astype(np.float64)
    low, high = _without_infinity(low), _without_infinity(high)
    bottom, top = finite_range(np.concatenate([low, high])) if length else (0.0, 0.0)
    return Trace(low, high, length, bottom, top)


def channels_of(audio: Audio) -> list[AnyArray]:
    """Return the channels of a sound as series; none where there are no samples."""
    samples = audio.samples
    if samples.size == 0:
        return []
    return [samples] if samples.ndim == 1 else [samples[:, channel] for channel in range(samples.shape[1])]


def _without_infinity(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)
