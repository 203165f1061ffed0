"""Every block of databases."""

from scripts.block_examples.sheet import Sheet

TITLE = "Database blocks"
DESCRIPTION = "Each block for databases at work, with penguins and their islands."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("SQLite"):
        penguins = sheet.add("io.read_csv", "penguins", "Penguins", path="data/penguins.csv")
        stored = sheet.add(
            "database.write_table",
            table=penguins["out"],
            database="out/zoo.sqlite",
            name="penguins",
            if_there="replace",
        )
        sql = "SELECT species, avg(body_mass_g) AS mass FROM penguins WHERE year >= :since GROUP BY species"
        sheet.add("database.query", database=stored["out"], sql=sql, parameters={"since": 2008})
        sheet.add("database.tables", database=stored["out"])
        sheet.add(
            "database.execute",
            database="out/diary.sqlite",
            sql="CREATE TABLE IF NOT EXISTS visits (day TEXT, count INTEGER)",
            create=True,
        )
    with sheet.frame("SQL over tables and files"):
        table = sheet.add("io.read_csv", "table", "Penguins", path="data/penguins.csv")
        sql = (
            "SELECT a.species, count(*) AS sold FROM a JOIN sales USING (species) WHERE sales.price > $least GROUP BY 1"
        )
        sheet.add("database.duckdb", sql=sql, a=table["out"], files=["data/sales.csv"], parameters={"least": 5})
