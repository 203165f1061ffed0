"""Write a file so that a reader sees the old content or the new one, never half of it.

The new content goes to a temporary file in the target's own folder (a rename is atomic only
within one file system), is flushed to the disk, and takes the target's name in one step.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def chosen(path: Path) -> Path:
    """Return `path`, absolute and with links followed, or say that no file was chosen."""
    if path == Path():
        raise ValueError("No file is chosen. Set the path of the file.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Give the path of a file in it.")
    return Path(os.path.realpath(path))


def existing(path: Path) -> Path:
    """Return `path`, or raise an error that says where the search for it ended."""
    found = chosen(path)
    if found.exists():
        return found
    folder = found.parent
    while not folder.exists():
        folder = folder.parent
    where = "no such file in that folder" if folder == found.parent else f"the path is right up to {folder}"
    raise FileNotFoundError(f"Cannot find {path}: {where}. Choose the file again.")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary path to write to; when the block ends well, it becomes `path`.

    Missing parent folders are made. When the block raises, the old file stays as it was.
    """
    target = chosen(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last, because several libraries choose the format by it.
    temporary = target.with_name(f".{target.stem}-{secrets.token_hex(6)}{target.suffix}")
    try:
        yield temporary
        _flush(temporary)
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
        if os.name == "posix":
            _flush(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    # Windows flushes only what is open for writing, a folder on POSIX opens only for reading.
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
