"""Times and sizes as people read them."""

from __future__ import annotations

from shtairir.memory.allocator import Released

_WORTH_TELLING = 1_000_000


def duration(seconds: float) -> str:
    """``<1 ms``, ``12 ms``, ``0.42 s``, ``3.1 s``, ``2 min 05 s``.

    Examples
    --------
    >>> duration(0.0004), duration(0.42), duration(125)
    ('<1 ms', '0.42 s', '2 min 05 s')
    """
    if seconds < 0.001:
        return "<1 ms"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def size(nbytes: int) -> str:
    """``512 B``, ``35 MB``; decimal units, as file managers show them.

    Examples
    --------
    >>> size(512), size(1_500), size(35_000_000)
    ('512 B', '1.5 kB', '35 MB')
    """
    if nbytes < 1000:
        return f"{nbytes} B"
    value = float(nbytes)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def released_words(released: Released) -> str:
    """Return what giving memory back has brought."""
    now = size(released.after_bytes)
    if released.returned_bytes < _WORTH_TELLING:
        return f"Nothing to give back: the program takes {now}."
    given, before = size(released.returned_bytes), size(released.before_bytes)
    return f"Gave {given} back to the system: {before} before, {now} now."


def percent(share: float) -> str:
    """A part of a whole.

    Examples
    --------
    >>> percent(0.714), percent(0.0004), percent(0.0), percent(0.9996)
    ('71 %', 'less than 1 %', '0 %', '100 %')
    """
    return "less than 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 node``, ``3 nodes``.

    Examples
    --------
    >>> count(1, "node"), count(3, "node")
    ('1 node', '3 nodes')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
