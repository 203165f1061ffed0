"""Dates: read, written, shifted and compared, alone and in columns."""

import datetime as dt
import zoneinfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shtairir_blocks.date as date
from shtairir_blocks.kernels import dates

DAYS = st.dates(dt.date(1600, 1, 1), dt.date(2400, 1, 1))
MOMENTS = st.datetimes(dt.datetime(1600, 1, 1), dt.datetime(2400, 1, 1))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-05-31", "2024-05-31"),
        (" 2024-05-31 14:30 ", "2024-05-31T14:30:00"),
        ("20240531", "2024-05-31"),
        ("2024-05-31T14:30:00Z", "2024-05-31T14:30:00+00:00"),
        ("31.5.2024", "2024-05-31"),
        ("31/05/2024 07:05", "2024-05-31T07:05:00"),
        ("3/4/2024", "2024-04-03"),
        ("5/31/2024", "2024-05-31"),
        ("2024/05/31", "2024-05-31"),
        ("31 May 2024", "2024-05-31"),
        ("1. March 2024", "2024-03-01"),
        ("May 3rd, 2024, 2:05 pm", "2024-05-03T14:05:00"),
        ("12:30 am", None),
        ("1 Jan 2024 12:30 am", "2024-01-01T00:30:00"),
        ("Fri, 31 May 2024 14:30:00 +0200", "2024-05-31T14:30:00+02:00"),
        ("31.5.2024 14:30+02:00", "2024-05-31T14:30:00+02:00"),
        ("1717165800", "2024-05-31T14:30:00+00:00"),
        ("1717165800123", "2024-05-31T14:30:00.123000+00:00"),
        ("31.6.2024", None),
        ("32 May 2024", None),
        ("31 Mai 2024", None),
        ("", None),
        ("tomorrow", None),
    ],
)
def test_many_ways_of_writing_a_date_are_recognised(written, expected):
    if expected is None:
        with pytest.raises(ValueError, match="is not recognised as a date"):
            date.parse(written)
    else:
        assert date.parse(written) == expected


def test_the_order_of_day_and_month_is_what_is_said_where_it_is_unclear():
    assert date.parse("3/4/2024", day_first=False) == "2024-03-04"
    assert date.parse("2024/3/4", day_first=True) == "2024-03-04"


def test_a_pattern_says_how_a_date_is_written():
    assert date.parse("24-31-05", "%y-%d-%m") == "2024-05-31"
    assert date.parse("31.05.24 7h", "%d.%m.%y %Hh") == "2024-05-31T07:00:00"
    with pytest.raises(ValueError, match="is not written as"):
        date.parse("2024", "%y")
    with pytest.raises(ValueError, match="has no year"):
        date.parse("31.5.", "%d.%m.")


def test_a_zone_is_given_only_to_a_moment_that_has_none():
    assert date.parse("2024-07-01 12:00", zone="Europe/Riga") == "2024-07-01T12:00:00+03:00"
    assert date.parse("2024-07-01 12:00Z", zone="Europe/Riga") == "2024-07-01T12:00:00+00:00"
    assert date.parse("2024-07-01", zone="Europe/Riga") == "2024-07-01"


@given(MOMENTS | DAYS)
def test_what_is_written_is_read_again(moment):
    assert dates.moment_of(dates.written(moment)) == moment


def test_a_date_is_written_by_a_pattern():
    assert date.format_("2024-05-31T14:05", "%d.%m.%Y %H:%M, %A") == "31.05.2024 14:05, Friday"
    with pytest.raises(ValueError, match=r"parse first|date\.parse"):
        date.format_("31.5.2024")


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2024-01-31", 1, "months", "2024-02-29"),
        ("2024-03-31", -1, "months", "2024-02-29"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-01-31", 1, "quarters", "2024-04-30"),
        ("2024-05-31", 2, "weeks", "2024-06-14"),
        ("2024-05-31", 36, "hours", "2024-06-01T12:00:00"),
        ("2024-05-31T23:59:30", 30, "seconds", "2024-06-01T00:00:00"),
        ("2024-05-31", 1, "working days", "2024-06-03"),
        ("2024-06-03", -1, "working days", "2024-05-31"),
        ("2024-06-01", 1, "working days", "2024-06-03"),
        ("2024-06-01", 0, "working days", "2024-06-01"),
        ("2024-05-31T10:00:00+02:00", 1, "days", "2024-06-01T10:00:00+02:00"),
    ],
)
def test_a_date_is_shifted(start, amount, unit, expected):
    assert date.shift(start, amount, unit) == expected


