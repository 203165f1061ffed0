"""Lengths of signals and sounds."""

from fractions import Fraction
from math import ceil
from typing import Any

from shtairir.block.infer import Spec, array


def filtered(signal: Spec, **_: Any) -> Spec:
    """A signal of the same length; whole numbers become floating-point."""
    if signal.shape is None or signal.dtype is None:
        raise ValueError("The length is not known.")
    return array(signal.shape, signal.dtype if signal.dtype == "float32" else "float64")


def resampled(signal: Spec, rate_hz: float, new_rate_hz: float) -> Spec:
    """A signal at another rate."""
    same = filtered(signal)
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(10_000)
    assert same.shape is not None
    assert same.dtype is not None
    return array((ceil(same.shape[0] * ratio), *same.shape[1:]), same.dtype)


def sound(audio: Spec, **_: Any) -> Spec:
    """A sound as long as the one that arrives."""
    if audio.nbytes is None:
        raise ValueError("The length is not known.")
    return Spec("audio", audio.shape, audio.dtype, audio.nbytes, audio.length)


def of_samples(samples: Spec, **_: Any) -> Spec:
    """A sound of samples, each channel a column."""
    shape = samples.shape or ()
    return array(shape if len(shape) == 2 else (*shape, 1), "float32", kind="audio")


def tone(duration_s: float, rate_hz: int, **_: Any) -> Spec:
    """A tone in one channel."""
    return array((round(duration_s * rate_hz), 1), "float32", kind="audio")
