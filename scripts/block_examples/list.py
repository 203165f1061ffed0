"""Every block of lists."""

from scripts.block_examples.sheet import Sheet

TITLE = "List blocks"
DESCRIPTION = "Each block for lists at work: they are made, asked, changed and combined."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Make"):
        numbers = sheet.add("list.numbers", items=[5, 3, 8, 3, 1])
        words = sheet.add("list.texts", items=["pear", "fig", "plum", "apple", "kiwi"])
        sheet.add("list.range", start=10, stop=0, step=-2)
        sheet.add("list.make", a=numbers["out"], b=words["out"])
        curve = sheet.add("array.linspace", start=0.0, stop=1.0, num=5)
        sheet.add("list.from_array", array=curve["out"])
    with sheet.frame("Ask"):
        days = sheet.add("list.texts", "days", "Days", items=["Mon", "Tue", "Wed", "Thu", "Fri"])
        sheet.add("list.length", items=days["out"])
        sheet.add("list.get", items=days["out"], index=-1)
        wanted = sheet.add("text.constant", "wanted", value="Wed")
        sheet.add("list.contains", items=days["out"], value=wanted["out"])
    with sheet.frame("Change"):
        marks = sheet.add("list.numbers", "marks", "Marks", items=[2, 5, 1, 4, 5, 3])
        late = sheet.add("math.integer", "late", "A late one", value=2)
        more = sheet.add("list.append", items=marks["out"], value=late["out"])
        sheet.add("list.sort", items=more["out"], descending=True)
        sheet.add("list.unique", items=more["out"])
        sheet.add("list.slice", items=more["out"], start=1, stop=4)
        sheet.add("list.filter", items=more["out"], condition="item >= 3")
        sheet.add("list.map", items=more["out"], expression="6 - item")
    with sheet.frame("Combine"):
        left = sheet.add("list.numbers", "left", items=[1, 2, 3])
        right = sheet.add("list.texts", "right", items=["one", "two", "three"])
        sheet.add("list.concat", first=left["out"], second=right["out"])
        pairs = sheet.add("list.zip", a=left["out"], b=right["out"])
        sheet.add("list.flatten", items=pairs["out"])
