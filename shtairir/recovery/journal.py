"""The journal of a run: a file of lines, each with a checksum, to which is only ever added.

A line is the CRC-32 of a text, in eight hexadecimal digits, a space, the text, which is a JSON object on one line, and
a line feed. A program that is killed leaves at most its last line torn; a disk that was full may have torn others. A
line whose checksum does not fit is left out, and nothing else is lost.

A line that was handed to the system survives the program. To survive the power supply as well, it must be `sync`ed:
what others wait to have written at that moment goes to the disk with it.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

_TAIL_BYTES = 1 << 14

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
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _TAIL_BYTES, 0))
            return list(records_in(file.read()))
    except OSError:
        return []


class JournalFile:
    """A journal that is being kept. Any thread may add to it.

    Parameters
    ----------
    path
        The file; it is made if need be, and what it holds stays.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
        self._descriptor = os.open(path, flags, 0o600)
        self._added = 0
        self._synced = 0
        self._syncing = threading.Lock()
        size = os.lseek(self._descriptor, 0, os.SEEK_END)
        if size:
            os.lseek(self._descriptor, size - 1, os.SEEK_SET)
            if os.read(self._descriptor, 1) != b"\n":  # torn: what follows must begin a line of its own
                self._write(b"\n")

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a record.

        Raises
        ------
        OSError
            When the disk does not take it.
        """
        self.add_text(compact(record))

    def add_text(self, text: str) -> None:
        """Add a record that is JSON already, on one line."""
        self._write(line_of(text))

    def add_lines(self, lines: bytes) -> None:
        """Add lines that `line_of` has made, in one go."""
        self._write(lines)

    def _write(self, data: bytes) -> None:
        # One call, which the system does not mix with those of other threads.
        if os.write(self._descriptor, data) != len(data):
            raise OSError("The disk took only a part of a line of the journal.")
        self._added += 1

    def sync(self) -> None:
        """Return when all that was added before is on the disk."""
        wanted = self._added
        with self._syncing:
            if self._synced >= wanted:
                return  # gone with that of another thread, while this one waited
            reached = self._added
            os.fsync(self._descriptor)
            self._synced = reached

    def close(self) -> None:
        """Close the file; who adds to it after that is told that it is no file."""
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)
