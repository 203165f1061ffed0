"""Notices packs that are installed or removed while the program runs."""

from __future__ import annotations

import importlib
import logging
import os
import site
import sys
from pathlib import Path

_SETTLES = 3
"""How many looks after a change are taken as changes too: pip writes a package file by file."""

_log = logging.getLogger(__name__)


class Installs:
    """What is installed, as far as the folders of ``sys.path`` tell."""

    def __init__(self) -> None:
        self._folders = _folders()
        self._path_files = _path_files()
        self._unsettled = 0

    def changed(self) -> bool:
        """Return whether something was installed or removed since this was last asked.

        What an editable install adds to the path is added here too, as a start of Python would.
        """
        folders, path_files = _folders(), _path_files()
        if folders != self._folders:
            self._unsettled = _SETTLES
        for file in sorted(path_files.keys() - self._path_files.keys()):
            _follow(Path(file))
        self._folders, self._path_files = _folders(), path_files
        if not self._unsettled:
            return False
        self._unsettled -= 1
        importlib.invalidate_caches()
        return True


def _folders() -> dict[str, int]:
    return {folder: _changed_at(folder) for folder in sys.path}


def _path_files() -> dict[str, int]:
    """Return the ``.pth`` files that Python reads when it starts."""
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    files = (str(file) for folder in folders for file in Path(folder).glob("*.pth"))
    return {file: _changed_at(file) for file in files}


def _changed_at(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0


def _follow(file: Path) -> None:
    before = len(sys.path)
    try:
        site.addpackage(str(file.parent), file.name, None)
    except Exception as error:  # noqa: BLE001 - its lines may be code of an installer
        _log.warning("%s cannot be followed: %s", file, error)
    if len(sys.path) > before:
        _log.info("%s leads to %s", file.name, ", ".join(sys.path[before:]))
