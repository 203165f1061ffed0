"""Instances of definitions, planned and run as if their contents stood in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest

import shtairir
from shtairir import Graph
from shtairir.block import Param
from shtairir.document import save as save_graph
from shtairir.errors import PlanningError
from shtairir.events import NodeStatus, RunStatus
from shtairir.flow.branches import if_
from shtairir.testing import EventRecorder, run_inline
from tests.engine.flow.drawing import LEVELS, broken, called, note, notes, runs, save, statuses

DONE, FAILED, SKIPPED = NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.SKIPPED


def end(graph: Graph, id: str, type: str = "float", **values: Any) -> None:
    """Add an input, or if it gets a value to hand out, an output."""
    graph.add("graph.input", id=id, name=id, type=type, **values)


def out(graph: Graph, id: str, source: str, type: str = "float") -> None:
    """Add an output and link it."""
    graph.add("graph.output", id=id, name=id, type=type)
    graph.link(source, f"{id}.value")


def adding(graph: Graph, name: str = "add") -> Graph:
    """Add a definition: ``x, by -> first -> second -> result``, and ``first -> half``."""
    inner = graph.add_subgraph(name)
    end(inner, "x", "any")
    end(inner, "by", value=1.0)
    for id in ("first", "second"):
        inner.add("array.add", id=id)
        inner.link("by.out", f"{id}.x2")
    inner.link("x.out", "first.x1")
    inner.link("first.out", "second.x1")
    out(inner, "result", "second.out", "any")
    out(inner, "half", "first.out", "any")
    return inner


def two_instances() -> Graph:
    """start -> one -> two(by=10)"""
    graph = Graph("two")
    adding(graph)
    graph.add("math.number", id="start", value=5.0)
    graph.add("subgraph.add", id="one")
    graph.add("subgraph.add", id="two", by=10.0)
    graph.link("start.out", "one.x")
    graph.link("one.result", "two.x")
    return graph


def test_an_instance_does_what_stands_in_its_definition() -> None:
    for result in runs(two_instances()):
        assert result.status is RunStatus.DONE
        assert (result["two.result"], result["two.half"], result["one.half"]) == (27.0, 17.0, 6.0)
        assert set(result.results) == {"one.half", "two.half", "two.result"}


def test_nodes_of_instances_go_by_their_paths() -> None:
    plan = shtairir.plan(two_instances(), level="none")
    assert set(plan.nodes) == {"start", "one/first", "one/second", "two/first", "two/second"}
    assert list(plan.instances) == ["one", "two"]
    assert plan.instances["one"].parts == ("one/x", "one/by", "one/first", "one/second", "one/result", "one/half")
    assert {str(name): str(made) for name, made in plan.aliases.items() if name.node == "two"} == {
        "two.result": "two/second.out",
        "two.half": "two/first.out",
    }
    seen = EventRecorder()
    run_inline(plan, instruments=[seen])
    assert seen.names("two/first")[:2] == ["NodeStarted", "NodeFinished"]
    assert seen.names("two") == []


def test_equal_nodes_of_two_instances_are_one() -> None:
    """start -> one, start -> two"""
    graph = two_instances()
    graph.unlink("two.x")
    graph.link("start.out", "two.x")
    graph.unset("two.by")
    plan = shtairir.plan(graph)
    task = plan.task("two/first")
    assert task is not None
    assert {task.node, *task.aliases} == {"one/first", "two/first"}
    assert run_inline(plan)["two.result"] == 7.0


def test_chains_are_fused_across_the_border() -> None:
    plan = shtairir.plan(two_instances(), level="aggressive")
    joined = {part.node for task in plan.tasks for part in task.parts}
    assert joined >= {"one/first", "one/second", "two/first"}


def test_an_instance_rolls_up_what_is_inside() -> None:
    graph = two_instances()
    result = run_inline(graph, level="none")
    inside = [result.nodes[f"one/{name}"] for name in ("first", "second")]
    whole = result.nodes["one"]
    assert whole.status is DONE
    assert whole.elapsed_s == pytest.approx(sum(node.elapsed_s for node in inside))
    assert whole.peak_bytes == max(node.peak_bytes for node in inside)
    assert whole.outputs["half"].text == inside[0].outputs["out"].text  # type: ignore[index]  # a name will do
    assert result.nodes["one/x"].reason == "Hands on what 'start' makes."
    assert result.nodes["one/by"].reason == "Hands on the value that is set."
    assert all(result.nodes[part].status is DONE for part in whole.parts)
    with pytest.raises(KeyError):
        result.nodes["one/nowhere"]
    assert len(result.nodes) == 5
    document = result.to_dict()
    assert document["instances"]["one"]["status"] == "done"
    assert document["instances"]["one"]["parts"][0] == "one/x"


# --- ends ---------------------------------------------------------------------------------------------------------


def converting(type: str) -> Graph:
    """number -> instance.x (of a type) -> note"""
    graph = Graph("converting")
    inner = graph.add_subgraph("inner")
    end(inner, "x", type)
    inner.add(note, id="note", name="note")
    inner.link("x.out", "note.x")
    out(inner, "result", "note.out", "any")
    graph.add("math.number", id="number", value=3)
    graph.add("subgraph.inner", id="inner")
    graph.link("number.out", "inner.x")
    return graph


def test_an_end_that_makes_no_difference_dissolves() -> None:
    assert set(shtairir.plan(converting("float")).nodes) == {"number", "inner/note"}
    assert set(shtairir.plan(converting("any")).nodes) == {"number", "inner/note"}


def test_an_end_whose_type_makes_a_difference_stays() -> None:
    graph = Graph("stays")
    inner = graph.add_subgraph("inner")
    end(inner, "x", "list[float]")
    inner.add("list.length", id="length")
    inner.link("x.out", "length.items")
    out(inner, "result", "length.out", "any")
    graph.add("math.number", id="number", value=3)
    graph.add("subgraph.inner", id="inner")
    graph.link("number.out", "inner.x")
    for result in runs(graph):
        assert "inner/x" in result.nodes
        assert result["inner"] == 1


def test_a_value_of_the_wrong_type_fails_at_the_border() -> None:
    """A text behind an input of any type, at one that takes numbers only."""
    graph = Graph("wrong")
    inner = graph.add_subgraph("inner")
    end(inner, "x", "float")
    notes(inner, "note")
    inner.link("x.out", "note.x")
    out(inner, "result", "note.out")
    graph.add("subgraph.inner", id="inner")
    graph.add("text.constant", id="text", value="three")
    graph.add(if_, id="any", condition=True)
    graph.link("text.out", "any.then")
    graph.link("any.out", "inner.x")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert result.nodes["inner/x"].status is FAILED
        assert result.nodes["inner"].status is FAILED
        error = result.nodes["inner"].error
        assert error is not None
        assert error.node == "inner/x"


def test_a_value_goes_through_several_borders() -> None:
    """outer(inner(add)), by set at the outermost instance"""
    graph = Graph("deep")
    adding(graph)
    middle = graph.add_subgraph("middle")
    end(middle, "x")
    end(middle, "by", value=2.0)
    middle.add("subgraph.add", id="add")
    middle.link("x.out", "add.x")
    middle.link("by.out", "add.by")
    out(middle, "result", "add.result", "any")
    graph.add("math.number", id="start", value=1.0)
    graph.add("subgraph.middle", id="own", by=3.0)
    graph.add("subgraph.middle", id="default")
    for id in ("own", "default"):
        graph.link("start.out", f"{id}.x")
    for result in runs(graph):
        assert (result["own"], result["default"]) == (7.0, 5.0)
        assert result.nodes["own/add/first"].status is DONE
        assert result.nodes["own/add"].status is DONE
    plan = shtairir.plan(graph, level="none")
    inside = {f"{id}/add/{name}" for id in ("own", "default") for name in ("first", "second")}
    assert set(plan.nodes) == {"start", *inside}
    assert plan.task("own/add/first").values["x2"] == 3.0  # type: ignore[union-attr]


def test_what_goes_straight_through_an_instance_is_the_same() -> None:
    """start -> inner.x -> inner.same -> note"""
    graph = Graph("through")
    inner = graph.add_subgraph("inner")
    end(inner, "x", "any")
    out(inner, "same", "x.out", "any")
    notes(graph, "start", "note")
    graph.add("subgraph.inner", id="inner")
    graph.link("start.out", "inner.x")
    graph.link("inner.same", "note.x")
    for result in runs(graph):
        assert result["note"] == 2.0
        assert set(result.nodes) == {"start", "note"}


@shtairir.block(id="testing.share", category="Testing")
def share(part: Annotated[float, Param(ge=0, le=1)] = 0.5) -> float:
    """Return a share."""
    return part


def test_a_value_that_is_out_of_range_inside_is_refused_by_name() -> None:
    graph = Graph("range")
    inner = graph.add_subgraph("inner")
    end(inner, "part", value=0.25)
    inner.add(share, id="share")
    inner.link("part.out", "share.part")
    out(inner, "result", "share.out")
    graph.add("subgraph.inner", id="inner")
    assert run_inline(graph)["inner"] == 0.25
    graph.set("inner.part", 3.0)
    with pytest.raises(PlanningError, match="The value of 'part' of 'inner': 3 is out of range"):
        shtairir.plan(graph)
    with pytest.raises(PlanningError, match="'inner/share', input 'part': 3 is out of range"):
        shtairir.plan(graph, parameters={"inner/part.value": 3.0, "inner.part": 0.5})


# --- what belongs to an instance ----------------------------------------------------------------------------------


def with_effects(graph: Graph, name: str = "inner") -> None:
    """Add a definition with an effect besides: ``x -> work -> result``, ``work -> save``, ``x -> other -> extra``."""
    inner = graph.add_subgraph(name)
    end(inner, "x")
    notes(inner, "work", "other")
    notes(inner, "save", block=save)
    inner.link("x.out", "work.x")
    inner.link("work.out", "save.x")
    inner.link("x.out", "other.x")
    out(inner, "result", "work.out")
    out(inner, "extra", "other.out")


@pytest.mark.parametrize("condition", [True, False])
def test_nothing_of_an_instance_runs_in_a_branch_that_is_not_chosen(condition: bool) -> None:
    """start -> inner -> if.then; start -> if.otherwise"""
    graph = Graph("unchosen")
    with_effects(graph)
    notes(graph, "start")
    graph.add("subgraph.inner", id="inner")
    graph.add(if_, id="if", condition=condition)
    graph.link("start.out", "inner.x")
    graph.link("inner.result", "if.then")
    graph.link("start.out", "if.otherwise")
    for result in runs(graph):
        assert result["if"] == (2.0 if condition else 1.0)
        assert sorted(called) == (["other", "save", "start", "work"] if condition else ["start"])
        inside = statuses(result, "inner/work", "inner/save", "inner/other")
        assert inside == ([DONE] * 3 if condition else [SKIPPED] * 3)
        assert result.nodes["inner"].status is (DONE if condition else SKIPPED)
        assert result.nodes["inner"].reason == ("" if condition else "'if' chose 'otherwise'.")
        assert ("inner.extra" in result) is condition


def test_nothing_of_an_instance_in_an_instance_runs_either() -> None:
    """outer(inner with effects) -> if.then (not chosen)"""
    graph = Graph("deep effects")
    with_effects(graph)
    outer = graph.add_subgraph("outer")
    end(outer, "x")
    outer.add("subgraph.inner", id="inner")
    outer.add("subgraph.inner", id="unread")
    outer.link("x.out", "inner.x")
    outer.link("x.out", "unread.x")
    out(outer, "result", "inner.result")
    notes(graph, "start")
    graph.add("subgraph.outer", id="outer")
    graph.add(if_, id="if", condition=False)
    graph.link("start.out", "outer.x")
    graph.link("outer.result", "if.then")
    for result in runs(graph):
        assert called == []
        assert result.nodes["outer/unread"].status is SKIPPED
    graph.set("if.condition", True)
    for result in runs(graph):
        assert sorted(called) == sorted(["start", *["work", "save", "other"] * 2])
        assert result.nodes["outer"].status is DONE


def test_an_instance_nobody_reads_runs_whole() -> None:
    graph = Graph("whole")
    with_effects(graph)
    graph.add("subgraph.inner", id="inner", x=1.0)
    for result in runs(graph):
        assert sorted(called) == ["other", "save", "work"]
        assert set(result.results) == {"inner.extra", "inner.result"}


def test_an_instance_has_failed_if_a_node_in_it_has() -> None:
    graph = Graph("failing")
    inner = graph.add_subgraph("inner")
    end(inner, "x")
    notes(inner, "bad", block=broken)
    notes(inner, "good")
    inner.link("x.out", "bad.x")
    inner.link("x.out", "good.x")
    out(inner, "result", "bad.out")
    out(inner, "other", "good.out")
    notes(graph, "start", "end")
    graph.add("subgraph.inner", id="inner")
    graph.link("start.out", "inner.x")
    graph.link("inner.result", "end.x")
    for result in runs(graph):
        whole = result.nodes["inner"]
        assert (whole.status, whole.error and whole.error.node) == (FAILED, "inner/bad")
        assert result.nodes["end"].reason == "'inner/bad' failed, and this needs it."
        assert result["inner.other"] == 2.0
        with pytest.raises(KeyError, match=r"'inner/bad' has no result: it is failed\. it is broken"):
            result["inner.result"]


# --- what is asked for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("one", {"start", "one/first", "one/second"}),
        ("one/first", {"start", "one/first"}),
        ("two/x", {"start", "one/first", "one/second"}),
    ],
)
def test_a_target_may_be_an_instance_or_inside_of_one(target: str, expected: set[str]) -> None:
    for level in LEVELS:
        result = run_inline(two_instances(), level=level, targets=[target])
        assert {name for name, node in result.nodes.items() if node.status is DONE} == expected


def test_a_value_inside_of_an_instance_can_be_kept() -> None:
    graph = two_instances()
    graph.add(note, id="end", name="end")
    graph.link("two.result", "end.x")
    for keep in ("two.result", "two/second.out"):
        result = shtairir.run(graph, keep=[keep])
        assert result[keep] == 27.0
        assert run_inline(shtairir.plan(graph), keep=[keep])[keep] == 27.0
    assert "two/second.out" in shtairir.run(graph, keep="all")
    with pytest.raises(KeyError, match=r"Run with keep=\['two.result'\]"):
        shtairir.run(graph)["two.result"]


def test_values_inside_of_one_instance_can_be_set_for_a_run() -> None:
    graph = two_instances()
    assert run_inline(graph, parameters={"two.by": 100.0})["two.result"] == 207.0
    assert run_inline(graph, parameters={"two/by.value": 100.0})["two.result"] == 207.0
    assert run_inline(graph, parameters={"one/by.value": 0.0})["one.half"] == 5.0
    assert run_inline(graph)["two.result"] == 27.0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two/third.x2", "There is no node 'two/third'"),
        ("two/first.x1", "it is linked"),
        ("two/first.x9", "there is no such input"),
    ],
)
def test_a_value_that_cannot_be_set_is_refused(name: str, said: str) -> None:
    with pytest.raises(PlanningError, match=said):
        shtairir.plan(two_instances(), parameters={name: 1.0})


def test_inputs_and_results_of_a_graph_go_by_their_names() -> None:
    graph = Graph("named")
    end(graph, "radius", value=2.0)
    graph.add(note, id="note", name="note")
    graph.link("radius.out", "note.x")
    out(graph, "total", "note.out")
    graph.add(note, id="other", name="other")
    graph.publish_result("second", "other.out")
    for result in runs(graph, parameters={"radius": 4.0}):
        assert (result["total"], result["second"]) == (5.0, 1.0)
        assert "total" in result
    assert shtairir.plan(graph).to_dict()["named"] == {"second": "other.out", "total": "total.value"}


def test_a_named_result_is_wanted_even_in_a_branch() -> None:
    """a -> if.then (not chosen), a published"""
    graph = Graph("published")
    notes(graph, "a", "b")
    graph.add(if_, id="if", condition=False)
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    graph.publish_result("a", "a.out")
    for result in runs(graph):
        assert sorted(called) == ["a", "b"]
        assert result["a"] == 1.0


# --- planning again -----------------------------------------------------------------------------------------------


def test_an_edit_of_a_definition_reaches_all_instances() -> None:
    graph = two_instances()
    assert shtairir.run(graph)["two.result"] == 27.0
    graph.subgraphs["add"].set("by.value", 2.0)
    assert shtairir.run(graph)["two.result"] == 29.0
    graph.set("two.by", 1.0)
    assert shtairir.run(graph)["two.result"] == 11.0
    graph.set("start.value", 0.0)
    assert shtairir.run(graph)["two.result"] == 6.0
    graph.subgraphs["add"].unlink("first.x1")
    graph.subgraphs["add"].set("first.x1", 100.0)
    assert shtairir.run(graph)["two.result"] == 102.0


def test_an_edit_of_a_published_input_is_planned_anew() -> None:
    graph = Graph("inputs")
    end(graph, "radius", value=2.0)
    graph.add(note, id="note", name="note")
    graph.link("radius.out", "note.x")
    assert shtairir.run(graph)["note"] == 3.0
    graph.set("radius.value", 7.0)
    assert shtairir.run(graph)["note"] == 8.0


# --- graph files as blocks ----------------------------------------------------------------------------------------


def filed(folder: Path) -> Path:
    """Save a graph with an input, a parameter, an output and a result, which reads a file beside it."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "words.txt").write_text("one two three")
    inner = Graph("words")
    inner.path = folder / "words.shtairir"
    inner.add("io.read_text", id="read", path="data/words.txt")
    inner.add("text.length", id="length")
    inner.link("read.out", "length.text")
    end(inner, "x")
    inner.add("array.add", id="add")
    inner.link("x.out", "add.x1")
    inner.link("length.out", "add.x2")
    inner.add("array.multiply", id="times", x2=2.0)
    inner.link("add.out", "times.x1")
    out(inner, "result", "times.out", "any")
    inner.publish("factor", "times.x2")
    inner.publish_result("count", "length.out")
    save_graph(inner, inner.path)
    return inner.path


