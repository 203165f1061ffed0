"""The verbs of a graph: what they do, what they refuse, what they tell."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from shtairir.document import (
    AddLinks,
    AddNodes,
    Batch,
    Change,
    Frame,
    Graph,
    Link,
    MoveNodes,
    Node,
    PutFrame,
    RemoveFrame,
    RenameNode,
    SetExposed,
    SetTitle,
    UnsetValue,
    dumps,
    save,
)
from shtairir.errors import DocumentFormatError, EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef


@pytest.fixture
def graph() -> Graph:
    """number → add → add_2, and number → add_2."""
    graph = Graph("demo")
    number = graph.add("math.number", value=3)
    total = graph.add("math.add", x=number["out"], y=4)
    graph.add("math.add", x=total["out"], y=number["out"])
    return graph


def _changes(graph: Graph) -> list[Change]:
    told: list[Change] = []
    graph.subscribe(told.append)
    return told


# --- ids ------------------------------------------------------------------------------------------------------


def test_ids_are_made_of_the_block_name_and_numbered() -> None:
    graph = Graph()
    assert [graph.add("image.gaussian_blur").id for _ in range(3)] == [
        "gaussian_blur",
        "gaussian_blur_2",
        "gaussian_blur_3",
    ]
    graph.remove("gaussian_blur_2")
    assert graph.add("image.gaussian_blur").id == "gaussian_blur_2"
    assert graph.add("image.gaussian_blur").id == "gaussian_blur_4"


def test_an_undone_add_gives_its_id_free() -> None:
    graph = Graph()
    graph.add("math.add")
    graph.undo()
    assert graph.add("math.add").id == "add"


@pytest.mark.parametrize("name", ["", "a.b", "a b", "x" * 201, "a\n"])
def test_an_unusable_id_is_refused(name: str) -> None:
    with pytest.raises(EditError, match="cannot be the id"):
        Graph().add("math.add", id=name)


def test_an_id_in_use_is_refused(graph: Graph) -> None:
    with pytest.raises(EditError, match="already a node 'add'"):
        graph.add("math.add", id="add")


# --- values ---------------------------------------------------------------------------------------------------


def test_values_become_json_and_share_nothing_with_the_caller() -> None:
    class Mode(Enum):
        FAST = "fast"

    given = {"list": [1, (2, 3)]}
    node = Graph().add(
        "x.y",
        values={"title": "a title", "id": 7},
        path=Path("data") / "coins.png",
        mode=Mode.FAST,
        number=np.float32(0.5),
        array=np.arange(3),
        nested=given,
    )
    given["list"].append(4)
    assert node.node.values == {
        "title": "a title",
        "id": 7,
        "path": "data/coins.png",
        "mode": "fast",
        "number": 0.5,
        "array": [0, 1, 2],
        "nested": {"list": [1, [2, 3]]},
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1: 2}, 10**400, b"bytes", {1, 2}, 1j])
def test_a_value_that_no_file_can_hold_is_refused(graph: Graph, value: object) -> None:
    before = dumps(graph)
    with pytest.raises(EditError):
        graph.set("add.y", value)
    assert dumps(graph) == before


def test_a_value_that_holds_itself_is_refused(graph: Graph) -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(EditError, match="nested too deeply"):
        graph.set("add.y", loop)


def test_one_one_point_zero_and_true_are_different_values(graph: Graph) -> None:
    steps = len(graph.history)
    for value in (1, 1.0, True, 1):
        graph.set("add.y", value)
    graph.set("add.y", 1)
    assert len(graph.history) == steps + 4


def test_a_value_is_set_by_port_or_by_published_name(graph: Graph) -> None:
    graph.publish("start", "number.value")
    graph.set("start", 10)
    assert graph.value("number.value") == graph.value("start") == 10
    assert graph.value("number.absent", "none") == "none"
    with pytest.raises(EditError, match=r"no parameter 'stat'. Did you mean 'start'\?"):
        graph.set("stat", 1)
    with pytest.raises(EditError, match=r"no node 'numbr' in the graph. Did you mean 'number'\?"):
        graph.set("numbr.value", 1)


def test_unset_gives_the_default_again(graph: Graph) -> None:
    graph.unset("add.y")
    assert graph.node("add").values == {}
    assert graph.undo() == "reset y of add"
    assert graph.value("add.y") == 4


def test_a_handle_sets_several_values_as_one_step(graph: Graph) -> None:
    node = graph.add("image.blur")
    node.set(sigma=2, mode="wrap")
    assert graph.undo() == "change blur"
    assert node.node.values == {}


# --- links ----------------------------------------------------------------------------------------------------


def test_a_new_link_takes_the_place_of_the_old_one(graph: Graph) -> None:
    told = _changes(graph)
    graph.link("number.out", "add_2.x")
    assert graph.links[PortRef.parse("add_2.x")].source == PortRef.parse("number.out")
    assert [str(link) for link in told[0].links_removed] == ["add.out → add_2.x"]
    assert [str(link) for link in told[0].links_added] == ["number.out → add_2.x"]
    assert graph.undo() == "link number.out → add_2.x"
    assert graph.links[PortRef.parse("add_2.x")].source == PortRef.parse("add.out")


def test_links_to_unknown_nodes_and_unlinking_nothing_are_refused(graph: Graph) -> None:
    with pytest.raises(EditError, match="no node 'ad'"):
        graph.link("number.out", "ad.x")
    with pytest.raises(EditError, match=r"Nothing is linked to add\.y"):
        graph.unlink("add.y")
    with pytest.raises(EditError, match=r"NODE\.PORT"):
        graph.link("number", "add.x")


def test_removing_a_node_takes_links_and_parameters_along_and_undo_brings_all_back(graph: Graph) -> None:
    graph.publish("start", "number.value")
    before = dumps(graph)
    told = _changes(graph)
    graph.remove("number")
    assert [str(link) for link in graph.links.values()] == ["add.out → add_2.x"]
    assert graph.parameters == ()
    assert told[0].nodes_removed == ("number",)
    assert len(told[0].links_removed) == 2
    assert told[0].meta_changed
    assert graph.undo() == "remove number"
    assert dumps(graph) == before


def test_a_loop_on_a_node_is_kept_for_validation_to_tell(graph: Graph) -> None:
    graph.link("add.out", "add.y")
    graph.remove("add")
    assert [str(link) for link in graph.links.values()] == ["number.out → add_2.y"]


# --- other edits ----------------------------------------------------------------------------------------------


def test_a_renamed_node_keeps_place_links_and_parameters(graph: Graph) -> None:
    graph.publish("start", "number.value")
    before = dumps(graph)
    graph.apply(RenameNode(NodeId("number"), NodeId("three")))
    assert dumps(graph) == before.replace(b"number.", b"three.").replace(b'"number"', b'"three"').replace(
        b"math.three", b"math.number"
    )
    graph.undo()
    assert dumps(graph) == before
    with pytest.raises(EditError, match="already"):
        graph.apply(RenameNode(NodeId("number"), NodeId("add")))


def test_frames_are_put_and_removed(graph: Graph) -> None:
    told = _changes(graph)
    graph.apply(PutFrame(Frame("f", "Input")))
    graph.apply(PutFrame(Frame("f", "Data")))
    assert [frame.title for frame in graph.frames] == ["Data"]
    assert told[1].frames_changed
    assert not told[1].meta_changed
    assert not told[1].affects_result
    graph.apply(RemoveFrame("f"))
    assert graph.frames == ()
    with pytest.raises(EditError, match="no frame"):
        graph.apply(RemoveFrame("f"))


def test_an_edit_that_changes_nothing_is_no_step(graph: Graph) -> None:
    told, steps, revision = _changes(graph), len(graph.history), graph.revision
    graph.apply(SetTitle(NodeId("add"), ""))
    graph.apply(SetExposed(NodeId("add"), PortName("y"), False))
    graph.apply(UnsetValue(NodeId("add"), PortName("absent")))
    graph.apply(MoveNodes({NodeId("add"): (0, 0)}))
    graph.apply(AddLinks((Link(PortRef.parse("number.out"), PortRef.parse("add.x")),)))
    graph.name = "demo"
    assert (told, len(graph.history), graph.revision) == ([], steps, revision)


def test_a_batch_is_done_whole_or_not_at_all(graph: Graph) -> None:
    before = dumps(graph)
    new = Node(NodeId("new"), BlockId("math.add"))
    title = SetTitle(NodeId("new"), "New")
    with pytest.raises(EditError):
        graph.apply(Batch((AddNodes((new,)), title, SetTitle(NodeId("nobody"), "x"))))
    assert dumps(graph) == before
    graph.apply(Batch((AddNodes((new,)), title), "add a new one"))
    assert graph.node("new").title == "New"
    assert graph.undo() == "add a new one"
    assert dumps(graph) == before


# --- history --------------------------------------------------------------------------------------------------


def test_edits_with_the_same_key_merge_until_something_else_happens(graph: Graph) -> None:
    steps = len(graph.history)
    for value in range(50):
        graph.set("add.y", value, merge="drag")
    assert len(graph.history) == steps + 1
    graph.set("add_2.y", 1)
    graph.set("add.y", 99, merge="drag")
    assert len(graph.history) == steps + 3
    graph.undo()
    graph.undo()
    graph.undo()
    assert graph.value("add.y") == 4


def test_nothing_merges_into_a_step_after_undo_or_save(graph: Graph, tmp_path: Path) -> None:
    graph.set("add.y", 10, merge="drag")
    graph.set("add_2.z", 1)
    graph.undo()
    graph.set("add.y", 11, merge="drag")
    graph.undo()
    assert graph.value("add.y") == 10
    graph.mark_saved(graph.to_bytes(), tmp_path / "a.shtairir")
    graph.set("add.y", 12, merge="drag")
    assert graph.is_modified
    graph.undo()
    assert not graph.is_modified


def test_steps_are_named_in_words(graph: Graph) -> None:
    graph.apply(MoveNodes({NodeId("add"): (1, 1), NodeId("add_2"): (2, 2)}))
    assert graph.undo_label == "move 2 nodes"
    assert graph.redo_label is None
    assert graph.undo() == "move 2 nodes"
    assert graph.redo_label == "move 2 nodes"
    assert graph.redo() == "move 2 nodes"
    assert graph.redo() is None
    assert list(graph.history) == ["add number", "add add", "add add_2", "move 2 nodes"]


def test_a_transaction_is_one_step_and_one_change(graph: Graph) -> None:
    told = _changes(graph)
    with graph.transaction("swap"):
        graph.remove("add")
        node = graph.add("math.multiply")
        graph.link(node["out"], "add_2.x")
        graph.remove(node)
        graph.add("math.divide")
    assert len(told) == 1
    assert told[0].label == "swap"
    assert told[0].nodes_removed == ("add",)
    assert told[0].nodes_added == ("divide",)
    assert graph.undo() == "swap"
    assert "add" in graph.nodes


def test_an_error_in_a_transaction_takes_everything_back(graph: Graph) -> None:
    before, told = dumps(graph), _changes(graph)

    def replaced_by_nothing() -> None:
        with graph.transaction("fail"):
            graph.remove("add")
            assert "add" not in graph.snapshot().nodes
            graph.remove("nobody")

    with pytest.raises(EditError, match="nobody"):
        replaced_by_nothing()
    assert dumps(graph) == before
    assert told == []


# --- telling --------------------------------------------------------------------------------------------------


def test_moves_and_changes_are_told_apart(graph: Graph) -> None:
    told = _changes(graph)
    graph.apply(MoveNodes({NodeId("add"): (1, 1)}))
    graph.set("add.y", 5)
    assert (told[0].nodes_moved, told[0].nodes_changed) == (("add",), ())
    assert (told[1].nodes_moved, told[1].nodes_changed) == ((), ("add",))
    assert not told[0].affects_result
    assert told[1].affects_result


def test_an_edit_inside_a_callback_is_told_after_the_one_that_caused_it(graph: Graph) -> None:
    first: list[str] = []
    second: list[str] = []

    def reacting(change: Change) -> None:
        first.append(change.label)
        if "add.y" not in first and graph.value("add.y") == 5:
            graph.set("add.y", 6)

    graph.subscribe(reacting)
    graph.subscribe(lambda change: second.append(f"{change.label} {graph.value('add.y')}"))
    graph.set("add.y", 5)
    assert second == ["change y of add 6", "change y of add 6"]


def test_a_broken_listener_hides_nothing_from_the_others(graph: Graph) -> None:
    def broken(change: Change) -> None:
        raise RuntimeError("listener")

    graph.subscribe(broken)
    told = _changes(graph)
    with pytest.raises(RuntimeError, match="listener"):
        graph.set("add.y", 5)
    assert len(told) == 1
    assert graph.value("add.y") == 5


def test_an_unsubscribed_listener_is_left_alone(graph: Graph) -> None:
    told: list[Change] = []
    unsubscribe = graph.subscribe(told.append)
    unsubscribe()
    unsubscribe()
    graph.set("add.y", 5)
    assert told == []


def test_the_snapshot_is_one_object_until_something_changes(graph: Graph) -> None:
    one = graph.snapshot()
    assert graph.snapshot() is one
    assert one.snapshot() is one
    graph.set("add.y", 5)
    assert graph.snapshot() is not one
    with pytest.raises(TypeError):
        one.nodes["x"] = one.nodes["add"]  # type: ignore[index]


def test_the_fingerprint_tells_what_may_change_a_result(graph: Graph) -> None:
    mark = graph.fingerprint()
    graph.apply(MoveNodes({NodeId("add"): (7, 7)}))
    graph.apply(SetTitle(NodeId("add"), "Sum"))
    graph.description = "words"
    assert graph.fingerprint() == mark
    graph.set("add.y", 4.0)
    assert graph.fingerprint() != mark


# --- clipboard ------------------------------------------------------------------------------------------------


def test_copies_get_new_ids_and_keep_the_links_among_them(graph: Graph) -> None:
    text = graph.copy_text(["add", "add_2"])
    assert graph.paste_text(text) == ["add_3", "add_4"]
    assert str(graph.links[PortRef.parse("add_4.x")]) == "add_3.out → add_4.x"
    assert PortRef.parse("add_3.x") not in graph.links
    assert graph.node("add_3").values == {"y": 4}
    assert graph.node("add_3").position == (32, 32)
    assert graph.undo() == "paste 2 nodes"


def test_pasting_at_a_place_keeps_the_shape(graph: Graph) -> None:
    graph.apply(MoveNodes({NodeId("add"): (100, 50), NodeId("add_2"): (300, 20)}))
    one, other = graph.paste_text(graph.copy_text(["add", "add_2"]), at=(0, 0))
    assert (graph.node(one).position, graph.node(other).position) == ((0, 30), (200, 0))


def test_duplicates_keep_the_links_that_feed_them(graph: Graph) -> None:
    assert graph.duplicate(["add"]) == ["add_3"]
    assert str(graph.links[PortRef.parse("add_3.x")]) == "number.out → add_3.x"
    assert graph.undo() == "duplicate 1 node"


def test_a_whole_graph_file_can_be_pasted(graph: Graph) -> None:
    other = Graph()
    assert other.paste_text(dumps(graph).decode()) == ["number", "add", "add_2"]
    assert len(other.links) == 3


@pytest.mark.parametrize("text", ["", "hello", "[]", "{}", '{"format": "shtairir-nodes", "version": 1, "nodes": []}'])
def test_other_text_cannot_be_pasted(graph: Graph, text: str) -> None:
    before = dumps(graph)
    with pytest.raises(DocumentFormatError):
        graph.paste_text(text)
    assert dumps(graph) == before


def test_unknown_fields_and_blocks_are_copied_too() -> None:
    graph = Graph()
    record = {"id": "a", "block": "nobody.has_this", "new_field": [1], "values": {"x": {"y": 2}}}
    graph.paste_text(json.dumps({"format": "shtairir-nodes", "version": 1, "nodes": [record]}))
    assert json.loads(graph.copy_text(["a"]))["nodes"][0]["new_field"] == [1]


# --- local blocks ---------------------------------------------------------------------------------------------


def test_a_function_is_added_as_a_block_of_this_process() -> None:
    from shtairir.block import block

    @block(category="Test", version=3)
    def double(x: float) -> float:
        """Double a number."""
        return 2 * x

    graph = Graph()
    node = graph.add(double, x=2)
    assert (node.node.block, node.node.block_version) == ("test.double", 3)
    assert graph.snapshot().local_blocks[BlockId("test.double")].function is not None
    assert json.loads(dumps(graph))["nodes"][0]["block"] == "test.double"


def test_a_function_that_is_no_block_is_refused() -> None:
    from shtairir.errors import BlockDefinitionError

    with pytest.raises(BlockDefinitionError, match="@block"):
        Graph().add(len)


def test_the_steps_are_told_in_words_with_the_one_that_the_file_holds(tmp_path: Path) -> None:
    graph = Graph()
    graph.add("math.number")
    graph.set("number.value", 3)
    save(graph, tmp_path / "a.shtairir")
    graph.set("number.value", 4)
    graph.undo()
    graph.undo()
    assert list(graph.history) == ["add number"]
    assert list(graph.undone) == ["change value of number", "change value of number"]
    assert graph.saved_at == 2
    graph.set("number.value", 9)
    assert list(graph.undone) == []
    assert graph.saved_at is None
