"""Every block of files."""

from scripts.block_examples.sheet import Sheet

TITLE = "File blocks"
DESCRIPTION = "Each block for files and folders at work; what is written goes into the folder out."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Look"):
        sheet.add("file.info", path="data/notes.txt")
        sheet.add("file.list", folder="data", pattern="*.csv, *.json")
        sheet.add("file.hash", path="data/notes.txt", method="sha256")
        sheet.add("file.parts", path="data/photos/coffee.jpg")
    with sheet.frame("Bytes and lines"):
        content = sheet.add("file.read_bytes", path="data/notes.txt", count=16)
        sheet.add("file.write_bytes", array=content["out"], path="out/first.bin")
        sheet.add("file.append_text", text="The work began.", path="out/diary.log")
    with sheet.frame("Copy, move, delete"):
        folder = sheet.add("file.make_folder", path="out/copies")
        target = sheet.add("file.join", folder=folder["out"], name="notes", suffix=".txt")
        copied = sheet.add("file.copy", source="data/notes.txt", target=target["out"], overwrite=True)
        renamed = sheet.add("file.move", source=copied["out"], target="out/copies/renamed.txt", overwrite=True)
        sheet.add("file.delete", path=renamed["out"], how="for good")
    with sheet.frame("Archives"):
        scratch = sheet.add("file.temporary", prefix="archive")
        place = sheet.add("file.join", "place", folder=scratch["out"], name="things.zip")
        packed = sheet.add("file.zip", paths="data/photos", archive=place["out"])
        sheet.add("file.unzip", archive=packed["out"], folder="out/unpacked", overwrite=True)