def test_a_graph_file_is_a_block_whose_paths_begin_at_its_folder(tmp_path: Path) -> None:
    filed(tmp_path / "library")
    graph = Graph("outer")
    graph.path = tmp_path / "outer.shtairir"
    graph.add("file:library/words.shtairir", id="words", x=7.0)
    graph.add("file:library/words.shtairir", id="more", factor=10.0)
    graph.link("words.count", "more.x")
    for result in runs(graph):
        assert (result["words.result"], result["more.result"]) == (40.0, 260.0)
        assert result.nodes["words/read"].status is DONE
    assert run_inline(graph, parameters={"words/times.x2": 1.0})["words.result"] == 20.0


def test_a_graph_file_that_has_changed_is_planned_anew(tmp_path: Path) -> None:
    path = filed(tmp_path / "library")
    graph = Graph("outer")
    graph.path = tmp_path / "outer.shtairir"
    graph.add("file:library/words.shtairir", id="words", x=7.0)
    assert shtairir.run(graph)["words.result"] == 40.0
    inner = shtairir.load(path)
    inner.set("times.x2", 100.0)
    save_graph(inner, path)
    assert shtairir.run(graph)["words.result"] == 2000.0


# --- loops --------------------------------------------------------------------------------------------------------


@shtairir.block(id="testing.three", category="Testing")
def three() -> list[float]:
    """Return three numbers."""
    return [1.0, 2.0, 3.0]


