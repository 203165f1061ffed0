"""Every block of tables."""

from scripts.block_examples.sheet import Sheet

TITLE = "Table blocks"
DESCRIPTION = "Each block for tables at work, on penguins."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Rows"):
        table = sheet.add("io.read_csv", "penguins", "Penguins", path="data/penguins.csv")
        known = sheet.add("table.drop_missing", table=table["out"], columns=["sex"])
        sheet.add("table.filter", table=known["out"], column="body_mass_g", operator=">", value=4500)
        ordered = sheet.add("table.sort", table=known["out"], by=["body_mass_g"], descending=True)
        sheet.add("table.head", table=ordered["out"], rows=5)
        sheet.add("table.sample", table=known["out"], rows=5, seed=1)
        sheet.add("table.unique", table=known["out"], columns=["species", "island"])
    with sheet.frame("Columns"):
        all_ = sheet.add("io.read_csv", "columns", "Penguins", path="data/penguins.csv")
        some = sheet.add("table.select", table=all_["out"], columns=["species", "bill_*"])
        sheet.add("table.rename", table=some["out"], old=["bill_length_mm"], new=["length"])
        sheet.add("table.drop", table=all_["out"], columns=["year"])
        values = {"name": "ratio", "left": "bill_length_mm", "operation": "/", "right": "bill_depth_mm"}
        sheet.add("table.derive", table=some["out"], **values)
        sheet.add("table.fill_missing", table=all_["out"], columns=["body_mass_g"], how="median")
        sheet.add("table.convert", table=all_["out"], columns=["year"], to="text")
        sheet.add("table.add_column", table=all_["out"], name="observer", values="K. Gorman")
    with sheet.frame("Groups and shapes"):
        birds = sheet.add("io.read_csv", "birds", "Penguins", path="data/penguins.csv")
        group = sheet.add("table.group", table=birds["out"], by=["species"], columns=["body_mass_g"])
        sheet.add("table.join", left=birds["out"], right=group["out"], on=["species"], how="left")
        pivot = sheet.add("table.pivot", table=birds["out"], rows=["species"], columns="island", values="body_mass_g")
        sheet.add("table.unpivot", table=pivot["out"], keep=["species"])
        sheet.add("table.concat", first=birds["out"], second=birds["out"], how="rows")
    with sheet.frame("Facts"):
        facts = sheet.add("io.read_csv", "facts", "Penguins", path="data/penguins.csv")
        sheet.add("table.row_count", table=facts["out"])
        sheet.add("table.describe", table=facts["out"])
        sheet.add("table.count_values", table=facts["out"], column="island")
    with sheet.frame("Arrays"):
        source = sheet.add("io.read_csv", "source", "Penguins", path="data/penguins.csv")
        mass = sheet.add("table.column", table=source["out"], name="body_mass_g")
        sheet.add("table.from_columns", names=["mass", "again"], a=mass["out"], b=mass["out"])
        matrix = sheet.add("table.to_array", table=source["out"], columns=["bill_*"])
        sheet.add("table.from_array", array=matrix["out"], names=["length", "depth"])
