"""Filters, resampling and levelling."""

from __future__ import annotations

import cmath
import math
import statistics
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.signal as signal
from shtairir.block.values import Audio

RATE = 1000.0
TIME = np.arange(4000) / RATE
RNG = np.random.default_rng(10)


def sine(frequency: float) -> np.ndarray[Any, Any]:
    """Four seconds of a sine that cannot be written to."""
    wave = np.sin(2 * math.pi * frequency * TIME)
    wave.setflags(write=False)
    return wave


def loudness(wave: np.ndarray[Any, Any]) -> float:
    """The amplitude of a sine, from its middle half."""
    return float(np.abs(wave[1000:3000]).max())


@pytest.mark.parametrize(
    ("kind", "passed", "stopped"),
    [
        ("lowpass", [5, 20], [200, 400]),
        ("highpass", [100, 300], [2, 5]),
        ("bandpass", [45], [5, 300]),
        ("bandstop", [2, 400], [44]),
    ],
)
def test_filters_pass_and_stop_what_they_say(kind: Any, passed: list[float], stopped: list[float]) -> None:
    low, high = 20.0, 100.0
    if kind == "highpass":
        low = 30.0
    for frequency in passed:
        filtered = signal.filter_(sine(frequency), RATE, kind, low, high)
        assert loudness(filtered) == pytest.approx(1, abs=0.05)
        assert_allclose(filtered[1000:3000], sine(frequency)[1000:3000], atol=0.05)  # and nothing is shifted
    for frequency in stopped:
        assert loudness(signal.filter_(sine(frequency), RATE, kind, low, high)) < 0.05


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("frequency", [20, 50, 80])
def test_the_gain_is_that_of_butterworth_twice(order: int, frequency: float) -> None:
    def warped(hertz: float) -> float:
        return math.tan(math.pi * hertz / RATE)

    expected = 1 / (1 + (warped(frequency) / warped(50)) ** (2 * order))
    assert loudness(signal.filter_(sine(frequency), RATE, "lowpass", high_hz=50, order=order)) == pytest.approx(
        expected, abs=0.01
    )


def test_channels_are_filtered_apart_and_types_are_kept() -> None:
    both = np.stack([sine(5), sine(300)], axis=1).astype(np.float32)
    filtered = signal.filter_(both, RATE, "lowpass", high_hz=50)
    assert filtered.dtype == np.float32
    assert filtered.shape == both.shape
    assert loudness(filtered[:, 0]) == pytest.approx(1, abs=0.02)
    assert loudness(filtered[:, 1]) < 0.02
    assert signal.filter_(np.arange(10), RATE).dtype == np.float64


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_short_signals_are_filtered_too(length: int) -> None:
    assert signal.filter_(np.ones(length), RATE, "lowpass", high_hz=50) == pytest.approx(np.ones(length))
    assert signal.smooth(np.ones(length), window=5) == pytest.approx(np.ones(length))
    assert signal.detrend(np.ones(length)) == pytest.approx(np.zeros(length))
    assert signal.resample(np.ones(length), 1, 2).shape == (2 * length,)


