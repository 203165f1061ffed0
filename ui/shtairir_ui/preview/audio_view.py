"""Sound: the waveform of each channel, which tones it holds, and playing it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from shtairir.block.values import Audio
from shtairir_ui import theme
from shtairir_ui.quantities import count

from .image_surface import ImageSurface
from .image_view import write_picture
from .jobs import Ticket, Workers
from .player import NO_SOUND, Player, find_output, sixteen_bit, write_wave
from .plot import Series
from .plot_surface import PlotSurface, Point
from .plotting import attend
from .spectrogram import Spectrogram, spectrogram_of
from .trace import channels_of
from .view import Saving, View

_MOST_CHANNELS = 4
_CHUNK = 1 << 22


class AudioView(View):
    """Shows an `Audio` value."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._audio: Audio | None = None
        self._words = ""
        self._spectrum: Spectrogram | None = None
        self.surface = PlotSurface()
        self.surface.pointed.connect(self._on_point)
        attend(self.surface, self.jobs)
        self.tones = ImageSurface()
        self.tones.setAccessibleName("Spectrogram")
        self.tones.stretched = True
        self.tones.pointed.connect(self._on_tone)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.surface)
        self.stack.addWidget(self.tones)
        self.body.addWidget(self.stack, 1)
        self.player = Player(find_output(self), self)
        self.player.moved.connect(self._on_moved)
        self.play_button = self.add_tool("play", "Play what is in sight (Space)", self.play)
        self.play_button.setEnabled(self.player.output is not None)
        if self.player.output is None:
            self.play_button.setToolTip(NO_SOUND)
        self.spectrum = self.add_switch("spectrum", "Spectrogram", self._on_spectrum)
        self.add_tool("fit", "All of it (0)", self.surface.reset)
        self.listen("Space", self.play)
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.stack)

    def show_value(self, value: Audio) -> None:
        """Show a sound."""
        self.jobs.forget()
        self.player.stop()
        self._audio, self._spectrum = value, None
        channels = value.samples.shape[1] if value.samples.ndim > 1 else 1
        self.info.setText(f"{value.duration_s:.3f} s  {value.rate_hz:,} Hz  {count(channels, 'channel')}")
        self._say_all("")
        step = 1 / max(value.rate_hz, 1)
        lanes = [[Series("", samples, step=step)] for samples in channels_of(value)[:_MOST_CHANNELS]]
        self.surface.show_lanes(lanes, [theme.current().type_color("audio")], keep=True)
        self.jobs.latest("peak", lambda ticket: peak_of(value, ticket), lambda peak: self._say_all(f"peak {peak:.3f}"))
        self._on_spectrum(self.spectrum.isChecked())

    def clear(self) -> None:
        """Let the sound go."""
        super().clear()
        self.player.stop()
        self._audio = self._spectrum = None
        self.surface.show_lanes((), ())
        self.tones.show_picture(None)

    def copy(self) -> None:
        """Put a picture of what is seen on the clipboard."""
        shown = self.tones if self.spectrum.isChecked() else self.surface
        QGuiApplication.clipboard().setPixmap(shown.grab())

    def savings(self) -> tuple[Saving, ...]:
        """As a sound, as numbers, or as a picture of its tones."""
        audio, spectrum = self._audio, self._spectrum
        if audio is None:
            return ()
        ways = [
            Saving("WAV sound, 16 bit", ".wav", lambda path: _write_wave(audio, path)),
            Saving("Samples as a NumPy array", ".npy", lambda path: np.save(path, audio.samples, allow_pickle=False)),
        ]
        if spectrum is not None:
            ways.append(Saving("The spectrogram", ".png", lambda path: write_picture(spectrum.picture, path)))
        return tuple(ways)

    def play(self) -> None:
        """Play what is in sight, or stop."""
        if self.player.is_playing:
            self.player.stop()
        elif self._audio is not None:
            self.player.play(self._audio, *self.surface.seen)

    def _on_moved(self, second: float | None) -> None:
        self.surface.show_played(second)
        theme.bind_icon(self.play_button, "stop" if second is not None else "play", "text_dim")

    def _on_spectrum(self, shown: bool) -> None:
        self.stack.setCurrentWidget(self.tones if shown else self.surface)
        audio = self._audio
        if shown and audio is not None and self._spectrum is None:
            self.jobs.latest("tones", lambda ticket: _spectrum_of(audio, ticket), self._show_spectrum)

    def _show_spectrum(self, spectrum: Spectrogram | None) -> None:
        self._spectrum = spectrum
        self.tones.show_picture(spectrum.picture if spectrum is not None else None)
        if spectrum is None:
            self.say("The sound is too short for a spectrogram.")

    def _say_all(self, words: str) -> None:
        self._words = words
        note = "" if self.player.output is not None else "   It cannot be played on this machine."
        self.say(words + note if words else "")

    def _on_point(self, point: Point | None) -> None:
        audio = self._audio
        if audio is None or point is None:
            self._say_all(self._words)
            return
        values = audio.samples.reshape(len(audio.samples), -1)[point.index, :_MOST_CHANNELS]
        self.say(f"{point.x:.4f} s    " + "  ".join(f"{value:+.3f}" for value in values))

    def _on_tone(self, x: int, y: int) -> None:
        spectrum, audio = self._spectrum, self._audio
        if x < 0 or spectrum is None or audio is None:
            self._say_all(self._words)
            return
        tones, moments = spectrum.levels.shape
        second = x / max(moments - 1, 1) * audio.duration_s
        tone = spectrum.highest_hz * (1 - y / max(tones - 1, 1))
        self.say(f"{second:.3f} s    {tone:,.0f} Hz    {spectrum.levels[y, x]:.1f} dB")


def peak_of(audio: Audio, ticket: Ticket) -> float:
    """Return the loudest sample; what is no number is left out."""
    peak = 0.0
    for start in range(0, len(audio.samples), _CHUNK):
        ticket.step(start / len(audio.samples))
        piece = np.abs(audio.samples[start : start + _CHUNK])
        finite = piece[np.isfinite(piece)]
        peak = max(peak, float(finite.max(initial=0.0)))
    return peak


def _spectrum_of(audio: Audio, ticket: Ticket) -> Spectrogram | None:
    channels = channels_of(audio)
    if not channels:
        return None
    mixed = channels[0] if len(channels) == 1 else audio.samples.mean(axis=1)
    return spectrogram_of(mixed, audio.rate_hz, ticket)


def _write_wave(audio: Audio, path: Path) -> None:
    write_wave(path, sixteen_bit(audio.samples.reshape(len(audio.samples), -1)), audio.rate_hz)
