"""Plain text for terminals: columns, units and a few colours, none of which needs a library.

Text that is piped must neither be wrapped nor coloured, so this does not go through rich; rich draws the
live progress, and is imported only there.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

_CODES = {"good": "32", "bad": "1;31", "warn": "33", "dim": "2", "strong": "1"}


def is_terminal(stream: TextIO) -> bool:
    """Whether a person watches this stream on a terminal that can redraw."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def styled(text: str, role: str, stream: TextIO) -> str:
    """Return the text in the colour of its role where the stream shows colours, else unchanged.

    Examples
    --------
    >>> import io
    >>> styled("done", "good", io.StringIO())
    'done'
    """
    if not is_terminal(stream) or os.environ.get("NO_COLOR") or os.name == "nt":
        return text
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m"


def columns(rows: Iterable[Sequence[str]], indent: int = 0) -> str:
    """Return rows with their cells aligned, the last one as long as it likes; each row is one line, whatever is in it.

    Examples
    --------
    >>> print(columns([("blur", "0.12 s"), ("threshold", "3 ms")]))
    blur       0.12 s
    threshold  3 ms
    """
    table = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    if not table:
        return ""
    widths = [max(len(row[place]) for row in table if place < len(row)) for place in range(max(map(len, table)))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in table)
    return "\n".join(" " * indent + line.rstrip() for line in lines)


def duration_text(seconds: float) -> str:
    """Return a duration with the precision that a person reads.

    Examples
    --------
    >>> [duration_text(s) for s in (0.00001, 0.00042, 0.25, 3.14159, 75, 7325)]
    ['<0.1 ms', '0.4 ms', '250 ms', '3.1 s', '1 min 15 s', '2 h 2 min']
    """
    if seconds < 0.0001:
        return "<0.1 ms"
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size_text(nbytes: int) -> str:
    """Return a number of bytes in the largest unit that keeps it above one.

    Examples
    --------
    >>> [size_text(n) for n in (900, 1_200_000, 3_500_000_000)]
    ['900 B', '1.2 MB', '3.5 GB']
    """
    size = float(nbytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "node"), plural(3, "node"), plural(2, "match")
    ('1 node', '3 nodes', '2 matches')
    """
    ending = "" if count == 1 else "es" if noun.endswith(("ch", "sh", "s", "x")) else "s"
    return f"{count:,} {noun}{ending}"


def visible(text: str) -> str:
    """Return text with everything written out that could hide or move other text, but for ends of lines.

    What a file from somebody else holds must not work the terminal of the person who reads it.

    Examples
    --------
    >>> print(visible("harmless" + chr(27) + "[2K" + chr(0x202E)))
    harmless\\x1b[2K\\u202e
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.expandtabs(4).split("\n")
    return "\n".join("".join(one if _is_shown(one) else ascii(one)[1:-1] for one in line) for line in lines)


def _is_shown(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or unicodedata.category(letter)[0] not in "CZ"
