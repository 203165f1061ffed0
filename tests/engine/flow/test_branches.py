"""If, Switch, Try and Gate: what runs, what does not, and what is said of it."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir import Graph
from shtairir.block import Array
from shtairir.errors import NodeExecutionError
from shtairir.events import NodeFailed, NodeLogged, NodeSkipped, NodeStatus, RunStatus, ValueReleased
from shtairir.flow.branches import gate, if_, switch, try_
from shtairir.memory.pool import MemoryPool
from shtairir.testing import EventRecorder, run_inline
from tests.engine.flow.drawing import LEVELS, broken, called, is_big, note, notes, runs, save, statuses

DONE, FAILED, SKIPPED = NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.SKIPPED


def branching(condition: bool) -> Graph:
    """Draw two branches of two nodes::

    a -> small -> smaller -> if.then
    a -> large -> larger  -> if.otherwise -> end
    """
    graph = Graph("branching")
    notes(graph, "a", "small", "smaller", "large", "larger", "end")
    graph.add(if_, id="if", title="Is small", condition=condition)
    for row in (("a", "small", "smaller"), ("a", "large", "larger")):
        for source, target in pairwise(row):
            graph.link(f"{source}.out", f"{target}.x")
    graph.link("smaller.out", "if.then")
    graph.link("larger.out", "if.otherwise")
    graph.link("if.out", "end.x")
    return graph


# --- If -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [True, False])
def test_only_the_chosen_branch_runs(condition: bool) -> None:
    chosen, other = (("small", "smaller"), ("large", "larger"))[:: 1 if condition else -1]
    for result in runs(branching(condition)):
        assert sorted(called) == sorted(("a", *chosen, "end"))
        assert result.status is RunStatus.DONE
        assert result["end"] == 4.0
        assert statuses(result, "a", *chosen, "if", "end") == [DONE] * 5
        assert statuses(result, *other) == [SKIPPED] * 2
        assert result.nodes[other[0]].reason == f"'Is small' chose '{'then' if condition else 'otherwise'}'."


def test_the_names_in_the_expression_are_inputs() -> None:
    """a, b -> if(a + b > 3) <- then, otherwise"""
    graph = Graph("expression")
    notes(graph, "a", "b", "then", "otherwise")
    graph.add(if_, id="if", expression="a + b > 3 and a < 9")
    for name in ("a", "b", "then", "otherwise"):
        graph.link(f"{name}.out", f"if.{name}")
    graph.set("a.x", 1.5)
    graph.set("otherwise.x", 5.0)
    for result in runs(graph):
        assert result["if"] == 1.0
    graph.set("a.x", 20.0)
    for result in runs(graph):
        assert result["if"] == 6.0


def test_an_if_without_otherwise_hands_on_nothing() -> None:
    graph = Graph("half")
    notes(graph, "then")
    graph.add(if_, id="if", condition=False)
    graph.link("then.out", "if.then")
    for result in runs(graph):
        assert result["if"] is None
        assert called == []


def test_what_both_branches_need_does_not_wait_for_the_choice() -> None:
    """slow -> condition; a -> then; a -> otherwise"""
    graph = Graph("shared")
    notes(graph, "a", "slow")
    graph.add(if_, id="if", expression="slow > 5")
    graph.link("slow.out", "if.slow")
    graph.link("a.out", "if.then")
    graph.link("a.out", "if.otherwise")
    plan = shtairir.plan(graph)
    assert plan.task("a").condition == ""  # type: ignore[union-attr]
    for result in runs(graph):
        assert result["if"] == 1.0


def test_a_node_that_a_choice_needs_is_not_guarded_by_it() -> None:
    """a -> condition; a -> then"""
    graph = Graph("needed")
    notes(graph, "a", "b")
    graph.add(if_, id="if", expression="a > 0")
    graph.link("a.out", "if.a")
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    for result in runs(graph):
        assert (called, result["if"]) == (["a"], 1.0)


def test_what_somebody_else_needs_as_well_runs_in_any_case() -> None:
    """a -> then; a -> end; the branch is not chosen"""
    graph = Graph("needed elsewhere")
    notes(graph, "a", "b", "end")
    graph.add(if_, id="if", condition=False)
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    graph.link("a.out", "end.x")
    for result in runs(graph):
        assert sorted(called) == ["a", "b", "end"]
        assert result["end"] == 2.0


def nested(outer: bool, inner: bool) -> Graph:
    """Draw an If in the branch of another::

    a -> inner.then, b -> inner.otherwise, c -> inner.condition
    inner -> outer.then, d -> outer.otherwise
    """
    graph = Graph("nested")
    notes(graph, "a", "b", "d")
    graph.add(is_big, id="c", name="c", x=20.0 if inner else 0.0)
    graph.add(if_, id="inner")
    graph.add(if_, id="outer", condition=outer)
    for source, target in (
        ("c", "inner.condition"),
        ("a", "inner.then"),
        ("b", "inner.otherwise"),
        ("inner", "outer.then"),
        ("d", "outer.otherwise"),
    ):
        graph.link(f"{source}.out", target)
    return graph


@pytest.mark.parametrize(("outer", "inner", "expected"), [(True, True, "ac"), (True, False, "bc"), (False, True, "d")])
def test_a_choice_that_is_not_needed_is_not_made(outer: bool, inner: bool, expected: str) -> None:
    for result in runs(nested(outer, inner)):
        assert sorted(called) == list(expected)
        assert result.status is RunStatus.DONE
        if not outer:
            assert statuses(result, "a", "b", "c", "inner") == [SKIPPED] * 4
            assert result.nodes["c"].reason == "'outer' chose 'otherwise'."
            assert result.nodes["a"].reason == "'inner' did not run, so nothing was chosen."


@pytest.mark.parametrize(("first", "second"), [(0.0, 0.0), (0.0, 20.0), (20.0, 0.0), (20.0, 20.0)])
def test_what_two_choices_may_need_runs_if_one_of_them_does(first: float, second: float) -> None:
    """Draw a node that two Ifs may need, of which the second chooses by what the first hands on::

    x -> first.then, y -> first.otherwise; first -> big -> second.condition
    x -> second.then, z -> second.otherwise
    """
    graph = Graph("twice")
    notes(graph, "x", "y", "z", "sum")
    graph.set("y.x", second)
    graph.set("x.x", second)
    graph.add(is_big, id="c", name="c", x=first)
    graph.add(is_big, id="big", name="big")
    graph.add(if_, id="first")
    graph.add(if_, id="second")
    for source, target in (
        ("c", "first.condition"),
        ("x", "first.then"),
        ("y", "first.otherwise"),
        ("first", "big.x"),
        ("big", "second.condition"),
        ("x", "second.then"),
        ("z", "second.otherwise"),
        ("second", "sum.x"),
    ):
        graph.link(f"{source}.out", target)
    needs_x, needs_y, needs_z = first > 10 or second > 10, first <= 10, second <= 10
    wanted = ["big", "c", "sum", *("x" for _ in [0] if needs_x), *("y" for _ in [0] if needs_y)]
    for result in runs(graph):
        assert sorted(called) == sorted([*wanted, *("z" for _ in [0] if needs_z)])
        assert result.status is RunStatus.DONE
        assert result["sum"] == (second + 2 if second > 10 else 2.0)


def test_a_condition_that_fails_fails_its_node_and_what_needs_it() -> None:
    """text -> if.condition"""
    graph = Graph("no condition")
    notes(graph, "a", "b", "end")
    graph.add("text.constant", id="text", value="yes")
    graph.add(if_, id="if", expression="text and 'no'")
    graph.link("text.out", "if.text")
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    graph.link("if.out", "end.x")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert called == []
        assert statuses(result, "if", "end", "a", "b") == [FAILED, SKIPPED, SKIPPED, SKIPPED]
        error = result.nodes["if"].error
        assert error is not None
        assert (error.node, error.block) == ("if", "flow.if")
        assert result.nodes["end"].reason == "'if' failed, and this needs it."
        assert result.nodes["a"].reason == "'if' failed, so nothing was chosen."
        with pytest.raises(NodeExecutionError, match="Node 'if' failed"):
            result.raise_for_status()


def test_a_failure_in_the_chosen_branch_is_one_of_the_run() -> None:
    """broken -> if.then (chosen) -> end"""
    graph = Graph("chosen failure")
    notes(graph, "b", "end")
    notes(graph, "bad", block=broken)
    graph.add(if_, id="if", condition=True)
    graph.link("bad.out", "if.then")
    graph.link("b.out", "if.otherwise")
    graph.link("if.out", "end.x")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert statuses(result, "bad", "if", "end", "b") == [FAILED, SKIPPED, SKIPPED, SKIPPED]
        assert result.nodes["end"].reason == "'bad' failed, and this needs it."


def test_equal_nodes_of_two_branches_are_one_that_either_needs() -> None:
    """a -> double1 -> if.then; a -> double2 -> other.then"""
    graph = Graph("merged")
    notes(graph, "a")
    for name, condition in (("if", False), ("other", True)):
        graph.add("array.multiply", id=f"double_{name}", x2=2.0)
        graph.add(if_, id=name, condition=condition)
        graph.link("a.out", f"double_{name}.x1")
        graph.link(f"double_{name}.out", f"{name}.then")
    plan = shtairir.plan(graph)
    task = plan.task("double_other")
    assert task is not None
    assert {task.node, *task.aliases} == {"double_if", "double_other"}
    assert task.condition == "if 'if' chooses 'then' or 'other' chooses 'then'"
    for result in runs(graph):
        assert result["other"] == 2.0
        assert result["if"] is None


def test_sinks_run_whatever_is_chosen() -> None:
    """a -> if.then (not chosen); a -> save"""
    graph = Graph("sink")
    notes(graph, "a", "b")
    notes(graph, "save", block=save)
    graph.add(if_, id="if", condition=False)
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    graph.link("a.out", "save.x")
    for _ in runs(graph):
        assert sorted(called) == ["a", "b", "save"]


# --- Switch -------------------------------------------------------------------------------------------------------


def switching(choice: Any) -> Graph:
    """a, b, c, d -> switch(low, mid, high, default)"""
    graph = Graph("switching")
    notes(graph, "a", "b", "c", "d")
    graph.add(switch, id="switch", cases="low, mid, high", choice=choice)
    for source, port in (("a", "low"), ("b", "mid"), ("c", "high"), ("d", "default")):
        graph.link(f"{source}.out", f"switch.{port}")
    return graph


CASES = {"low": "a", "high": "c", 0: "a", 1: "b", 2.0: "c", 7: "d", -1: "d", 0.5: "d", "other": "d"}


@pytest.mark.parametrize(("choice", "expected"), [*CASES.items(), (True, "b")])
def test_a_switch_runs_one_case(choice: Any, expected: str) -> None:
    for result in runs(switching(choice)):
        assert called == [expected]
        assert result["switch"] == 1.0


def test_a_linked_choice_may_be_any_number() -> None:
    """number -> switch.choice: it does not become a text on the way"""
    graph = switching("low")
    graph.add("math.number", id="number", value=1.0)
    graph.link("number.out", "switch.choice")
    for _ in runs(graph):
        assert called == ["b"]


def test_a_switch_without_a_default_fails_where_there_is_no_such_case() -> None:
    graph = switching("huge")
    graph.unlink("switch.default")
    graph.remove("d")
    for result in runs(graph):
        assert called == []
        assert result.status is RunStatus.FAILED
        error = result.nodes["switch"].error
        assert error is not None
        assert "there are: low, mid, high" in error.message


# --- Try ----------------------------------------------------------------------------------------------------------


def trying(*, fails: bool) -> Graph:
    """Draw a value that may fail, and its fallback::

    source -> read -> try.value
    spare -> other -> try.fallback -> end
    """
    graph = Graph("trying")
    notes(graph, "source", "spare", "other", "end")
    notes(graph, "read", block=broken if fails else note)
    graph.add(try_, id="try")
    for source, target in (
        ("source", "read.x"),
        ("read", "try.value"),
        ("spare", "other.x"),
        ("other", "try.fallback"),
        ("try", "end.x"),
    ):
        graph.link(f"{source}.out", target)
    return graph


def test_a_fallback_runs_only_if_it_is_needed() -> None:
    for result in runs(trying(fails=False)):
        assert sorted(called) == ["end", "read", "source"]
        assert (result.status, result["end"]) == (RunStatus.DONE, 3.0)
        assert (result["try.failed"], result["try.error"]) == (False, "")
        assert statuses(result, "spare", "other") == [SKIPPED] * 2
        assert result.nodes["other"].reason == "'try' did not need its fallback."


def test_a_failure_for_which_there_is_a_fallback_is_none_of_the_run() -> None:
    for result in runs(trying(fails=True)):
        assert sorted(called) == ["end", "other", "read", "source", "spare"]
        assert (result.status, result["end"]) == (RunStatus.DONE, 3.0)
        assert (result["try.failed"], result["try.error"]) == (True, "'read' failed: it is broken")
        read = result.nodes["read"]
        assert (read.status, read.taken_by, read.reason) == (FAILED, ("try",), "'try' took its fallback instead.")
        assert result.failures == []
        assert result.raise_for_status() is result
        assert result.to_dict()["nodes"]["read"]["taken_by"] == ["try"]


def test_a_failure_far_before_a_try_is_taken_too() -> None:
    """broken -> a -> b -> try.value"""
    graph = trying(fails=True)
    notes(graph, "between")
    graph.unlink("try.value")
    graph.link("read.out", "between.x")
    graph.link("between.out", "try.value")
    for result in runs(graph):
        assert result.status is RunStatus.DONE
        assert statuses(result, "read", "between", "try") == [FAILED, SKIPPED, DONE]


def test_a_failure_that_somebody_else_suffers_from_is_one_of_the_run() -> None:
    """read -> try.value; read -> wanted"""
    graph = trying(fails=True)
    notes(graph, "wanted")
    graph.link("read.out", "wanted.x")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert result["end"] == 3.0
        assert result.nodes["read"].taken_by == ()
        assert statuses(result, "wanted", "try") == [SKIPPED, DONE]


def test_if_the_fallback_fails_as_well_so_does_the_run() -> None:
    graph = trying(fails=True)
    graph.remove("other")
    notes(graph, "other", block=broken)
    graph.link("spare.out", "other.x")
    graph.link("other.out", "try.fallback")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert statuses(result, "read", "other", "try", "end") == [FAILED, FAILED, SKIPPED, SKIPPED]
        assert [failure.node for failure in result.failures] == ["other"]


def test_a_try_without_a_fallback_hands_on_nothing() -> None:
    graph = Graph("no fallback")
    notes(graph, "read", block=broken)
    graph.add(try_, id="try")
    graph.link("read.out", "try.value")
    for result in runs(graph):
        assert result.status is RunStatus.DONE
        assert (result["try.out"], result["try.failed"]) == (None, True)


def test_a_try_in_a_try_takes_what_the_inner_one_cannot() -> None:
    """read, spare (both broken) -> inner -> outer.value; good -> outer.fallback"""
    graph = Graph("two tries")
    notes(graph, "read", "spare", block=broken)
    notes(graph, "good")
    graph.add(try_, id="inner")
    graph.add(try_, id="outer")
    graph.link("read.out", "inner.value")
    graph.link("spare.out", "inner.fallback")
    graph.link("inner.out", "outer.value")
    graph.link("good.out", "outer.fallback")
    for result in runs(graph):
        assert (result.status, result["outer.out"]) == (RunStatus.DONE, 1.0)
        assert result["outer.error"] == "'spare' failed: it is broken"
        assert result.nodes["spare"].taken_by == ("outer",)
        assert statuses(result, "inner", "outer") == [SKIPPED, DONE]


def test_a_condition_that_fails_can_be_tried() -> None:
    """bad -> if.condition -> try.value"""
    graph = Graph("tried condition")
    notes(graph, "a", "b", "spare")
    notes(graph, "bad", block=broken)
    graph.add(if_, id="if", expression="bad > 0")
    graph.add(try_, id="try")
    for source, target in (
        ("bad", "if.bad"),
        ("a", "if.then"),
        ("b", "if.otherwise"),
        ("if", "try.value"),
        ("spare", "try.fallback"),
    ):
        graph.link(f"{source}.out", target)
    for result in runs(graph):
        assert (result.status, result["try.out"]) == (RunStatus.DONE, 1.0)
        assert sorted(called) == ["bad", "spare"]


# --- Gate ---------------------------------------------------------------------------------------------------------


def test_a_gate_hands_on_what_arrives_once_the_other_is_done() -> None:
    """first -> gate.after; value -> gate.value -> last"""
    graph = Graph("gated")
    notes(graph, "first", "value", "last")
    graph.add(gate, id="gate")
    graph.link("first.out", "gate.after")
    graph.link("value.out", "gate.value")
    graph.link("gate.out", "last.x")
    for result in runs(graph):
        assert called.index("first") < called.index("last")
        assert result["last"] == 2.0


# --- what observers are told --------------------------------------------------------------------------------------


def test_observers_hear_of_each_node_once_and_of_no_other() -> None:
    for level in LEVELS:
        graph, seen = branching(True), EventRecorder()
        run_inline(graph, level=level, instruments=[seen])
        for node in graph.nodes:
            expected = ["NodeSkipped"] if node in ("large", "larger") else ["NodeStarted", "NodeFinished"]
            assert [name for name in seen.names(node) if name != "ValueReleased"] == expected
        named = {event.node for event in seen.events if hasattr(event, "node")}
        assert named == set(graph.nodes)


def test_observers_hear_why_a_node_is_skipped_and_that_no_node_failed_for_it() -> None:
    seen = EventRecorder()
    run_inline(branching(False), instruments=[seen])
    skipped = [event for event in seen.events if isinstance(event, NodeSkipped)]
    assert {(event.node, event.reason, event.cause) for event in skipped} == {
        (node, "'Is small' chose 'otherwise'.", None) for node in ("small", "smaller")
    }


def test_observers_hear_that_a_fallback_is_taken() -> None:
    seen = EventRecorder()
    run_inline(trying(fails=True), instruments=[seen])
    assert [event.node for event in seen.events if isinstance(event, NodeFailed)] == ["read"]
    told = [event.message for event in seen.events if isinstance(event, NodeLogged)]
    assert told == ["Takes its fallback: 'read' failed: it is broken"]


def test_a_failed_condition_is_told_once() -> None:
    graph = Graph("failing condition")
    notes(graph, "a", "b")
    graph.add("text.constant", id="text", value="yes")
    graph.add(if_, id="if", expression="text and 'no'")
    graph.link("text.out", "if.text")
    graph.link("a.out", "if.then")
    graph.link("b.out", "if.otherwise")
    seen = EventRecorder()
    run_inline(graph, instruments=[seen])
    assert seen.names("if") == ["NodeFailed"]


# --- memory -------------------------------------------------------------------------------------------------------


@shtairir.block(id="testing.filled", category="Testing", pure=False)
def filled(value: float) -> Array:
    """Return a large array."""
    return np.full(100_000, value)


@shtairir.block(id="testing.first", category="Testing", pure=False)
def first_of(array: Array) -> float:
    """Return the first number of an array."""
    return float(array[0])


def test_a_value_that_is_not_chosen_is_let_go_when_the_choice_is_made() -> None:
    """Draw a value of which a branch that is not chosen would be the last reader::

    large -> first -> if.condition;  large -> slow -> if.otherwise (not chosen);  a -> if.then
    """
    graph = Graph("released")
    graph.add(filled, id="large", value=2.0)
    graph.add(first_of, id="first")
    graph.add(first_of, id="slow")
    notes(graph, "a")
    graph.add(if_, id="if", expression="first > 1")
    for source, target in (
        ("large", "first.array"),
        ("large", "slow.array"),
        ("first", "if.first"),
        ("slow", "if.otherwise"),
        ("a", "if.then"),
    ):
        graph.link(f"{source}.out", target)
    for level in LEVELS:
        seen = EventRecorder()
        result = run_inline(graph, level=level, instruments=[seen])
        assert [event.node for event in seen.events if isinstance(event, ValueReleased)].count("large") == 1
        assert result.memory.live_bytes == 0


@pytest.mark.parametrize("level", LEVELS)
def test_an_array_that_is_handed_on_is_counted_once_and_written_over_by_nobody(level: str) -> None:
    """large -> if.then -> plus -> end; large is a result as well"""
    graph = Graph("handed on")
    graph.add(filled, id="large", value=2.0)
    graph.add(if_, id="if", condition=True)
    graph.add("array.add", id="plus", x2=1.0)
    graph.add("array.multiply", id="times", x2=3.0)
    graph.link("large.out", "if.then")
    graph.link("if.out", "plus.x1")
    graph.link("plus.out", "times.x1")
    pool = MemoryPool(poison=True)
    from shtairir.execute.options import RunOptions
    from shtairir.ids import PortRef
    from shtairir.session import start_plan, wait_for

    plan = shtairir.plan(graph, level=level, keep=["large.out", "if.out"])
    keep = [PortRef.parse("large.out"), PortRef.parse("if.out")]
    result = wait_for(start_plan(plan, RunOptions(pool=pool, keep=keep)))
    assert (result["times"] == 9.0).all()
    assert (result["large"] == 2.0).all()
    assert (result["if"] == 2.0).all()
    assert result.memory.live_bytes < 2.5 * result["large"].nbytes


# --- cancelling ---------------------------------------------------------------------------------------------------


def test_a_run_is_cancelled_while_a_choice_is_open() -> None:
    started, go_on = threading.Event(), threading.Event()

    @shtairir.block(id="testing.slow", category="Testing", pure=False)
    def slow() -> bool:
        """Wait to be told to go on."""
        started.set()
        go_on.wait(10)
        return True

    graph = Graph("cancelled")
    notes(graph, "a", "b", "end")
    graph.add(slow, id="slow")
    graph.add(if_, id="if")
    for source, target in (("slow", "if.condition"), ("a", "if.then"), ("b", "if.otherwise"), ("if", "end.x")):
        graph.link(f"{source}.out", target)
    called.clear()
    handle = shtairir.start(graph, workers=2)
    assert started.wait(10)
    handle.cancel()
    go_on.set()
    result = handle.wait(10)
    assert result is not None
    assert result.status is RunStatus.CANCELLED
    assert statuses(result, "a", "b", "if", "end") == [NodeStatus.CANCELLED] * 4
    assert called == []


# --- planning again -----------------------------------------------------------------------------------------------


def test_an_edit_of_a_condition_is_planned_anew() -> None:
    graph = branching(True)
    assert shtairir.run(graph)["end"] == 4.0
    called.clear()
    graph.set("if.condition", False)
    assert shtairir.run(graph)["end"] == 4.0
    assert "large" in called
    graph.set("if.expression", "not condition")
    called.clear()
    shtairir.run(graph)
    assert "small" in called
    graph.set("a.x", 5.0)
    assert shtairir.run(graph)["end"] == 9.0


def test_targets_in_a_branch_run_without_its_choice() -> None:
    called.clear()
    result = shtairir.run(branching(False), targets=["smaller"])
    assert sorted(called) == ["a", "small", "smaller"]
    assert result["smaller"] == 3.0


def test_keeping_a_value_does_not_make_it_needed() -> None:
    called.clear()
    result = shtairir.run(branching(False), keep=["small.out", "large.out"])
    assert "small" not in called
    assert result["large"] == 2.0
    with pytest.raises(KeyError, match="'Is small' chose 'otherwise'"):
        result["small.out"]


# --- what a plan says ---------------------------------------------------------------------------------------------


def test_a_plan_tells_what_runs_under_which_condition() -> None:
    plan = shtairir.plan(branching(True))
    assert "'small' and 'smaller' run only if 'if' chooses 'then'." in [reason.sentence for reason in plan.reasons]
    tasks = {task["node"]: task for task in plan.to_dict()["tasks"]}  # type: ignore[attr-defined]
    assert tasks["large"]["condition"] == "if 'if' chooses 'otherwise'"
    assert tasks["a"]["condition"] == ""
    drawing = plan.to_mermaid()
    assert '{"if/choice<br/>Is small"}' in drawing
    assert '-.->|"otherwise"|' in drawing


def test_a_choice_comes_before_what_depends_on_it_in_the_order_of_the_plan() -> None:
    for level in LEVELS:
        plan = shtairir.plan(branching(True), level=level)
        place = {task.node: task.number for task in plan.tasks}
        stage = {task.node: task.stage for task in plan.tasks}
        for node in ("small", "large", "smaller", "larger"):
            assert place["if/choice"] < place[node] < place["if"]
            assert stage["if/choice"] < stage[node]


# --- limits -------------------------------------------------------------------------------------------------------


def test_a_branch_that_would_not_fit_is_no_reason_not_to_run_the_other() -> None:
    """zeros(large) -> sum -> if.then (not chosen); number -> if.otherwise"""
    graph = Graph("too large")
    graph.add("array.zeros", id="zeros", shape=[1000, 1000])
    graph.add("array.sum", id="sum")
    graph.add("math.number", id="number", value=4.0)
    graph.add(if_, id="if", condition=False)
    graph.link("zeros.out", "sum.a")
    graph.link("sum.out", "if.then")
    graph.link("number.out", "if.otherwise")
    result = shtairir.run(graph, memory_limit=1_000_000)
    assert (result.status, result["if"]) == (RunStatus.DONE, 4.0)
    graph.set("if.condition", True)
    failed = shtairir.run(graph, memory_limit=1_000_000)
    assert failed.status is RunStatus.FAILED
    assert statuses(failed, "zeros") == [FAILED]


def test_an_if_of_two_large_values_needs_room_for_one() -> None:
    """zeros -> if.then; ones -> if.otherwise -> sum: each takes more than half of what there is"""
    graph = Graph("one of two")
    for name in ("zeros", "ones"):
        graph.add(f"array.{name}", id=name, shape=[500, 500])
    graph.add(if_, id="if", condition=True)
    graph.add("array.sum", id="sum")
    graph.link("zeros.out", "if.then")
    graph.link("ones.out", "if.otherwise")
    graph.link("if.out", "sum.a")
    for level in LEVELS:
        assert shtairir.run(graph, level=level, memory_limit=2_500_000)["sum"] == 0.0


def test_what_is_chosen_is_no_value_to_keep() -> None:
    result = shtairir.run(branching(True), keep="all")
    assert set(result.results) == {"a.out", "small.out", "smaller.out", "if.out", "end.out"}


# --- bursts -------------------------------------------------------------------------------------------------------


@shtairir.block(id="testing.step", category="Testing")
def step(x: float, limit: float = 1e9) -> float:
    """Add one, and fail beyond a limit."""
    if x >= limit:
        raise ValueError("too far")
    return x + 1


def long_branches(condition: bool, **limits: float) -> Graph:
    """Draw an If between two rows of 60 cheap steps, with a row of 20 before and behind."""
    graph = Graph("long branches")
    graph.add("math.number", id="start", value=0.0)
    graph.add(if_, id="if", condition=condition)

    def row(name: str, count: int, source: str, target: str) -> None:
        for number in range(count):
            # Limits that differ, or both branches would be one.
            limit = limits[name] if name in limits and number == count // 2 else 1e8 + len(name)
            graph.add(step, id=f"{name}_{number}", limit=limit)
            graph.link(source, f"{name}_{number}.x")
            source = f"{name}_{number}.out"
        if target:
            graph.link(source, target)

    row("before", 20, "start.out", "")
    row("then", 60, "before_19.out", "if.then")
    row("otherwise", 60, "before_19.out", "if.otherwise")
    row("behind", 20, "if.out", "")
    return graph


@pytest.mark.parametrize("condition", [True, False])
@pytest.mark.parametrize("workers", [1, 2])
def test_cheap_nodes_of_a_branch_are_handed_out_in_one_go(condition: bool, workers: int) -> None:
    from shtairir.execute.program import program_of

    plan = shtairir.plan(long_branches(condition), workers=workers)
    for _ in range(6):
        result = shtairir.run(plan)
        assert (result.status, result["behind_19"]) == (RunStatus.DONE, 100.0)
        unneeded = {node.node.partition("_")[0] for node in result.nodes.values() if node.status is SKIPPED}
        assert unneeded == {"otherwise" if condition else "then"}
        assert result.nodes.count(SKIPPED) == 60
    shape, _ = program_of(plan).joined()
    chosen = {plan.tasks[task].condition for burst in shape.bursts.values() for task in burst.tasks}
    assert "if 'if' chooses 'then'" in chosen
    for burst in shape.bursts.values():
        assert len({plan.tasks[task].condition for task in burst.tasks}) == 1


@pytest.mark.parametrize("limits", [{"then": 5.0}, {"before": 5.0}, {"behind": 5.0}, {"otherwise": 5.0}])
def test_a_failure_in_a_row_that_is_handed_out_in_one_go_stays_where_it_is(limits: dict[str, float]) -> None:
    plan = shtairir.plan(long_branches(True), workers=1)
    for _ in range(5):
        shtairir.run(plan)  # learns which are cheap
    graph = long_branches(True, **limits)
    plan = shtairir.plan(graph, estimates=shtairir.run(plan, keep="all").estimates(), workers=1)
    for _ in range(3):
        result = shtairir.run(plan)
        (name,) = limits
        if name == "otherwise":
            assert result.status is RunStatus.DONE
            continue
        culprit = {"then": "then_30", "before": "before_10", "behind": "behind_10"}[name]
        assert [failure.node for failure in result.failures] == [culprit]
        assert result.nodes["behind_19"].reason == f"'{culprit}' failed, and this needs it."
        over = {NodeStatus.DONE, FAILED, SKIPPED}
        assert {node.status for node in result.nodes.values()} <= over


# --- forecasts and progress ---------------------------------------------------------------------------------------


def test_a_graph_with_a_choice_has_a_forecast_once_its_nodes_are_known() -> None:
    first = shtairir.run(branching(True)).estimates() | shtairir.run(branching(False)).estimates()
    plan = shtairir.plan(branching(True), estimates=first)
    assert plan.estimated_s is not None
    assert plan.sequential_s is not None


def test_what_is_not_needed_is_nothing_to_wait_for() -> None:
    from shtairir.monitor.progress import ExecutionProgress

    shares: list[float] = []

    class Watching(ExecutionProgress):
        def on_event(self, event: Any) -> None:
            super().on_event(event)
            if isinstance(event, NodeSkipped):
                shares.append(self.progress.share)

    run_inline(branching(True), level="none", instruments=[Watching()])
    assert shares == [pytest.approx(1 / 6), pytest.approx(1 / 5)]  # of seven nodes, two are not needed
