"""Blocks that come and go while the window is open: the user's own files, and packs that are installed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from shtairir.block.registry import Registry
from shtairir.ids import BlockId
from shtairir_ui.bridge import Background

QUIET_MS = 250
"""An editor writes a file in several steps; it is read when nothing more has happened for this time."""

LOOK_MS = 2000
"""How often packs are looked for, and the folders where no watcher tells of changes."""


class BlockFolder(QObject):
    """Watches the user's folders, and looks for packs now and then.

    `changed` names the blocks whose definition is another now; `checked` follows every reading that found something to
    tell, since a file may have been mended or broken without a block of it having changed.
    """

    changed = Signal(object)
    checked = Signal()

    def __init__(self, registry: Registry, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self._background = background
        self._watcher = QFileSystemWatcher(self)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._read)
        self._watcher.directoryChanged.connect(self._soon)
        self._watcher.fileChanged.connect(self._soon)
        self._looking = False
        self._known = list(registry.problems)
        self._look_timer = QTimer(self, interval=LOOK_MS)
        self._look_timer.timeout.connect(self._look)
        self._look_timer.start()
        self._watch()
        self._registry.watch()

    def _soon(self, _path: str) -> None:
        self._quiet.start()

    def _read(self) -> None:
        self._watch()  # a file that was replaced is no longer watched
        self._on_worker(self._registry.reload_user_blocks)

    def _look(self) -> None:
        """Find what no watcher tells of; a look that takes long is waited for."""
        if not self._looking:
            self._looking = True
            self._on_worker(self._registry.refresh, self._looked)

    def _looked(self) -> None:
        self._looking = False
        self._watch()

    def _on_worker(self, work: Callable[[], list[BlockId]], then: Callable[[], None] = lambda: None) -> None:
        """Read on a worker: a block's module may import what takes long."""

        def done(blocks: list[BlockId]) -> None:
            then()
            self._tell(blocks)

        self._background.submit(work, done)

    def _tell(self, blocks: list[BlockId]) -> None:
        problems = list(self._registry.problems)
        if blocks:
            self.changed.emit(set(blocks))
        if blocks or problems != self._known:
            self._known = problems
            self.checked.emit()

    def _watch(self) -> None:
        folders = [folder for folder in self._registry.folders if folder.is_dir()]
        files = [file for folder in folders for file in folder.glob("*.py")]
        wanted = {str(path) for path in (*folders, *files)}
        missing = wanted - {*self._watcher.files(), *self._watcher.directories()}
        if missing:
            self._watcher.addPaths(sorted(missing))
