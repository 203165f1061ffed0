"""Signal blocks: sampled signals and sound.

A signal is an array ``(samples,)`` or ``(samples, channels)``, with its sampling rate beside it; sound carries
its own rate.
"""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Audio, DType, Image, Param, Shape, Table, block
from shtairir.block.values import Audio as Sound

Rate = Annotated[float, Param(gt=0, unit="Hz", label="sampling rate")]
Row = Annotated[Array, Shape("n")]


@block(
    category="Signal/Filter",
    name="Filter",
    tags=("butterworth", "low pass", "high pass", "band pass", "noise"),
    requires=("scipy",),
    extra="signal",
)
def filter_(
    signal: Array,
    rate_hz: Rate = 1000.0,
    kind: Literal["lowpass", "highpass", "bandpass", "bandstop"] = "lowpass",
    low_hz: Annotated[float, Param(gt=0, unit="Hz", label="lower cut-off")] = 1.0,
    high_hz: Annotated[float, Param(gt=0, unit="Hz", label="upper cut-off")] = 40.0,
    order: Annotated[int, Param(ge=1, le=12)] = 4,
) -> Array:
    """Keep some frequencies of a signal and take away others, without a shift in time.

    Parameters
    ----------
    signal
        The samples, channels side by side.
    rate_hz
        Samples per second.
    kind
        What passes: low, high, or the frequencies between (outside) the two cut-offs.
    low_hz
        Lower cut-off; not used by the low pass.
    high_hz
        Upper cut-off; not used by the high pass.
    order
        How steep the filter is.

    Returns
    -------
    out
        The filtered signal: a Butterworth filter run forwards and backwards.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return kernels.butterworth(signal, rate_hz, kind, low_hz, high_hz, order)


@block(
    category="Signal/Audio",
    name="Filter sound",
    tags=("butterworth", "low pass", "high pass", "equalizer"),
    requires=("scipy",),
    extra="signal",
)
def filter_audio(
    audio: Audio,
    kind: Literal["lowpass", "highpass", "bandpass", "bandstop"] = "lowpass",
    low_hz: Annotated[float, Param(gt=0, unit="Hz", label="lower cut-off")] = 100.0,
    high_hz: Annotated[float, Param(gt=0, unit="Hz", label="upper cut-off")] = 4000.0,
    order: Annotated[int, Param(ge=1, le=12)] = 4,
) -> Audio:
    """Keep some frequencies of a sound and take away others.

    Parameters
    ----------
    audio
        The sound.
    kind
        What passes: low, high, or the frequencies between (outside) the two cut-offs.
    low_hz
        Lower cut-off; not used by the low pass.
    high_hz
        Upper cut-off; not used by the high pass.
    order
        How steep the filter is.

    Returns
    -------
    out
        The filtered sound.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return Sound(kernels.butterworth(audio.samples, audio.rate_hz, kind, low_hz, high_hz, order), audio.rate_hz)


@block(
    category="Signal/Filter",
    name="Smooth",
    tags=("moving average", "savitzky-golay", "noise"),
    requires=("scipy",),
    extra="signal",
)
def smooth(
    signal: Array,
    method: Literal["mean", "median", "gaussian", "savitzky-golay"] = "mean",
    window: Annotated[int, Param(ge=1, unit="samples")] = 11,
    polynomial: Annotated[int, Param(ge=0, le=10, advanced=True)] = 3,
) -> Array:
    """Even out a signal.

    Parameters
    ----------
    signal
        The samples, channels side by side.
    method
        Mean or median of a moving window, a bell-shaped window, or a polynomial fitted to it (Savitzky-Golay).
    window
        Length of the window; even lengths are made odd.
    polynomial
        Order of the polynomial of Savitzky-Golay.

    Returns
    -------
    out
        The smoothed signal, of the same length.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return kernels.smooth(signal, method, window, polynomial)


@block(category="Signal/Change", name="Detrend", tags=("drift", "baseline", "mean"))
def detrend(signal: Array, kind: Literal["linear", "constant"] = "linear") -> Array:
    """Take the trend out of a signal.

    Parameters
    ----------
    signal
        The samples, channels side by side.
    kind
        Subtract the best straight line, or the mean.

    Returns
    -------
    out
        The signal about 0.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return kernels.detrend(signal, kind)