def test_sounds_are_filtered_at_their_own_rate() -> None:
    sound = Audio(sine(5)[:, np.newaxis].astype(np.float32), 1000)
    filtered = signal.filter_audio(sound, "highpass", low_hz=50)
    assert filtered.rate_hz == 1000
    assert filtered.samples.dtype == np.float32
    assert np.abs(filtered.samples[1000:3000]).max() < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: signal.filter_(sine(5), RATE, "lowpass", high_hz=500), "between 0 and 500 Hz"),
        (lambda: signal.filter_(sine(5), RATE, "bandpass", 50, 10), "Swap them"),
        (lambda: signal.filter_(sine(5), 0.0), "above 0 Hz"),
        (lambda: signal.filter_(np.array([1, np.nan, 2]), RATE), "the first at sample 1"),
        (lambda: signal.filter_(np.array(1.0), RATE), r"shape \(\)"),
        (lambda: signal.filter_(np.zeros((2, 2, 2)), RATE), r"shape \(2, 2, 2\)"),
        (lambda: signal.filter_(np.array(["a"]), RATE), "holds numbers"),
        (lambda: signal.smooth(np.ones(5), "savitzky-golay", 7), "longer than the signal"),
        (lambda: signal.smooth(np.ones(50), "savitzky-golay", 3, 3), "more than 3 samples"),
        (lambda: signal.resample(np.ones(50), 1000, 0.01), "too slow"),
        (lambda: signal.tone(30_000), "more than 60000 samples"),
    ],
)
def test_impossible_requests_are_explained(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_moving_mean_and_median_agree_with_a_loop() -> None:
    wave = RNG.normal(size=40)
    mean, median = signal.smooth(wave, "mean", 4), signal.smooth(wave, "median", 5)
    for index in range(2, 38):
        window = wave[index - 2 : index + 3].tolist()
        assert mean[index] == pytest.approx(statistics.fmean(window))
        assert median[index] == pytest.approx(statistics.median(window))
    assert_array_equal(signal.smooth(wave, window=1), wave)


@pytest.mark.parametrize("method", ["mean", "median", "gaussian", "savitzky-golay"])
def test_smoothing_keeps_flat_signals_and_channels(method: Any) -> None:
    flat = np.ones((30, 2)) * [1, 5]
    assert_allclose(signal.smooth(flat, method, 7), flat)


def test_savitzky_golay_keeps_a_polynomial_of_its_order() -> None:
    time = np.linspace(-1, 1, 50)
    cubic = 2 * time**3 - time + 1
    assert_allclose(signal.smooth(cubic, "savitzky-golay", 9, 3), cubic, atol=1e-10)


def test_trends_are_taken_out() -> None:
    line = 3 * TIME + 5
    assert_allclose(signal.detrend(line), 0, atol=1e-9)
    assert_allclose(signal.detrend(line, "constant"), 3 * (TIME - TIME.mean()), atol=1e-9)
    two = np.stack([line + sine(5), 0 * line], axis=1)
    assert_allclose(signal.detrend(two)[:, 1], 0, atol=1e-9)
    slope = np.polyfit(TIME, signal.detrend(two)[:, 0], 1)[0]
    assert slope == pytest.approx(0, abs=1e-9)


def test_normalizing_reaches_its_level() -> None:
    wave = np.stack([sine(5) * 0.2, sine(7) * 0.1], axis=1)
    peak = signal.normalize(wave)
    assert np.abs(peak).max(axis=0) == pytest.approx([1, 0.5], abs=1e-3)
    spread = signal.normalize(wave, "range", 2)
    assert spread.min(axis=0) == pytest.approx([0, 0])
    assert spread.max(axis=0) == pytest.approx([2, 2])
    score = signal.normalize(wave + 3, "deviation")
    assert score.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert score.std(axis=0) == pytest.approx([1, 1])
    for method in ("peak", "range", "deviation"):
        assert_array_equal(signal.normalize(np.zeros(4), method), np.zeros(4))
        assert signal.normalize(np.empty(0), method).shape == (0,)


@pytest.mark.parametrize("rate", [500, 1500, 441])
def test_resampling_keeps_the_wave(rate: float) -> None:
    resampled = signal.resample(sine(7), RATE, rate)
    assert len(resampled) == math.ceil(4000 * rate / RATE)
    time = np.arange(len(resampled)) / rate
    middle = slice(len(time) // 4, -len(time) // 4)
    assert_allclose(resampled[middle], np.sin(2 * math.pi * 7 * time)[middle], atol=5e-3)


def test_resampling_keeps_aliases_out() -> None:
    assert loudness(np.repeat(signal.resample(sine(400), RATE, 250), 4)) < 0.05


@pytest.mark.parametrize("shape", ["sine", "square", "sawtooth", "triangle"])
def test_tones_have_their_pitch_length_and_loudness(shape: Any) -> None:
    sound = signal.tone(50, 2, 8000, 0.5, shape)
    assert sound.samples.shape == (16000, 1)
    assert sound.samples.dtype == np.float32
    assert sound.duration_s == 2
    wave = sound.samples[:, 0].astype(float)
    assert np.abs(wave).max() == pytest.approx(0.5, abs=0.01)
    # The Fourier sum at 50 Hz, by hand, against the closed form of each wave's first harmonic.
    part = sum(value * cmath.exp(-2j * math.pi * 50 * index / 8000) for index, value in enumerate(wave))
    first = {"sine": 1, "square": 4 / math.pi, "sawtooth": 2 / math.pi, "triangle": 8 / math.pi**2}[shape]
    assert 2 * abs(part) / len(wave) == pytest.approx(0.5 * first, rel=0.01)
    assert (part * 1j).real > 0  # it rises at the start, as a sine does


def test_sound_goes_to_samples_and_back() -> None:
    sound = signal.tone(100, 0.5, 8000)
    samples, rate, duration = signal.samples(sound)
    again = signal.to_audio(samples, rate)
    assert_array_equal(again.samples, sound.samples)
    assert (again.rate_hz, duration) == (8000, 0.5)
    assert signal.to_audio(np.array([2.0, -3.0])).samples.tolist() == [[1], [-1]]
    assert signal.to_audio(np.array([-32768, 16384], np.int16)).samples.tolist() == [[-1], [0.5]]
