"""How memory went up and down in a run, in a bounded number of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SAMPLES = 2048


@dataclass(frozen=True, slots=True)
class MemorySample:
    """Memory at one moment, or the most of each kind in the short time up to it.

    Attributes
    ----------
    at_s
        Seconds after the start of the run.
    live_bytes
        What values and borrowed buffers took.
    idle_bytes
        What the pool held for the next who asks.
    resident_bytes
        What of the process was in RAM.
    """

    at_s: float
    live_bytes: int
    idle_bytes: int = 0
    resident_bytes: int = 0


class Timeline:
    """Samples in the order of time. When they become too many, each two neighbours become one, peaks and all."""

    def __init__(self, most: int = MOST_SAMPLES) -> None:
        self._most = most
        self._samples: list[MemorySample] = []
        self._per_sample = 1
        self._pending: list[MemorySample] = []

    def add(self, sample: MemorySample) -> None:
        """Add a sample; it must not be older than the last."""
        self._pending.append(sample)
        if len(self._pending) < self._per_sample:
            return
        self._samples.append(_merged(self._pending))
        self._pending = []
        if len(self._samples) >= self._most:
            pairs = range(0, len(self._samples), 2)
            self._samples = [_merged(self._samples[place : place + 2]) for place in pairs]
            self._per_sample *= 2

    @property
    def samples(self) -> tuple[MemorySample, ...]:
        """All samples up to now."""
        return (*self._samples, _merged(self._pending)) if self._pending else tuple(self._samples)


def _merged(samples: Sequence[MemorySample]) -> MemorySample:
    """Return the most of each kind, at the moment when values took most."""
    if len(samples) == 1:
        return samples[0]
    return MemorySample(
        max(samples, key=lambda sample: sample.live_bytes).at_s,
        max(sample.live_bytes for sample in samples),
        max(sample.idle_bytes for sample in samples),
        max(sample.resident_bytes for sample in samples),
    )
