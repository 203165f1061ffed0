"""Sizes of what is in files, from their heads or their lengths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shtairir.block.infer import Spec, array, image

_MOST_FILES = 1000
_TABLE_BYTES_PER_TEXT_BYTE = 1.2
_TABLE_BYTES_PER_PARQUET_BYTE = 3.0
_VALUE_BYTES_PER_TEXT_BYTE = 5.0


def text(path: Path, **_: Any) -> Spec:
    """A text about as long as its file."""
    return Spec("text", nbytes=path.stat().st_size, exact=False)


def content(path: Path, start: int = 0, count: int | None = None, **_: Any) -> Spec:
    """The bytes of a file, or of a part of it."""
    there = max(path.stat().st_size - start, 0)
    return array((there if count is None else min(count, there),), "uint8")


def lines(path: Path, **_: Any) -> Spec:
    """Values of Python, which take several times the room of their text."""
    return Spec("list", nbytes=round(path.stat().st_size * _VALUE_BYTES_PER_TEXT_BYTE), exact=False)


def csv(path: Path, **_: Any) -> Spec:
    """A table about as large as its text."""
    return Spec("table", nbytes=round(path.stat().st_size * _TABLE_BYTES_PER_TEXT_BYTE), exact=False)


def parquet(path: Path, **_: Any) -> Spec:
    """A table, which is larger than its compressed file."""
    return Spec("table", nbytes=round(path.stat().st_size * _TABLE_BYTES_PER_PARQUET_BYTE), exact=False)


def picture(path: Path, **_: Any) -> Spec:
    """A picture: its size stands in the head of the file."""
    from PIL import Image

    with Image.open(path) as file:
        width, height = file.size
        if file.getexif().get(0x0112, 1) in (5, 6, 7, 8):  # turned by a quarter
            width, height = height, width
        return image(height, width, _channels(file))


def _channels(file: Any) -> int:
    """The number of channels that the reader makes of a picture."""
    if "transparency" in file.info or file.mode in ("LA", "La", "PA", "RGBa", "RGBA"):
        return 4
    return 1 if file.mode in ("1", "L", "I", "F") or file.mode.startswith("I;16") else 3


def pictures(paths: Path | Sequence[Path], pattern: str, **_: Any) -> Spec:
    """A list of pictures."""
    files = listed(paths, pattern) if isinstance(paths, Path) else paths
    if len(files) > _MOST_FILES:
        raise ValueError("There are too many to look at.")
    specs = [picture(file) for file in files]
    return Spec("list", nbytes=56 + sum(8 + (spec.nbytes or 0) for spec in specs), length=len(specs))


def listed(folder: Path, pattern: str, recursive: bool = False) -> list[Path]:
    """The files in a folder, as long as it is not a deep one."""
    if recursive:
        raise ValueError("It may take long to look.")
    from shtairir_blocks.kernels.io_folder import list_files

    return list_files(folder, pattern, recursive=False)


def stored_array(path: Path, **_: Any) -> Spec:
    """An array: shape and type stand in the head of an .npy file."""
    if path.suffix.lower() != ".npy":
        raise ValueError("An archive may hold several.")
    from numpy.lib import format as npy

    with path.open("rb") as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _order, dtype = read(file)
    return array(shape, str(dtype))


def sound(path: Path) -> Spec:
    """A sound: its length stands in the head of the file."""
    import soundfile  # type: ignore[import-untyped]  # the library ships no types

    info = soundfile.info(path)
    return array((info.frames, info.channels), "float32", kind="audio")
