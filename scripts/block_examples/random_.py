"""Every block of random draws."""

from scripts.block_examples.sheet import Sheet

TITLE = "Random blocks"
DESCRIPTION = "Each block of chance at work. The same seed always gives the same draws."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Numbers"):
        steps = sheet.add("random.normal", "steps", "Steps", size=500, seed=3)
        walk = sheet.add("array.cumsum", "walk", "Random walk", a=steps["out"])
        sheet.add("chart.line", data=walk["out"], title="A random walk")
        sheet.add("random.uniform", low=-1.0, high=1.0, size=[20, 2], seed=1)
        dice = sheet.add("random.integers", "dice", "60 dice", low=1, high=6, size=60, endpoint=True, seed=7)
        sheet.add("array.unique", "faces", "How often", a=dice["out"])
    with sheet.frame("Photons on a sensor"):
        light = sheet.add("array.full", "light", "Even light", shape=[64, 64], fill_value=9.0)
        sheet.add("random.poisson", lam=light["out"], seed=5)
    with sheet.frame("Items"):
        names = sheet.add("text.split", "names", "Names", text="Ada, Grace, Emmy, Mary, Hedy", separator=", ")
        sheet.add("random.choice", a=names["out"], size=3, replace=False, seed=2)
        sheet.add("random.shuffle", a=names["out"], seed=4)
        counts = sheet.add("array.constant", "weights", "Weights", value=[5, 1, 1, 2, 1])
        table = sheet.add("table.from_columns", "table", names=["name", "weight"], a=names["out"], b=counts["out"])
        sheet.add("random.rows", table=table["out"], size=10, replace=True, weights="weight", seed=1)