@block(category="Signal/Change", name="Normalize", tags=("scale", "level", "z-score"))
def normalize(
    signal: Array,
    method: Literal["peak", "range", "deviation"] = "peak",
    level: Annotated[float, Param(gt=0)] = 1.0,
) -> Array:
    """Bring a signal to a standard size.

    Parameters
    ----------
    signal
        The samples, channels side by side.
    method
        Peak: the largest sample becomes the level. Range: from 0 to the level. Deviation: mean 0, standard deviation
        equal to the level.
    level
        The size to reach.

    Returns
    -------
    out
        The scaled signal.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return kernels.normalize(signal, method, level)


@block(
    category="Signal/Change",
    name="Resample",
    tags=("rate", "downsample", "upsample"),
    requires=("scipy",),
    extra="signal",
)
def resample(signal: Array, rate_hz: Rate = 1000.0, new_rate_hz: Rate = 500.0) -> Array:
    """Change the sampling rate of a signal.

    Parameters
    ----------
    signal
        The samples, channels side by side.
    rate_hz
        Samples per second now.
    new_rate_hz
        Samples per second afterwards.

    Returns
    -------
    out
        The same signal with more or fewer samples, free of aliases.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return kernels.resample(signal, rate_hz, new_rate_hz)


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


class Samples(NamedTuple):
    """What a sound is made of.

    Attributes
    ----------
    samples
        A row for each moment, a column for each channel, -1 to 1.
    rate_hz
        Samples per second.
    duration_s
        Length in seconds.
    """

    samples: Annotated[Array, Shape("n", "channels")]
    rate_hz: int
    duration_s: float


@block(category="Signal/Audio", name="Samples of a sound", tags=("array", "rate"))
def samples(audio: Audio) -> Samples:
    """Take the samples and the sampling rate out of a sound.

    Parameters
    ----------
    audio
        The sound.
    """
    return Samples(audio.samples, audio.rate_hz, audio.duration_s)


@block(category="Signal/Audio", name="Sound of samples", tags=("array", "wav"))
def to_audio(samples: Array, rate_hz: Annotated[int, Param(ge=1, unit="Hz", label="sampling rate")] = 44100) -> Audio:
    """Make a sound of samples.

    Parameters
    ----------
    samples
        One channel in a row, or a column for each channel; -1 to 1, louder ones are cut off.
    rate_hz
        Samples per second.

    Returns
    -------
    out
        The sound.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return Sound(kernels.audio_samples(samples), rate_hz)


@block(category="Signal/Audio", name="Tone", tags=("sine", "generator", "oscillator", "test signal"))
def tone(
    frequency_hz: Annotated[float, Param(gt=0, le=100_000, unit="Hz", label="frequency")] = 440.0,
    duration_s: Annotated[float, Param(ge=0, le=3600, unit="s", label="duration")] = 1.0,
    rate_hz: Annotated[int, Param(ge=1, le=1_000_000, unit="Hz", label="sampling rate")] = 44100,
    amplitude: Annotated[float, Param(ge=0, le=1, step=0.05)] = 0.5,
    shape: Literal["sine", "square", "sawtooth", "triangle"] = "sine",
) -> Audio:
    """Make a steady tone.

    Parameters
    ----------
    frequency_hz
        Pitch; 440 is the concert a'.
    duration_s
        Length.
    rate_hz
        Samples per second, at least twice the frequency.
    amplitude
        Loudness, 1 is the loudest.
    shape
        Form of the wave.

    Returns
    -------
    out
        The tone, one channel.
    """
    from shtairir_blocks.kernels import signal_processing as kernels

    return Sound(kernels.tone(frequency_hz, duration_s, rate_hz, amplitude, shape)[:, None], rate_hz)


def _samples_and_rate(signal: Array | Audio, rate_hz: float) -> tuple[Array, float]:
    """A sound's own samples and rate, or the array with the given rate."""
    return (signal.samples, float(signal.rate_hz)) if isinstance(signal, Sound) else (signal, rate_hz)
