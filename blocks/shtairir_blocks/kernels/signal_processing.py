"""Filtering, resampling and levelling of sampled signals.

A signal is ``(samples,)`` or ``(samples, channels)``; every function works along the first axis, and keeps
float32 where it got it.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[Any]
FilterKind = Literal["lowpass", "highpass", "bandpass", "bandstop"]


def as_signal(values: NDArray[Any]) -> Signal:
    """Return the values as float32 or float64 along the first axis.

    Raises
    ------
    ValueError
        If it is a single number, has more than two axes, or holds values that are no numbers.
    """
    signal = np.asarray(values)
    if signal.ndim not in (1, 2):
        raise ValueError(
            f"A signal is an array (samples,) or (samples, channels); this one has the shape {signal.shape}."
        )
    if signal.dtype.kind not in "biuf":
        raise ValueError(f"A signal holds numbers, not {signal.dtype}.")
    return signal if signal.dtype in (np.float32, np.float64) else signal.astype(np.float64)


def require_finite(signal: Signal) -> None:
    """Raise a ValueError that says where the first missing value is: one of them spoils a whole filter."""
    finite = np.isfinite(signal)
    if not finite.all():
        first = int(np.flatnonzero(~finite.reshape(len(signal), -1).all(axis=1))[0])
        raise ValueError(
            f"The signal has {int((~finite).sum())} missing or infinite values, the first at sample {first}. "
            "Cut them out or fill them before this node."
        )


def butterworth(
    signal: NDArray[Any], rate_hz: float, kind: FilterKind, low_hz: float, high_hz: float, order: int
) -> Signal:
    """A Butterworth filter, run forwards and backwards, so that nothing is shifted in time.

    Two runs double the attenuation: the gain at a cut-off is one half (-6 dB). `kind` is ``lowpass`` (uses
    `high_hz`), ``highpass`` (`low_hz`), ``bandpass`` or ``bandstop`` (both).
    """
    from scipy import signal as scipy_signal

    values = as_signal(signal)
    require_finite(values)
    if len(values) == 0:
        return values
    cutoff = _cutoffs(rate_hz, kind, low_hz, high_hz)
    sections = scipy_signal.butter(order, cutoff if len(cutoff) > 1 else cutoff[0], kind, output="sos", fs=rate_hz)
    # SciPy's own rule for the padding, but never longer than a short signal allows.
    ntaps = 2 * len(sections) + 1
    ntaps -= min(int((sections[:, 2] == 0).sum()), int((sections[:, 5] == 0).sum()))
    filtered = scipy_signal.sosfiltfilt(sections, values, axis=0, padlen=min(3 * ntaps, len(values) - 1))
    return np.asarray(filtered).astype(values.dtype, copy=False)


def _cutoffs(rate_hz: float, kind: FilterKind, low_hz: float, high_hz: float) -> list[float]:
    require_rate(rate_hz)
    used = {"lowpass": [high_hz], "highpass": [low_hz]}.get(kind, [low_hz, high_hz])
    for frequency in used:
        if not 0 < frequency < rate_hz / 2:
            raise ValueError(
                f"A cut-off of {frequency:g} Hz is not possible at {rate_hz:g} samples per second: it must lie "
                f"between 0 and {rate_hz / 2:g} Hz, half the sampling rate."
            )
    if len(used) == 2 and low_hz >= high_hz:
        raise ValueError(
            f"The lower cut-off ({low_hz:g} Hz) must lie below the higher one ({high_hz:g} Hz). Swap them?"
        )
    return used


def require_rate(rate_hz: float) -> None:
    """Raise a ValueError if the sampling rate is not above 0."""
    if not rate_hz > 0:
        raise ValueError(f"The sampling rate must be above 0 Hz, not {rate_hz:g}.")


def resample(signal: NDArray[Any], rate_hz: float, new_rate_hz: float) -> Signal:
    """The same signal at another sampling rate, by a polyphase filter that keeps aliases out.

    The ratio of the rates is rounded to a fraction of whole numbers up to 10,000.
    """
    from fractions import Fraction

    from scipy import signal as scipy_signal

    require_rate(rate_hz)
    require_rate(new_rate_hz)
    values = as_signal(signal)
    require_finite(values)
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(10_000)
    if ratio == 1 or len(values) == 0:
        return values
    if ratio == 0:
        raise ValueError(f"{new_rate_hz:g} Hz is too slow for a signal of {rate_hz:g} Hz. Choose a higher rate.")
    changed = scipy_signal.resample_poly(values, ratio.numerator, ratio.denominator, axis=0, padtype="line")
    return np.asarray(changed).astype(values.dtype, copy=False)


def detrend(signal: NDArray[Any], kind: str) -> Signal:
    """Subtract the mean (``constant``) or the best straight line (``linear``) of each channel."""
    values = as_signal(signal)
    require_finite(values)
    if len(values) == 0:
        return values
    centred = values - values.mean(axis=0, dtype=np.float64)
    if kind == "linear" and len(values) > 1:
        time = np.arange(len(values)) - (len(values) - 1) / 2
        slope = np.tensordot(time, centred, axes=(0, 0)) / (time @ time)
        centred -= np.multiply.outer(time, slope)
    return np.asarray(centred, values.dtype)


def smooth(signal: NDArray[Any], method: str, window: int, polynomial: int) -> Signal:
    """Smooth by a moving average or median, a Gaussian of a sixth of the window, or Savitzky & Golay (1964).

    The window is centred and made odd; at the ends, averages and medians see the signal mirrored, and
    Savitzky-Golay continues its polynomial.
    """
    from scipy import ndimage
    from scipy import signal as scipy_signal

    values = as_signal(signal)
    require_finite(values)
    width = window | 1
    if len(values) == 0 or width == 1:
        return values
    if method == "savitzky-golay":
        if width > len(values):
            raise ValueError(f"The window ({width} samples) is longer than the signal ({len(values)} samples).")
        if polynomial >= width:
            raise ValueError(f"A polynomial of order {polynomial} needs a window of more than {polynomial} samples.")
        smoothed = scipy_signal.savgol_filter(values, width, polynomial, axis=0)
    elif method == "median":
        smoothed = ndimage.median_filter(values, size=(width, 1)[: values.ndim])
    elif method == "gaussian":
        smoothed = ndimage.gaussian_filter1d(values, width / 6, axis=0)
    else:
        smoothed = ndimage.uniform_filter1d(values, width, axis=0)
    return np.asarray(smoothed).astype(values.dtype, copy=False)


def normalize(signal: NDArray[Any], method: str, level: float) -> Signal:
    """Scale each signal to a peak of `level`, to the range 0..`level`, or to mean 0 and deviation `level`.

    ``peak`` uses one factor for all channels, so that their balance stays. A constant signal becomes 0, except
    for ``peak``, where it keeps its sign.
    """
    values = as_signal(signal)
    require_finite(values)
    if values.size == 0:
        return values
    if method == "peak":
        peak = float(np.abs(values).max())
        result = values * (level / peak) if peak > 0 else values
    elif method == "range":
        low, high = values.min(axis=0), values.max(axis=0)
        result = (values - low) * (level / np.where(high > low, high - low, 1))
    else:
        deviation = values.std(axis=0)
        result = (values - values.mean(axis=0)) * (level / np.where(deviation > 0, deviation, 1))
    return np.asarray(result).astype(values.dtype, copy=False)


def audio_samples(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Samples as sound ``(samples, channels) float32``, cut at -1 and 1; whole numbers are scaled by their type."""
    values = np.asarray(samples)
    if values.dtype.kind == "i":
        values = values / -float(np.iinfo(values.dtype).min)
    signal = as_signal(values)
    require_finite(signal)
    columns = signal if signal.ndim == 2 else signal[:, np.newaxis]
    return np.clip(columns, -1, 1).astype(np.float32)


def tone(frequency_hz: float, duration_s: float, rate_hz: int, amplitude: float, shape: str) -> NDArray[np.float32]:
    """One channel of a sine, square, sawtooth or triangle wave ``(samples,)``, starting at phase 0."""
    if frequency_hz * 2 > rate_hz:
        raise ValueError(
            f"A tone of {frequency_hz:g} Hz needs more than {2 * frequency_hz:g} samples per second, not {rate_hz}."
        )
    phase = np.arange(round(duration_s * rate_hz)) * (frequency_hz / rate_hz) % 1.0
    if shape == "square":
        wave = np.where(phase < 0.5, 1.0, -1.0)
    elif shape == "sawtooth":
        wave = 2 * ((phase + 0.5) % 1.0) - 1
    elif shape == "triangle":
        wave = 1 - 4 * np.abs((phase + 0.25) % 1.0 - 0.5)
    else:
        wave = np.sin(2 * np.pi * phase)
    return (amplitude * wave).astype(np.float32)
