"""Every block of calculation with single numbers."""

from scripts.block_examples.sheet import Sheet

TITLE = "Math blocks"
DESCRIPTION = "Each block for single numbers at work: values, arithmetic and functions."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Values and arithmetic"):
        price = sheet.add("math.number", "price", "Price", value=12.5)
        count = sheet.add("math.integer", "count", "How many", value=7)
        whole = sheet.add("math.multiply", a=price["out"], b=count["out"])
        reduced = sheet.add("math.subtract", a=whole["out"], b=10.0)
        taxed = sheet.add("math.multiply", "taxed", "With tax", a=reduced["out"], b=1.2)
        posted = sheet.add("math.add", a=taxed["out"], b=4.9)
        sheet.add("math.divide", a=posted["out"], b=count["out"])
        sheet.add("math.modulo", a=count["out"], b=4.0)
    with sheet.frame("A circle"):
        pi = sheet.add("math.constant", "pi", which="pi")
        radius = sheet.add("math.random", "radius", "Radius", seed=3, low=1.0, high=5.0)
        square = sheet.add("math.power", base=radius["out"], exponent=2.0)
        area = sheet.add("math.multiply", "area", "Area", a=pi["out"], b=square["out"])
        sheet.add("math.round", x=area["out"], digits=2)
        sheet.add("math.function", x=area["out"], which="square root")
    with sheet.frame("Limits"):
        reading = sheet.add("math.number", "reading", "A reading", value=-3.2)
        sheet.add("math.abs", x=reading["out"])
        sheet.add("math.negate", x=reading["out"])
        sheet.add("math.clamp", x=reading["out"], low=-1.0, high=1.0)
        sheet.add("math.remap", x=reading["out"], from_low=-10.0, from_high=10.0, to_low=0.0, to_high=100.0)
        sheet.add("math.max", a=reading["out"], b=0.0)
        sheet.add("math.min", a=reading["out"], b=0.0)
