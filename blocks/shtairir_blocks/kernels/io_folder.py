"""Lists of files."""

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts ``img2`` before ``img10``, and without regard to case."""
    parts = re.split(r"([0-9]+)", text.casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def list_files(folder: Path, pattern: str, recursive: bool) -> list[Path]:
    """Return the files in `folder` whose names fit `pattern`, in natural order.

    `pattern` may name several, with commas: ``*.png, *.jpg``. Case does not count. Hidden files
    and folders (a dot comes first) are left out.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise NotADirectoryError(f"The folder {folder} {what}. Choose a folder.")
    patterns = [part.strip().casefold() for part in pattern.split(",") if part.strip()] or ["*"]
    names = [name for name in _names(folder, recursive) if _fits(name, patterns)]
    return [folder / name for name in sorted(names, key=lambda name: [natural_key(part) for part in name.split("/")])]


def _fits(name: str, patterns: list[str]) -> bool:
    whole = name.casefold()
    last = whole.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(whole if "/" in pattern else last, pattern) for pattern in patterns)


def _names(folder: Path, recursive: bool) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        # Linked folders are not entered by os.walk, so a ring of links cannot hold it up.
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(root) / name).relative_to(folder).as_posix()
