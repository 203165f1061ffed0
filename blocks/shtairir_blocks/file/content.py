"""Blocks for what is in a file, whatever it is."""

from pathlib import Path
from typing import Annotated, Literal

from shtairir.block import Array, Context, Param, block
from shtairir_blocks.shapes import files


@block(name="Read bytes", category="File/Content", tags=("binary", "raw", "load", "open"), infer=files.content)
def read_bytes(
    path: Annotated[Path, Param(path="open")],
    start: Annotated[int, Param(ge=0)] = 0,
    count: Annotated[int | None, Param(ge=0)] = None,
    limit: Annotated[int, Param(ge=1, le=1_000_000, unit="MB", advanced=True)] = 4096,
) -> Array:
    """Read the bytes of a file as an array of numbers from 0 to 255.

    Parameters
    ----------
    path
        The file to read.
    start
        The first byte to read, from 0.
    count
        How many to read; all to the end when unset.
    limit
        The most to read; more is an error.
    """
    from shtairir_blocks.kernels import file_content as kernels

    return kernels.read_bytes(path, start, count, limit * 2**20)


@block(name="Write bytes", category="File/Content", tags=("binary", "raw", "save"), pure=False, idempotent=True)
def write_bytes(array: Array, path: Annotated[Path, Param(path="save")]) -> Path:
    """Write an array of whole numbers from 0 to 255 as the bytes of a file.

    Parameters
    ----------
    array
        The numbers, row after row.
    path
        The file; missing folders are made, an old file is replaced.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import file_content as kernels

    return kernels.write_bytes(array, path)


@block(name="Append text to file", category="File/Content", tags=("log", "add", "line", "write"), pure=False)
def append_text(
    text: str,
    path: Annotated[Path, Param(path="save", suffixes=(".txt", ".log", ".csv"))],
    new_line: bool = True,
) -> Path:
    """Write a text at the end of a file, in UTF-8; what is there stays.

    Parameters
    ----------
    text
        What to add.
    path
        The file; it is made, with its folders, when it is not there.
    new_line
        Whether to end the text with a new line.

    Returns
    -------
    out
        The path of the file.
    """
    from shtairir_blocks.kernels import file_content as kernels

    return kernels.append_text(text, path, new_line)


@block(name="Hash file", category="File/Content", tags=("checksum", "digest", "fingerprint", "sha", "md5", "verify"))
def hash_(
    path: Annotated[Path, Param(path="open")],
    context: Context,
    method: Literal["sha256", "sha512", "sha1", "md5", "blake2b", "crc32"] = "sha256",
) -> str:
    """Make a short fingerprint of a file: files with the same content have the same one.

    Parameters
    ----------
    path
        The file.
    method
        How to make it; md5, sha1 and crc32 are no protection against somebody who wants to deceive.
    """
    from shtairir_blocks.kernels import file_content as kernels

    size = max(path.stat().st_size, 1) if path.is_file() else 1

    def tell(done: int) -> None:
        context.check_cancelled()
        context.progress(done / size)

    return kernels.fingerprint(path, method, tell)
