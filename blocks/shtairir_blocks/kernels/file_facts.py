"""Facts about files, and paths made of parts."""

import os
from datetime import UTC, datetime
from pathlib import Path


def info(path: Path) -> tuple[bool, bool, int, str]:
    """Return whether a path exists, whether it is a folder, its size in bytes, and when it was changed (ISO, UTC)."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False, False, 0, ""
    is_folder = path.is_dir()
    return True, is_folder, 0 if is_folder else found.st_size, written_time(found.st_mtime)


def written_time(seconds: float) -> str:
    """Return a file's time as ISO 8601 text, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def joined(folder: Path, name: str, suffix: str) -> Path:
    """Return the path of ``name`` in a folder, with another ending if one is given.

    >>> joined(Path("out"), "plot.txt", "png").as_posix()
    'out/plot.png'
    """
    if not name.strip() or "\0" in name:
        raise ValueError("Give the name of a file, such as plot.png.")
    if Path(name).is_absolute() or name.startswith(("/", "\\")):
        raise ValueError(f"{name!r} is a path of its own, not a name in a folder. Leave out its beginning.")
    path = folder / name
    if not suffix:
        return path
    ending = suffix if suffix.startswith(".") else f".{suffix}"
    if any(sign in ending for sign in {"/", os.sep}):
        raise ValueError(f"{suffix!r} is not an ending. Write for example .png.")
    return path.with_suffix(ending)
