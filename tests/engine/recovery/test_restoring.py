"""What must run when some of it is known, and that the result is the same as if all of it had run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import block
from shtairir.errors import PlanningError, RecoveryError
from shtairir.events import NodeRestored, NodeSkipped, NodeStarted, NodeStatus
from shtairir.execute.options import RunOptions
from shtairir.execute.restoring import GivenValue, Restored
from shtairir.ids import NodeId, PortRef
from shtairir.planning import ExecutionPlan
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, InlineWorkers, graph_of
from tests.engine.flow import lazily
from tests.engine.properties.outcome import bits
from tests.engine.properties.programs import programs

LEVELS = ("none", "basic", "balanced", "aggressive")
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def again(plan: ExecutionPlan, known: Mapping[str, Any], **options: Any) -> shtairir.RunResult:
    """Run a plan of which some outputs are known."""
    restored = Restored({PortRef.parse(port): GivenValue(value) for port, value in known.items()})
    result = start_plan(plan, RunOptions(restored=restored, **options)).wait(30)
    assert result is not None, "The run does not end."
    return result


def statuses(result: shtairir.RunResult) -> dict[str, str]:
    return {name: str(node.status) for name, node in result.nodes.items()}


class TestWhatRuns:
    @pytest.mark.parametrize("level", LEVELS)
    def test_what_is_above_a_known_output_does_not_run(self, level: str) -> None:
        plan = shtairir.plan(graph_of("a -> b -> d", "c -> d", "d -> e", values={"c": {"plus": 2.0}}), level=level)
        result = again(plan, {"b.out": 10.0})
        assert result["e"] == 10.0 + 2.0 + 1 + 1
        assert statuses(result) == {"a": "skipped", "b": "cached", "d": "done", "c": "done", "e": "done"}
        assert result.nodes["b"].reason == "Its result was given."
        assert "restored" in result.nodes["a"].reason

    @pytest.mark.parametrize("level", LEVELS)
    def test_nothing_runs_when_the_results_are_known(self, level: str) -> None:
        plan = shtairir.plan(graph_of("a -> b -> c"), level=level)
        result = again(plan, {"c.out": 7.0})
        assert result["c"] == 7.0
        assert statuses(result) == {"a": "skipped", "b": "skipped", "c": "cached"}
        assert result.status == "done"

    def test_a_task_waits_through_those_that_are_gone(self) -> None:
        # c waits for b only, since b waits for a; and b is known, but a is not.
        graph = graph_of("a -> b -> c", "a -> c")
        result = again(shtairir.plan(graph, workers=4), {"b.out": 5.0})
        assert result["c"] == 5.0 + 1.0 + 1.0
        assert statuses(result) == {"a": "done", "b": "cached", "c": "done"}

    def test_observers_hear_of_it(self) -> None:
        seen = EventRecorder()
        again(shtairir.plan(graph_of("a -> b -> c")), {"b.out": 5.0}, instruments=[seen])
        (restored,) = [event for event in seen.events if isinstance(event, NodeRestored)]
        assert (restored.node, restored.origin) == ("b", "Its result was given.")
        assert restored.outputs["out"].text == "the number 5.0"
        assert [event.node for event in seen.events if isinstance(event, NodeSkipped)] == ["a"]
        assert [event.node for event in seen.events if isinstance(event, NodeStarted)] == ["c"]

    def test_a_node_that_makes_nothing_runs_unless_it_is_done(self) -> None:
        graph = graph_of("a -> end", blocks={"end": consumed})
        _calls.clear()
        again(shtairir.plan(graph), {"a.out": 3.0})
        assert _calls == [3.0]
        done = Restored({PortRef.parse("a.out"): GivenValue(3.0)}, done=frozenset({NodeId("end")}))
        result = wait_for(start_plan(shtairir.plan(graph), RunOptions(restored=done)))
        assert _calls == [3.0]
        assert result.nodes["end"].status is NodeStatus.CACHED

    def test_a_node_runs_again_if_it_is_to(self) -> None:
        restored = Restored({PortRef.parse("b.out"): GivenValue(99.0)}, again=frozenset({NodeId("b")}))
        plan = shtairir.plan(graph_of("a -> b -> c"))
        assert wait_for(start_plan(plan, RunOptions(restored=restored)))["c"] == 3.0

    def test_a_value_that_cannot_be_read_fails_who_needs_it(self) -> None:
        restored = Restored({PortRef.parse("b.out"): _Damaged()})
        result = wait_for(start_plan(shtairir.plan(graph_of("a -> b -> c")), RunOptions(restored=restored)))
        assert statuses(result) == {"a": "skipped", "b": "cached", "c": "failed"}
        assert "is damaged" in result.failures[0].message


class TestGivenValues:
    def test_a_graph_is_run_from_a_node_on(self) -> None:
        graph = graph_of("a -> b -> c", "a -> d")
        result = shtairir.run(graph, given={"b.out": 10.0}, targets=["c"])
        assert result["c"] == 11.0

    @pytest.mark.parametrize("level", LEVELS)
    def test_equal_nodes_are_told_apart_when_one_is_given(self, level: str) -> None:
        result = shtairir.run(graph_of("a -> b -> d", "a -> c -> d"), given={"b.out": 10.0}, level=level)
        assert result["d"] == 10.0 + 2.0 + 1.0

    def test_what_there_is_not_cannot_be_given(self) -> None:
        with pytest.raises(PlanningError, match=r"no output 'x\.out'"):
            shtairir.run(graph_of("a -> b"), given={"x.out": 1.0})


@SLOW
@given(programs(), st.integers(0, 1 << 30))
def test_any_program_gives_the_same_from_what_is_known(program: shtairir.Graph, seed: int) -> None:
    chance = random.Random(seed)
    for level in LEVELS:
        plan = shtairir.plan(program, level=level, workers=3)
        _compare(plan, chance)


@SLOW
@given(lazily.programs(), st.integers(0, 1 << 30))
def test_any_choices_fall_as_they_did(steps: list[lazily.Step], seed: int) -> None:
    chance = random.Random(seed)
    graph = lazily.graph_of(steps, seed)
    for level in LEVELS:
        _compare(shtairir.plan(graph, level=level, workers=3), chance)


def _compare(plan: ExecutionPlan, chance: random.Random) -> None:
    whole = wait_for(start_plan(plan, RunOptions(keep=None, workers=InlineWorkers())))
    made = {name: value for name, value in whole.results.items() if PortRef.parse(name) in plan.slots}
    known = {name: made[name] for name in chance.sample(sorted(made), chance.randint(0, len(made)))}
    workers = InlineWorkers() if chance.random() < 0.5 else None
    result = again(plan, known, workers=workers)
    for name, value in result.results.items():
        assert bits(value) == bits(whole[name]), (name, known)
    guards = plan.branching.guards if plan.branching is not None else {}
    for port in plan.results:
        task = plan.task(port.node)
        # What only a choice needs that is settled already is not made for its own sake.
        if str(port) in whole.results and (task is None or task.number not in guards):
            assert str(port) in result.results, (port, known)
    failed = {node for node, one in whole.nodes.items() if one.status is NodeStatus.FAILED}
    for node, one in result.nodes.items():
        assert one.status is not NodeStatus.FAILED or node in failed
        # A node that was not needed before is not needed now.
        if whole.nodes[node].status is NodeStatus.SKIPPED:
            assert one.status in (NodeStatus.SKIPPED, NodeStatus.CACHED), (node, known)


_calls: list[float] = []


@block(id="restoring.consumed", category="Test")
def consumed(x: float) -> None:
    """Take a number, and make nothing."""
    _calls.append(x)


class _Damaged:
    nbytes = 100_000

    def load(self) -> Any:
        raise RecoveryError("The file is damaged.")
