"""Random programs with branches do what an interpreter says that asks for one thing after the other."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.events import NodeStatus, RunStatus
from shtairir.testing import run_inline
from tests.engine.flow.lazily import Expected, Step, calls, graph_of, interpreted, name_of, programs

LEVELS = ("none", "basic", "balanced", "aggressive")


def _check(result: shtairir.RunResult, steps: list[Step], expected: Expected, level: str) -> None:
    read = {source for step in steps for source in step.reads}
    roots = [number for number in range(len(steps)) if number not in read]
    perhaps = {name_of(number) for number in expected.perhaps}
    assert len(calls) == len(set(calls))
    assert set(expected.called) <= set(calls) <= {*expected.called, *perhaps}
    lost = [number for number in roots if isinstance(expected.values[number], str)]
    assert result.status is (RunStatus.FAILED if lost else RunStatus.DONE)
    for number in roots:
        value = expected.values[number]
        if not isinstance(value, str):
            assert (result[f"{name_of(number)}.out"] or 0.0) == value
    for number in set(range(len(steps))) - expected.perhaps:
        status = result.nodes[name_of(number)].status
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.integers(0, 100))
def test_only_what_is_asked_for_runs(steps: list[Step], seed: int) -> None:
    expected = interpreted(steps)
    graph = graph_of(steps, seed)
    for level in LEVELS:
        calls.clear()
        result = run_inline(graph, level=level)
        _check(result, steps, expected, level)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.sampled_from(LEVELS))
def test_it_does_so_on_several_workers_and_again(steps: list[Step], level: str) -> None:
    expected = interpreted(steps)
    plan = shtairir.plan(graph_of(steps), level=level, workers=3)
    for _ in range(3):
        calls.clear()
        _check(shtairir.run(plan), steps, expected, level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_of_many_steps(level: str) -> None:
    steps = [Step("effect", (None, None), 0)]
    for number in range(1, 300):
        kind = ("if", "plus", "try", "effect")[number % 4]
        reads = (number - 1, max(number - 1 - number % 3, 0), max(number - 2, 0))
        steps.append(Step(kind, reads if kind == "if" else reads[:2], number % 3))
    calls.clear()
    _check(run_inline(graph_of(steps), level=level), steps, interpreted(steps), level)
