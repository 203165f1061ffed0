"""NumPy files. Nothing is ever unpickled: a pickle in a file can run any code it likes.

A few kilobytes of ``.npz`` can stand for terabytes, and a ``.npy`` header may claim any shape. So
the size that a header declares is held against a limit, and against the bytes that are really
there, before memory is taken.
"""

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .io_atomic import existing, replacing


def read_array(path: Path, name: str, limit_bytes: int) -> NDArray[Any]:
    """Return the array in a ``.npy`` file, or the one called `name` in a ``.npz`` file."""
    found = existing(path)
    with found.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start.startswith(b"PK"):
            return _from_archive(file, path.name, name, limit_bytes)
        if start != b"\x93NUMPY":
            raise ValueError(f"{path.name} is not a NumPy file. Choose a .npy or .npz file.")
        return _checked(file, path.name, found.stat().st_size, limit_bytes)


def write_array(array: NDArray[Any], path: Path, name: str) -> Path:
    """Write a ``.npy`` file, or for that suffix a compressed ``.npz`` with one array; return the path."""
    array = np.asarray(array)
    if array.dtype.hasobject:
        raise ValueError("An array of Python objects cannot be written. Turn it into numbers or text first.")
    suffix = path.suffix.lower()
    if suffix not in (".npy", ".npz"):
        raise ValueError(f"{path.name} must end in .npy or .npz.")
    with replacing(path) as temporary, temporary.open("wb") as file:
        if suffix == ".npy":
            np.lib.format.write_array(file, array, allow_pickle=False)
        else:
            np.savez_compressed(file, allow_pickle=False, **{name or "data": array})
    return path


def _from_archive(file: IO[bytes], source: str, name: str, limit_bytes: int) -> NDArray[Any]:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise ValueError(f"{source} is damaged or cut short. Make the file again.") from None
    with archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        if not name and len(entries) == 1:
            name = next(iter(entries))
        if name not in entries:
            asked = f"has no array called {name!r}" if name else "holds several arrays"
            raise ValueError(f"{source} {asked}. Set name to one of: {', '.join(entries) or '(it is empty)'}.")
        try:
            with archive.open(entries[name]) as member:
                return _checked(member, f"{source}, array {name}", entries[name].file_size, limit_bytes)
        except zipfile.BadZipFile:
            raise ValueError(f"{source} is damaged. Make the file again.") from None


def _checked(file: IO[bytes], source: str, stored_bytes: int, limit_bytes: int) -> NDArray[Any]:
    try:
        shape, dtype = _header(file)
    except ValueError as error:
        raise ValueError(f"{source} is not a NumPy array: {error}. Make the file again.") from None
    if dtype.hasobject:
        raise ValueError(f"{source} holds Python objects, which could run code. Save it as numbers or text.")
    declared_bytes = math.prod(shape) * dtype.itemsize
    if declared_bytes > limit_bytes:
        raise ValueError(
            f"{source} would take {declared_bytes / 2**20:,.0f} MB, more than the limit of "
            f"{limit_bytes / 2**20:,.0f} MB. Raise limit if the file is to be trusted."
        )
    if declared_bytes > stored_bytes:
        raise ValueError(f"{source} is cut short: {stored_bytes:,} of {declared_bytes:,} bytes are there.")
    file.seek(0)
    try:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except ValueError as error:
        raise ValueError(f"{source} is damaged: {error}. Make the file again.") from None
    return array


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    return shape, dtype
