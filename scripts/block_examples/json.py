"""Every block of JSON."""

from scripts.block_examples.sheet import Sheet

TITLE = "JSON blocks"
DESCRIPTION = "Each block for JSON at work, on a few orders."

ORDERS = """{"orders": [
  {"id": 1, "customer": {"name": "Ada", "city": "London"}, "sum": 12.5},
  {"id": 2, "customer": {"name": "Bo", "city": "Riga"}, "sum": 40},
  {"id": 3, "customer": {"name": "Cy"}, "sum": 7.25}
]}"""


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Text and paths"):
        value = sheet.add("json.parse", text=ORDERS)
        name = sheet.add("json.get", value=value["out"], path="$.orders[0].customer.name")
        sheet.add("json.find", value=value["out"], path="$.orders[?@.sum > 10].id")
        changed = sheet.add("json.set", value=value["out"], path="$.orders[2].customer.city", new=name["out"])
        sheet.add("json.to_text", value=changed["out"], indent=2)
    with sheet.frame("Tables and files"):
        lines = sheet.add("json.read_lines", path="data/orders.jsonl")
        sheet.add("json.to_table", value=lines["out"])
        sheet.add("json.write_lines", items=lines["out"], path="out/orders.jsonl")
