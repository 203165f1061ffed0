"""Columns of dates and times."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

import polars as pl

from . import dates
from .io_types import typed
from .table_columns import column_named, kind_of

_STEPS = {"years": "y", "quarters": "q", "months": "mo", "weeks": "w", "days": "d"}
_CLOCK_STEPS = {"hours": "h", "minutes": "m", "seconds": "s"}
_PERIODS = {"year": "1y", "quarter": "1q", "month": "1mo", "week": "1w", "day": "1d"}
_CLOCK_PERIODS = {"hour": "1h", "minute": "1m", "second": "1s"}
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_PARTS = {"day of year": "ordinal_day"}
_OF_CLOCK = ("hour", "minute", "second")
_SHOWN = 3


def parsed(table: pl.DataFrame, column: str, pattern: str, day_first: bool, strict: bool, name: str) -> pl.DataFrame:
    """Return the table with a column of texts read as dates, or as moments where any of them has a time.

    Moments with a zone come out in UTC. With ``strict``, a text that is no date is an error, which shows some of them.
    """
    column_named(table.columns, column)
    texts = table[column]
    if texts.dtype.is_temporal():
        return _put(table, column, name, pl.col(column))
    if kind_of(texts.dtype) != "text":
        raise ValueError(f"The column {column!r} holds {kind_of(texts.dtype)}, not text. Choose another.")
    result = _read(texts.cast(pl.String).str.strip_chars(), pattern, day_first)
    refused = texts.filter(result.is_null() & texts.is_not_null())
    if strict and len(refused):
        shown = ", ".join(repr(text) for text in refused.head(_SHOWN))
        raise ValueError(
            f"{len(refused):,} texts of the column {column!r} are no dates, such as {shown}. Give a pattern, or switch "
            "strict off to leave them missing."
        )
    return table.with_columns(result.alias(name or column))


def _read(texts: pl.Series, pattern: str, day_first: bool) -> pl.Series:
    quick = None if pattern else typed(texts.to_frame()).to_series()
    if quick is not None and quick.dtype.is_temporal():
        return quick
    if not pattern and texts.len() > texts.null_count() and texts.str.contains(r"^\d{10}$").all():
        # Seconds since 1970: a log holds more different ones than can well be read one by one.
        return pl.from_epoch(texts.cast(pl.Int64), "s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    # Each text that occurs is read once: columns of dates hold few different ones, and reading is the slow part.
    different = texts.unique().drop_nulls()
    moments = [_moment(text, pattern, day_first) for text in different]
    zoned = [moment for moment in moments if isinstance(moment, datetime) and moment.tzinfo is not None]
    if zoned:
        whole = [_in_utc(moment) for moment in moments]
        values = pl.Series(whole, dtype=pl.Datetime("us", "UTC"))
    elif any(isinstance(moment, datetime) for moment in moments):
        values = pl.Series([_with_time(moment) for moment in moments], dtype=pl.Datetime("us"))
    else:
        values = pl.Series(moments, dtype=pl.Date)
    return texts.replace_strict(different, values, default=None, return_dtype=values.dtype)


def _moment(text: str, pattern: str, day_first: bool) -> dates.Moment | None:
    try:
        return dates.parsed(text, pattern, day_first, "")
    except ValueError:
        return None


def _with_time(moment: dates.Moment | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time())


def _in_utc(moment: dates.Moment | None) -> datetime | None:
    whole = _with_time(moment)
    if whole is None:
        return None
    return whole.replace(tzinfo=UTC) if whole.tzinfo is None else whole.astimezone(UTC)


def _dated(table: pl.DataFrame, column: str, clock: bool = False) -> pl.Expr:
    """Return a column of dates; with ``clock`` as moments, since a day has no hours."""
    dtype = table.schema[column_named(table.columns, column)]
    if dtype == pl.Date:
        return pl.col(column).cast(pl.Datetime("us")) if clock else pl.col(column)
    if isinstance(dtype, pl.Datetime):
        return pl.col(column)
    raise ValueError(f"The column {column!r} holds {kind_of(dtype)}, not dates. Read it first, with date.parse_column.")


def _put(table: pl.DataFrame, column: str, name: str, values: pl.Expr) -> pl.DataFrame:
    return table.with_columns(values.alias(name or column))


def with_parts(table: pl.DataFrame, column: str, parts: Sequence[str]) -> pl.DataFrame:
    """Return the table with a column of whole numbers for each part of a date: ``column_year``."""
    added = []
    for part in parts:
        moments = _dated(table, column, clock=part in _OF_CLOCK)
        values = getattr(moments.dt, _PARTS.get(part, part))()
        added.append(values.cast(pl.Int64).alias(f"{column}_{part.replace(' ', '_')}"))
    return table.with_columns(added)


def formatted(table: pl.DataFrame, column: str, pattern: str, name: str) -> pl.DataFrame:
    """Return the table with a column of dates written as texts."""
    try:
        return _put(table, column, name, _dated(table, column).dt.strftime(pattern))
    except pl.exceptions.ComputeError:
        raise ValueError(f"{pattern!r} is no pattern for dates. Write for example %d.%m.%Y.") from None


def shifted(table: pl.DataFrame, column: str, amount: int, unit: str, name: str) -> pl.DataFrame:
    """Return the table with each date of a column some units later."""
    if unit == "working days":
        return _put(table, column, name, _working_days_later(_dated(table, column), amount))
    step = f"{amount}{_STEPS.get(unit) or _CLOCK_STEPS[unit]}"
    return _put(table, column, name, _dated(table, column, clock=unit in _CLOCK_STEPS).dt.offset_by(step))


def _working_days_later(days: pl.Expr, amount: int) -> pl.Expr:
    if amount == 0:
        return days
    return days.dt.add_business_days(amount, roll="backward" if amount > 0 else "forward")


def truncated(table: pl.DataFrame, column: str, period: str, name: str) -> pl.DataFrame:
    """Return the table with each date of a column taken back to where its period begins."""
    moments = _dated(table, column, clock=period in _CLOCK_PERIODS)
    return _put(table, column, name, moments.dt.truncate(_PERIODS.get(period) or _CLOCK_PERIODS[period]))


def with_difference(table: pl.DataFrame, start: str, end: str, unit: str, name: str) -> pl.DataFrame:
    """Return the table with a column of how many units lie between two columns, or a column and a date."""
    if not name:
        raise ValueError("Give the new column a name.")
    first, last = _column_or_date(table, start), _column_or_date(table, end)
    try:
        return table.with_columns(((last - first).dt.total_microseconds() / (_SECONDS[unit] * 1e6)).alias(name))
    except (pl.exceptions.SchemaError, pl.exceptions.InvalidOperationError, pl.exceptions.ComputeError):
        raise ValueError(
            f"One of {start!r} and {end!r} has a time zone and the other has none, or another one. "
            "Convert both to UTC first, with date.zone_column."
        ) from None


def _column_or_date(table: pl.DataFrame, name: str) -> pl.Expr:
    if name in table.columns:
        return _dated(table, name, clock=True)
    try:
        moment = dates.moment_of(name)
    except ValueError:
        column_named(table.columns, name)
        raise
    return pl.lit(_with_time(moment)).dt.cast_time_unit("us")


def converted(table: pl.DataFrame, column: str, to: str, source: str, name: str) -> pl.DataFrame:
    """Return the table with a column of moments as the clocks of another zone show them.

    An hour that the clocks skip in spring is missing; of the one that comes twice in autumn, the first is meant.
    """
    dtype = table.schema[column_named(table.columns, column)]
    moments = _dated(table, column)
    if dtype == pl.Date:
        raise ValueError(f"The column {column!r} holds days without a time, which begin elsewhere in each zone.")
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        if not source:
            raise ValueError(f"The column {column!r} has no time zone. Say in 'from' which one it is given in.")
        moments = moments.dt.replace_time_zone(_name(source), ambiguous="earliest", non_existent="null")
    return _put(table, column, name, moments.dt.convert_time_zone(_name(to)))


def _name(zone: str) -> str:
    dates.zone_named(zone)
    if zone.startswith(("+", "-")):
        raise ValueError(f"A column has a time zone with a name, such as Europe/Riga, not {zone}.")
    return zone.strip()
