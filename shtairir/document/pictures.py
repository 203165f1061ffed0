"""A picture that carries the graph it shows: a PNG with the graph file in a text chunk, where other programs pass over.

The chunk is ``iTXt`` with the keyword ``shtairir-graph``, compressed. Nothing is run and nothing is drawn to read it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.errors import DocumentFormatError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"shtairir-graph"
# Keyword, its end, compressed, by deflate, no language, no other keyword; see the PNG specification, 11.3.3.4.
_HEAD = KEYWORD + b"\0\x01\0\0\0"
_NO_GRAPH = "The picture carries no graph."


def is_picture(data: bytes) -> bool:
    """Whether bytes are a PNG."""
    return data.startswith(SIGNATURE)


def with_graph(picture: bytes, graph: bytes) -> bytes:
    """Return a PNG that carries the bytes of a graph file, in the place of what it carried before.

    Examples
    --------
    >>> from shtairir.document.pictures import SIGNATURE, graph_in, with_graph
    >>> empty = SIGNATURE + bytes.fromhex("0000000049454e44ae426082")
    >>> graph_in(with_graph(empty, b"{}"))
    b'{}'
    """
    parts = [SIGNATURE]
    for kind, content in _chunks(picture):
        if _is_ours(kind, content):
            continue
        if kind == b"IEND":
            parts.append(_chunk(b"iTXt", _HEAD + zlib.compress(graph, 9)))
        parts.append(_chunk(kind, content))
    return b"".join(parts)


def graph_in(picture: bytes, path: Path | None = None) -> bytes:
    """Return the bytes of the graph file that a PNG carries.

    Raises
    ------
    DocumentFormatError
        When it carries none, or what it carries is damaged.
    """
    for kind, content in _chunks(picture):
        if _is_ours(kind, content):
            if not content.startswith(_HEAD):
                break
            return _unpacked(content[len(_HEAD) :], path)
    hint = "Only pictures that were exported with their graph can be opened."
    raise DocumentFormatError(_NO_GRAPH, path=path, hint=hint)


def carries_graph(path: Path) -> bool:
    """Whether a file is a picture with a graph in it; only the heads of its chunks are read."""
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE and any(_is_ours(*head) for head in _heads(file))
    except OSError:
        return False


def _heads(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The kind of each chunk, and how it begins."""
    while len(head := file.read(8 + len(_HEAD))) >= 8:
        (length,) = struct.unpack_from(">I", head)
        yield head[4:8], head[8:]
        file.seek(length + 12 - len(head), os.SEEK_CUR)


def _is_ours(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.startswith(KEYWORD + b"\0")


def _unpacked(packed: bytes, path: Path | None) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        graph = unpacking.decompress(packed, MAX_FILE_BYTES + 1)  # a small chunk can unpack to more than there is room
    except zlib.error:
        raise DocumentFormatError("The graph in the picture is damaged.", path=path) from None
    return graph


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG; a picture that is cut off has fewer."""
    at = len(SIGNATURE)
    while at + 12 <= len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
