"""Every block of text."""

from scripts.block_examples.sheet import Sheet

TITLE = "Text blocks"
DESCRIPTION = "Each block for text at work: texts are made, taken apart, changed, written in codes and asked."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Make"):
        first = sheet.add("text.constant", "first", "First name", value="Ada")
        full = sheet.add("text.concat", first=first["out"], second="Lovelace", separator=" ")
        sheet.add("text.format", template="Dear {a}, {b} are done.", a=full["out"], b=first["out"])
        sheet.add("text.join", parts=["pen", "paper", "ink"], separator=" + ")
        order = sheet.add("dict.constant", "order", "An order", value={"name": "Ada", "sum": 12.5})
        sheet.add("text.template", template="Dear {name}, you owe {sum:.2f} €.", entries=order["out"])
    with sheet.frame("Take apart"):
        note = sheet.add("text.constant", "note", "A note", value="apples, pears, plums\nbread\n\nmilk")
        lines = sheet.add("text.lines", text=note["out"], drop_empty=True)
        sheet.add("text.join", "again", "In one line", parts=lines["out"], separator=" / ")
        sheet.add("text.slice", text=note["out"], start=0, stop=6)
        sheet.add("text.split", text="2024-05-31", separator="-")
    with sheet.frame("Change"):
        raw = sheet.add("text.constant", "raw", "As it came", value="  THE QUICK brown fox  ")
        stripped = sheet.add("text.strip", text=raw["out"])
        cased = sheet.add("text.case", text=stripped["out"], to="sentence")
        sheet.add("text.replace", text=cased["out"], find="brown", replacement="red")
        sheet.add("text.pad", text="7", width=3, align="right", fill="0")
    with sheet.frame("Ask"):
        price = sheet.add("text.constant", "price", "A price", value="1.234,50")
        sheet.add("text.length", text=price["out"])
        sheet.add("text.contains", text=price["out"], part=",")
        sheet.add("text.to_number", text=price["out"], decimal=",")
    with sheet.frame("Codes"):
        plain = sheet.add("text.constant", "plain", "In the clear", value="Grüße & Küsse")
        coded = sheet.add("text.encode", text=plain["out"], code="base64")
        sheet.add("text.decode", text=coded["out"], code="base64")
        sheet.add("text.hash", text=plain["out"], method="sha256")
