"""Figures that are only foreseen, in as few digits as they deserve."""

from __future__ import annotations

_SIZES = ("B", "kB", "MB", "GB", "TB")


def about(seconds: float) -> str:
    """Return a duration that is not known better than to a tenth.

    Examples
    --------
    >>> [about(seconds) for seconds in (0.0004, 0.0312, 3.04, 95.0, 7300.0)]
    ['no time', 'about 31 ms', 'about 3 s', 'about 1.6 min', 'about 2 h']
    """
    return "no time" if seconds < 0.001 else f"about {seconds_text(seconds)}"


def seconds_text(seconds: float) -> str:
    """Return a duration in two digits.

    Examples
    --------
    >>> [seconds_text(seconds) for seconds in (0.0, 0.0123, 0.251, 2.0, 46.3, 610.0)]
    ['0 ms', '12 ms', '0.25 s', '2 s', '46 s', '10 min']
    """
    for unit, size, until in (("ms", 1e-3, 0.0995), ("s", 1.0, 59.5), ("min", 60.0, 3570.0), ("h", 3600.0, 1e300)):
        if seconds < until:
            return f"{_two_digits(seconds / size)} {unit}"
    return "for ever"


def size_text(nbytes: int) -> str:
    """Return a size in two or three digits.

    Examples
    --------
    >>> [size_text(nbytes) for nbytes in (900, 1_234_567, 210_400_000)]
    ['900 B', '1.2 MB', '210 MB']
    """
    size = float(nbytes)
    for unit in _SIZES:
        if size < 999.5 or unit == _SIZES[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{_two_digits(size)} {unit}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, which takes a plain s.

    Examples
    --------
    >>> plural(1, "node"), plural(1200, "node")
    ('1 node', '1,200 nodes')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _two_digits(figure: float) -> str:
    text = f"{figure:.2g}" if figure < 10 else f"{figure:.0f}"
    return "0" if figure < 0.05 else text
