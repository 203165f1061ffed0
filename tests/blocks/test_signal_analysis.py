"""Spectra, peaks and rates."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import shtairir_blocks.signal as signal
from shtairir.block.values import Audio

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("length", [1, 2, 16, 17])
def test_spectrum_agrees_with_the_fourier_sum(length: int) -> None:
    wave = RNG.normal(size=length)
    frequency, amplitude = signal.spectrum(wave, 100, "boxcar")
    for index, strength in enumerate(amplitude):
        total = sum(wave[n] * cmath.exp(-2j * math.pi * index * n / length) for n in range(length))
        doubled = index not in (0, length / 2)
        assert strength == pytest.approx(abs(total) / length * (2 if doubled else 1))
        assert frequency[index] == pytest.approx(index * 100 / length)


@pytest.mark.parametrize("window", ["hann", "hamming", "blackman", "boxcar"])
def test_a_sine_shows_its_amplitude_at_its_frequency(window: Any) -> None:
    time = np.arange(1000) / 1000
    frequency, amplitude = signal.spectrum(3 * np.sin(2 * math.pi * 50 * time), 1000, window)
    assert amplitude.max() == pytest.approx(3, rel=1e-3)
    assert frequency[amplitude.argmax()] == 50


def test_a_sound_brings_its_own_rate_and_its_channels_are_averaged() -> None:
    sound = signal.tone(440, 1, 8000, 1.0)
    stereo = Audio(np.hstack([sound.samples, 0 * sound.samples]), 8000)
    frequency, amplitude = signal.spectrum(stereo, rate_hz=1.0)
    assert frequency[amplitude.argmax()] == 440
    assert amplitude.max() == pytest.approx(0.5, rel=1e-3)


def test_a_rising_tone_rises_in_the_spectrogram() -> None:
    time = np.arange(8000) / 1000
    chirp = np.sin(2 * math.pi * (20 * time + 20 * time**2))
    level, times, frequency, picture = signal.spectrogram(chirp, 1000, 256)
    assert level.shape == (len(frequency), len(times))
    assert level.max() == 0
    assert level.min() == -80
    for column in range(5, len(times) - 5, 10):
        assert frequency[level[:, column].argmax()] == pytest.approx(20 + 40 * times[column], abs=6)
    assert picture.shape == level.shape
    assert picture.dtype == np.float32
    assert (picture.min(), picture.max()) == (0, 1)
    assert picture[:, 5].argmax() > picture[:, -5].argmax()  # low frequencies are at the bottom


def test_silence_and_short_signals_have_a_spectrogram() -> None:
    level, *_ = signal.spectrogram(np.zeros(2000), 1000)
    assert (level == -80).all()
    assert signal.spectrogram(np.ones(3), 1000).level.shape == (2, 1)
    for block in (signal.spectrum, signal.spectrogram):
        with pytest.raises(ValueError, match="The signal is empty"):
            block(np.empty(0), 1000)


def test_peaks_agree_with_a_loop_over_neighbours() -> None:
    wave = RNG.normal(size=300)
    expected = [index for index in range(1, 299) if wave[index - 1] < wave[index] > wave[index + 1]]
    positions, table, count = signal.peaks(wave, 100)
    assert positions.tolist() == expected
    assert count == len(expected)
    assert table.columns == ["index", "time_s", "height", "prominence"]
    assert_allclose(table["time_s"], np.array(expected) / 100)
    assert_allclose(table["height"], wave[expected])


def test_peaks_keep_to_height_distance_and_prominence() -> None:
    wave = np.zeros(100)
    wave[[10, 20, 24, 60, 80]] = [1, 3, 2, 5, 0.2]
    wave[61] = 5  # a flat top counts once, at its middle
    assert signal.peaks(wave, 1).positions.tolist() == [10, 20, 24, 60, 80]
    assert signal.peaks(wave, 1, height=1.5).positions.tolist() == [20, 24, 60]
    assert signal.peaks(wave, 10, distance_s=0.5).positions.tolist() == [10, 20, 60, 80]
    assert signal.peaks(wave, 1, prominence=0.5).positions.tolist() == [10, 20, 24, 60]
    assert signal.peaks(wave, 1)[1]["prominence"].to_list() == [1, 3, 2, 5, pytest.approx(0.2)]


def test_no_peaks_give_an_empty_table() -> None:
    for wave in (np.empty(0), np.zeros(10), np.array([1.0])):
        positions, table, count = signal.peaks(wave, 10)
        assert positions.shape == (0,)
        assert positions.dtype == np.int64
        assert table.height == count == 0
    with pytest.raises(ValueError, match="missing or infinite"):
        signal.peaks(np.array([0, np.nan, 0]), 10)


def test_the_rate_is_that_of_the_middle_interval() -> None:
    rate, intervals, rates = signal.rate_from_peaks(np.array([0, 100, 200, 300, 800]), 100)
    assert rate == 60
    assert intervals.tolist() == [1, 1, 1, 5]
    assert rates.tolist() == [60, 60, 60, 12]
    for positions, why in (([5], "there are 1"), ([], "there are 0"), ([3, 2], "ascending"), ([2, 2], "ascending")):
        with pytest.raises(ValueError, match=why):
            signal.rate_from_peaks(np.array(positions), 100)


def test_heart_beats_are_counted_in_a_noisy_drifting_signal() -> None:
    rate_hz, beats_per_minute = 250.0, 72
    time = np.arange(int(30 * rate_hz)) / rate_hz
    phase = (time * beats_per_minute / 60) % 1
    ecg = np.exp(-(((phase - 0.5) / 0.02) ** 2)) + 0.2 * np.exp(-(((phase - 0.75) / 0.06) ** 2))
    ecg += 0.5 * np.sin(2 * math.pi * 0.2 * time) + RNG.normal(0, 0.05, len(time))
    clean = signal.filter_(ecg, rate_hz, "bandpass", 5, 25)
    found = signal.peaks(clean, rate_hz, distance_s=0.3, prominence=0.4)
    assert found.count == 36
    assert signal.rate_from_peaks(found.positions, rate_hz).rate == pytest.approx(72, abs=1)
