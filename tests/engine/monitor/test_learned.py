"""What is learned of runs: exact repeats, the like, the file that keeps it, and its switch."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, block, definition_of
from shtairir.document import Graph
from shtairir.monitor import learned as module
from shtairir.monitor.learned import Learned, learned
from shtairir.monitor.remembered import Calls
from shtairir.planning import ExecutionPlan, ExecutionPlanner, PlanningConfig
from shtairir.planning.config import Experience
from shtairir.testing import graph_of, run_inline


@block(category="Test")
def make(rows: int = 100) -> Array:
    """An array, of which nothing is declared."""
    return np.ones((rows, 1000))


@block(category="Test")
def double(a: Array, times: float = 2.0) -> Array:
    """As much again."""
    return a * times


@block(category="Test")
def fail(a: Array) -> Array:
    """It fails."""
    raise ValueError("no")


def graph(rows: int = 100, times: float = 2.0) -> Graph:
    made = Graph("learned")
    made.add(make, id="m", rows=rows)
    made.add(double, id="d", times=times)
    made.link("m.out", "d.a")
    return made


def planned(made: Graph, history: Learned) -> ExecutionPlan:
    return ExecutionPlanner(PlanningConfig(history=history, workers=1)).plan(
        made.snapshot(), shtairir.default_registry()
    )


def sizes(plan: ExecutionPlan) -> dict[str, int | None]:
    return {task.node: task.estimate.total_bytes for task in plan.tasks}


def taught(*graphs: Graph, path: Path | None = None) -> Learned:
    history = Learned(path)
    for made in graphs:
        history.observe(run_inline(made))
    return history


def test_an_exact_repeat_is_foreseen() -> None:
    history = taught(graph())
    plan = planned(graph(), history)
    truth = run_inline(graph())
    assert sizes(plan) == {"m": 800_000, "d": 800_000}
    assert {task.estimate.source for task in plan.tasks} == {"learned"}
    assert plan.peak_bytes == truth.memory.peak_bytes
    assert plan.estimated_s is not None
    assert plan.sequential_s == pytest.approx(plan.estimated_s)


def test_the_like_is_scaled_by_what_arrives() -> None:
    history = taught(graph())
    found = history.lookup(definition_of(double), {"times": 9.0}, 1_600_000)
    assert found is not None
    assert found.output_bytes == (1_600_000,)
    assert not found.exact


def test_nothing_is_said_of_something_else() -> None:
    history = taught(graph())
    assert history.lookup(definition_of(double), {"times": 2.0}, 80_000_000) is None
    assert history.lookup(definition_of(double), {"times": 2.0}, None) is None
    assert not history.knows(definition_of(fail))


def test_what_a_source_made_with_other_values_says_nothing() -> None:
    history = taught(graph(rows=100))
    assert history.lookup(definition_of(make), {"rows": 7}, 0) is None
    assert history.lookup(definition_of(make), {"rows": 100}, 0) is not None


def test_small_calls_are_alike_whatever_their_values() -> None:
    @block(id="test.small")
    def small(x: float = 0.0) -> float:
        return x

    history = taught(graph_of("a", blocks={"a": small}))
    assert history.lookup(definition_of(small), {"x": 123.0}, 0) is not None


def test_another_block_of_the_same_name_is_not_taken_for_it() -> None:
    @block(id="test.double")
    def other(a: Array, times: float = 2.0) -> Array:
        return np.concatenate([a, a])

    assert not taught(graph()).knows(definition_of(other))


def knowing(*times_s: float) -> Experience:
    """Return what is known of a call that has taken these times."""
    history = Learned()
    calls = Calls(list(times_s), 0, (8,), 8)
    history._calls[module._exact_key(module._stamp(definition_of(make)), module._checksum({}), 0)] = calls
    found = history.lookup(definition_of(make), {}, 0)
    assert found is not None
    return found


def test_a_time_is_the_median_and_a_rare_slow_one_makes_it_less_certain() -> None:
    steady, disturbed = knowing(*[0.001] * 9), knowing(*[0.001] * 8, 9.0)
    assert disturbed.elapsed_s == steady.elapsed_s == 0.001
    assert steady.scatter < disturbed.scatter < 1.0


def test_what_always_takes_as_long_is_more_certain_the_more_often_it_was_seen() -> None:
    assert knowing(*[0.001] * 9).scatter < knowing(*[0.001] * 2).scatter < 0.2


def test_old_times_make_room_for_new_ones() -> None:
    history = taught(*[graph() for _ in range(3)])
    assert history.knows(definition_of(make))
    for _ in range(30):
        history.observe(run_inline(graph()))
        history.knows(definition_of(make))
    assert {len(calls.times_s) for calls in history._calls.values()} == {9}


def test_a_node_that_failed_teaches_nothing() -> None:
    made = graph()
    made.add(fail, id="f")
    made.link("d.out", "f.a")
    history = taught(made)
    assert history.knows(definition_of(double))
    assert not history.knows(definition_of(fail))


def test_values_are_not_held_by_what_is_put_aside() -> None:
    import gc
    import weakref

    history = Learned()
    result = run_inline(graph())
    value = weakref.ref(result["d"])
    history.observe(result)
    del result
    gc.collect()
    assert value() is None


def test_what_is_learned_lasts_from_program_to_program(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "learned.json"
    taught(graph(), path=path).save()
    assert sizes(planned(graph(), Learned(path))) == {"m": 800_000, "d": 800_000}


def test_two_programs_write_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    one, other = Learned(path), Learned(path)
    one.knows(definition_of(make))
    other.knows(definition_of(make))
    one.observe(run_inline(graph(rows=10)))
    other.observe(run_inline(graph(rows=90)))
    one.save()
    other.save()
    both = Learned(path)
    for rows in (10, 90):
        found = both.lookup(definition_of(make), {"rows": rows}, 0) if both.knows(definition_of(make)) else None
        assert found is not None
        assert found.output_bytes == (rows * 8000,)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "shtairir-learned", "version": 2, "calls": {}}',
        b'{"format": "shtairir-learned", "version": 1, "calls": {"a@1:0|~3": [[NaN], 1, [1], 1]}}',
        b'{"format": "shtairir-learned", "version": 1, "calls": {"a@1:0|~3": [[1.0], -1, [1], 1]}}',
        b'{"format": "shtairir-learned", "version": 1, "calls": {"a@1:0|~3": "x"}}',
        b'{"format": "shtairir-learned", "version": 1, "calls": 3}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_the_work_goes_on(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learned.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        history = taught(graph(), path=path)
        history.save()
    assert (tmp_path / "learned.json.damaged").read_bytes() == content
    assert "set aside" in caplog.text
    assert Learned(path).knows(definition_of(make))


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    taught(graph(), path=tmp_path / "file" / "learned.json").save()


def test_the_file_is_whole_whenever_somebody_looks(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    history = taught(graph(), path=path)
    history.save()
    document: Any = json.loads(path.read_text())
    assert document["format"] == "shtairir-learned"
    assert [file.name for file in tmp_path.iterdir()] == ["learned.json"]


def test_no_more_is_kept_than_agreed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "MOST_CALLS", 6)
    path = tmp_path / "learned.json"
    history = Learned(path)
    for rows in range(1, 20):
        history.observe(run_inline(graph(rows=rows)))
        assert len(history) <= 6
    history.save()
    assert len(json.loads(path.read_text())["calls"]) <= 6
    assert history.lookup(definition_of(make), {"rows": 19}, 0) is not None


def test_a_large_run_is_sampled() -> None:
    made = graph_of("\n".join(f"n{number} -> n{number + 1}" for number in range(1200)))
    sample = list(module._sample(shtairir.plan(made).tasks))
    assert 256 <= len(sample) <= 520


def test_it_is_switched_off_by_an_empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(module.VARIABLE, "")
    assert learned() is None
    monkeypatch.setenv(module.VARIABLE, str(tmp_path / "learned.json"))
    assert learned() is learned()


def test_a_run_teaches_the_next_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(module.VARIABLE, str(tmp_path / "learned.json"))
    assert shtairir.plan(graph()).peak_bytes is None
    shtairir.run(graph())
    assert shtairir.plan(graph()).peak_bytes == 1_600_000


def test_a_fused_chain_is_remembered_as_a_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(module.VARIABLE, str(tmp_path / "learned.json"))
    made = Graph("fused")
    made.add("array.zeros", id="z", shape=[200_000])
    for name, source in (("p", "z"), ("q", "p")):
        made.add("array.add", id=name, x2=1.0)
        made.link(f"{source}.out", f"{name}.x1")
    for _ in range(2):
        plan = shtairir.plan(made, level="aggressive")
        shtairir.run(plan).raise_for_status()
    fused = next(task for task in plan.tasks if task.parts)
    assert fused.estimate.source == "learned"
    assert fused.estimate.total_bytes == 1_600_000
    assert plan.estimated_s is not None


def test_equal_calls_that_were_not_alike_are_told_apart_by_their_nodes() -> None:
    @block(id="test.as_many")
    def as_many(count: float) -> Array:
        return np.zeros(int(count))

    @block(id="test.number")
    def number(value: float = 0.0) -> float:
        return value

    made = Graph("apart")
    counts = {"many": 1_000_000, "few": 10_000}
    for name, count in counts.items():
        source, node = made.add(number, value=float(count)), made.add(as_many, id=name)
        made.link(source["out"], node["count"])
    history = taught(made)
    found = {name: history.lookup(definition_of(as_many), {}, 0, name) for name in counts}
    assert {name: one.output_bytes[0] for name, one in found.items() if one is not None} == {
        name: 8 * count for name, count in counts.items()
    }
    assert {name: sizes(planned(made, history))[name] for name in counts} == {
        name: 8 * count for name, count in counts.items()
    }
