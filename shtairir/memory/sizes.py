"""Sizes in words."""

from __future__ import annotations

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def in_words(nbytes: int) -> str:
    """Return a size for people, in steps of 1000.

    Examples
    --------
    >>> in_words(512), in_words(80_000_000), in_words(1_500)
    ('512 bytes', '80.0 MB', '1.5 KB')
    """
    size = float(nbytes)
    for unit in _UNITS:
        if abs(size) < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{nbytes} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
