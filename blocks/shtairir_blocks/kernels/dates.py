"""Moments: dates, and dates with a time, read from and written as ISO 8601 text.

A date without a time stays one: it is shifted by days, and only an hour or less makes a moment of it. Arithmetic is
done on what the clock shows; with an offset such as +02:00 the offset stays.
"""

from __future__ import annotations

import calendar
import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import TypeAlias

Moment: TypeAlias = date
"""A ``date``, or a ``datetime``, which is one too."""

_MONTHS = {"years": 12, "quarters": 3, "months": 1}
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_PERIODS = {"year": "years", "quarter": "quarters", "month": "months", "week": "weeks", "day": "days"}
_SMALL = ("hours", "minutes", "seconds")
_MOST = 1_000_000
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_TIME = rf"(?:[T ,]+(?P<time>{_CLOCK}) ?(?P<offset>Z|[+-]\d{{2}}:?\d{{2}})?)?"
_NUMBERS = re.compile(rf"(?P<first>\d{{1,2}})[./-](?P<second>\d{{1,2}})[./-](?P<year>\d{{4}}){_TIME}")
_SLASHED = re.compile(rf"(?P<year>\d{{4}})[./](?P<first>\d{{1,2}})[./](?P<second>\d{{1,2}}){_TIME}")
_WORDS = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -](?P<month>[A-Za-z]{{3,9}})|"
    rf"(?P<month_first>[A-Za-z]{{3,9}})\.? (?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?)[, -]+(?P<year>\d{{4}}){_TIME}"
)
_NAMES = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}


def moment_of(text: str) -> Moment:
    """Return the date or the moment that an ISO 8601 text names."""
    plain = text.strip()
    try:
        return date.fromisoformat(plain)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a date such as 2024-05-31 or 2024-05-31T14:30. Read other ways of writing it with "
            "date.parse first."
        ) from None


def written(moment: Moment) -> str:
    """Return a moment as ISO 8601 text."""
    return moment.isoformat()


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name (``Europe/Riga``), or by its offset (``+02:00``)."""
    offset = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", name.strip())
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name.strip().upper() in ("UTC", "Z"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        missing = "" if zoneinfo.available_timezones() else " This system knows none: pip install tzdata."
        raise ValueError(f"{name!r} is not a time zone. Write Europe/Riga, UTC or +02:00.{missing}") from None


def now(zone: str, day_only: bool) -> str:
    """Return the present moment, to the second, or the present day."""
    moment = datetime.now(zone_named(zone)) if zone else datetime.now().astimezone()
    return written(moment.date() if day_only else moment.replace(microsecond=0))


def parsed(text: str, pattern: str, day_first: bool, zone: str) -> Moment:
    """Return the moment that a text names, by a pattern of ``strptime`` or recognised."""
    moment = _by_pattern(text, pattern) if pattern else _recognised(text.strip(), day_first)
    if zone and isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=zone_named(zone))
    return moment


def _by_pattern(text: str, pattern: str) -> Moment:
    if not any(f"%{letter}" in pattern for letter in "YyGcx"):
        raise ValueError(f"The pattern {pattern!r} has no year, without which there is no date. Write %Y in it.")
    try:
        moment = datetime.strptime(text.strip(), pattern)
    except (ValueError, re.error, IndexError):
        raise ValueError(f"{text!r} is not written as {pattern!r}. Correct one of them.") from None
    has_time = any(f"%{letter}" in pattern for letter in "HIMSfpcXzZsT")
    return moment if has_time else moment.date()


def _recognised(text: str, day_first: bool) -> Moment:
    for read in (_iso, _seconds, _mail):
        moment = read(text)
        if moment is not None:
            return moment
    found = _NUMBERS.fullmatch(text) or _SLASHED.fullmatch(text) or _WORDS.fullmatch(text)
    try:
        if found:
            return _assembled(found.groupdict(), day_first)
    except (ValueError, KeyError):
        pass
    raise ValueError(f"{text!r} is not recognised as a date. Give a pattern such as %d.%m.%Y, or correct it.")


def _iso(text: str) -> Moment | None:
    try:
        return moment_of(text)
    except ValueError:
        return None


def _seconds(text: str) -> Moment | None:
    if not re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", text):
        return None
    number = float(text) / (1000 if len(text) == 13 else 1)
    return datetime.fromtimestamp(number, UTC)


def _mail(text: str) -> Moment | None:
    if not re.match(r"[A-Z][a-z]{2}, \d", text):
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _assembled(found: dict[str, str | None], day_first: bool) -> Moment:
    year = int(found["year"] or 0)
    if "first" in found:
        first, second = int(found["first"] or 0), int(found["second"] or 0)
        # A number above 12 can only be the day, whatever the order is said to be.
        swapped = (day_first and second <= 12) or first > 12
        month, day = (second, first) if swapped and not _year_first(found) else (first, second)
    else:
        month = _NAMES[(found["month"] or found["month_first"] or "")[:3].lower()]
        day = int(found["day"] or found["day_second"] or 0)
    day_found = date(year, month, day)
    return day_found if not found["time"] else datetime.combine(day_found, _time(found["time"], found["offset"]))


def _year_first(found: dict[str, str | None]) -> bool:
    return "first" in found and list(found).index("year") < list(found).index("first")


def _time(text: str, offset: str | None) -> time:
    afternoon = re.search(r"([AaPp])\.?[Mm]", text)
    clock = time.fromisoformat(re.sub(r"[ AaPpMm.]+$", "", text).replace(",", ".").zfill(5))
    if afternoon:
        clock = clock.replace(hour=clock.hour % 12 + (12 if afternoon[1] in "Pp" else 0))
    return clock.replace(tzinfo=zone_named(offset)) if offset else clock


def formatted(moment: Moment, pattern: str) -> str:
    """Return a moment as a pattern of ``strftime`` writes it."""
    if len(pattern) > 1000:
        raise ValueError("A pattern has at most 1,000 characters.")
    try:
        return moment.strftime(pattern)
    except ValueError as error:
        raise ValueError(f"{pattern!r} is no pattern for a date: {error}.") from None


def shifted(moment: Moment, amount: int, unit: str) -> Moment:
    """Return a moment some units later.

    >>> shifted(date(2024, 1, 31), 1, "months").isoformat()
    '2024-02-29'
    """
    try:
        if unit in _MONTHS:
            return _months_later(moment, amount * _MONTHS[unit])
        if unit == "working days":
            return _working_days_later(moment, amount)
        if unit in _SMALL and not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return moment + timedelta(seconds=amount * _SECONDS[unit])
    except (OverflowError, ValueError):
        raise ValueError(f"{amount:,} {unit} from {written(moment)} is outside the years 1 to 9999.") from None


def _months_later(moment: Moment, months: int) -> Moment:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _working_days_later(moment: Moment, amount: int) -> Moment:
    step = 1 if amount >= 0 else -1
    # From a weekend one starts at the working day beside it, so that a day later than Saturday is Monday.
    while moment.isoweekday() > 5 and amount:
        moment -= timedelta(days=step)
    weeks, days = divmod(abs(amount), 5)
    moment += timedelta(weeks=step * weeks)
    for _ in range(days):
        moment += timedelta(days=step)
        while moment.isoweekday() > 5:
            moment += timedelta(days=step)
    return moment


def difference(start: Moment, end: Moment, unit: str) -> float:
    """Return how many units lie between two moments; of months and working days only whole ones."""
    first, last = _comparable(start), _comparable(end)
    if (first.tzinfo is None) != (last.tzinfo is None):
        raise ValueError("One of the two has a time zone and the other has none. Give both one, with date.parse.")
    if unit in _MONTHS:
        return float(_whole_months(first, last, _MONTHS[unit]))
    if unit == "working days":
        return float(_working_days(first, last))
    return (last - first).total_seconds() / _SECONDS[unit]


def _comparable(moment: Moment) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _whole_months(start: datetime, end: datetime, months: int) -> int:
    sign = 1 if start <= end else -1
    early, late = sorted((start, end))
    count = ((late.year - early.year) * 12 + late.month - early.month) // months
    beyond = _months_later(early, count * months) > late
    return sign * (count - beyond)


def _working_days(start: datetime, end: datetime) -> int:
    sign = 1 if start <= end else -1
    early, late = sorted((start.date(), end.date()))
    weeks, rest = divmod((late - early).days, 7)
    extra = sum((early + timedelta(days=number)).isoweekday() < 6 for number in range(1, rest + 1))
    return sign * (weeks * 5 + extra)


def truncated(moment: Moment, period: str, side: str) -> Moment:
    """Return where the period of a moment starts, where the next one starts, or the period's last day."""
    start = _start(moment, period)
    if side == "start":
        return start
    following = shifted(start, 1, _PERIODS.get(period, f"{period}s"))
    if side == "next start":
        return following
    last = following - timedelta(microseconds=1) if isinstance(following, datetime) else following - timedelta(days=1)
    return last.date() if isinstance(last, datetime) else last


