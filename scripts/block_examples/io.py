"""Every block that reads and writes files."""

from scripts.block_examples.sheet import Sheet

TITLE = "File reading and writing blocks"
DESCRIPTION = "Each block that reads or writes a file; what one writes into the folder out, another reads again."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Text and JSON"):
        note = sheet.add("io.write_text", text="Grüße aus Riga\n", path="out/note.txt")
        sheet.add("io.read_text", path=note["out"])
        value = sheet.add("dict.constant", "value", value={"width": 3, "names": ["a", "b"]})
        stored = sheet.add("io.write_json", value=value["out"], path="out/value.json")
        sheet.add("io.read_json", path=stored["out"])
    with sheet.frame("Tables"):
        penguins = sheet.add("io.read_csv", path="data/penguins.csv")
        sheet.add("io.write_csv", table=penguins["out"], path="out/penguins.csv", separator="semicolon")
        parquet = sheet.add("io.write_parquet", table=penguins["out"], path="out/penguins.parquet")
        sheet.add("io.read_parquet", path=parquet["out"], columns=["species", "bill_*"])
    with sheet.frame("Pictures"):
        coins = sheet.add("io.read_image", path="data/coins.png")
        sheet.add("io.write_image", image=coins["out"], path="out/coins.jpg", quality=85)
        files = sheet.add("io.list_folder", folder="data/photos", pattern="*.jpg")
        sheet.add("io.read_images", paths=files["out"])
    with sheet.frame("Sound"):
        bell = sheet.add("io.read_audio", path="data/bell.wav")
        sheet.add("io.write_audio", audio=bell["out"], path="out/bell.flac")
    with sheet.frame("Arrays"):
        numbers = sheet.add("array.linspace", start=0.0, stop=1.0, num=11)
        kept = sheet.add("io.write_array", array=numbers["out"], path="out/numbers.npy")
        sheet.add("io.read_array", path=kept["out"])
