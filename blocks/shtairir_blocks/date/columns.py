"""Blocks for columns of dates."""

from typing import Annotated, Literal

from shtairir.block import Param, Table, block
from shtairir_blocks.date.moments import Period, Unit

Part = Literal["year", "quarter", "month", "week", "day", "weekday", "day of year", "hour", "minute", "second"]
NewName = Annotated[str, Param(label="new column")]


@block(
    name="Parse column of dates",
    category="Date/Column",
    tags=("read", "convert", "text", "strptime"),
    requires=("polars",),
    extra="table",
)
def parse_column(
    table: Table, column: str, pattern: str = "", day_first: bool = True, strict: bool = True, name: NewName = ""
) -> Table:
    """Read a column of texts as dates, or as dates with times.

    Parameters
    ----------
    table
        The table to change.
    column
        The column of texts.
    pattern
        How they are written, such as %d.%m.%Y %H:%M; recognised when empty.
    day_first
        Whether 3/4/2024 is the third of April, not the fourth of March.
    strict
        Whether a text that is no date is an error; otherwise its date is missing.
    name
        What to call the result; empty to replace the column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.parsed(table, column, pattern, day_first, strict, name)


@block(
    name="Parts of dates in columns",
    category="Date/Column",
    tags=("year", "month", "weekday", "hour", "extract"),
    requires=("polars",),
    extra="table",
)
def parts_column(table: Table, column: str, parts: list[Part] | None = None) -> Table:
    """Add columns with the year, the month, the weekday and so on of a column of dates.

    Parameters
    ----------
    table
        The table to extend.
    column
        The column of dates.
    parts
        What to add: year, quarter, month, week, day, weekday (1 is Monday), day of year, hour, minute or second;
        year, month and day when unset. The new columns are called after column and part, such as date_year.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.with_parts(table, column, parts or ["year", "month", "day"])


@block(
    name="Format column of dates",
    category="Date/Column",
    tags=("write", "text", "strftime"),
    requires=("polars",),
    extra="table",
)
def format_column(table: Table, column: str, pattern: str = "%d.%m.%Y", name: NewName = "") -> Table:
    """Write a column of dates as texts.

    Parameters
    ----------
    table
        The table to change.
    column
        The column of dates.
    pattern
        %Y year, %m month, %d day, %H hour, %M minute, %S second, %A weekday, %B name of the month, %V week.
    name
        What to call the result; empty to replace the column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.formatted(table, column, pattern, name)


@block(
    name="Shift column of dates",
    category="Date/Column",
    tags=("add", "subtract", "later", "earlier"),
    requires=("polars",),
    extra="table",
)
def shift_column(table: Table, column: str, amount: int = 1, unit: Unit = "days", name: NewName = "") -> Table:
    """Go some days, months or hours forward or back from each date in a column.

    Parameters
    ----------
    table
        The table to change.
    column
        The column of dates.
    amount
        How far; below 0 to go back.
    unit
        What to count in; working days pass over Saturdays and Sundays.
    name
        What to call the result; empty to replace the column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.shifted(table, column, amount, unit, name)


@block(
    name="Round column of dates down",
    category="Date/Column",
    tags=("truncate", "floor", "month", "group"),
    requires=("polars",),
    extra="table",
)
def truncate_column(table: Table, column: str, period: Period = "month", name: NewName = "") -> Table:
    """Go back from each date in a column to where its year, month, week or hour begins; a step before grouping.

    Parameters
    ----------
    table
        The table to change.
    column
        The column of dates.
    period
        The period; weeks begin on Monday.
    name
        What to call the result; empty to replace the column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.truncated(table, column, period, name)


@block(
    name="Difference of date columns",
    category="Date/Column",
    tags=("between", "duration", "age", "elapsed"),
    requires=("polars",),
    extra="table",
)
def difference_column(
    table: Table,
    start: str,
    end: str,
    unit: Literal["weeks", "days", "hours", "minutes", "seconds"] = "days",
    name: NewName = "difference",
) -> Table:
    """Add a column that tells how far it is from one date to another, row by row.

    Parameters
    ----------
    table
        The table to extend.
    start, end
        A column of dates, or one date for all rows, such as 2024-05-31.
    unit
        What to count in.
    name
        What to call the new column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.with_difference(table, start, end, unit, name)


@block(
    name="Convert column to time zone",
    category="Date/Column",
    tags=("utc", "local", "timezone"),
    requires=("polars",),
    extra="table",
)
def zone_column(
    table: Table, column: str, to: str = "UTC", source: Annotated[str, Param(label="from")] = "", name: NewName = ""
) -> Table:
    """Tell what the clocks of another time zone show at each moment in a column.

    Parameters
    ----------
    table
        The table to change.
    column
        The column of dates with times.
    to
        The other time zone, such as America/New_York.
    source
        The time zone that the column is given in, when it has none of its own.
    name
        What to call the result; empty to replace the column.
    """
    from shtairir_blocks.kernels import table_dates as kernels

    return kernels.converted(table, column, to, source, name)
