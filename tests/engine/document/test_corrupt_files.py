"""Files that no graph may be read from: each is refused with its kind of error and the place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from shtairir.document import load, loads
from shtairir.document.parsing import MAX_FILE_BYTES, MAX_TEXT_BYTES
from shtairir.errors import DocumentError, DocumentFormatError, DocumentTooLargeError, DocumentVersionError

_HEAD = '{"format": "shtairir-graph", "version": 1,\n'


def _node(**fields: object) -> str:
    record = {"id": "blur", "block": "image.blur", **fields}
    return json.dumps({"format": "shtairir-graph", "version": 1, "nodes": [record]}, indent=1)


_FORMAT_CASES = {
    "empty file": ("", "empty"),
    "only spaces": ("  \n", "empty"),
    "not JSON": ("hello", "not JSON"),
    "cut off in a list": (_HEAD + '"nodes": [', "cut off"),
    "cut off in a text": (_HEAD + '"name": "coi', "cut off"),
    "trailing text": (_HEAD + '"name": "a"} x', "not JSON"),
    "trailing comma": (_HEAD + '"name": "a",}', "not JSON"),
    "a list": ("[]", "not a Shtairir graph"),
    "another format": ('{"format": "other", "version": 1}', "'other'"),
    "no format": ('{"version": 1}', "null"),
    "no version": ('{"format": "shtairir-graph"}', "version"),
    "version true": ('{"format": "shtairir-graph", "version": true}', "version"),
    "version text": ('{"format": "shtairir-graph", "version": "1"}', "version"),
    "version negative": ('{"format": "shtairir-graph", "version": -1}', "version"),
    "control character": (_HEAD + '"name": "a\x01"}', "not JSON"),
    "nodes not a list": (_HEAD + '"nodes": {}}', "a list in brackets"),
    "node not an object": (_HEAD + '"nodes": [3]}', "an object in braces"),
    "node without id": (_HEAD + '"nodes": [{"block": "a.b"}]}', "Expected text for 'id', got nothing"),
    "node without block": (_HEAD + '"nodes": [{"id": "a"}]}', "'block'"),
    "id with a dot": (_HEAD + '"nodes": [{"id": "a.b", "block": "a.b"}]}', "not usable"),
    "id with half a surrogate": (_HEAD + '"nodes": [{"id": "\\ud800", "block": "a.b"}]}', "not usable"),
    "empty id": (_HEAD + '"nodes": [{"id": "", "block": "a.b"}]}', "not usable"),
    "very long id": (_node(id="a" * 5000), "5,000 characters"),
    "block version a text": (_node(block_version="2"), "whole number"),
    "block version true": (_node(block_version=True), "whole number"),
    "block version null": (_node(block_version=None), "whole number"),
    "block version 2.0": (_node(block_version=2.0), "whole number"),
    "long title": (_node(title="a" * 1001), "'title' has 1,001 characters; 1,000 are allowed"),
    "exposed a text": (_node(exposed="sigma"), "a list in brackets for 'exposed', got the text 'sigma'"),
    "policy a number": (_node(policy=1), "'policy'"),
    "values a list": (_node(values=[1]), "'values'"),
    "position of three": (_node(position=[1, 2, 3]), "2 numbers"),
    "position of text": (_node(position=["1", 2]), "2 numbers"),
    "position true": (_node(position=[True, 2]), "2 numbers"),
    "exposed of numbers": (_node(exposed=[1]), "name of an input"),
    "title a number": (_node(title=3), "'title'"),
    "link without end": (_HEAD + '"links": [{"from": "a.out"}]}', "'to'"),
    "link to no port": (_HEAD + '"links": [{"from": "a.out", "to": "b"}]}', "does not name a port"),
    "frame of two numbers": (_HEAD + '"frames": [{"id": "f", "rect": [1, 2]}]}', "4 numbers"),
    "parameter without target": (_HEAD + '"parameters": [{"name": "r"}]}', "'target'"),
    "name a number": (_HEAD + '"name": 3}', "'name'"),
    "subgraphs a list": (_HEAD + '"subgraphs": [1]}', "'subgraphs'"),
}


@pytest.mark.parametrize(("text", "words"), _FORMAT_CASES.values(), ids=_FORMAT_CASES.keys())
def test_a_file_that_is_no_graph_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(DocumentFormatError) as caught:
        loads(text.encode())
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words", "where"),
    [
        (_HEAD + '"nodes": [{"id": "a",\n"values": {"x": NaN}}]}', "NaN", "line 3, nodes[0].values.x"),
        (_HEAD + '"a": [1,\n-Infinity]}', "-Infinity", "line 3, a[1]"),
        (_HEAD + '"a": {"b": 1e999}}', "1e999", "line 2, a.b"),
        (_HEAD + '"a": ' + "9" * 5000 + "}", "5000 digits", "line 2, a"),
        (_HEAD + '"name": "a",\n"name": "b"}', "'name' appears twice", "line 3, name"),
        (_HEAD + '"nodes": [{"id": "a", "values": {"x": 1,\n "\\u0078": 2}}]}', "'x' appears twice", "line 3"),
    ],
)
def test_what_the_parser_would_let_pass_is_refused_with_line_and_path(text: str, words: str, where: str) -> None:
    with pytest.raises(DocumentFormatError) as caught:
        loads(text.encode())
    assert words in caught.value.message
    assert caught.value.where.startswith(where)


def test_a_wrong_field_is_named_by_line_node_and_field() -> None:
    with pytest.raises(DocumentFormatError) as caught:
        loads(_node(position="here").encode())
    assert caught.value.where == "line 8, nodes[0] 'blur', position"


def test_of_several_wrong_fields_the_first_is_told_and_how_many_others() -> None:
    nodes = '"nodes": [{"id": "a", "block": 3, "position": ["x", true]},\n{"id": "b"}, {"id": "c", "block": "c.c"}]'
    with pytest.raises(DocumentFormatError) as caught:
        loads(f'{_HEAD}{nodes}, "links": [{{"from": "c.out", "to": "c.x"}}], "subgraphs": 5}}'.encode())
    assert caught.value.where == "line 2, nodes[0] 'a', block"
    assert caught.value.message == "Expected text for 'block', got the number 3. 3 more fields are wrong."


def test_of_two_wrong_fields_one_other_is_told() -> None:
    with pytest.raises(DocumentFormatError, match="1 more field is wrong"):
        loads(_node(title=3, values=4).encode())


def test_half_a_surrogate_pair_in_a_name_is_told_in_words_that_can_be_printed() -> None:
    with pytest.raises(DocumentFormatError, match="holds half of a character") as caught:
        loads((_HEAD + '"nodes": [{"id": "a", "block": "a.b", "\\udc80": 1}]}').encode())
    assert str(caught.value).encode()
    with pytest.raises(DocumentFormatError, match="not usable") as caught:
        loads((_HEAD + '"nodes": [{"id": "\\udc80", "block": "a.b"}]}').encode())
    assert str(caught.value).encode()


def test_all_ids_that_appear_twice_are_named() -> None:
    nodes = [{"id": name, "block": "a.b"} for name in ("a", "b", "a", "b", "c")]
    data = json.dumps({"format": "shtairir-graph", "version": 1, "nodes": nodes}).encode()
    with pytest.raises(DocumentFormatError, match=r"'a' appears 2 times: nodes\[0\], nodes\[2\]. So do 'b'"):
        loads(data)


def test_two_links_into_one_input_are_refused() -> None:
    links = [{"from": "a.out", "to": "c.x"}, {"from": "b.out", "to": "c.x"}]
    data = json.dumps({"format": "shtairir-graph", "version": 1, "links": links}).encode()
    with pytest.raises(DocumentFormatError, match=r"'c\.x' appears 2 times"):
        loads(data)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_absurd_nesting_is_refused_without_recursion(opening: str) -> None:
    with pytest.raises(DocumentTooLargeError, match="levels deep"):
        loads((_HEAD + '"a": ' + opening * 200_000).encode())


def test_brackets_inside_a_text_are_no_nesting() -> None:
    data = (_HEAD + '"name": ' + json.dumps('\\"[[' * 200) + "}").encode()
    assert loads(data).name.count("[") == 400


def test_a_file_of_absurd_size_is_refused() -> None:
    with pytest.raises(DocumentTooLargeError, match="at most 67,108,864"):
        loads(b" " * (MAX_FILE_BYTES + 1))


def test_a_text_of_absurd_size_is_refused() -> None:
    with pytest.raises(DocumentTooLargeError, match="text of more than"):
        loads((_HEAD + f'"name": "{"a" * (MAX_TEXT_BYTES + 1)}"}}').encode())


def test_too_many_nodes_are_refused() -> None:
    nodes = ", ".join(f'{{"id": "n{index}", "block": "a.b"}}' for index in range(100_001))
    with pytest.raises(DocumentTooLargeError, match="'nodes' has 100,001 entries; 100,000 are allowed") as caught:
        loads(f'{_HEAD}"nodes": [{nodes}]}}'.encode())
    assert caught.value.where == "line 2, nodes"


@pytest.mark.parametrize("data", [b'{"a": "\xff"}', b"\xff\xfe{\x00", b'{"format": "\xc3('])
def test_a_file_that_is_not_utf8_is_refused_with_the_byte(data: bytes) -> None:
    with pytest.raises(DocumentFormatError, match="not UTF-8") as caught:
        loads(data)
    assert caught.value.where == "line 1"


def test_a_byte_order_mark_and_windows_line_ends_are_kept() -> None:
    data = b"\xef\xbb\xbf" + (_HEAD + '"name": "a"}').replace("\n", "\r\n").encode()
    graph = loads(data)
    assert graph.name == "a"
    assert graph.to_bytes() == data


def test_a_newer_version_is_refused_and_the_file_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "new.shtairir"
    file.write_text('{"format": "shtairir-graph", "version": 2, "nodes": "something else"}')
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    with pytest.raises(DocumentVersionError, match=r"version 2.*up to version 1") as caught:
        load(file)
    assert caught.value.path == file
    assert "Update" in caught.value.hint
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "pipe_link").symlink_to(tmp_path / "pipe")
    with pytest.raises(DocumentError, match="no such file"):
        load(tmp_path / "absent.shtairir")
    with pytest.raises(DocumentError, match="folder"):
        load(tmp_path)
    with pytest.raises(DocumentError, match="not a regular file"):
        load("/dev/zero")
    with pytest.raises(DocumentError, match="not a regular file"):
        load(tmp_path / "pipe_link")


def test_an_error_of_load_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "bad.shtairir"
    file.write_text("{")
    with pytest.raises(DocumentFormatError, match=r"bad\.shtairir: line 1"):
        load(file)
