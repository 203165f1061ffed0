"""The journal of a run: a file of lines, each with a checksum, to which is only ever added.

A line is the CRC-32 of a text, in eight hexadecimal digits, a space, the text, which is a JSON object on one line, and
a line feed. A program that is killed leaves at most its last line torn; a disk that was full may have torn others. A
line whose checksum does not fit is left out, and nothing else is lost.

The file always has room ahead, on the disk, for what must not be lost when that is full: ordinary lines leave
`RESERVE_BYTES` behind them, those about effects `LAST_BYTES`, and the very last one nothing.

A line that was handed to the system survives the program. To survive the power supply as well, it must be `sync`ed:
what others wait to have written at that moment goes to the disk with it.
"""

from __future__ import annotations

import errno
import json
import logging
import mmap
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

_TAIL_BYTES = 1 << 14
_PIECE_BYTES = 1 << 16
RESERVE_BYTES = 1 << 15
"""Room behind ordinary lines; it takes what begins and ends of some hundred blocks with effects."""

LAST_BYTES = 128
"""Room behind all lines but the last."""

_LINE_FEED = ord("\n")

_log = logging.getLogger(__name__)

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Returns JSON on one line."""


def line_of(text: str) -> bytes:
    """Return the line that holds a text.

    Examples
    --------
    >>> line_of('{}')
    b'a3a6bf43 {}\\n'
    """
    data = text.encode("utf-8", "surrogatepass")
    return b"%08x %b\n" % (crc32(data), data)


def records_in(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the records of a journal; what is torn or damaged is left out."""
    for line in data.split(b"\n"):
        text = line[9:]
        try:
            if len(line) < 11 or line[8:9] != b" " or int(line[:8], 16) != crc32(text):
                continue
            record = json.loads(text.decode("utf-8", "surrogatepass"))
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return all records of a journal, none if there is no such file."""
    try:
        return list(records_in(path.read_bytes()))
    except OSError:
        return []


def last_records(path: Path) -> list[dict[str, Any]]:
    """Return the last records of a journal, without reading all of it."""
    try:
        length = _length(path)
        with open(path, "rb") as file:
            file.seek(max(length - _TAIL_BYTES, 0))
            return list(records_in(file.read(min(length, _TAIL_BYTES))))
    except OSError:
        return []


class JournalFile:
    """A journal that is being kept. Any thread may add to it.

    The file is mapped into memory, in pieces that are on the disk as zeros before anything is written there: a line is
    copied to its place and is the system's from then on, without a call in which another thread would take its turn.
    What is left of the last piece is cut off in the end; whoever reads goes as far as there is something.

    Parameters
    ----------
    path
        The file; it is made if need be, and what it holds stays.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
        self._descriptor = os.open(path, flags, 0o600)
        self._adding = threading.Lock()
        self._syncing = threading.Lock()
        self._synced = 0
        self._process = os.getpid()
        self._map: mmap.mmap | None = None
        self._size = os.lseek(self._descriptor, 0, os.SEEK_END)
        self._end = _length(path)
        try:
            self._grow(RESERVE_BYTES)
            if self._end and self._mapped()[self._end - 1] != _LINE_FEED:  # torn: what follows begins its own line
                self._write(b"\n")
        except OSError:
            self.close()
            raise

    def add(self, record: Mapping[str, Any], *, leaving: int | None = None) -> None:
        """Add a record.

        Parameters
        ----------
        leaving
            So many bytes must be left behind it, or it is not written; by default `RESERVE_BYTES`.

        Raises
        ------
        OSError
            When the disk does not take it.
        """
        self.add_text(compact(record), leaving=leaving)

    def add_text(self, text: str, *, leaving: int | None = None) -> None:
        """Add a record that is JSON already, on one line."""
        self._write(line_of(text), leaving)

    def add_lines(self, lines: bytes) -> None:
        """Add lines that `line_of` has made, in one go."""
        self._write(lines)

    def _write(self, data: bytes, leaving: int | None = None) -> None:
        with self._adding:
            mapped = self._mapped()
            end = self._end + len(data)
            if end + RESERVE_BYTES > self._size:
                mapped = self._with_room(len(data), RESERVE_BYTES if leaving is None else leaving)
            mapped[self._end : end] = data
            self._end = end

    def _with_room(self, needed: int, leaving: int) -> mmap.mmap:
        """Return the map with room for so many bytes; what is kept in reserve is taken only if the disk is full."""
        try:
            self._grow(needed + RESERVE_BYTES)
        except OSError:
            if self._end + needed + leaving > self._size:
                raise
        return self._mapped()

    def _mapped(self) -> mmap.mmap:
        if self._map is None:
            raise OSError("The journal is closed.")
        if os.getpid() != self._process:  # a block has made a copy of the program, which would write over our lines
            raise OSError("This is a copy of the program.")
        return self._map

    def _grow(self, needed: int) -> None:
        """Have room for so many bytes more: on the disk, or a full one would end the program when it is written to."""
        missing = self._end + needed - self._size
        size = self._size
        if missing > 0:
            pieces = b"\0" * (_PIECE_BYTES * (1 + missing // _PIECE_BYTES))
            os.lseek(self._descriptor, size, os.SEEK_SET)
            written = os.write(self._descriptor, pieces)
            if written != len(pieces):
                os.ftruncate(self._descriptor, size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            size += written
        before, self._map = self._map, mmap.mmap(self._descriptor, size)
        self._size = size
        if before is not None:
            before.close()

    def sync(self) -> None:
        """Return when all that was added before is on the disk."""
        wanted = self._end
        with self._syncing:
            if self._synced >= wanted:
                return  # gone with that of another thread, while this one waited
            with self._adding:
                reached = self._end
                if sys.platform == "win32":  # elsewhere, what was written to the map goes with the file
                    self._mapped().flush()
            os.fsync(self._descriptor)
            self._synced = reached

    def close(self) -> None:
        """Close the file; who adds to it after that is told so."""
        with self._adding:
            before, self._map = self._map, None
            if os.getpid() != self._process:
                return
            if before is not None:
                before.close()
            if self._descriptor >= 0:
                os.ftruncate(self._descriptor, self._end)
                os.close(self._descriptor)
                self._descriptor = -1


def _length(path: Path) -> int:
    """Return up to where there is anything but zeros in a file."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        while size:
            start = max(size - _PIECE_BYTES, 0)
            file.seek(start)
            length = len(file.read(size - start).rstrip(b"\0"))
            if length:
                return start + length
            size = start
    return 0
