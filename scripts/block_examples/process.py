"""Every block that runs other programs."""

from scripts.block_examples.sheet import Sheet

TITLE = "Program blocks"
DESCRIPTION = "Another program is run; a graph that does so has to be trusted first."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Run a program"):
        words = sheet.add("text.constant", "words", "Words", value="pear\nfig\napple\n")
        done = sheet.add("process.run", program="sort", arguments=["-r"], stdin=words["out"], timeout_s=10.0)
        sheet.add("text.lines", text=done["output"])
