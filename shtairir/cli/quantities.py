"""Sizes and durations as people type them."""

from __future__ import annotations

import re
import time
from datetime import datetime

from shtairir.cli.outcome import CommandError

_DECIMAL = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)", re.IGNORECASE)
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_AGO = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(_DAYS)})")
_SECONDS = {"": 1.0, "s": 1.0, "ms": 0.001, "min": 60.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)?", re.IGNORECASE)

_TOO_MUCH = 1e15
"""Nobody means so much, of whatever: there are rather too many digits."""


def parse_size(text: str) -> int:
    """Return a number of bytes: ``500MB`` counts in thousands, ``500MiB`` and plain ``500M`` in 1024s.

    Examples
    --------
    >>> parse_size("2GB"), parse_size("1.5 MiB"), parse_size("4k"), parse_size("1000")
    (2000000000, 1572864, 4096, 1000)
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or not _is_amount(match[1]):
        raise CommandError(f"“{text}” is not a size.", hint="Write it like 500MB, 2GB or 1.5GiB.")
    number, prefix, binary, byte = match.groups()
    units = _DECIMAL if byte and not binary else _BINARY
    return int(float(number) * units[prefix.lower()])


def parse_duration(text: str) -> float:
    """Return seconds.

    Examples
    --------
    >>> parse_duration("90"), parse_duration("1.5min"), parse_duration("250ms")
    (90.0, 90.0, 0.25)
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not _is_amount(match[1]):
        raise CommandError(f"“{text}” is not a duration.", hint="Write seconds, or a number with ms, s, min or h.")
    return float(match[1]) * _SECONDS[(match[2] or "").lower()]


def _is_amount(digits: str) -> bool:
    return 0 < float(digits) < _TOO_MUCH


def parse_moment(text: str, now_s: float | None = None) -> float:
    """Return a moment in seconds since 1970: a date, a date and time, or how long ago it was.

    Examples
    --------
    >>> parse_moment("2h", now_s=10_000.0), parse_moment("1d", now_s=100_000.0)
    (2800.0, 13600.0)
    >>> parse_moment("1970-01-02T00:00:00+00:00")
    86400.0
    """
    now_s = now_s if now_s is not None else time.time()
    days = _AGO.fullmatch(text.strip().lower())
    if days is not None:
        return now_s - float(days[1]) * _DAYS[days[2]] * 86_400.0
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo is not None else moment.astimezone()).timestamp()
    except (ValueError, OverflowError, OSError):  # no date, or one that no clock of this machine knows
        pass
    try:
        return now_s - parse_duration(text)
    except CommandError as error:
        raise CommandError(
            f"“{text}” is not a time.", hint="Write how long ago, like 30min, 12h, 7d, or a date like 2026-11-20."
        ) from error
