"""Which numbers of an image are black and white, and how its numbers are spread. Pure; any thread may call this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .jobs import Ticket
from .pixels import AnyArray, Bytes, finite_range, thin_out, to_bytes

BINS = 256
_MOST_VALUES = 6_000_000
"""Of larger images every n-th pixel is counted: the shape of a histogram of millions does not change by that."""
_ROWS = 256
_AUTO = (0.5, 99.5)
CHANNELS = ("Red", "Green", "Blue", "Opacity")

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shade:
    """How an image is to be seen.

    Attributes
    ----------
    span
        The values that become black and white; those that its type stands for when left out.
    channel
        Only this channel, as grey.
    """

    span: Range | None = None
    channel: int | None = None

    def bytes_of(self, image: AnyArray) -> Bytes:
        """Return the image as ``uint8``."""
        if self.channel is not None and image.ndim == 3:
            image = image[:, :, self.channel]
        if self.span is None:
            return _nominal_bytes(image)
        if image.ndim == 3 and image.shape[2] == 4:
            opacity = to_bytes(np.ascontiguousarray(image[:, :, 3]))
            return np.dstack([_between(image[:, :, :3], self.span), opacity])
        return _between(image, self.span)


def nominal(image: AnyArray) -> Range:
    """Return the values that an image's type takes for black and white."""
    if image.dtype == np.bool_ or image.dtype.kind == "f":
        return (0.0, 1.0)
    if image.dtype.kind == "u" and image.dtype.itemsize <= 2:
        return (0.0, float(np.iinfo(image.dtype).max))
    low, high = finite_range(thin_out(image, 512, 512))
    return (0.0, 255.0) if low >= 0 and 1 < high <= 255 else (min(low, 0.0), max(high, 1.0))


def _nominal_bytes(image: AnyArray) -> Bytes:
    known = image.dtype.kind in "bf" or (image.dtype.kind == "u" and image.dtype.itemsize <= 2)
    return to_bytes(image) if known else _between(image, nominal(image))


def _between(image: AnyArray, span: Range) -> Bytes:
    low, high = span
    scaled = np.subtract(image, low, dtype=np.float32)
    scaled *= 255 / ((high - low) or 1.0)
    np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
    scaled += 0.5
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often values occur.

    Attributes
    ----------
    counts
        ``(channels, bins) int64``.
    edges
        Where the first bin begins and the last one ends.
    span
        The least and greatest value that is there.
    auto
        The values between which nearly all lie: a good choice for black and white.
    clipped
        The share of values that the type's own range does not show.
    strange
        How many are no numbers, or infinite.
    """

    counts: NDArray[np.int64]
    edges: Range
    span: Range
    auto: Range
    clipped: float
    strange: int


def histogram_of(image: AnyArray, ticket: Ticket, normal: Range | None = None) -> Histogram:
    """Return how the values of a picture are spread, colour channels apart and opacity left out.

    Parameters
    ----------
    normal
        The range to be shown at least; for images that of their type.
    """
    grid = image.reshape(*image.shape[:2], -1)[:, :, :3]
    limit = max(int((_MOST_VALUES / grid.shape[2]) ** 0.5), 1)
    grid = thin_out(grid, limit, limit)
    low, high = _extent(grid, ticket)
    least, most = normal or (low, high)
    edges = (min(low, least), max(high, most))
    if edges[0] == edges[1]:
        edges = (edges[0] - 0.5, edges[1] + 0.5)
    counts = np.zeros((grid.shape[2], BINS), np.int64)
    strange = clipped = 0
    for start in range(0, grid.shape[0], _ROWS):
        ticket.step(0.2 + 0.8 * start / grid.shape[0])
        for channel in range(grid.shape[2]):
            values = grid[start : start + _ROWS, :, channel].astype(np.float64).ravel()
            finite = values[np.isfinite(values)]
            strange += values.size - finite.size
            clipped += int(np.count_nonzero((finite < least) | (finite > most)))
            counts[channel] += np.histogram(finite, BINS, edges)[0]
    share = clipped / max(int(counts.sum()), 1)
    return Histogram(counts, edges, (low, high), _auto(counts.sum(axis=0), edges), share, strange)


def _extent(grid: AnyArray, ticket: Ticket) -> Range:
    spans = []
    for start in range(0, grid.shape[0], _ROWS):
        ticket.step(0.2 * start / grid.shape[0])
        rows = grid[start : start + _ROWS]
        if np.isfinite(rows).any():
            spans.append(finite_range(rows))
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else (0.0, 0.0)


def _auto(counts: NDArray[np.int64], edges: Range) -> Range:
    total = counts.sum()
    if not total:
        return edges
    reached = np.cumsum(counts) / total * 100
    width = (edges[1] - edges[0]) / len(counts)
    low = edges[0] + width * int(np.searchsorted(reached, _AUTO[0]))
    high = edges[0] + width * (int(np.searchsorted(reached, _AUTO[1])) + 1)
    return (low, min(high, edges[1]))
