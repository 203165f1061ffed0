"""What the columns of a text table hold, found from all of their values.

polars guesses from the first rows: a column whose first thousand fields are empty is text to it for good,
and looking at all rows takes it a hundred times longer. So the file is read as text, and each column becomes
the narrowest type that every one of its values is. A short piece is tried first, because most types fail at once.
"""

from collections.abc import Callable

import polars as pl

_TRIAL_ROWS = 200
_TRUTH = {"true": True, "false": False}


def typed(table: pl.DataFrame, decimal_comma: bool = False) -> pl.DataFrame:
    """Return the table with its columns of text read as what all their values are.

    Tried in this order: true and false, whole numbers, numbers, dates (2024-05-31), times (2024-05-31 14:30,
    with or without seconds, ``T`` and zone; those with a zone come out in UTC). A column without values stays text.
    """
    readers = _readers(decimal_comma)
    return table.with_columns([_narrowest(table[name], readers) for name in table.columns])


_Reader = Callable[[pl.Series], pl.Series]


def _readers(decimal_comma: bool) -> list[_Reader]:
    floats = _comma_floats if decimal_comma else _floats
    zoned = [f"%Y-%m-%d{sign}%H:%M:%S%.f%#z" for sign in "T "]
    plain = [f"%Y-%m-%d{sign}%H:%M{seconds}" for sign in "T " for seconds in ("", ":%S%.f")]
    return [_booleans, _integers, floats, _dates, *map(_moments, plain), *map(_moments, zoned)]


def _narrowest(column: pl.Series, readers: list[_Reader]) -> pl.Series:
    known = column.drop_nulls()
    if not len(known):
        return column
    trial = known.head(_TRIAL_ROWS).str.strip_chars()
    for read in readers:
        if read(trial).null_count():
            continue
        result = read(column.str.strip_chars())
        if result.null_count() == column.null_count():
            return result
    return column


def _booleans(column: pl.Series) -> pl.Series:
    return column.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)


def _integers(column: pl.Series) -> pl.Series:
    return column.cast(pl.Int64, strict=False)


def _floats(column: pl.Series) -> pl.Series:
    return column.cast(pl.Float64, strict=False)


def _comma_floats(column: pl.Series) -> pl.Series:
    # The point parts the thousands there: 1.234,5.
    return (
        column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    )


def _dates(column: pl.Series) -> pl.Series:
    return column.str.to_date("%Y-%m-%d", strict=False)


def _moments(pattern: str) -> _Reader:
    zone = "UTC" if pattern.endswith("z") else None
    return lambda column: column.str.to_datetime(pattern, strict=False, time_unit="us", time_zone=zone)
