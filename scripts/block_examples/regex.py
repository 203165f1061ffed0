"""Every block of regular expressions."""

from scripts.block_examples.sheet import Sheet

TITLE = "Regular expression blocks"
DESCRIPTION = "Each block for regular expressions at work, on a few lines of a log."

LOG = """2024-05-31 14:02:11 ERROR disk: only 3 % free
2024-05-31 14:02:40 INFO  net: connected to 10.0.0.7
2024-05-31 14:05:02 WARN  disk: only 2 % free"""


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("In a text"):
        log = sheet.add("text.constant", "log", "A log", value=LOG)
        sheet.add("regex.find", text=log["out"], pattern=r"(\w+): only (\d+) %")
        pattern = r"^(?P<day>\S+) (?P<time>\S+) (?P<level>[A-Z]+)"
        sheet.add("regex.find_all", text=log["out"], pattern=pattern, lines=True)
        sheet.add("regex.replace", text=log["out"], pattern=r"\d+\.\d+\.\d+\.\d+", replacement="(address)")
        sheet.add("regex.split", text="one,  two;three", pattern=r"[,;]\s*")
        sheet.add("regex.matches", text="31.05.2024", pattern=r"\d{1,2}\.\d{1,2}\.\d{4}")
    with sheet.frame("In a table"):
        lines = sheet.add("text.lines", text=LOG)
        table = sheet.add("table.from_columns", names=["line"], a=lines["out"])
        pattern = r"(?P<level>[A-Z]+)\s+(?P<part>\w+): (?P<message>.*)"
        sheet.add("regex.columns", table=table["out"], column="line", pattern=pattern, keep=False)
