"""Sound: the waveform of each channel, its length, rate and peak."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shtairir.block.values import Audio
from shtairir_ui import theme
from shtairir_ui.quantities import count

from .jobs import Workers
from .trace import Trace, envelope
from .trace_surface import TraceSurface
from .view import View

_MOST_CHANNELS = 4


class AudioView(View):
    """Shows an `Audio` value."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._audio: Audio | None = None
        self._words = ""
        self.surface = TraceSurface()
        self.surface.pointed.connect(self._on_point)
        self.body.addWidget(self.surface, 1)

    def show_value(self, value: Audio) -> None:
        """Show a sound."""
        self.jobs.forget()
        self._audio = value
        channels = value.samples.shape[1] if value.samples.ndim > 1 else 1
        self.info.setText(f"{value.duration_s:.3f} s  {value.rate_hz:,} Hz  {count(channels, 'channel')}")
        self.say("")
        self.jobs.submit(lambda: _channels_of(value), self._show)

    def clear(self) -> None:
        """Let the sound go."""
        super().clear()
        self._audio = None
        self.surface.show_traces((), theme.current().type_color("audio"))

    def _show(self, traces: list[Trace]) -> None:
        self.surface.show_traces(traces, theme.current().type_color("audio"))
        peak = max((max(abs(trace.bottom), abs(trace.top)) for trace in traces), default=0.0)
        self._words = f"peak {peak:.3f}"
        self.say(self._words)

    def _on_point(self, along: float) -> None:
        if self._audio is None or along < 0 or not len(self._audio.samples):
            self.say(self._words)
            return
        frame = min(round(along * (len(self._audio.samples) - 1)), len(self._audio.samples) - 1)
        values = self._audio.samples.reshape(len(self._audio.samples), -1)[frame, :_MOST_CHANNELS]
        self.say(f"{frame / max(self._audio.rate_hz, 1):.4f} s    " + "  ".join(f"{value:+.3f}" for value in values))


def _channels_of(audio: Audio) -> list[Trace]:
    samples = audio.samples.reshape(len(audio.samples), -1)
    return [envelope(samples[:, channel]) for channel in range(min(samples.shape[1], _MOST_CHANNELS))]
