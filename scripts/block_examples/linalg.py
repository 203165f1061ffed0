"""Every block of linear algebra."""

from scripts.block_examples.sheet import Sheet

TITLE = "Linear algebra blocks"
DESCRIPTION = "Each block of linear algebra at work: equations are solved, matrices are taken apart and measured."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("As many equations as unknowns"):
        prices = sheet.add("array.constant", "orders", "Orders", value=[[2, 1, 0], [1, 3, 1], [0, 1, 4]])
        sums = sheet.add("array.constant", "bills", "Bills", value=[7, 14, 22])
        sheet.add("linalg.solve", a=prices["out"], b=sums["out"])
        sheet.add("linalg.inv", a=prices["out"])
        sheet.add("linalg.det", a=prices["out"])
    with sheet.frame("More equations than unknowns"):
        places = sheet.add("array.constant", "places", "Line through 5", value=[[1, 1], [2, 1], [3, 1], [4, 1], [5, 1]])
        heights = sheet.add("array.constant", "heights", "Heights", value=[2.1, 3.9, 6.2, 7.8, 10.1])
        sheet.add("linalg.lstsq", a=places["out"], b=heights["out"])
        sheet.add("linalg.pinv", a=places["out"])
    with sheet.frame("Directions and lengths"):
        together = sheet.add(
            "array.constant", "covariances", "Covariances", value=[[4, 2, 1], [2, 3, 0.5], [1, 0.5, 2]]
        )
        sheet.add("linalg.eig", a=together["out"])
        sheet.add("linalg.svd", a=together["out"])
        sheet.add("linalg.norm", x=together["out"], axis=0)