def test_a_date_outside_the_calendar_is_refused():
    for unit in ("days", "years"):
        with pytest.raises(ValueError, match="outside the years 1 to 9999"):
            date.shift("2024-01-01", 10**7, unit)


@given(DAYS, st.integers(-3000, 3000))
def test_working_days_are_counted_as_one_by_one(start, amount):
    step = 1 if amount > 0 else -1
    expected = start
    if amount:
        while expected.isoweekday() > 5:
            expected -= dt.timedelta(days=step)
    for _ in range(abs(amount)):
        expected += dt.timedelta(days=step)
        while expected.isoweekday() > 5:
            expected += dt.timedelta(days=step)
    assert dates.shifted(start, amount, "working days") == expected


@given(DAYS, DAYS)
def test_differences_are_those_of_the_calendar(start, end):
    assert dates.difference(start, end, "days") == (end - start).days
    assert dates.difference(start, end, "weeks") == pytest.approx((end - start).days / 7)
    working = sum(
        (min(start, end) + dt.timedelta(days=n)).isoweekday() < 6
        for n in range(1, min(abs((end - start).days), 400) + 1)
    )
    if abs((end - start).days) <= 400:
        assert dates.difference(start, end, "working days") == (working if start <= end else -working)


@given(DAYS, DAYS)
def test_whole_months_lead_back_to_the_start_and_not_beyond_the_end(start, end):
    early, late = sorted((start, end))
    months = int(dates.difference(early, late, "months"))
    assert dates.shifted(early, months, "months") <= late < dates.shifted(early, months + 1, "months")
    assert dates.difference(late, early, "months") == -months


def test_moments_with_and_without_a_zone_are_not_compared():
    assert date.difference("2024-05-31T12:00+02:00", "2024-05-31T12:00Z", "hours") == 2
    with pytest.raises(ValueError, match="One of the two has a time zone"):
        date.difference("2024-05-31", "2024-05-31T12:00Z")


@pytest.mark.parametrize(
    ("period", "start", "following", "last"),
    [
        ("year", "2024-01-01", "2025-01-01", "2024-12-31"),
        ("quarter", "2024-04-01", "2024-07-01", "2024-06-30"),
        ("month", "2024-05-01", "2024-06-01", "2024-05-31"),
        ("week", "2024-05-27", "2024-06-03", "2024-06-02"),
        ("day", "2024-05-30", "2024-05-31", "2024-05-30"),
    ],
)
def test_a_date_is_taken_to_the_ends_of_its_period(period, start, following, last):
    assert date.truncate("2024-05-30", period) == start
    assert date.truncate("2024-05-30", period, "next start") == following
    assert date.truncate("2024-05-30", period, "last day") == last
    assert date.truncate("2024-05-30T14:45:10+02:00", period) == f"{start}T00:00:00+02:00"
    assert date.truncate("2024-05-30T14:45:10", period, "last day") == last


def test_hours_and_minutes_are_rounded_down_too():
    assert date.truncate("2024-05-30T14:45:10.5", "hour") == "2024-05-30T14:00:00"
    assert date.truncate("2024-05-30T14:45:10.5", "minute", "next start") == "2024-05-30T14:46:00"
    assert date.truncate("2024-05-30T14:45:10.5", "second") == "2024-05-30T14:45:10"


