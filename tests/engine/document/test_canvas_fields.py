"""What a file says of the canvas and of nodes' states: written only where it is said, edited, undone, told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shtairir.document import Bookmark, Change, Graph, Note, dumps, edits, loads
from shtairir.document.differences import differences
from shtairir.document.merging import merge
from shtairir.document.plain import plain_content
from shtairir.errors import DocumentFormatError, EditError
from shtairir.ids import NodeId, PortName, PortRef

B, C = NodeId("b"), NodeId("c")
INTO_B, INTO_C = PortRef.parse("b.a"), PortRef.parse("c.a")


@pytest.fixture
def graph() -> Graph:
    """a → b → c"""
    graph = Graph("demo")
    a = graph.add("math.number", id="a", value=3)
    b = graph.add("math.add", id="b", a=a["out"], position=(200, 0))
    graph.add("math.add", id="c", a=b["out"], position=(400, 0))
    return graph


def _everything(graph: Graph) -> None:
    graph.apply(edits.SetState((B,), "bypassed"))
    graph.apply(edits.SetCollapsed((B,)))
    graph.apply(edits.SetFrozen((B,)))
    graph.apply(edits.SetShown(B, (PortName("out"),), {PortName("out"): (320, 200)}))
    graph.apply(edits.SetVia(INTO_C, ((300, 40.5), (350, 40))))
    graph.apply(edits.PutNote(Note("n", "# Read\nme", (0, 0, 100, 50), "#ffcc00")))
    graph.apply(edits.PutBookmark(Bookmark("Start here", (10, 20), 0.5)))


def test_only_what_differs_from_the_default_is_written(graph: Graph) -> None:
    plain = dumps(graph)
    for word in (b"state", b"collapsed", b"frozen", b"shown", b"via", b"notes", b"bookmarks"):
        assert word not in plain
    _everything(graph)
    text = dumps(graph).decode()
    for line in (
        '      "state": "bypassed",',
        '      "collapsed": true,',
        '      "frozen": true,',
        '      "shown": ["out"],',
        '      "shown_sizes": {',
        '    {"from": "b.out", "to": "c.a", "via": [[300, 40.5], [350, 40]]}',
        '    {"id": "n", "text": "# Read\\nme", "rect": [0, 0, 100, 50], "color": "#ffcc00"}',
        '    {"name": "Start here", "center": [10, 20], "zoom": 0.5}',
    ):
        assert line in text.splitlines()


def test_what_was_written_is_read_again_with_and_without_the_schema(graph: Graph) -> None:
    _everything(graph)
    text = dumps(graph)
    plain = plain_content(json.loads(text))
    assert plain is not None
    by_schema = loads(text.replace(b'"name": "demo"', b'"later": 1, "name": "demo"'))
    assert loads(text).snapshot().to_bytes() == text
    assert tuple(by_schema.nodes.values()) == plain.nodes
    assert [link.via for link in by_schema.links.values()] == [link.via for link in plain.links]
    assert (by_schema.notes, by_schema.bookmarks) == (plain.header.notes, plain.header.bookmarks)


def test_notes_and_bookmarks_of_a_definition_are_kept(graph: Graph) -> None:
    graph.make_subgraph(["b"], "inner")
    inner = graph.subgraphs["inner"]
    inner.apply(edits.PutNote(Note("n", "inside")))
    inner.apply(edits.PutBookmark(Bookmark("there")))
    again = loads(dumps(graph)).subgraphs["inner"]
    assert (again.notes, again.bookmarks) == ((Note("n", "inside"),), (Bookmark("there"),))


def test_each_edit_is_one_step_in_words_and_undo_gives_the_exact_file(graph: Graph) -> None:
    before, steps = dumps(graph), len(graph.history)
    _everything(graph)
    graph.apply(edits.SetState((B, C), "disabled"))
    assert list(graph.history)[steps:] == [
        "bypass b",
        "collapse b",
        "freeze b",
        "change what b shows on the canvas",
        "bend the link into c.a",
        "change note",
        "bookmark Start here",
        "disable 2 nodes",
    ]
    for _ in range(8):
        graph.undo()
    assert dumps(graph) == before


def test_saying_again_what_is_so_already_is_no_step(graph: Graph) -> None:
    _everything(graph)
    steps = len(graph.history)
    _everything(graph)
    assert len(graph.history) == steps


@pytest.mark.parametrize(
    "edit",
    [
        edits.SetState((B,), "asleep"),  # type: ignore[arg-type]
        edits.SetState((NodeId("nobody"),), "bypassed"),
        edits.SetVia(PortRef.parse("a.value"), ((1, 2),)),
        edits.SetVia(INTO_B, ((1, float("nan")),)),
        edits.RemoveNote("none"),
        edits.RemoveBookmark("none"),
        edits.PutBookmark(Bookmark("")),
        edits.PutBookmark(Bookmark("b", zoom=0)),
        edits.PutNote(Note("no id")),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(graph: Graph, edit: edits.Edit) -> None:
    before = dumps(graph)
    with pytest.raises(EditError):
        graph.apply(edit)
    assert dumps(graph) == before


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"state": "asleep"}, "Expected 'active', 'bypassed' or 'disabled' for 'state', got the text 'asleep'."),
        ({"collapsed": "yes"}, "Expected true or false for 'collapsed', got the text 'yes'."),
        ({"shown": [1]}, "Expected the name of an output, got the number 1."),
    ],
)
def test_a_wrong_state_is_refused_in_a_sentence(part: dict[str, Any], sentence: str) -> None:
    node = {"id": "a", "block": "math.number", **part}
    text = json.dumps({"format": "shtairir-graph", "version": 1, "nodes": [node]})
    with pytest.raises(DocumentFormatError) as caught:
        loads(text.encode())
    assert sentence in str(caught.value)


def test_a_dot_that_is_no_pair_of_numbers_is_refused_with_its_place() -> None:
    link = {"from": "a.out", "to": "b.a", "via": [[1, 2], [3, "x"]]}
    text = json.dumps({"format": "shtairir-graph", "version": 1, "links": [link]})
    with pytest.raises(DocumentFormatError) as caught:
        loads(text.encode())
    assert "Expected 2 numbers in brackets" in str(caught.value)
    assert caught.value.where is not None
    assert "via" in caught.value.where


def test_looks_do_not_change_a_result_and_states_do(graph: Graph) -> None:
    told: list[Change] = []
    graph.subscribe(told.append)
    mark = graph.fingerprint()
    graph.apply(edits.SetCollapsed((B,)))
    graph.apply(edits.SetShown(B, (PortName("out"),)))
    revision = graph.revision
    graph.apply(edits.SetVia(INTO_C, ((1, 2),)))
    edited = graph.edited_since(revision)
    assert edited is not None
    assert not edited.inputs
    graph.apply(edits.PutNote(Note("n")))
    graph.apply(edits.PutBookmark(Bookmark("here")))
    assert not any(change.affects_result for change in told)
    assert graph.fingerprint() == mark
    assert [change.nodes_restyled for change in told[:2]] == [(B,), (B,)]
    assert [link.target for link in told[2].links_bent] == [INTO_C]
    assert (told[2].links_added, told[2].links_removed) == ((), ())
    assert (told[3].notes_changed, told[4].bookmarks_changed) == (True, True)
    told.clear()
    for edit in (edits.SetState((B,), "bypassed"), edits.SetFrozen((B,))):
        graph.apply(edit)
        assert graph.fingerprint() != mark
        mark = graph.fingerprint()
    assert all(change.affects_result for change in told)


def test_dots_between_nodes_that_move_together_move_along(graph: Graph) -> None:
    graph.apply(edits.SetVia(INTO_C, ((300, 40),)))
    graph.apply(edits.SetVia(INTO_B, ((100, 40),)))
    before = dumps(graph)
    graph.apply(edits.MoveNodes({B: (210, 5), C: (410, 5)}))
    assert graph.links[INTO_C].via == ((310, 45),)
    assert graph.links[INTO_B].via == ((100, 40),)
    graph.undo()
    assert dumps(graph) == before


def test_a_link_from_elsewhere_forgets_the_dots_of_the_one_before(graph: Graph) -> None:
    graph.apply(edits.SetVia(INTO_C, ((300, 40),)))
    graph.link("a.out", "c.a")
    assert graph.links[INTO_C].via == ()


def test_copies_carry_states_and_dots_along(graph: Graph) -> None:
    _everything(graph)
    b, c = graph.paste_text(graph.copy_text([B, C]), offset=(10, 100))
    assert graph.node(b).state == "bypassed"
    assert graph.node(b).collapsed
    assert graph.node(b).shown == ("out",)
    assert graph.links[PortRef(c, PortName("a"))].via == ((310, 140.5), (360, 140))
    (c_2,) = graph.duplicate([C])
    assert graph.links[PortRef(c_2, PortName("a"))].via == ()


def test_bookmarks_are_renamed_in_their_place(graph: Graph) -> None:
    for name in ("one", "two", "three"):
        graph.apply(edits.PutBookmark(Bookmark(name)))
    graph.apply(edits.PutBookmark(Bookmark("second"), old="two"))
    assert [mark.name for mark in graph.bookmarks] == ["one", "second", "three"]
    with pytest.raises(EditError, match="already"):
        graph.apply(edits.PutBookmark(Bookmark("one"), old="three"))


def test_differences_tell_states_first_and_looks_as_what_does_not_matter(graph: Graph) -> None:
    before = loads(dumps(graph)).snapshot()
    _everything(graph)
    found = differences(before, graph.snapshot())
    assert [(one.matters, f"{one.place} {one.sentence}") for one in found] == [
        (True, "b was active and is bypassed."),
        (True, "b is frozen now."),
        (False, "b is collapsed on the canvas."),
        (False, "b shows out on the canvas."),
        (False, "c.a has its link led another way."),
        (False, "note 'Read' was added."),
        (False, "bookmark 'Start here' was added."),
    ]


def test_notes_bookmarks_and_states_of_both_sides_are_merged(graph: Graph) -> None:
    base, theirs = loads(dumps(graph)), loads(dumps(graph))
    _everything(graph)
    theirs.apply(edits.PutNote(Note("m", "theirs")))
    theirs.apply(edits.SetState((B,), "disabled"))
    theirs.apply(edits.SetVia(INTO_C, ((1, 1),)))
    merged = merge(base, graph, theirs)
    assert merged.conflicts == ('\'b\' state is "bypassed" here and "disabled" there; ours was kept.',)
    assert {note.id for note in merged.graph.notes} == {"m", "n"}
    assert merged.graph.links[INTO_C].via == ((300, 40.5), (350, 40))
    assert [mark.name for mark in merged.graph.bookmarks] == ["Start here"]


def test_an_instance_that_is_out_of_action_is_not_expanded_into_nodes_that_run(graph: Graph) -> None:
    instance = graph.make_subgraph(["b"], "inner")
    graph.apply(edits.SetState((instance.id,), "bypassed"))
    before = dumps(graph)
    with pytest.raises(EditError, match="'inner' is bypassed"):
        graph.expand(instance)
    assert dumps(graph) == before


def test_dots_survive_being_put_into_a_definition_and_back(graph: Graph) -> None:
    graph.apply(edits.SetVia(INTO_C, ((300, 40),)))
    instance = graph.make_subgraph(["b", "c"], "inner")
    graph.expand(instance)
    assert graph.links[INTO_C].via == ((300, 40),)
