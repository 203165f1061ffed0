"""Signal blocks: sampled signals and sound."""

from shtairir_blocks.signal.analysis import peaks, rate_from_peaks, spectrogram, spectrum
from shtairir_blocks.signal.audio import filter_audio, samples, to_audio, tone
from shtairir_blocks.signal.processing import detrend, filter_, normalize, resample, smooth

__all__ = [
    "detrend",
    "filter_",
    "filter_audio",
    "normalize",
    "peaks",
    "rate_from_peaks",
    "resample",
    "samples",
    "smooth",
    "spectrogram",
    "spectrum",
    "to_audio",
    "tone",
]
