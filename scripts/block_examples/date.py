"""Every block of dates."""

from scripts.block_examples.sheet import Sheet

TITLE = "Date blocks"
DESCRIPTION = "Each block for dates at work, for single moments and for columns of them."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("A moment"):
        due = sheet.add("date.parse", "due", "Due", text="31 May 2024 14:30", zone="Europe/Riga")
        sheet.add("date.format", moment=due["out"], pattern="%A, %d.%m.%Y")
        later = sheet.add("date.shift", moment=due["out"], amount=1, unit="months")
        sheet.add("date.difference", start=due["out"], end=later["out"], unit="working days")
        sheet.add("date.truncate", moment=due["out"], period="month", side="last day")
        sheet.add("date.parts", moment=due["out"])
        sheet.add("date.convert_zone", moment=due["out"], to="America/New_York")
    with sheet.frame("Several"):
        sheet.add("date.now", zone="UTC")
        sheet.add("date.range", start="2024-01-31", end="2024-06-30", unit="months")
    with sheet.frame("Columns"):
        days = sheet.add("list.texts", "days", items=["31.1.2024 23:30", "29.2.2024 08:00", "1.3.2024 12:15"])
        table = sheet.add("table.from_columns", names=["visited"], a=days["out"])
        dates = sheet.add("date.parse_column", table=table["out"], column="visited")
        sheet.add("date.parts_column", table=dates["out"], column="visited", parts=["year", "month", "weekday"])
        sheet.add("date.format_column", table=dates["out"], column="visited", pattern="%d %b %Y", name="text")
        months = sheet.add("date.truncate_column", table=dates["out"], column="visited", name="month")
        again = sheet.add(
            "date.shift_column", table=months["out"], column="visited", amount=2, unit="weeks", name="next"
        )
        sheet.add("date.difference_column", table=again["out"], start="month", end="next", unit="days")
        sheet.add("date.zone_column", table=dates["out"], column="visited", to="Asia/Tokyo", source="Europe/Riga")
