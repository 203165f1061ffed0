"""Which tones a sound holds, moment by moment: the short-time Fourier transform with a Hann window.

After Allen and Rabiner (1977), "A unified approach to short-time Fourier analysis and synthesis". Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jobs import Ticket
from .picture import Picture, picture_of_bytes
from .pixels import AnyArray, heat_map

WINDOW = 1024
_MOST_COLUMNS = 1600
_DYNAMICS_DB = 90.0
"""What is so much quieter than the loudest tone is dark."""
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """A picture: time goes to the right, tones rise upwards.

    Attributes
    ----------
    levels
        ``(tones, moments) float32``: decibels below the loudest, the lowest tone last.
    highest_hz
        The tone of the first row.
    """

    picture: Picture
    levels: AnyArray
    highest_hz: float


def spectrogram_of(samples: AnyArray, rate_hz: int, ticket: Ticket) -> Spectrogram | None:
    """Return the spectrogram of one channel; None for what is too short to have one."""
    length = len(samples)
    window = min(WINDOW, 1 << max(length.bit_length() - 3, 0))
    if window < 16:
        return None
    hop = max((length - window) // _MOST_COLUMNS, window // 4, 1)
    starts = np.arange(0, length - window + 1, hop)
    weights = np.hanning(window).astype(np.float32)
    powers = np.empty((window // 2 + 1, len(starts)), np.float32)
    for first in range(0, len(starts), _AT_ONCE):
        ticket.step(first / len(starts))
        some = starts[first : first + _AT_ONCE]
        pieces = np.nan_to_num(samples[some[:, None] + np.arange(window)], posinf=0, neginf=0) * weights
        powers[:, first : first + len(some)] = (np.abs(np.fft.rfft(pieces, axis=1)) ** 2).T
    loudest = max(float(powers.max()), 1e-20)
    levels = 10 * np.log10(np.maximum(powers / loudest, 1e-12))[::-1]
    picture = picture_of_bytes(heat_map(levels, -_DYNAMICS_DB, 0.0))
    return Spectrogram(picture, levels, rate_hz / 2)
