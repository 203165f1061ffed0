"""Notices when somebody else writes, moves or removes the file that is open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from shtairir.document.disk import read_file
from shtairir.document.ondisk import OnDisk, on_disk
from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.errors import DocumentError
from shtairir_ui.bridge import Background
from shtairir_ui.editor import Editor

INTERVAL_MS = 2000
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at a file."""

    path: Path
    state: OnDisk
    stamp: Stamp | None
    known: bytes | None


class DiskWatch(QObject):
    """Looks at the file of an editor every few seconds, and when the person comes back to the program.

    Attributes
    ----------
    changed
        The file holds something else than what was read or saved last.
    gone
        There is no such file any more.
    agrees
        The file holds what was read or saved last.
    """

    changed = Signal(Path)
    gone = Signal(Path)
    agrees = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent or editor)
        self._editor = editor
        # A worker of its own: a drive that does not answer must hold up nobody else.
        self._worker = Background(self, workers=1)
        self._busy = False
        self._last: Look | None = None
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        editor.document_opened.connect(self._begin)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application)

    def look(self) -> None:
        """Look now, on a worker."""
        path, known, last = self._editor.path, self._editor.present.on_disk, self._last
        if path is None or known is None or self._busy:
            return
        self._busy = True
        self._worker.submit(lambda: looked(path, known, last), self._tell)

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._worker.close()

    def _begin(self) -> None:
        self._last = None

    def _on_application(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self.look()

    def _tell(self, found: Look) -> None:
        self._busy = False
        if found.path != self._editor.path or found.known is not self._editor.present.on_disk:
            return  # it was saved meanwhile, or another file is open
        before, self._last = self._last, found
        if before is not None and (before.state, before.stamp) == (found.state, found.stamp):
            return
        if found.state == "changed":
            self.changed.emit(found.path)
        elif found.state == "gone":
            self.gone.emit(found.path)
        else:
            self.agrees.emit()


def looked(path: Path, known: bytes, last: Look | None) -> Look:
    """Look at a file; it is read only if its time, size or place on the disk differ from the last look."""
    stamp = _stamp(path)
    if last is not None and last.stamp == stamp and last.known is known and last.path == path:
        return last
    return Look(path, on_disk(path, known), stamp, known)


def bytes_of(path: Path) -> bytes | None:
    """What a file holds now; None when it cannot be read."""
    try:
        return read_file(path, MAX_FILE_BYTES)
    except DocumentError:
        return None


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
