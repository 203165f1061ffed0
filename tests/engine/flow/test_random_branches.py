"""Random programs with branches do what an interpreter says that asks for one thing after the other."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.events import NodeStatus, RunStatus
from shtairir.testing import run_inline
from tests.engine.flow.lazily import Interpreter, Step, calls, closed, graph_of, ids_of, name_of, programs

LEVELS = ("none", "basic", "balanced", "aggressive")


def _check(result: shtairir.RunResult, program: Interpreter, level: str, instance: str = "") -> None:
    steps, expected = program.steps, program.expected
    perhaps = {name_of(number) for number in expected.perhaps}
    assert len(calls) == len(set(calls))
    assert set(expected.called) <= set(calls) <= {*expected.called, *perhaps}
    lost = [number for number in program.roots if isinstance(expected.values[number], str)]
    if lost or not program.besides:
        assert result.status is (RunStatus.FAILED if lost else RunStatus.DONE)
    names = [name_of(number) for number in range(len(steps))]
    paths = [f"{instance}/{name}" if number in program.unit else name for number, name in enumerate(names)]
    for number in program.roots:
        value = expected.values[number]
        if not isinstance(value, str) and number not in program.unit:  # what nobody reads in there is no result
            assert (result[f"{paths[number]}.out"] or 0.0) == value
    for number in set(range(len(steps))) - expected.perhaps:
        status = result.nodes[paths[number]].status
        if number in expected.failed:
            assert status is NodeStatus.FAILED
        elif number not in expected.values:
            # One that is equal to another has its result.
            merged = steps[number].kind not in ("effect", "brittle") and level not in ("none", "basic")
            assert status is NodeStatus.SKIPPED or merged
        else:
            value = expected.values[number]
            assert status is (NodeStatus.SKIPPED if isinstance(value, str) else NodeStatus.DONE)
    assert not any(node.reason == "" for node in result.nodes.values() if node.status is NodeStatus.SKIPPED)


def _interpreted(steps: list[Step], unit: Collection[int] = ()) -> Interpreter:
    program = Interpreter(steps, unit)
    program.run()
    return program


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.integers(0, 100))
def test_only_what_is_asked_for_runs(steps: list[Step], seed: int) -> None:
    program, graph = _interpreted(steps), graph_of(steps, seed)
    for level in LEVELS:
        calls.clear()
        _check(run_inline(graph, level=level), program, level)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.sampled_from(LEVELS))
def test_it_does_so_on_several_workers_and_again(steps: list[Step], level: str) -> None:
    program = _interpreted(steps)
    plan = shtairir.plan(graph_of(steps), level=level, workers=3)
    for _ in range(3):
        calls.clear()
        _check(shtairir.run(plan), program, level)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.sets(st.integers(0, 13), min_size=1, max_size=4), st.sampled_from(LEVELS))
def test_a_part_of_it_may_be_put_into_an_instance(steps: list[Step], wished: set[int], level: str) -> None:
    unit = closed(steps, wished)
    if not unit:
        return
    program, graph = _interpreted(steps, unit), graph_of(steps)
    instance = graph.make_subgraph(ids_of(steps, unit), name="unit").id
    calls.clear()
    _check(run_inline(graph, level=level), program, level, instance)


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_of_many_steps(level: str) -> None:
    steps = [Step("effect", (None, None), 0)]
    for number in range(1, 150):
        kind = ("if", "plus", "try", "effect")[number % 4]
        reads = (number - 1, max(number - 1 - number % 3, 0), max(number - 2, 0))
        steps.append(Step(kind, reads if kind == "if" else reads[:2], number % 3))
    calls.clear()
    _check(run_inline(graph_of(steps), level=level), _interpreted(steps), level)
