"""Every block that searches for the best numbers."""

from scripts.block_examples.sheet import Sheet

TITLE = "Optimisation blocks"
DESCRIPTION = "Each block that searches: for the formula that fits, for roots and minima, for the best plan."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Fit"):
        minutes = sheet.add("array.linspace", "minutes", "Minutes", start=0.0, stop=30.0, num=31)
        share = sheet.add("array.multiply", "share", "Minutes / 8", x1=minutes["out"], x2=-0.125)
        cooling = sheet.add("array.exp", "cooling", "Cooling", x=share["out"])
        measured = sheet.add("random.normal", "measured", "Measured", loc=cooling["out"], scale=0.01, seed=1)
        fit = sheet.add(
            "optimise.curve_fit",
            xdata=minutes["out"],
            ydata=measured["out"],
            f="a * exp(-x / tau) + c",
            p0=[1.0, 5.0, 0.0],
        )
        sheet.add("chart.line", data=fit["fitted"], x=minutes["out"], title="A cup of tea cools")
        line = sheet.add("optimise.polyfit", x=minutes["out"], y=measured["out"], deg=2)
        sheet.add("optimise.polyval", p=line["p"], x=minutes["out"])
        sheet.add("optimise.extrema", a=line["fitted"])
    with sheet.frame("Formulas"):
        given = sheet.add("dict.constant", "given", "Given", value={"load": 0.3})
        sheet.add("optimise.find_root", f="x - load * exp(x / 4)", low=0.0, high=4.0, constants=given["out"])
        sheet.add(
            "optimise.minimize",
            f="(1 - x) ** 2 + 100 * (y - x ** 2) ** 2",
            x0=[-1.0, 1.0],
            low=[-2.0],
            high=[2.0],
        )
    with sheet.frame("The best plan"):
        used = sheet.add("array.constant", "used", "Wood and hours", value=[[4, 3], [2, 1]])
        sheet.add("optimise.linprog", c=[70.0, 50.0], A_ub=used["out"], b_ub=[240.0, 100.0], maximize=True)
    with sheet.frame("A mixture"):
        spectra = sheet.add("array.constant", "spectra", "Pure spectra", value=[[0.9, 0.1], [0.6, 0.3], [0.2, 0.8]])
        seen = sheet.add("array.constant", "seen", "Seen", value=[0.68, 0.5, 0.36])
        sheet.add("optimise.lsq_linear", A=spectra["out"], b=seen["out"], low=[0.0], high=[1.0])
