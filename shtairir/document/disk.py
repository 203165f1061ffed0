"""Writing a file so that a crash leaves the old one or the new one, never a half.

The new text goes to a temporary file in the same folder, is forced to disk, and takes the place of the old file in one
step; then the folder is forced to disk too. Before that the old file gets a second name in the hidden folder
``.shtairir-backups`` beside it, so a backup costs no copy and is never missing in between.
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from shtairir.errors import DocumentError

BACKUP_FOLDER = ".shtairir-backups"
KEPT_BACKUPS = 10
_ABANDONED_AFTER_S = 600.0
_MOMENT = "%Y%m%d-%H%M%S-%f"

_log = logging.getLogger(__name__)


def read_file(path: Path, limit: int) -> bytes:
    """Return a regular file's bytes, at most ``limit + 1`` of them.

    Raises
    ------
    DocumentError
        When it cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DocumentError("This is a folder, not a graph file.", path=path)
        if not stat.S_ISREG(mode):  # to open a pipe would wait for whoever writes into it
            raise DocumentError("This is not a regular file.", path=path)
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise DocumentError("There is no such file.", path=path) from None
    except OSError as error:
        raise DocumentError(f"The file cannot be read: {error.strerror}.", path=path) from error


def write_atomically(
    path: Path, data: bytes, *, now: Callable[[], datetime] = datetime.now, backup: bool = True
) -> None:
    """Put ``data`` into a file, all or nothing; a link is followed, permissions are kept.

    Parameters
    ----------
    backup
        Whether the file as it was is kept beside it.

    Raises
    ------
    DocumentError
        When it cannot be written; the old file is then as it was.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        old = target.stat() if target.exists() else None
        if old is not None and not (stat.S_ISREG(old.st_mode) and os.access(target, os.W_OK)):
            raise DocumentError("The file is write-protected.", path=path, hint="Save under another name.")
        try:
            _write_synced(temporary, data, old)
            if old is not None and backup:
                _back_up(target, now())
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(f"The file cannot be saved: {reason}.", path=path) from error
    _remove_abandoned(target)


def _write_synced(temporary: Path, data: bytes, old: os.stat_result | None) -> None:
    # os.open and not tempfile, so that a new file gets the permissions that the person's umask says.
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        if old is not None:
            with suppress(OSError):  # the owner may be somebody else's to give
                if hasattr(os, "chown") and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                    os.chown(temporary, old.st_uid, old.st_gid)
            os.chmod(temporary, stat.S_IMODE(old.st_mode))
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and renames are journaled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def backups_of(path: Path) -> list[Path]:
    """Return the backups of a file, newest first."""
    target = Path(os.path.realpath(path))
    found = (target.parent / BACKUP_FOLDER).glob(f"{_escaped(target.stem)}.????????-??????-??????{target.suffix}")
    return sorted(found, reverse=True)


def add_backup(path: Path, data: bytes, *, now: Callable[[], datetime] = datetime.now) -> Path:
    """Keep something that is in no file yet among the backups of a file, and return where.

    Raises
    ------
    DocumentError
        When it cannot be written.
    """
    target = Path(os.path.realpath(path))
    folder = target.parent / BACKUP_FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise DocumentError(f"No backup can be kept: {error.strerror}.", path=folder) from error
    backup = folder / _backup_name(target, now())
    write_atomically(backup, data, backup=False)
    _remove_surplus(target)
    return backup


def made_at(backup: Path) -> datetime:
    """Return when a backup was made: its name says it.

    Examples
    --------
    >>> made_at(Path("coins.20261120-140233-000012.shtairir")).minute
    2
    """
    return datetime.strptime(backup.stem.rpartition(".")[2], _MOMENT)


def _backup_name(target: Path, moment: datetime) -> str:
    return f"{target.stem}.{moment.strftime(_MOMENT)}{target.suffix}"


def _remove_surplus(target: Path) -> None:
    for surplus in backups_of(target)[KEPT_BACKUPS:]:
        surplus.unlink(missing_ok=True)


def _escaped(text: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def _back_up(target: Path, moment: datetime) -> None:
    """Keep the present file as a backup; a save must not fail because this does."""
    folder = target.parent / BACKUP_FOLDER
    backup = folder / _backup_name(target, moment)
    try:
        folder.mkdir(exist_ok=True)
        try:
            os.link(target, backup)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            shutil.copy2(target, backup)
        _remove_surplus(target)
    except OSError as error:
        _log.warning("no backup of %s was made: %s", target, error)


def _remove_abandoned(target: Path) -> None:
    """Remove what saves that were killed have left behind."""
    for leftover in target.parent.glob(f".{_escaped(target.name)}.*.tmp"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _ABANDONED_AFTER_S:
                leftover.unlink()
