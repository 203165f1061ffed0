"""Pieces of values on disk, each known by the hash of what is in it: equal pieces lie there once."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from blake3 import blake3

from shtairir.recovery.encoding import Part

SMALL_BYTES = 32 * 1024
"""Pieces up to this size lie in the index: a file for each would take longer to open than to read."""

_SLICE_BYTES = 1 << 24
_HASH_BYTES = 16


def content_hash(data: bytes | bytearray) -> str:
    """Return the hash of some bytes."""
    return str(blake3(data).hexdigest(length=_HASH_BYTES))


class RawPart:
    """A piece of bytes that is to be written."""

    suffix = ".bin"

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.nbytes = len(data)

    def write(self, file: BinaryIO) -> None:
        """Write it."""
        file.write(self._data)


class Blob:
    """A piece on its way to the disk: written, but under a passing name if it is large."""

    __slots__ = ("data", "hash", "nbytes", "passing")

    def __init__(self, hash: str, nbytes: int, data: bytes | None, passing: Path | None) -> None:
        self.hash = hash
        self.nbytes = nbytes
        self.data = data
        self.passing = passing

    def discard(self) -> None:
        """Remove its file, if that is not where it belongs yet."""
        if self.passing is not None:
            self.passing.unlink(missing_ok=True)


class BlobFolder:
    """The files of the large pieces."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, part: Part) -> Blob:
        """Write a piece, without making it known yet.

        Raises
        ------
        OSError
            When the disk does not take it.
        """
        if part.nbytes <= SMALL_BYTES:
            memory = io.BytesIO()
            part.write(memory)
            data = memory.getvalue()
            return Blob(content_hash(data), len(data), data, None)
        self._folder.mkdir(parents=True, exist_ok=True)
        passing = self._folder / f".{os.getpid()}-{os.urandom(6).hex()}.tmp"
        try:
            with open(passing, "wb", buffering=0) as file:
                hashed = _Hashed(file)
                part.write(hashed)  # type: ignore[arg-type]  # all that is asked of it is to write
        except BaseException:
            with suppress(OSError):
                passing.unlink(missing_ok=True)
            raise
        return Blob(hashed.hash(), hashed.nbytes, None, passing)

    def place(self, blob: Blob) -> None:
        """Put the file of a piece where it belongs; the index must be locked."""
        if blob.passing is not None:
            path = self._path(blob.hash)
            path.parent.mkdir(exist_ok=True)
            os.replace(blob.passing, path)

    def read(self, hash: str, nbytes: int) -> bytearray | None:
        """Return what is in a piece; ``None`` if it is not there, or not as it was written."""
        data = bytearray(nbytes)
        try:
            with open(self._path(hash), "rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_size != nbytes:
                    return None
                view, start = memoryview(data), 0
                while start < nbytes:
                    count = file.readinto(view[start : start + _SLICE_BYTES])
                    if not count:
                        return None
                    start += count
        except OSError:
            return None
        return data if content_hash(data) == hash else None

    def remove(self, hash: str) -> None:
        """Remove the file of a piece; whoever has it open reads on."""
        with suppress(OSError):
            self._path(hash).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        """Yield the hashes that there are files of."""
        for path in self._folder.glob("??/*"):
            yield path.name

    def sweep(self, older_than_s: float) -> None:
        """Remove files under passing names that somebody who was killed has left behind."""
        for path in self._folder.glob(".*.tmp"):
            with suppress(OSError):
                if path.stat().st_mtime < older_than_s:
                    path.unlink()

    def _path(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash


class _Hashed(io.RawIOBase):
    """Hashes what goes into a file."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._hasher = blake3()
        self.nbytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        self._hasher.update(left)
        self.nbytes += len(left)
        while left:
            left = left[self._file.write(left) :]
        return len(data)

    def hash(self) -> str:
        """Return the hash of all that went in."""
        return str(self._hasher.hexdigest(length=_HASH_BYTES))
