"""Which blocks keep Python's lock is seen while they run, remembered, and counts the next time."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import shtairir
from shtairir.block import block
from shtairir.block.definition import BlockDefinition, definition_of
from shtairir.execute.attempt import Attempt
from shtairir.execute.processes.watching import LockProbe, LockWatch
from shtairir.execute.switching import short_turns
from shtairir.monitor.learned import VARIABLE, Learned, learned


@block(id="testing.python", category="Testing")
def python(x: float = 0.0) -> int:
    """Count."""
    total = 0
    for number in range(3_000_000):
        total += number
    return os.getpid()


@block(id="testing.numeric", category="Testing")
def numeric(x: float = 0.0) -> int:
    """Sort, in one call that lets go of the lock."""
    np.sort(np.random.default_rng(1).random(3_000_000))
    return os.getpid()


class Course:
    """A run that is looked at by hand."""

    running = True

    def in_threads(self) -> list[Attempt]:
        return []


def attempt_at(function: object) -> Attempt:
    graph = shtairir.Graph("one")
    graph.add(function, id="a")
    (task,) = shtairir.plan(graph).tasks
    return Attempt(task, 1, "worker")


def looked_at(function: object, looks: int) -> Learned:
    """Return what is learned of a block that a thread calls again and again."""
    probe, history = LockProbe(), Learned()
    definition = definition_of(function)
    watch = LockWatch(Course(), history, probe)
    attempt = attempt_at(function)
    with short_turns():
        probe.is_taken()  # as long as nobody else is at work
        ending = False

        def work() -> None:
            while not ending:
                definition.function(x=1.0)

        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(looks):
            time.sleep(0.02)
            watch.look([attempt], time.perf_counter())
        ending = True
        thread.join()
    assert history.looks_at_lock(definition) == looks
    return history


@pytest.mark.parametrize(("function", "held"), [(python, True), (numeric, False)])
def test_a_look_tells_python_from_numpy(function: object, held: bool) -> None:
    # On a machine that has much else to do, a few looks may be wrong.
    assert any(looked_at(function, 6).holds_lock(definition_of(function)) is held for _ in range(5))


class Moments:
    """A clock that goes on by the next of some times with each second look."""

    def __init__(self, *times_s: float) -> None:
        self._times_s, self._now_s, self._looks = list(times_s), 0.0, 0

    def __call__(self) -> float:
        self._looks += 1
        if self._looks % 2 == 0:
            self._now_s += self._times_s.pop(0)
        return self._now_s


def test_the_lock_is_taken_when_most_moments_last_longer_than_the_shortest() -> None:
    free, taken = [60e-6] * 11, [60e-6, 60e-6, *[170e-6] * 9]
    late = [60e-6] * 7 + [20e-3] * 4  # something else on the machine
    probe = LockProbe(lambda: None, Moments(*free, *taken, *late))
    assert [probe.is_taken() for _ in range(3)] == [False, True, False]


def test_two_unknown_blocks_at_once_are_not_told_apart() -> None:
    history = Learned()
    probe = LockProbe(lambda: None, Moments(60e-6, *[170e-6] * 10))
    both = [attempt_at(python), attempt_at(numeric)]
    LockWatch(Course(), history, probe).look(both, time.perf_counter() + 1)
    assert history.looks_at_lock(definition_of(python)) == history.looks_at_lock(definition_of(numeric)) == 0


def note(history: Learned, definition: BlockDefinition, held: int, free: int) -> None:
    for number in range(held + free):
        history.note_lock(definition, held=number < held)


def test_what_was_seen_outlives_the_program(tmp_path: Path) -> None:
    history = Learned(tmp_path / "learned.json")
    note(history, definition_of(python), 5, 0)
    note(history, definition_of(numeric), 1, 9)
    history.save()
    again = Learned(tmp_path / "learned.json")
    assert again.holds_lock(definition_of(python))
    assert not again.holds_lock(definition_of(numeric))
    assert again.looks_at_lock(definition_of(numeric)) == 10
    assert again.holders == 1


def graph_of_long_ones() -> shtairir.Graph:
    graph = shtairir.Graph("long")
    for number in range(3):
        graph.add(python, id=f"p{number}", values={"x": number})
    graph.add(numeric, id="n")
    return graph


def test_a_block_that_keeps_the_lock_goes_to_a_process_and_the_plan_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "learned.json"))
    history = learned()
    assert history is not None
    first = shtairir.run(graph_of_long_ones(), workers=2).raise_for_status()
    assert set(first.results.values()) == {os.getpid()}
    note(history, definition_of(python), 8, 0)
    note(history, definition_of(numeric), 0, 8)
    plan = shtairir.plan(graph_of_long_ones(), workers=2)
    reasons = {reason.node: reason.sentence for reason in plan.reasons if reason.pass_name == "workers"}
    assert set(reasons) == {"p0", "p1", "p2"}
    assert "seen to keep all other nodes from their work" in reasons["p0"]  # type: ignore[index]
    result = shtairir.run(plan).raise_for_status()
    assert result["n"] == os.getpid()
    assert os.getpid() not in {result[f"p{number}"] for number in range(3)}
    assert shtairir.run(shtairir.plan(graph_of_long_ones(), workers=1))["p0"] == os.getpid()


def test_a_run_looks_at_what_it_does_not_know_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "learned.json"))
    history = learned()
    assert history is not None

    @block(id="testing.patient", category="Testing")
    def patient(x: float = 0.0) -> float:
        time.sleep(0.3)
        return x

    graph = shtairir.Graph("patient")
    for number in range(2):
        graph.add(patient, id=f"n{number}", values={"x": number})
    shtairir.run(graph, workers=2).raise_for_status()
    assert history.looks_at_lock(definition_of(patient)) == 0  # nobody knew that it takes long
    graph.add(patient, id="more", values={"x": 5.0})
    shtairir.run(graph, workers=2).raise_for_status()
    assert history.looks_at_lock(definition_of(patient)) > 0
    assert not history.holds_lock(definition_of(patient))