def test_an_instance_in_the_body_of_a_loop_and_a_loop_in_an_instance() -> None:
    """instance(for_each(add)) over a list"""
    graph = Graph("loops")
    adding(graph)
    body = graph.add_subgraph("body")
    end(body, "x")
    body.add("subgraph.add", id="add")
    body.link("x.out", "add.x")
    out(body, "result", "add.result", "any")
    all_of_them = graph.add_subgraph("all")
    end(all_of_them, "items", "list[float]")
    all_of_them.add("flow.for_each", id="loop", body="body")
    all_of_them.link("items.out", "loop.x")
    out(all_of_them, "results", "loop.result", "any")
    graph.add(three, id="list")
    graph.add("subgraph.all", id="all")
    graph.link("list.out", "all.items")
    for result in runs(graph):
        assert result["all"] == [3.0, 4.0, 5.0]
        assert result.nodes["all/loop/add/first"].count == 3
        assert result.nodes["all/loop/add"].count == 3
        assert {result.nodes[part].status for part in result.nodes["all/loop/add"].parts} == {DONE}
        assert result.nodes["all"].status is DONE


# --- what a plan says ---------------------------------------------------------------------------------------------


def test_a_plan_tells_of_instances_and_of_ends_that_stay() -> None:
    graph = Graph("told")
    adding(graph)
    inner = graph.add_subgraph("listed")
    end(inner, "x", "list[float]")
    inner.add("list.length", id="length")
    inner.link("x.out", "length.items")
    out(inner, "result", "length.out", "any")
    graph.add("math.number", id="number", value=3)
    graph.add("subgraph.listed", id="listed")
    graph.add("subgraph.add", id="add")
    graph.link("number.out", "listed.x")
    graph.link("number.out", "add.x")
    told = {reason.node: reason.sentence for reason in shtairir.plan(graph).reasons if reason.pass_name == "expand"}
    assert told == {
        "add": "Stands for the 6 nodes in it, which are planned with all others.",
        "listed": "Stands for the 3 nodes in it, which are planned with all others.",
        "listed/x": "Stays a task: its type makes a difference to what arrives, or it has the value itself.",
    }
    assert shtairir.plan(graph).to_dict()["instances"]["listed"] == {  # type: ignore[index]
        "block": "subgraph.listed",
        "parts": ["listed/x", "listed/length", "listed/result"],
        "outputs": {"result": "listed/length.out"},
    }


