"""Moments along an axis: round ones as ticks, written as finely as they need to be. Places are seconds since 1970."""

from __future__ import annotations

import datetime as dt
import math

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_MONTH, _YEAR = 30.44 * _DAY, 365.25 * _DAY
_STEPS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(factor * _MINUTE for factor in (1, 2, 5, 10, 15, 30)),
    *(factor * _HOUR for factor in (1, 2, 3, 6, 12)),
    *(factor * _DAY for factor in (1, 2, 5, 10)),
)
_MONTHS = (1, 2, 3, 6)
_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def time_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round moments within a range, at most so many or a few more."""
    span = high - low
    if not (span > 0 and math.isfinite(span)) or most < 1:
        return []
    rough = span / most
    step = next((step for step in _STEPS if step >= rough), None)
    if step is not None:
        return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    months = next((number for number in _MONTHS if number * _MONTH >= rough), None)
    if months is None:
        months = 12 * next((number for number in _YEARS if number * _YEAR >= rough), _YEARS[-1])
    return _months(low, high, months)


def _months(low: float, high: float, step: int) -> list[float]:
    """The first days of every so many months."""
    try:
        first, last = (_EPOCH + dt.timedelta(seconds=end) for end in (low, high))
    except OverflowError:
        return []
    start = (first.year * 12 + first.month - 1) // step * step
    places = []
    for number in range(start, last.year * 12 + 12, step):
        if number // 12 > dt.MAXYEAR or number < 12:
            continue
        place = (dt.datetime(number // 12, number % 12 + 1, 1, tzinfo=dt.UTC) - _EPOCH).total_seconds()
        if low <= place <= high:
            places.append(place)
    return places


def date_text(second: float, step: float) -> str:
    """Return a moment as finely as the step between two ticks needs."""
    try:
        moment = _EPOCH + dt.timedelta(seconds=second)
    except OverflowError:
        return ""
    if step >= 300 * _DAY:
        return str(moment.year)
    if step >= 27 * _DAY:
        return f"{moment:%b %Y}"
    if step >= _DAY:
        return f"{moment.day} {moment:%b}"
    return f"{moment:%H:%M}" if step >= _MINUTE else f"{moment:%H:%M:%S}"


def moment_text(second: float) -> str:
    """Return a moment in full; without the time of day where it is midnight."""
    try:
        moment = _EPOCH + dt.timedelta(seconds=second)
    except OverflowError:
        return f"{second:.6g} s"
    day = f"{moment.day} {moment:%b} {moment.year}"
    return day if second % _DAY == 0 else f"{day} {moment:%H:%M:%S}"
