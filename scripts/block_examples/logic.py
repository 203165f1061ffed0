"""Every block of logic."""

from scripts.block_examples.sheet import Sheet

TITLE = "Logic blocks"
DESCRIPTION = "Each block for true and false at work: comparing, combining and choosing."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Compare and combine"):
        warm = sheet.add("logic.compare", "warm", "Warm enough?", a=21.5, operator=">=", b=18.0)
        dry = sheet.add("logic.boolean", "dry", "Dry?", value=False)
        both = sheet.add("logic.and", a=warm["out"], b=dry["out"])
        sheet.add("logic.or", a=warm["out"], b=dry["out"])
        sheet.add("logic.not", value=both["out"])
    with sheet.frame("Choose"):
        inside = sheet.add("text.constant", "inside", value="Stay inside")
        outside = sheet.add("text.constant", "outside", value="Go outside")
        good = sheet.add("logic.boolean", "good", "Good weather?", value=True)
        sheet.add("logic.select", condition=good["out"], if_true=outside["out"], if_false=inside["out"])
    with sheet.frame("Ask about any value"):
        words = sheet.add("text.split", "words", text="a, b, c")
        again = sheet.add("text.split", "again", text="a|b|c", separator="|")
        sheet.add("logic.equal", a=words["out"], b=again["out"])
        sheet.add("logic.is_empty", value=words["out"])
    with sheet.frame("A formula"):
        mean = sheet.add("math.number", "mean", "Mean", value=0.7)
        sheet.add("logic.expression", expression="mean > 0.5 and count < 10", mean=mean["out"], count=3)