def _start(moment: Moment, period: str) -> Moment:
    if isinstance(moment, datetime):
        if period in ("hour", "minute", "second"):
            zeroed = {"hour": {"minute": 0, "second": 0}, "minute": {"second": 0}}.get(period, {})
            return moment.replace(microsecond=0, **zeroed)  # type: ignore[arg-type]  # no time zone is among them
        return datetime.combine(_start(moment.date(), period), time(), moment.tzinfo)
    if period == "week":
        return moment - timedelta(days=moment.isoweekday() - 1)
    first_month = {"year": 1, "quarter": (moment.month - 1) // 3 * 3 + 1}.get(period, moment.month)
    return moment.replace(month=first_month, day=1) if period in ("year", "quarter", "month") else moment


def dates_between(start: Moment, end: Moment, step: int, unit: str) -> list[Moment]:
    """Return the moments from start to end, each counted from the start, so that month ends stay month ends."""
    if difference(start, end, "seconds") < 0:
        raise ValueError(f"The end, {written(end)}, comes before the start, {written(start)}. Swap them.")
    found: list[Moment] = []
    moment = start
    while difference(moment, end, "seconds") >= 0:
        found.append(moment)
        if len(found) > _MOST:
            raise ValueError(f"That would be more than {_MOST:,} dates. Take longer steps.")
        moment = shifted(start, len(found) * step, unit)
    return found


def parts(moment: Moment) -> tuple[int, int, int, int, int, float, int, int, int, int]:
    """Return year, month, day, hour, minute, second, weekday, ISO week, day of the year and quarter."""
    clock = moment.time() if isinstance(moment, datetime) else time()
    return (
        moment.year,
        moment.month,
        moment.day,
        clock.hour,
        clock.minute,
        clock.second + clock.microsecond / 1e6,
        moment.isoweekday(),
        moment.isocalendar().week,
        moment.timetuple().tm_yday,
        (moment.month - 1) // 3 + 1,
    )


def converted(moment: Moment, to: str, source: str) -> Moment:
    """Return the same moment on the clocks of another zone."""
    if not isinstance(moment, datetime):
        raise ValueError(
            f"{written(moment)} is a day without a time, and it begins elsewhere in each zone. Add a time."
        )
    if moment.tzinfo is None:
        if not source:
            raise ValueError(f"{written(moment)} does not say its time zone. Say which in 'from'.")
        moment = moment.replace(tzinfo=zone_named(source))
    return moment.astimezone(zone_named(to))
