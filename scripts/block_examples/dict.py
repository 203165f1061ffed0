"""Every block of dictionaries."""

from scripts.block_examples.sheet import Sheet

TITLE = "Dictionary blocks"
DESCRIPTION = "Each block for dictionaries at work: values are put under names and found again."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Make and change"):
        defaults = sheet.add("dict.constant", "defaults", "Defaults", value={"size": {"width": 640, "height": 480}})
        width = sheet.add("math.integer", "width", value=800)
        title = sheet.add("text.constant", "title", value="Coins")
        made = sheet.add("dict.make", names=["title", "dpi"], a=title["out"], b=width["out"])
        both = sheet.add("dict.merge", first=defaults["out"], second=made["out"], deep=True)
        changed = sheet.add("dict.set", entries=both["out"], name="title", value=width["out"])
        sheet.add("dict.get", entries=changed["out"], name="size")
        sheet.add("dict.entries", entries=changed["out"])
    with sheet.frame("Rows of tables"):
        penguins = sheet.add("io.read_csv", "penguins", "Penguins", path="data/penguins.csv")
        first = sheet.add("dict.from_row", "first", "First row", table=penguins["out"], row=0)
        last = sheet.add("dict.from_row", "last", "Last row", table=penguins["out"], row=-1)
        records = sheet.add("list.make", a=first["out"], b=last["out"])
        sheet.add("dict.to_table", records=records["out"])