def test_an_output_that_an_instance_does_not_have_cannot_be_kept() -> None:
    with pytest.raises(PlanningError, match=r"'two' has no output 'total' to keep; it has: result, half\."):
        shtairir.plan(two_instances(), keep=["two.total"])


# --- chains -------------------------------------------------------------------------------------------------------


def test_definitions_of_one_name_in_files_of_one_name_are_not_taken_for_one_another(tmp_path: Path) -> None:
    """outer.grow holds file b/part, whose own grow holds a note"""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    innermost = Graph("part")
    grow = innermost.add_subgraph("grow")
    end(grow, "x")
    grow.add("math.add", id="add", b=1.0)
    grow.link("x.out", "add.a")
    out(grow, "result", "add.out")
    end(innermost, "x")
    innermost.add("subgraph.grow", id="grow")
    innermost.link("x.out", "grow.x")
    out(innermost, "result", "grow.result")
    save_graph(innermost, tmp_path / "b" / "part.shtairir")
    outer = Graph("part")
    outer.path = tmp_path / "a" / "part.shtairir"
    again = outer.add_subgraph("grow")
    end(again, "x")
    again.add("file:../b/part.shtairir", id="file")
    again.link("x.out", "file.x")
    out(again, "result", "file.result")
    outer.add("subgraph.grow", id="grow", x=1.0)
    for result in runs(outer):
        assert result["grow"] == 2.0
        assert result.nodes["grow/file/grow/add"].status is DONE


def test_a_definition_that_contains_itself_is_refused_with_the_way() -> None:
    """Even if nobody has checked the graph before."""
    from dataclasses import replace

    from shtairir.block.registry import default_registry
    from shtairir.document.model import Node
    from shtairir.ids import BlockId, NodeId
    from shtairir.planning.expand import expand

    graph = Graph("circle")
    for name in ("one", "two"):
        graph.add_subgraph(name)
    graph.subgraphs["one"].add("subgraph.two", id="two")
    graph.add("subgraph.one", id="start")
    snapshot = graph.snapshot()
    two = snapshot.subgraphs["two"]
    inside = {NodeId("one"): Node(NodeId("one"), BlockId("subgraph.one"))}
    subgraphs = {**snapshot.subgraphs, "two": replace(two, nodes=inside)}
    around = {name: replace(scope, subgraphs=subgraphs) for name, scope in subgraphs.items()}
    for scope in around.values():
        subgraphs[scope.scope or ""] = scope
    with pytest.raises(PlanningError, match="'start/two/one' would contain itself: one → two → one"):
        expand(replace(snapshot, subgraphs=subgraphs), default_registry())
