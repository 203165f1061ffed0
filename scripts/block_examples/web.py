"""Every block of the web."""

from scripts.block_examples.sheet import Sheet

TITLE = "Web blocks"
DESCRIPTION = "Each block for web servers at work; put the address of a server of yours into Site."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Ask a server"):
        site = sheet.add("text.constant", "site", "Site", value="http://127.0.0.1:8000")
        page = sheet.add("text.concat", "page", first=site["out"], second="/hello")
        sheet.add("web.request", url=page["out"], timeout_s=10.0)
        api = sheet.add("text.concat", "api", first=site["out"], second="/weather")
        query = sheet.add("web.address", base=api["out"], query={"city": "Riga", "days": 2})
        sheet.add("web.get_json", url=query["out"], timeout_s=10.0)
        sheet.add("web.download", url=api["out"], path="out/weather.json", overwrite=True, timeout_s=60.0)
