"""A forecast held against the truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from shtairir.forecasting.forecast import Forecast
from shtairir.forecasting.words import seconds_text, size_text


@dataclass(frozen=True, slots=True)
class Truth:
    """What a run took.

    Attributes
    ----------
    disk_bytes
        What the cache was given to keep; ``None`` when that was not counted.
    nodes_run
        How many nodes ran.
    """

    elapsed_s: float
    peak_bytes: int
    disk_bytes: int | None = None
    nodes_run: int = 0
    status: str = "done"


@dataclass(frozen=True, slots=True)
class Review:
    """A forecast, and what came.

    Examples
    --------
    >>> from shtairir.forecasting import Range
    >>> print(Review(Forecast("demo", {"blur": ""}, (), Range(2.0, 3.0, 5.0), 100), Truth(4.0, 110)).words)
    Foreseen were about 3 s (2 to 5 s), and it took 4 s; at most 100 B of values, and there were 110 B.
    """

    forecast: Forecast
    truth: Truth

    @property
    def time_held(self) -> bool | None:
        """Whether the time lay in the range; ``None`` if none was foreseen."""
        expected = self.forecast.seconds
        return expected.holds(self.truth.elapsed_s) if expected is not None else None

    @property
    def peak_off(self) -> float | None:
        """By which part of the truth the forecast of the memory was too high, or, below 0, too low."""
        foreseen, was = self.forecast.peak_bytes, self.truth.peak_bytes
        if foreseen is None:
            return None
        return (foreseen - was) / was if was else (0.0 if not foreseen else 1.0)

    @property
    def words(self) -> str:
        """Both in a sentence."""
        expected, truth = self.forecast.seconds, self.truth
        took = seconds_text(truth.elapsed_s)
        if expected is None:
            said = f"How long it takes was not known before; it took {took}"
        else:
            but = "and" if self.time_held else "but"
            said = f"Foreseen were about {seconds_text(expected.typical)} ({expected.words}), {but} it took {took}"
        if self.forecast.peak_bytes is None:
            return f"{said}, with at most {size_text(truth.peak_bytes)} of values."
        foreseen, was = size_text(self.forecast.peak_bytes), size_text(truth.peak_bytes)
        return f"{said}; at most {foreseen} of values, and there were {was}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "forecast": self.forecast.to_dict(),
            "truth": asdict(self.truth),
            "time_held": self.time_held,
            "peak_off": self.peak_off,
            "words": self.words,
        }
