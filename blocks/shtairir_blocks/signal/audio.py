"""Sounds, which carry their sampling rate with them."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Audio, Param, Shape, block
from shtairir.block.values import Audio as Sound
from shtairir_blocks.shapes import signals


@block(
    category="Signal/Audio",
    name="Filter sound",
    tags=("butterworth", "low pass", "high pass", "equalizer"),
    requires=("scipy",),
    extra="signal",
    infer=signals.sound,
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


@block(category="Signal/Audio", name="Sound of samples", tags=("array", "wav"), infer=signals.of_samples)
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


@block(
    category="Signal/Audio",
    name="Tone",
    tags=("sine", "generator", "oscillator", "test signal"),
    infer=signals.tone,
)
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
