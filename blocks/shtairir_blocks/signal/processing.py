"""Filters, levels and sampling rates. A signal is an array ``(samples,)`` or ``(samples, channels)``."""

from typing import Annotated, Literal

from shtairir.block import Array, Param, block
from shtairir_blocks.shapes import signals

Rate = Annotated[float, Param(gt=0, unit="Hz", label="sampling rate")]


@block(
    category="Signal/Filter",
    name="Filter",
    tags=("butterworth", "low pass", "high pass", "band pass", "noise"),
    requires=("scipy",),
    extra="signal",
    infer=signals.filtered,
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
    category="Signal/Filter",
    name="Smooth",
    tags=("moving average", "savitzky-golay", "noise"),
    requires=("scipy",),
    extra="signal",
    infer=signals.filtered,
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


@block(category="Signal/Change", name="Detrend", tags=("drift", "baseline", "mean"), infer=signals.filtered)
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


@block(category="Signal/Change", name="Normalize", tags=("scale", "level", "z-score"), infer=signals.filtered)
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
    infer=signals.resampled,
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
