"""Every block of charts."""

from scripts.block_examples.sheet import Sheet

TITLE = "Chart blocks"
DESCRIPTION = "Each chart, drawn of penguins."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Charts of a table"):
        table = sheet.add("io.read_csv", "penguins", "Penguins", path="data/penguins.csv")
        sheet.add("chart.bar", data=table["out"], category="species", value="body_mass_g", function="mean")
        sheet.add("chart.box", data=table["out"], column="bill_length_mm", group="species", points=False)
        sheet.add("chart.histogram", data=table["out"], column="flipper_length_mm", bins=12, group="species")
        sheet.add("chart.scatter", data=table["out"], x="bill_length_mm", y="bill_depth_mm", group="species")
        sheet.add("chart.heat_map", data=table["out"], rows="species", columns="island", value="body_mass_g")
    with sheet.frame("A curve, as a picture"):
        x = sheet.add("array.linspace", "x", start=0.0, stop=12.0, num=200)
        y = sheet.add("array.sin", x=x["out"])
        line = sheet.add("chart.line", data=y["out"], x=x["out"], title="A wave")
        sheet.add("chart.picture", figure=line["out"], width=640, height=400)
