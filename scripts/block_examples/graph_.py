"""The inputs and outputs of a graph."""

from scripts.block_examples.sheet import Sheet

TITLE = "Graph input and output"
DESCRIPTION = "A graph with an input and an output of its own: it can be used as a block in another graph."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("A price with tax"):
        price = sheet.add("graph.input", "price", "Price", name="price", type="float", value=10.0, help="Before tax.")
        taxed = sheet.add("math.multiply", "taxed", "With tax", a=price["out"], b=1.2)
        sheet.add("graph.output", "sum", "To pay", name="sum", type="float", value=taxed["out"], help="With tax.")
