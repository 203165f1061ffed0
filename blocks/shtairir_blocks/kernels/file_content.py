"""The bytes of files."""

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .io_atomic import chosen, existing, replacing

_PIECE = 1 << 20


def read_bytes(path: Path, start: int, count: int | None, limit: int) -> NDArray[np.uint8]:
    """Return the bytes of a file from a place on."""
    with existing(path).open("rb") as file:
        file.seek(start)
        content = file.read(limit + 1 if count is None else min(count, limit + 1))
    if len(content) > limit:
        raise ValueError(f"{path.name} holds more than {limit >> 20} MB. Read a part of it, or raise limit.")
    return np.frombuffer(content, np.uint8)


def write_bytes(array: NDArray[Any], path: Path) -> Path:
    """Write an array of numbers from 0 to 255 as bytes, and return the path."""
    values = np.asarray(array)
    if values.dtype.kind not in "biu" and not (values.dtype.kind == "f" and np.all(values == np.floor(values))):
        raise ValueError("A byte is a whole number. Round the array first, with array.round.")
    if values.size and (values.min() < 0 or values.max() > 255):
        raise ValueError(f"A byte lies in 0 to 255; this array holds {values.min():g} to {values.max():g}.")
    with replacing(path) as temporary:
        temporary.write_bytes(values.astype(np.uint8).tobytes())
    return path


def append_text(text: str, path: Path, new_line: bool) -> Path:
    """Write a text at the end of a file, in one go, and return the path."""
    target = chosen(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("ab") as file:
        file.write((text + "\n" if new_line else text).encode("utf-8"))
    return path


def fingerprint(path: Path, method: str, tell: Callable[[int], None]) -> str:
    """Return a digest of a file in hexadecimal digits; ``tell`` is given the number of bytes read so far."""
    digest = None if method == "crc32" else hashlib.new(method, usedforsecurity=False)
    check = done = 0
    with existing(path).open("rb") as file:
        while piece := file.read(_PIECE):
            if digest is None:
                check = zlib.crc32(piece, check)
            else:
                digest.update(piece)
            done += len(piece)
            tell(done)
    return f"{check:08x}" if digest is None else digest.hexdigest()
