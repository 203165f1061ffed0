"""Results on disk, each known by a *reference* that goes into the journal.

A reference is JSON: a number or a truth value is itself; ``{"is": form}`` is a value that fits into the line; with
``parts``, what `encoded` put aside lies in files: ``{"form": ..., "parts": [[file, start, length, checksum], ...]}``.
``null`` stands for a value that was not kept.

Small parts lie one behind the other in one file, large ones each in their own. Nothing is forced to the disk but on
demand: a value that did not get there is found by its checksum, and its node runs again.
"""

from __future__ import annotations

import io
import itertools
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from zlib import crc32

from shtairir.errors import RecoveryError
from shtairir.recovery.encoding import Part, decoded, encoded
from shtairir.recovery.folder import RunFolder
from shtairir.recovery.journal import compact

SMALL_BYTES = 1 << 16
"""Values up to this size are kept whatever they cost to make."""

_IN_LINE_BYTES = 2048
_SPARE_DISK_BYTES = 256_000_000
_SLICE_BYTES = 1 << 24
_FIRST_RATE = 400e6
"""In bytes a second: how fast the disk takes values, until that is known."""

VALUES = "values"


class ValueStore:
    """Writes the results of one run. Any thread may use it.

    Attributes
    ----------
    written_bytes
        What has been written so far.
    bytes_per_s
        How fast that went, of late.
    """

    def __init__(self, folder: RunFolder, session: int = 1) -> None:
        self._folder = folder
        self._session = session
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._process = os.getpid()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
        self._descriptor = os.open(folder.values, flags, 0o600)
        self._end = os.lseek(self._descriptor, 0, os.SEEK_END)
        self.written_bytes = 0
        self.bytes_per_s = _FIRST_RATE

    def keep(self, value: object, *, sync: bool = False) -> Any:
        """Write a value, and return its reference.

        Raises
        ------
        NotKeepable
            When it is of a kind that cannot be read back.
        OSError
            When the disk does not take it.
        """
        form, parts = encoded(value)
        if not parts:
            text = compact(form)
            if len(text) <= _IN_LINE_BYTES:
                return {"is": form}
            return {"text": self._added(text.encode("utf-8", "surrogatepass"), sync)}
        return {"form": form, "parts": [self._kept(part, sync) for part in parts]}

    def _kept(self, part: Part, sync: bool) -> list[Any]:
        if part.nbytes > SMALL_BYTES:
            return self._own_file(part, sync)
        file = io.BytesIO()
        part.write(file)
        return self._added(file.getvalue(), sync)

    def _added(self, data: bytes, sync: bool) -> list[Any]:
        if os.getpid() != self._process:  # see `JournalFile`
            raise OSError("This is a copy of the program.")
        with self._lock:
            start = self._end
            os.lseek(self._descriptor, start, os.SEEK_SET)
            if os.write(self._descriptor, data) != len(data):
                os.ftruncate(self._descriptor, start)  # others have a use for the room
                raise OSError("The disk took only a part of a value.")
            self._end += len(data)
            self.written_bytes += len(data)
        if sync:
            os.fsync(self._descriptor)
        return [VALUES, start, len(data), crc32(data)]

    def _own_file(self, part: Part, sync: bool) -> list[Any]:
        import shutil

        home = self._folder.checkpoints
        home.mkdir(exist_ok=True)
        if shutil.disk_usage(home).free < part.nbytes + _SPARE_DISK_BYTES:
            raise OSError(f"There is too little space left in {home}.")
        name = f"{self._session}-{next(self._numbers)}{part.suffix}"
        began_s = time.perf_counter()
        try:
            with open(home / name, "wb", buffering=0) as file:
                checked = _Checked(file)
                part.write(checked)  # type: ignore[arg-type]  # all that is asked of it is to write
                if sync:
                    os.fsync(file.fileno())
        except BaseException:
            (home / name).unlink(missing_ok=True)
            raise
        elapsed_s = max(time.perf_counter() - began_s, 1e-6)
        self.bytes_per_s += 0.3 * (checked.length / elapsed_s - self.bytes_per_s)
        self.written_bytes += checked.length
        return [name, 0, checked.length, checked.checksum]

    def close(self) -> None:
        """Close the file of small values."""
        os.close(self._descriptor)


class _Checked(io.RawIOBase):
    """Counts and sums what goes into a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.length = 0
        self.checksum = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        self.checksum = crc32(left, self.checksum)
        self.length += len(left)
        while left:
            left = left[self._file.write(left) :]
        return len(data)


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A value on disk, read when somebody wants it."""

    folder: RunFolder
    reference: Any

    @property
    def nbytes(self) -> int:
        """About how large it is."""
        return sum(length for _, _, length, _ in _parts(self.reference)) or 64

    def is_whole(self) -> bool:
        """Whether all of it is there, as it was written."""
        return all(self._checksum(part) == part[3] for part in _parts(self.reference))

    def load(self) -> Any:
        """Return the value.

        Raises
        ------
        RecoveryError
            When it is damaged.
        """
        reference = self.reference
        if not isinstance(reference, Mapping):
            return reference
        if "is" in reference:
            return decoded(reference["is"], _no_parts)
        if "text" in reference:
            import json

            text = bytes(self._read(reference["text"])).decode("utf-8", "surrogatepass")
            return decoded(json.loads(text), _no_parts)
        parts = reference["parts"]
        return decoded(reference["form"], lambda place: self._read(parts[place]))

    def _checksum(self, part: list[Any]) -> int | None:
        checksum = 0
        for piece in self._pieces(part):
            if piece is None:
                return None
            checksum = crc32(piece, checksum)
        return checksum

    def _pieces(self, part: list[Any]) -> Iterator[bytes | None]:
        name, start, length, _ = part
        try:
            with open(self._path(name), "rb", buffering=0) as file:
                file.seek(start)
                while length:
                    piece = file.read(min(length, _SLICE_BYTES))
                    if not piece:
                        yield None
                        return
                    length -= len(piece)
                    yield piece
        except OSError:
            yield None

    def _read(self, part: list[Any]) -> bytes | memoryview:
        data = bytearray()
        for piece in self._pieces(part):
            if piece is None:
                raise RecoveryError(f"The file {self._path(part[0])} of a kept value is missing or too short.")
            data += piece
        if crc32(data) != part[3]:
            raise RecoveryError(f"The file {self._path(part[0])} of a kept value is damaged.")
        return memoryview(data)

    def _path(self, name: str) -> Any:
        return self.folder.values if name == VALUES else self.folder.checkpoints / os.path.basename(name)


def _parts(reference: Any) -> list[list[Any]]:
    if not isinstance(reference, Mapping):
        return []
    if "text" in reference:
        return [reference["text"]]
    return list(reference.get("parts", ()))


def _no_parts(place: int) -> bytes:
    raise RecoveryError("A kept value names a part that it does not have.")
