"""Playing sound: through Qt where its sound module and a device are there, else through a player of the system.

Qt's essential parts come without sound, so its module is looked for and not depended on.
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
import wave
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QByteArray, QElapsedTimer, QObject, QProcess, QTimer, Signal

from shtairir.block.values import Audio

_BEAT_MS = 40
_PLAYERS = (
    ("paplay",),
    ("pw-play",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
)
NO_SOUND = "This machine cannot play sound: there is neither an audio device for Qt nor a player such as aplay."


class Output(Protocol):
    """Something that plays sixteen-bit samples."""

    def start(self, samples: np.ndarray[Any, Any], rate_hz: int) -> None:
        """Play ``(frames, channels) int16``."""

    def stop(self) -> None:
        """Be silent."""


def find_output(parent: QObject) -> Output | None:
    """Return what can play here; None where nothing can."""
    try:
        multimedia = importlib.import_module("PySide6.QtMultimedia")
        device = multimedia.QMediaDevices.defaultAudioOutput()
        if not device.isNull():
            return _QtOutput(multimedia, device, parent)
    except ImportError:
        pass
    command = next((command for command in _PLAYERS if shutil.which(command[0])), None)
    return _ProcessOutput(command, parent) if command is not None else None


class Player(QObject):
    """Plays a part of a sound and tells where it is.

    Attributes
    ----------
    moved
        The second that is heard now; None when it is silent again.
    """

    moved = Signal(object)

    def __init__(self, output: Output | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.output = output
        self._clock = QElapsedTimer()
        self._from_s = self._to_s = 0.0
        self._beat = QTimer(self, interval=_BEAT_MS)
        self._beat.timeout.connect(self._tell)

    @property
    def is_playing(self) -> bool:
        """Whether something is heard."""
        return self._beat.isActive()

    def play(self, audio: Audio, from_s: float, to_s: float) -> None:
        """Play from one second to another."""
        if self.output is None:
            return
        self.stop()
        samples = audio.samples.reshape(len(audio.samples), -1)[:, :2]
        part = samples[max(int(from_s * audio.rate_hz), 0) : int(to_s * audio.rate_hz) + 1]
        if not len(part):
            return
        self._from_s, self._to_s = from_s, from_s + len(part) / max(audio.rate_hz, 1)
        self.output.start(sixteen_bit(part), audio.rate_hz)
        self._clock.start()
        self._beat.start()

    def stop(self) -> None:
        """Be silent."""
        if self._beat.isActive():
            self._beat.stop()
            if self.output is not None:
                self.output.stop()
            self.moved.emit(None)

    def _tell(self) -> None:
        now = self._from_s + self._clock.elapsed() / 1000
        if now >= self._to_s:
            self.stop()
        else:
            self.moved.emit(now)


def sixteen_bit(samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return samples in -1..1 as ``int16``; what is louder is cut off, what is no number is silent."""
    plain = np.nan_to_num(np.asarray(samples, np.float32), posinf=1, neginf=-1)
    return np.ascontiguousarray((np.clip(plain, -1, 1) * 32767).astype("<i2"))


def write_wave(path: Path, samples: np.ndarray[Any, Any], rate_hz: int) -> None:
    """Write ``(frames, channels) int16`` as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(max(rate_hz, 1))
        file.writeframes(samples.tobytes())


class _QtOutput:
    """Qt's own sound; its module has no types here."""

    def __init__(self, multimedia: Any, device: Any, parent: QObject) -> None:
        self._multimedia, self._device, self._parent = multimedia, device, parent
        self._sink: Any = None
        self._buffer: Any = None

    def start(self, samples: np.ndarray[Any, Any], rate_hz: int) -> None:
        """Play through a sink of the default device."""
        from PySide6.QtCore import QBuffer

        form = self._multimedia.QAudioFormat()
        form.setSampleRate(rate_hz)
        form.setChannelCount(samples.shape[1])
        form.setSampleFormat(self._multimedia.QAudioFormat.SampleFormat.Int16)
        self._buffer = QBuffer(self._parent)
        self._buffer.setData(QByteArray(samples.tobytes()))
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self._sink = self._multimedia.QAudioSink(self._device, form, self._parent)
        self._sink.start(self._buffer)

    def stop(self) -> None:
        """End the sink."""
        if self._sink is not None:
            self._sink.stop()
            self._sink.deleteLater()
            self._buffer.deleteLater()
            self._sink = self._buffer = None


class _ProcessOutput:
    """A player of the system, fed with a temporary file."""

    def __init__(self, command: tuple[str, ...], parent: QObject) -> None:
        self._command = command
        self._process = QProcess(parent)
        self._folder = tempfile.TemporaryDirectory(prefix="shtairir-sound-")

    def start(self, samples: np.ndarray[Any, Any], rate_hz: int) -> None:
        """Write the samples and have them played."""
        file = Path(self._folder.name) / "sound.wav"
        write_wave(file, samples, rate_hz)
        self._process.start(self._command[0], [*self._command[1:], str(file)])

    def stop(self) -> None:
        """End the player."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(200)
