"""Entries of a cache in one file, to be taken to another machine: a ZIP of JSON and raw pieces.

Every entry carries the hash that it has in the cache, so one that was changed on the way is not taken.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cache.disk_tier import Origin, Packed
from shtairir.errors import CacheError

if TYPE_CHECKING:
    from shtairir.cache.disk_tier import DiskTier

_FORMAT, _VERSION = "shtairir-cache", 1
_LARGEST_BYTES = 1 << 34
_HEAD = "cache.json"


def write_entries(disk: DiskTier | None, keys: Iterable[str], file: Path) -> int:
    """Write entries into a file, and return how many there are in it."""
    passing = file.with_name(f".{file.name}.tmp")
    count = 0
    try:
        with zipfile.ZipFile(passing, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_HEAD, json.dumps({"format": _FORMAT, "version": _VERSION}))
            for key in keys:
                entry = disk.packed(key) if disk is not None else None
                if entry is None:
                    continue
                facts = {"key": entry.key, "form": entry.text, "digest": entry.digest, "cost_s": entry.cost_s}
                about = {"block": entry.origin.block, "node": entry.origin.node, "graph": entry.origin.graph}
                pieces = {"pieces": len(entry.pieces)}
                archive.writestr(f"{count}/entry.json", json.dumps({**facts, **about, **pieces}))
                for place, piece in enumerate(entry.pieces):
                    archive.writestr(f"{count}/{place}", piece)
                count += 1
        passing.replace(file)
    except OSError as error:
        raise CacheError(f"The cache cannot be written to {file}: {error.strerror or error}.") from error
    finally:
        passing.unlink(missing_ok=True)
    return count


def read_entries(disk: DiskTier | None, file: Path) -> tuple[int, int]:
    """Take the entries of a file; return how many were taken, and how many were not."""
    taken = refused = 0
    try:
        with zipfile.ZipFile(file) as archive:
            head = json.loads(archive.read(_HEAD))
            if head.get("format") != _FORMAT or head.get("version") != _VERSION:
                raise CacheError(f"{file} holds no cache that this version can read.")
            if sum(info.file_size for info in archive.infolist()) > _LARGEST_BYTES:
                raise CacheError(f"{file} says that it holds more than {_LARGEST_BYTES >> 30} GB.")
            number = 0
            while f"{number}/entry.json" in archive.NameToInfo:
                entry = _entry(archive, number)
                sound = entry is not None and disk is not None and disk.unpack(entry)
                taken, refused, number = taken + sound, refused + (not sound), number + 1
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise CacheError(f"{file} cannot be read as a cache: {error}.") from error
    return taken, refused


def _entry(archive: zipfile.ZipFile, number: int) -> Packed | None:
    try:
        facts: dict[str, Any] = json.loads(archive.read(f"{number}/entry.json"))
        origin = Origin(*(str(facts[name]) for name in ("block", "node", "graph")))
        pieces = [archive.read(f"{number}/{place}") for place in range(int(facts["pieces"]))]
        return Packed(
            str(facts["key"]), str(facts["form"]), str(facts["digest"]), float(facts["cost_s"]), origin, pieces
        )
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile):  # damaged: the others may be whole
        return None
