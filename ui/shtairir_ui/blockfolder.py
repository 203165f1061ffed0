"""Blocks the person writes: a saved change in the blocks folder shows without a restart."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from shtairir.block.registry import Registry, user_folders
from shtairir.ids import BlockId
from shtairir_ui.bridge import Background

QUIET_MS = 250
"""An editor writes a file in several steps; it is read when nothing more has happened for this time."""


class BlockFolder(QObject):
    """Watches the user's folders.

    `changed` names the blocks whose definition is another now; `checked` follows every reading, since a
    file may have been mended or broken without a block of it having changed.
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
        self._watch()

    def _soon(self, _path: str) -> None:
        self._quiet.start()

    def _read(self) -> None:
        """Read on a worker: a block's module may import what takes long."""
        self._watch()  # a file that was replaced is no longer watched
        self._background.submit(self._registry.reload_user_blocks, self._tell)

    def _tell(self, blocks: list[BlockId]) -> None:
        if blocks:
            self.changed.emit(set(blocks))
        self.checked.emit()

    def _watch(self) -> None:
        folders = [folder for folder in user_folders() if folder.is_dir()]
        files = [file for folder in folders for file in folder.glob("*.py")]
        wanted = {str(path) for path in (*folders, *files)}
        missing = wanted - {*self._watcher.files(), *self._watcher.directories()}
        if missing:
            self._watcher.addPaths(sorted(missing))
