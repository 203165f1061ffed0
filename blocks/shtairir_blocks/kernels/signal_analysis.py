"""What is in a signal: spectra, peaks and rates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .signal_processing import as_signal, require_finite, require_rate

Column = NDArray[Any]


def one_channel(values: NDArray[Any]) -> NDArray[np.float64]:
    """The mean of all channels ``(samples,) float64``; refuses missing values."""
    signal = as_signal(values)
    require_finite(signal)
    single = signal if signal.ndim == 1 else signal.mean(axis=1, dtype=np.float64)
    return single.astype(np.float64, copy=False)


def spectrum(values: NDArray[Any], rate_hz: float, window: str) -> tuple[Column, Column]:
    """Frequencies in Hz and the amplitude of each ``(samples // 2 + 1,)``.

    Amplitudes are single-sided and corrected for the window: a sine of amplitude 1 whose frequency falls on
    a bin gives 1 there.
    """
    from scipy import signal as scipy_signal

    require_rate(rate_hz)
    signal = one_channel(values)
    if len(signal) == 0:
        raise ValueError("The signal is empty: there is no spectrum. Check what feeds this node.")
    weights = scipy_signal.get_window(window, len(signal))
    amplitude = np.abs(np.fft.rfft(signal * weights)) / weights.sum()
    # All but the constant and the highest frequency of an even length stand for two.
    amplitude[1 : (len(signal) + 1) // 2] *= 2
    return np.fft.rfftfreq(len(signal), 1 / rate_hz), amplitude


def spectrogram(
    values: NDArray[Any], rate_hz: float, window_size: int, overlap: float, floor_db: float
) -> tuple[Column, Column, Column]:
    """Times in s, frequencies in Hz, and levels ``(frequency, time)`` in dB below the strongest, to `floor_db`.

    Hann windows of `window_size` samples; a signal shorter than that is one window.
    """
    from scipy import signal as scipy_signal

    require_rate(rate_hz)
    signal = one_channel(values)
    if len(signal) == 0:
        raise ValueError("The signal is empty: there is no spectrogram. Check what feeds this node.")
    size = min(window_size, len(signal))
    frequencies, times, power = scipy_signal.spectrogram(
        signal, rate_hz, window="hann", nperseg=size, noverlap=int(size * overlap), detrend=False, mode="psd"
    )
    strongest = power.max(initial=0)
    relative = power / strongest if strongest > 0 else power
    with np.errstate(divide="ignore"):
        level = 10 * np.log10(relative)
    return times, frequencies, np.maximum(level, floor_db)


def level_image(level_db: Column, floor_db: float) -> NDArray[np.float32]:
    """A spectrogram as a grey picture: low frequencies at the bottom, `floor_db` black, the strongest white."""
    return (1 - level_db[::-1] / min(floor_db, -1e-9)).astype(np.float32)


def peaks(
    values: NDArray[Any],
    rate_hz: float,
    height: float | None,
    distance_s: float,
    prominence: float | None,
) -> dict[str, Column]:
    """Local maxima: sample index, time in s, height and prominence of each, in order of time.

    Lower peaks are dropped until none is closer than `distance_s` to a higher one; the middle of a flat top
    counts.
    """
    from scipy import signal as scipy_signal

    require_rate(rate_hz)
    signal = one_channel(values)
    found, facts = scipy_signal.find_peaks(
        signal,
        height=-np.inf if height is None else height,
        distance=max(1.0, distance_s * rate_hz),
        prominence=0 if prominence is None else prominence,
    )
    return {
        "index": found.astype(np.int64),
        "time_s": found / rate_hz,
        "height": facts["peak_heights"],
        "prominence": facts["prominences"],
    }


def rates(peak_index: NDArray[Any], rate_hz: float) -> tuple[Column, Column]:
    """Seconds between neighbouring peaks, and events per minute of each interval: both one shorter.

    Raises
    ------
    ValueError
        If there are fewer than two peaks, or they are not in ascending order.
    """
    require_rate(rate_hz)
    positions = np.asarray(peak_index, np.float64).ravel()
    if len(positions) < 2:
        raise ValueError(
            f"A rate needs two peaks or more, and there are {len(positions)}. Ask for lower peaks in the node before."
        )
    intervals = np.diff(positions) / rate_hz
    if not (intervals > 0).all():
        raise ValueError("The peaks must be positions in ascending order, each once.")
    return intervals, 60 / intervals
