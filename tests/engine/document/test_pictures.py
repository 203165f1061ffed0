"""A picture that carries the graph it shows."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from shtairir.document import Graph, load, save
from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.document.pictures import KEYWORD, SIGNATURE, carries_graph, graph_in, with_graph
from shtairir.document.store import text_for
from shtairir.errors import DocumentError, DocumentFormatError


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PICTURE = (
    SIGNATURE
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def test_what_is_put_in_comes_out_and_the_picture_stays_one(tmp_path: Path) -> None:
    pil = pytest.importorskip("PIL.Image")
    graph = Graph("demo")
    graph.add("math.number", value=3)
    file = tmp_path / "demo.png"
    file.write_bytes(with_graph(PICTURE, graph.to_bytes()))
    assert carries_graph(file)
    again = load(file)
    assert again.value("number.value") == 3
    assert again.path is None
    with pil.open(file) as picture:
        picture.verify()


def test_a_second_graph_takes_the_place_of_the_first() -> None:
    twice = with_graph(with_graph(PICTURE, b"one"), b"two")
    assert graph_in(twice) == b"two"
    assert twice.count(KEYWORD) == 1


def test_a_picture_without_a_graph_says_so(tmp_path: Path) -> None:
    file = tmp_path / "plain.png"
    file.write_bytes(PICTURE)
    assert not carries_graph(file)
    with pytest.raises(DocumentFormatError, match="carries no graph"):
        load(file)


@pytest.mark.parametrize("length", range(0, 200, 7))
def test_a_picture_that_is_cut_off_is_refused_in_a_sentence(length: int, tmp_path: Path) -> None:
    file = tmp_path / "cut.png"
    whole = with_graph(PICTURE, b'{"format": "shtairir-graph"}')
    file.write_bytes(whole[: max(len(SIGNATURE), len(whole) - 12 - length)])
    with pytest.raises(DocumentError):
        load(file)


def test_a_small_chunk_that_unpacks_to_more_than_any_graph_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.png"
    file.write_bytes(with_graph(PICTURE, b" " * (MAX_FILE_BYTES + 10)))
    with pytest.raises(DocumentError):
        load(file)


def test_a_chunk_with_a_length_beyond_the_file_is_no_graph(tmp_path: Path) -> None:
    file = tmp_path / "odd.png"
    file.write_bytes(SIGNATURE + struct.pack(">I", 2**31 - 1) + b"iTXt" + KEYWORD)
    assert not carries_graph(file)
    with pytest.raises(DocumentFormatError):
        load(file)


def test_paths_mean_the_same_files_from_where_the_picture_lies(tmp_path: Path) -> None:
    graph = Graph("reads")
    graph.path = tmp_path / "project" / "reads.shtairir"
    graph.path.parent.mkdir()
    graph.add("io.read_csv", id="a", path="data/a.csv")
    save(graph)
    text = text_for(graph.snapshot(), tmp_path / "pictures" / "graph.shtairir")
    assert b"../project/data/a.csv" in text
    assert graph.value("a.path") == "data/a.csv", "the graph itself stays"
