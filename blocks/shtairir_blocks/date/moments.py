"""Blocks for single moments, which travel as ISO 8601 text."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Param, block

Unit = Literal["years", "quarters", "months", "weeks", "days", "working days", "hours", "minutes", "seconds"]
Period = Literal["year", "quarter", "month", "week", "day", "hour", "minute", "second"]


@block(
    id="date.now",
    name="Now",
    category="Date/Moment",
    tags=("today", "clock", "current", "time"),
    pure=False,
    idempotent=True,
)
def now(zone: str = "", what: Literal["date and time", "date"] = "date and time") -> str:
    """Look at the clock.

    Parameters
    ----------
    zone
        The time zone, such as Europe/Riga or UTC; that of this computer when empty.
    what
        The moment, to the second, or just the day.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.now(zone, what == "date")


@block(name="Parse date", category="Date/Moment", tags=("read", "recognise", "iso", "strptime", "time"))
def parse(text: str, pattern: str = "", day_first: bool = True, zone: str = "") -> str:
    """Read a date, or a date with a time, and write it as ISO 8601.

    Parameters
    ----------
    text
        The text: 2024-05-31 14:30, 31.5.2024, 5/31/2024, 31 May 2024, Fri, 31 May 2024 14:30:00 +0200, or seconds
        since 1970.
    pattern
        How it is written, such as %d.%m.%y %H:%M; recognised when empty.
    day_first
        Whether 3/4/2024 is the third of April, not the fourth of March.
    zone
        The time zone it belongs to when it names none; none when empty.

    Returns
    -------
    out
        Such as 2024-05-31, or 2024-05-31T14:30:00+02:00.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.written(kernels.parsed(text, pattern, day_first, zone))


@block(name="Format date", category="Date/Moment", tags=("write", "strftime", "pattern", "text"))
def format_(moment: str, pattern: str = "%d.%m.%Y") -> str:
    """Write a date as people want to read it.

    Parameters
    ----------
    moment
        The date, or date and time, as ISO 8601 text.
    pattern
        %Y year, %m month, %d day, %H hour, %M minute, %S second, %A weekday, %B name of the month, %V week.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.formatted(kernels.moment_of(moment), pattern)


@block(name="Shift date", category="Date/Moment", tags=("add", "subtract", "plus", "minus", "later", "earlier"))
def shift(moment: str, amount: int = 1, unit: Unit = "days") -> str:
    """Go some days, months or hours forward or back from a date.

    Parameters
    ----------
    moment
        The date, or date and time, as ISO 8601 text.
    amount
        How far; below 0 to go back.
    unit
        What to count in. A month after the 31st of January is the last of February; working days pass over
        Saturdays and Sundays.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.written(kernels.shifted(kernels.moment_of(moment), amount, unit))


@block(name="Difference of dates", category="Date/Moment", tags=("between", "duration", "age", "elapsed"))
def difference(start: str, end: str, unit: Unit = "days") -> float:
    """Tell how far it is from one date to another.

    Parameters
    ----------
    start, end
        The dates, or dates and times, as ISO 8601 text; both with a time zone, or both without.
    unit
        What to count in. Of years, quarters, months and working days only whole ones count.

    Returns
    -------
    out
        Below 0 when the end comes first.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.difference(kernels.moment_of(start), kernels.moment_of(end), unit)


@block(name="Round date down", category="Date/Moment", tags=("truncate", "floor", "start of", "end of", "month"))
def truncate(moment: str, period: Period = "month", side: Literal["start", "next start", "last day"] = "start") -> str:
    """Go to where the year, month, week or hour of a date begins.

    Parameters
    ----------
    moment
        The date, or date and time, as ISO 8601 text.
    period
        The period it lies in; weeks begin on Monday.
    side
        Where the period begins, where the next one begins, or its last day.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.written(kernels.truncated(kernels.moment_of(moment), period, side))


@block(id="date.range", name="Range of dates", category="Date/Moment", tags=("sequence", "calendar", "days", "every"))
def range_(start: str, end: str, step: Annotated[int, Param(ge=1)] = 1, unit: Unit = "days") -> list[str]:
    """List dates from one to another.

    Parameters
    ----------
    start
        The first date, as ISO 8601 text.
    end
        Where to end; this date is in the list when a step leads to it.
    step
        How many units from one date to the next.
    unit
        What to count in.
    """
    from shtairir_blocks.kernels import dates as kernels

    moments = kernels.dates_between(kernels.moment_of(start), kernels.moment_of(end), step, unit)
    return [kernels.written(moment) for moment in moments]


class Parts(NamedTuple):
    """A date taken apart.

    Attributes
    ----------
    year, month, day
        Of the calendar.
    hour, minute, second
        Of the time; 0 for a date without one.
    weekday
        1 for Monday to 7 for Sunday.
    week
        The week of the year as ISO 8601 counts: the first holds the year's first Thursday.
    day_of_year
        From 1.
    quarter
        From 1 to 4.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: float
    weekday: int
    week: int
    day_of_year: int
    quarter: int


@block(name="Parts of date", category="Date/Moment", tags=("year", "month", "day", "weekday", "week", "hour"))
def parts(moment: str) -> Parts:
    """Take a date apart into its year, month, day and so on.

    Parameters
    ----------
    moment
        The date, or date and time, as ISO 8601 text.
    """
    from shtairir_blocks.kernels import dates as kernels

    return Parts(*kernels.parts(kernels.moment_of(moment)))


@block(name="Convert time zone", category="Date/Moment", tags=("utc", "local", "timezone", "offset"))
def convert_zone(moment: str, to: str = "UTC", source: Annotated[str, Param(label="from")] = "") -> str:
    """Tell what the clocks of another time zone show at a moment.

    Parameters
    ----------
    moment
        The date and time, as ISO 8601 text.
    to
        The other time zone, such as America/New_York.
    source
        The time zone it is given in, when it names none itself.
    """
    from shtairir_blocks.kernels import dates as kernels

    return kernels.written(kernels.converted(kernels.moment_of(moment), to, source))
