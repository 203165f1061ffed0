"""Every block that looks at values on the way."""

from scripts.block_examples.sheet import Sheet

TITLE = "View blocks"
DESCRIPTION = "Each block for looking at values on the way, with a picture of coins."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Look at a picture"):
        coins = sheet.add("io.read_image", "coins", "Coins", path="data/coins.png")
        shown = sheet.add("view.show", value=coins["out"], title="coins")
        blurred = sheet.add("image.gaussian_blur", image=shown["out"], sigma=2.0)
        sheet.add("view.compare", left=coins["out"], right=blurred["out"], mode="split")
        sheet.add("view.statistics", a=coins["out"])
