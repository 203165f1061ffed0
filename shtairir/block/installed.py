"""What installed distributions announce, read from their folders.

`importlib.metadata` tells the same, but to import it (and the parsers of mail that it needs) and to parse the metadata
of each announced module takes as long as to run a small graph. So the folders beside the packages are read here. Where
distributions may lie somewhere else (in archives, or where a finder of somebody's own looks), it is asked after all.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from typing import NamedTuple

_FOLDERS = (".dist-info", ".egg-info")
_RECORDS = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}


class Announced(NamedTuple):
    """An entry point: its name, the module or object that it stands for, and the distribution that announces it."""

    name: str
    value: str
    distribution: str


def announced(group: str) -> list[Announced]:
    """Return the entry points of a group; of two distributions of one name, the first on the path counts.

    Examples
    --------
    >>> {one.distribution for one in announced("shtairir.blocks") if one.name == "math"}
    {'shtairir'}
    """
    if _may_be_elsewhere():
        return _by_library(group)
    seen: set[str] = set()
    found: list[Announced] = []
    for folder in sys.path:
        for entry, kind in _distributions(folder or os.curdir):
            name = _normalised(entry)
            if name in seen:
                continue
            seen.add(name)
            points = _points(_read(os.path.join(folder, entry, "entry_points.txt")), group)
            if points:
                distribution = _name(_read(os.path.join(folder, entry, _RECORDS[kind]))) or name
                found += [Announced(point, value, distribution) for point, value in points]
    return found


def _may_be_elsewhere() -> bool:
    others = [finder for finder in sys.meta_path if finder is not PathFinder and hasattr(finder, "find_distributions")]
    return bool(others) or any(os.path.isfile(entry) for entry in sys.path)


def _by_library(group: str) -> list[Announced]:
    from importlib.metadata import entry_points

    points = entry_points(group=group)
    return [Announced(point.name, point.value, point.dist.name if point.dist else "") for point in points]


def _distributions(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the folders that tell of distributions, and their kinds."""
    try:
        entries = os.listdir(folder)
    except OSError:
        return
    for entry in entries:
        for kind in _FOLDERS:
            if entry.endswith(kind):
                yield entry, kind


def _normalised(entry: str) -> str:
    name = entry.rpartition(".")[0].partition("-")[0]
    return re.sub(r"[-_.]+", "_", name).lower()


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _points(text: str, group: str) -> list[tuple[str, str]]:
    """Return the names and values of one section.

    Examples
    --------
    >>> _points("[console_scripts]\\na = b:c\\n[blocks]\\n# mine\\nstars = star_blocks [more]\\n", "blocks")
    [('stars', 'star_blocks')]
    """
    if f"[{group}]" not in text:
        return []
    return list(_in_section(map(str.strip, text.splitlines()), group))


def _in_section(lines: Iterable[str], group: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section == group and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name.strip(), value.partition("[")[0].strip()


def _name(record: str) -> str:
    """Return the name that the head of a distribution's record gives."""
    found = re.search(r"^Name:[ \t]*(\S+)", record.partition("\n\n")[0], re.MULTILINE)
    return found[1] if found else ""