def test_a_range_holds_both_ends_and_keeps_to_month_ends():
    assert date.range_("2024-05-30", "2024-06-01") == ["2024-05-30", "2024-05-31", "2024-06-01"]
    assert date.range_("2024-01-31", "2024-04-30", unit="months") == [
        "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30",
    ]  # fmt: skip
    assert date.range_("2024-05-31", "2024-06-04", unit="working days") == ["2024-05-31", "2024-06-03", "2024-06-04"]
    assert date.range_("2024-05-31", "2024-06-02", step=5) == ["2024-05-31"]
    with pytest.raises(ValueError, match="Swap them"):
        date.range_("2024-06-01", "2024-05-01")
    with pytest.raises(ValueError, match=r"more than 1,000,000"):
        date.range_("2024-01-01", "2025-01-01", unit="seconds")


@given(MOMENTS)
def test_the_parts_are_those_of_the_calendar(moment):
    parts = date.parts(dates.written(moment))
    assert (parts.year, parts.month, parts.day, parts.hour, parts.minute) == moment.timetuple()[:5]
    assert parts.second == pytest.approx(moment.second + moment.microsecond / 1e6)
    assert (parts.weekday, parts.week) == (moment.isoweekday(), moment.isocalendar().week)
    assert (parts.day_of_year, parts.quarter) == (moment.timetuple().tm_yday, (moment.month + 2) // 3)


def test_the_clocks_of_another_zone():
    assert date.convert_zone("2024-07-01T12:00:00+03:00", "America/New_York") == "2024-07-01T05:00:00-04:00"
    assert date.convert_zone("2024-07-01T12:00", "UTC", "Europe/Riga") == "2024-07-01T09:00:00+00:00"
    assert date.convert_zone("2024-07-01T12:00Z", "+05:30") == "2024-07-01T17:30:00+05:30"
    with pytest.raises(ValueError, match="does not say its time zone"):
        date.convert_zone("2024-07-01T12:00")
    with pytest.raises(ValueError, match="a day without a time"):
        date.convert_zone("2024-07-01")
    for zone in ("Middle/Earth", "../../etc/passwd", ""):
        with pytest.raises(ValueError, match="is not a time zone"):
            date.convert_zone("2024-07-01T12:00Z", zone)


def test_now_is_now_in_the_zone_asked_for():
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    shown = dt.datetime.fromisoformat(date.now("Asia/Tokyo"))
    assert before <= shown <= dt.datetime.now(dt.UTC)
    assert shown.utcoffset() == dt.timedelta(hours=9)
    assert dt.datetime.fromisoformat(date.now()).tzinfo is not None
    assert dt.date.fromisoformat(date.now("UTC", "date"))


class TestColumns:
    """The same on columns, which polars works out."""

    table = pl.DataFrame(
        {
            "text": ["31.1.2024 23:30", "29.2.2024 08:00", None],
            "day": [dt.date(2024, 1, 31), dt.date(2024, 6, 1), None],
            "n": [1, 2, 3],
        }
    )

    def test_texts_become_dates_or_moments(self):
        found = date.parse_column(self.table, "text")["text"]
        assert found.to_list() == [dt.datetime(2024, 1, 31, 23, 30), dt.datetime(2024, 2, 29, 8, 0), None]
        only_days = date.parse_column(pl.DataFrame({"x": ["31.1.2024", "1.2.2024"]}), "x", name="y")
        assert only_days.schema == {"x": pl.String, "y": pl.Date}
        zoned = date.parse_column(pl.DataFrame({"x": ["2024-07-01 12:00+03:00", "2024-07-01 12:00"]}), "x")["x"]
        assert zoned.dtype == pl.Datetime("us", "UTC")
        assert zoned[0] == dt.datetime(2024, 7, 1, 9, tzinfo=dt.UTC)

    def test_texts_that_are_no_dates_are_shown_or_missing(self):
        table = pl.DataFrame({"x": ["1.2.2024", "soon", "later"]})
        with pytest.raises(ValueError, match="2 texts of the column 'x' are no dates, such as 'soon', 'later'"):
            date.parse_column(table, "x")
        assert date.parse_column(table, "x", strict=False)["x"].to_list() == [dt.date(2024, 2, 1), None, None]

    def test_a_pattern_reads_columns_as_it_reads_texts(self):
        found = date.parse_column(pl.DataFrame({"x": ["24-31-01"]}), "x", "%y-%d-%m")
        assert found["x"].to_list() == [dt.date(2024, 1, 31)]

    def test_seconds_since_1970_are_read_in_columns_as_in_texts(self):
        texts = ["1717162202", None, "0000000000"]
        found = date.parse_column(pl.DataFrame({"x": texts}), "x")["x"].to_list()
        assert found == [
            dt.datetime(2024, 5, 31, 13, 30, 2, tzinfo=dt.UTC),
            None,
            dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        ]
        assert date.parse("1717162202").startswith("2024-05-31T13:30:02")

    @given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)), min_size=1, max_size=5))
    def test_iso_columns_are_read_as_single_texts_are(self, moments):
        texts = [moment.isoformat(" ") for moment in moments]
        assert date.parse_column(pl.DataFrame({"x": texts}), "x")["x"].to_list() == moments

    def test_parts_are_added_under_names_of_their_own(self):
        parts = ["year", "quarter", "month", "week", "day", "weekday", "day of year", "hour", "minute", "second"]
        found = date.parts_column(self.table, "day", parts)
        first = found.row(0, named=True)
        scalar = date.parts("2024-01-31")
        assert {part: first[f"day_{part.replace(' ', '_')}"] for part in parts} == {
            part: getattr(scalar, part.replace(" ", "_")) for part in parts
        }
        assert date.parts_column(self.table, "day").columns[-3:] == ["day_year", "day_month", "day_day"]

    @pytest.mark.parametrize(
        "unit", ["years", "quarters", "months", "weeks", "days", "working days", "hours", "seconds"]
    )
    @pytest.mark.parametrize("amount", [-3, 0, 1, 7])
    def test_shifting_a_column_is_shifting_each_date(self, unit, amount):
        found = date.shift_column(self.table, "day", amount, unit, "new")["new"].to_list()
        for day, shifted in zip(self.table["day"].to_list(), found, strict=True):
            assert shifted == (None if day is None else dates.shifted(day, amount, unit))

    @pytest.mark.parametrize("period", ["year", "quarter", "month", "week", "day"])
    def test_rounding_a_column_is_rounding_each_date(self, period):
        found = date.truncate_column(self.table, "day", period)["day"].to_list()
        for day, start in zip(self.table["day"].to_list(), found, strict=True):
            assert start == (None if day is None else dates.truncated(day, period, "start"))

    def test_differences_are_taken_between_columns_and_to_one_date(self):
        table = date.parse_column(self.table, "text")
        found = date.difference_column(table, "day", "text", "hours", "gap")
        assert found["gap"].to_list() == [23.5, -2224.0, None]
        assert date.difference_column(table, "2024-01-01", "day")["difference"].to_list() == [30.0, 152.0, None]
        with pytest.raises(ValueError, match=r"no column 'dya'.*'day'"):
            date.difference_column(table, "dya", "text")

    def test_a_column_is_told_by_the_clocks_of_another_zone(self):
        table = date.parse_column(self.table, "text")
        found = date.zone_column(table, "text", "Asia/Tokyo", "Europe/Riga")["text"]
        assert found[0] == dt.datetime(2024, 2, 1, 6, 30, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
        assert (
            date.zone_column(date.zone_column(table, "text", "UTC", "UTC"), "text", "Asia/Tokyo")["text"][1].hour == 17
        )
        with pytest.raises(ValueError, match="has no time zone"):
            date.zone_column(table, "text")
        with pytest.raises(ValueError, match="days without a time"):
            date.zone_column(table, "day")

    def test_a_column_is_written_by_a_pattern(self):
        assert date.format_column(self.table, "day", "%d %b %Y", "t")["t"].to_list() == [
            "31 Jan 2024", "01 Jun 2024", None,
        ]  # fmt: skip

    def test_a_column_of_something_else_is_refused(self):
        with pytest.raises(ValueError, match=r"holds whole numbers, not dates.*date\.parse_column"):
            date.truncate_column(self.table, "n")
        with pytest.raises(ValueError, match="holds whole numbers, not text"):
            date.parse_column(self.table, "n")
