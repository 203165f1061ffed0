"""Writes what is not saved into a journal of its own, a moment after each edit, on a worker."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.document import Snapshot
from shtairir.errors import ShtairirError
from shtairir.recovery.drafts import Draft, DraftKeeper, recovered
from shtairir_ui.bridge import Background
from shtairir_ui.editor import Editor

DELAY_MS = 1000
"""How long after an edit the draft is written; edits meanwhile go with it."""
SHARE = 20
"""A draft that takes long to write is written so much more rarely: at most a twentieth of a worker's time."""


class Autosave(QObject):
    """Keeps the draft of an editor's graph.

    Attributes
    ----------
    failed
        A draft could not be written, with a sentence why; told once, until it works again.
    """

    failed = Signal(str)

    def __init__(self, editor: Editor, keeper: DraftKeeper | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent or editor)
        self._editor = editor
        self._keeper = keeper or DraftKeeper.for_user()
        # A worker of its own: the editor's may be busy for as long as a person waits for a picture.
        self._worker = Background(self, workers=1)
        self._written: Snapshot | None = None
        self._busy = self._failing = False
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.write_now)
        editor.title_changed.connect(self._follow)

    def recover(self, draft: Draft) -> None:
        """Show the graph of a draft, which stays until it is saved or given up.

        Raises
        ------
        ShtairirError
            When it cannot be read, or another program has it; the present graph stays.
        """
        graph = recovered(draft)
        self._keeper.adopt(draft)
        self._written = graph.snapshot()
        self._editor.show_graph(graph)

    def write_now(self) -> None:
        """Write the draft, unless it is as it should be."""
        self._timer.stop()
        if self._busy:
            self._timer.start()
            return
        snapshot = self._wanted()
        if snapshot is self._written:
            return
        title, keeper = self._editor.title, self._keeper
        began = time.monotonic()

        def write() -> str:
            try:
                if snapshot is None:
                    keeper.clear()
                else:
                    keeper.write(snapshot, title)
            except (ShtairirError, OSError) as error:
                return str(error)
            return ""

        self._busy = True
        self._worker.submit(write, lambda why: self._on_written(snapshot, why, time.monotonic() - began))

    def give_up(self) -> None:
        """The graph was closed with a person's word: nothing of it is to be recovered."""
        self._timer.stop()
        self._keeper.close()
        self._worker.close()

    def _wanted(self) -> Snapshot | None:
        """What is to be in the draft: the graph with its changes, or nothing."""
        return self._editor.present.snapshot() if self._editor.is_modified else None

    def _follow(self) -> None:
        if not self._timer.isActive() and self._wanted() is not self._written:
            self._timer.start()

    def _on_written(self, snapshot: Snapshot | None, why: str, took_s: float) -> None:
        self._busy = False
        if not why:
            self._written = snapshot
        elif not self._failing:
            self.failed.emit(f"What you edit is not safe from a crash just now. {why}")
        self._failing = bool(why)
        self._timer.setInterval(max(DELAY_MS, round(took_s * SHARE * 1000)))
        self._follow()
