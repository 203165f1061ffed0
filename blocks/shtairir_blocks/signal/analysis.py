"""What is in a signal: frequencies, peaks and rates."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Audio, DType, Image, Param, Shape, Table, block
from shtairir.block.values import Audio as Sound
from shtairir_blocks.signal.processing import Rate

Row = Annotated[Array, Shape("n")]


class Spectrum(NamedTuple):
    """Strength by frequency.

    Attributes
    ----------
    frequency
        Frequencies in Hz.
    amplitude
        Strength of each: a sine of amplitude 1 gives 1.
    """

    frequency: Row
    amplitude: Row


@block(
    category="Signal/Analyse",
    name="Spectrum",
    tags=("fourier", "fft", "frequency"),
    requires=("scipy",),
    extra="signal",
)
def spectrum(
    signal: Array | Audio, rate_hz: Rate = 1000.0, window: Literal["hann", "hamming", "blackman", "boxcar"] = "hann"
) -> Spectrum:
    """Find which frequencies a signal is made of.

    Parameters
    ----------
    signal
        The samples, or a sound; channels are averaged.
    rate_hz
        Samples per second; a sound brings its own.
    window
        How the ends are faded, so that strong frequencies do not spill over; boxcar does not fade.
    """
    from shtairir_blocks.kernels import signal_analysis as kernels

    return Spectrum(*kernels.spectrum(*_samples_and_rate(signal, rate_hz), window))


class Spectrogram(NamedTuple):
    """Strength by time and frequency.

    Attributes
    ----------
    level
        Strength in decibels below the strongest, a row for each frequency, a column for each time.
    time
        Middle of each window in seconds.
    frequency
        Frequencies in Hz.
    image
        The same as a grey picture, low frequencies at the bottom.
    """

    level: Annotated[Array, DType("float64"), Shape("frequency", "time")]
    time: Row
    frequency: Row
    image: Image


@block(
    category="Signal/Analyse",
    name="Spectrogram",
    tags=("fourier", "fft", "frequency", "time"),
    requires=("scipy",),
    extra="signal",
)
def spectrogram(
    signal: Array | Audio,
    rate_hz: Rate = 1000.0,
    window_size: Annotated[int, Param(ge=8, le=1_048_576, unit="samples")] = 1024,
    overlap: Annotated[float, Param(ge=0, le=0.95, step=0.05)] = 0.75,
    floor_db: Annotated[float, Param(ge=-300, lt=0, step=5, unit="dB", label="floor")] = -80.0,
) -> Spectrogram:
    """Follow the frequencies of a signal through time.

    Parameters
    ----------
    signal
        The samples, or a sound; channels are averaged.
    rate_hz
        Samples per second; a sound brings its own.
    window_size
        Samples looked at together: more tell frequencies apart better, fewer tell times apart better.
    overlap
        Share of a window that the next one covers again.
    floor_db
        Weaker than this counts as silence.
    """
    from shtairir_blocks.kernels import signal_analysis as kernels

    samples, rate = _samples_and_rate(signal, rate_hz)
    times, frequencies, level = kernels.spectrogram(samples, rate, window_size, overlap, floor_db)
    return Spectrogram(level, times, frequencies, kernels.level_image(level, floor_db))


class Peaks(NamedTuple):
    """Local maxima of a signal.

    Attributes
    ----------
    positions
        Sample number of each peak, counted from 0.
    table
        A row for each peak: index, time_s, height and prominence.
    count
        How many there are.
    """

    positions: Annotated[Array, DType("int64"), Shape("n")]
    table: Table
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here


@block(
    category="Signal/Analyse",
    name="Find peaks",
    tags=("maxima", "beats", "events"),
    requires=("scipy", "polars"),
    extra="signal",
)
def peaks(
    signal: Array | Audio,
    rate_hz: Rate = 1000.0,
    height: float | None = None,
    distance_s: Annotated[float, Param(ge=0, step=0.01, unit="s", label="distance")] = 0.0,
    prominence: Annotated[float | None, Param(ge=0)] = None,
) -> Peaks:
    """Find the peaks of a signal.

    Parameters
    ----------
    signal
        The samples, or a sound; channels are averaged.
    rate_hz
        Samples per second; a sound brings its own.
    height
        Least height; unset for any.
    distance_s
        Least time between two peaks; of closer ones the higher stays.
    prominence
        How far a peak must rise above what surrounds it; unset for any.
    """
    import polars as pl

    from shtairir_blocks.kernels import signal_analysis as kernels

    samples, rate = _samples_and_rate(signal, rate_hz)
    found = kernels.peaks(samples, rate, height, distance_s, prominence)
    return Peaks(found["index"], pl.DataFrame(found), len(found["index"]))


class Frequency(NamedTuple):
    """How often something happens.

    Attributes
    ----------
    rate
        Events per minute, from the median of the intervals.
    intervals
        Seconds between neighbouring events.
    rates
        Events per minute for each interval.
    """

    rate: float
    intervals: Row
    rates: Row


@block(category="Signal/Analyse", name="Rate from peaks", tags=("heart rate", "bpm", "pulse", "beats"))
def rate_from_peaks(positions: Array, rate_hz: Rate = 1000.0) -> Frequency:
    """Tell how often peaks come: heart beats per minute from the peaks of an ECG.

    Parameters
    ----------
    positions
        Sample number of each peak, in ascending order.
    rate_hz
        Samples per second.
    """
    import statistics

    from shtairir_blocks.kernels import signal_analysis as kernels

    intervals, per_minute = kernels.rates(positions, rate_hz)
    return Frequency(60 / statistics.median(intervals.tolist()), intervals, per_minute)


def _samples_and_rate(signal: Array | Audio, rate_hz: float) -> tuple[Array, float]:
    """A sound's own samples and rate, or the array with the given rate."""
    return (signal.samples, float(signal.rate_hz)) if isinstance(signal, Sound) else (signal, rate_hz)
