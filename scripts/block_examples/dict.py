"""Every block of dictionaries."""

from scripts.block_examples.sheet import Sheet

TITLE = "Dictionary blocks"
DESCRIPTION = "Each block for dictionaries at work: values are put under names and found again."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Make and change"):
        defaults = sheet.add("dict.constant", "defaults", "Defaults", value={"size": {"width": 640, "height": 480}})
        title = sheet.add("text.constant", "title", "Title", value="Coins")
        author = sheet.add("text.constant", "author", "Author", value="Ada")
        made = sheet.add("dict.make", names=["title", "author"], a=title["out"], b=author["out"])
        both = sheet.add("dict.merge", first=defaults["out"], second=made["out"], deep=True)
        dpi = sheet.add("math.integer", "dpi", "Resolution", value=300)
        changed = sheet.add("dict.set", entries=both["out"], name="dpi", value=dpi["out"])
        sheet.add("dict.get", entries=changed["out"], name="size")
        sheet.add("dict.entries", entries=changed["out"])
    with sheet.frame("Rows of tables"):
        penguins = sheet.add("io.read_csv", "penguins", "Penguins", path="data/penguins.csv")
        first = sheet.add("dict.from_row", "first", "First row", table=penguins["out"], row=0)
        last = sheet.add("dict.from_row", "last", "Last row", table=penguins["out"], row=-1)
        records = sheet.add("list.make", a=first["out"], b=last["out"])
        sheet.add("dict.to_table", records=records["out"])
