"""The text of a graph file: canonical, small diffs, nothing lost, older versions read."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from shtairir.document import Graph, MoveNodes, Node, dumps, load, loads, save
from shtairir.document.writing import VERSION
from shtairir.errors import DocumentFormatError
from shtairir.ids import BlockId, NodeId

_VERSIONS = Path(__file__).with_name("versions")

_WITH_UNKNOWN = b"""{
    "format": "shtairir-graph", "version": 1, "name": "strange",
    "zoom": 1.50,
    "nodes": [{"id": "a", "block": "nobody.has_this", "values": {"deep": {"list": [1, [2, {"x": null}]]}},
               "ports_seen": ["in", "out"], "policy": {"retries": 2, "later": true}},
              {"id": "b", "block": "math.add"}],
    "links": [{"from": "a.out", "to": "b.x", "color": "red"}, {"from": "gone.out", "to": "b.y"}],
    "parameters": [{"name": "p", "target": "a.deep", "unit": "px"}],
    "frames": [{"id": "f", "rect": [0, 0, 10, 10.5], "style": "dashed"}],
    "subgraphs": {"inner": {"nodes": []}}
}"""


def _changed_lines(before: bytes, after: bytes) -> list[str]:
    lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
    return [line for line in lines if line[0] in "+-"]


def _chain(length: int = 5) -> Graph:
    graph = Graph("chain")
    last = graph.add("math.number", value=1, position=(0, 0))
    for index in range(1, length):
        last = graph.add("math.add", x=last["out"], y=index, position=(index * 100, 0))
    return graph


def test_an_unmodified_file_is_saved_byte_equal_however_it_is_written() -> None:
    assert dumps(loads(_WITH_UNKNOWN)) == _WITH_UNKNOWN


def test_unknown_fields_at_every_level_survive_an_edit() -> None:
    graph = loads(_WITH_UNKNOWN)
    graph.set("b.y", 3)
    text = dumps(graph).decode()
    for part in (
        '"zoom": 1.5',
        '"ports_seen": ["in", "out"]',
        '"policy": {"retries": 2, "later": true}',
        '{"from": "a.out", "to": "b.x", "color": "red"}',
        '{"from": "gone.out", "to": "b.y"}',
        '{"name": "p", "target": "a.deep", "unit": "px"}',
        '"style": "dashed"',
        '"subgraphs": {',
        '{"x": null}',
    ):
        assert part in text


def test_unknown_fields_may_have_any_name_and_keep_their_order() -> None:
    link = '{"from": "a.out", "to": "b.x", "target": 1, "source": 2, "extra": {"made": 3}, "model_extra": [4]}'
    graph = loads(f'{{"format": "shtairir-graph", "version": 1, "links": [{link}], "z": 1, "a": 2}}'.encode())
    graph.description = "changed"
    text = dumps(graph).decode()
    assert link in text
    assert '"z": 1,\n  "a": 2\n' in text


def test_null_stands_for_what_is_not_said() -> None:
    fields = ("title", "values", "exposed", "policy", "position", "state", "collapsed", "frozen", "shown")
    nulls = "".join(f', "{field}": null' for field in fields)
    graph = loads(
        f'{{"format": "shtairir-graph", "version": 1, "nodes": [{{"id": "a", "block": "b.c"{nulls}}}]}}'.encode()
    )
    assert graph.node("a") == Node(NodeId("a"), BlockId("b.c"))


def test_an_edit_that_is_taken_back_gives_the_file_as_it_was_written() -> None:
    graph = loads(_WITH_UNKNOWN)
    graph.set("a.new", 1)
    assert graph.is_modified
    assert dumps(graph) != _WITH_UNKNOWN
    graph.undo()
    assert not graph.is_modified
    assert dumps(graph) == _WITH_UNKNOWN


def test_the_canonical_text_is_the_agreed_one() -> None:
    graph = Graph("demo")
    a = graph.add("math.number", value=3, title="Three", position=(10, 20.5))
    graph.add("math.add", id="sum", values={"x": a["out"], "note": "é\n", "table": [[1, 2], [3, 4]]})
    graph.publish("three", "number.value", help="What to start from")
    assert dumps(graph).decode() == (
        "{\n"
        '  "format": "shtairir-graph",\n'
        '  "version": 1,\n'
        '  "name": "demo",\n'
        '  "description": "",\n'
        '  "parameters": [\n'
        '    {"name": "three", "target": "number.value", "help": "What to start from"}\n'
        "  ],\n"
        '  "nodes": [\n'
        "    {\n"
        '      "id": "number",\n'
        '      "block": "math.number",\n'
        '      "block_version": 1,\n'
        '      "title": "Three",\n'
        '      "values": {"value": 3},\n'
        '      "position": [10, 20.5]\n'
        "    },\n"
        "    {\n"
        '      "id": "sum",\n'
        '      "block": "math.add",\n'
        '      "block_version": 1,\n'
        '      "values": {\n'
        '        "note": "é\\n",\n'
        '        "table": [\n'
        "          [1, 2],\n"
        "          [3, 4]\n"
        "        ]\n"
        "      },\n"
        '      "position": [0, 0]\n'
        "    }\n"
        "  ],\n"
        '  "links": [\n'
        '    {"from": "number.out", "to": "sum.x"}\n'
        "  ],\n"
        '  "frames": []\n'
        "}\n"
    )


def test_a_changed_value_is_a_diff_of_one_line() -> None:
    graph = _chain()
    before = dumps(graph)
    graph.set("add_2.y", 7)
    assert _changed_lines(before, dumps(graph)) == ['-       "values": {"y": 2},', '+       "values": {"y": 7},']


def test_a_moved_node_is_a_diff_of_one_line() -> None:
    graph = _chain()
    before = dumps(graph)
    graph.apply(MoveNodes({NodeId("add"): (5, 5)}))
    assert len(_changed_lines(before, dumps(graph))) == 2


def test_a_replaced_link_is_a_diff_of_one_line() -> None:
    graph = _chain()
    before = dumps(graph)
    graph.link("number.out", "add_3.x")
    assert _changed_lines(before, dumps(graph)) == [
        '-     {"from": "add_2.out", "to": "add_3.x"},',
        '+     {"from": "number.out", "to": "add_3.x"},',
    ]


def test_a_removed_node_comes_back_to_its_place() -> None:
    graph = _chain()
    before = dumps(graph)
    order = list(graph.nodes)
    graph.remove("add")
    graph.undo()
    assert dumps(graph) == before
    assert list(graph.nodes) == order


def test_half_a_surrogate_pair_in_a_text_survives() -> None:
    data = b'{"format": "shtairir-graph", "version": 1, "name": "\\ud83d!"}'
    graph = loads(data)
    graph.description = "x"
    graph.add("a.b", id="a", title="\ud83d", values={"\ud83d": "\ud83d"})
    again = loads(dumps(graph))
    assert again.name == "\ud83d!"
    assert again.node("a") == graph.node("a")


def test_version_0_is_migrated_and_saved_as_the_current_version(tmp_path: Path) -> None:
    old = tmp_path / "old.shtairir"
    old.write_bytes((_VERSIONS / "version_0.shtairir").read_bytes())
    graph = load(old)
    assert graph.migrated_from == 0
    assert not graph.is_modified
    save(graph)
    assert old.read_bytes() == (_VERSIONS / "version_0_as_1.shtairir").read_bytes()
    assert load(old).migrated_from is None
    assert VERSION == 1, "a new version needs a migration and a file of its own in versions/"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('"nodes": []', "nodes"),
        ('"nodes": {"a": 3}', "nodes.a"),
        ('"links": {}', "links"),
        ('"links": ["a.out b.x"]', "links[0]"),
        ('"nodes": {"a": {"type": 3}}', "nodes"),
        ('"nodes": {"a": {"type": "t.t", "x": "left"}}', "nodes"),
    ],
)
def test_a_damaged_version_0_is_refused_with_its_place(body: str, where: str) -> None:
    with pytest.raises(DocumentFormatError) as caught:
        loads(f'{{"format": "shtairir-graph", "version": 0, {body}}}'.encode())
    assert where in caught.value.where
