"""The state machine, walked by hand and through random courses of events."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from shtairir.execute.scheduler import Scheduler, Shape, State
from shtairir.testing import arrows


def shape_of(predecessors: list[list[int]], stages: list[int] | None = None) -> Shape:
    """One value for each task, read by those that wait for it."""
    successors: list[list[int]] = [[] for _ in predecessors]
    for task, before in enumerate(predecessors):
        for other in before:
            successors[other].append(task)
    return Shape(
        waits=[len(before) for before in predecessors],
        successors=successors,
        reads=predecessors,
        writes=[[task] for task in range(len(predecessors))],
        readers=[len(after) for after in successors],
        writer=list(range(len(predecessors))),
        stages=stages,
    )


def drawn(*lines: str, kept: str = "", stages: list[int] | None = None) -> tuple[Scheduler, dict[str, int]]:
    nodes, links = arrows(*lines)
    number = {node: index for index, node in enumerate(nodes)}
    predecessors: list[list[int]] = [[] for _ in nodes]
    for source, target in links:
        predecessors[number[target]].append(number[source])
    return Scheduler(shape_of(predecessors, stages), [number[node] for node in kept]), number


def test_a_task_is_ready_when_all_that_it_waits_for_is_done() -> None:
    """
    a ─┐
    b ─┴ c
    """
    machine, n = drawn("a -> c", "b -> c")
    assert machine.begin() == [n["a"], n["b"]]
    assert machine.done(n["a"]) == []
    assert machine.done(n["b"]) == [n["c"]]
    assert machine.done(n["c"]) == []
    assert machine.open == 0


def test_a_value_is_released_when_its_last_reader_is_done_and_not_before() -> None:
    """
    a ┬ b
      └ c
    """
    machine, n = drawn("a -> b", "a -> c", kept="bc")
    machine.begin()
    machine.done(n["a"])
    machine.done(n["b"])
    assert machine.released == []
    machine.done(n["c"])
    assert machine.released == [n["a"]]


def test_a_kept_value_is_never_released() -> None:
    machine, n = drawn("a -> b", kept="ab")
    machine.begin()
    machine.done(n["a"])
    machine.done(n["b"])
    assert machine.released == []


def test_what_depends_on_a_failure_is_skipped_with_its_cause_and_the_rest_goes_on() -> None:
    """
    a ─ b ─ c ─┐
    x ─ y ─────┴ z      x ─ w
    """
    machine, n = drawn("a -> b -> c -> z", "x -> y -> z", "x -> w")
    machine.begin()
    skipped, ready = machine.failed(n["a"])
    assert skipped == sorted([n["b"], n["c"], n["z"]])
    assert {machine.causes[task] for task in skipped} == {n["a"]}
    assert ready == []
    assert sorted(machine.done(n["x"])) == sorted([n["y"], n["w"]])


def test_a_value_whose_readers_were_skipped_before_it_was_made_is_released_when_it_is() -> None:
    """
    bad ──┐
    slow ─┴ sum
    """
    machine, n = drawn("bad -> sum", "slow -> sum", kept="")
    machine.begin()
    machine.failed(n["bad"])
    assert machine.released == []
    machine.done(n["slow"])
    assert machine.released == [n["slow"]]


def test_of_two_failures_the_first_is_the_cause() -> None:
    machine, n = drawn("a -> c", "b -> c")
    machine.begin()
    machine.failed(n["a"])
    assert machine.failed(n["b"]) == ([], [])
    assert machine.causes[n["c"]] == n["a"]


def test_cancelling_gives_up_all_that_has_not_started() -> None:
    machine, n = drawn("a -> b -> c", "d")
    machine.begin()
    assert machine.cancel(unstarted=[n["d"]]) == sorted([n["b"], n["c"], n["d"]])
    assert machine.open == 1
    assert machine.done(n["a"]) == []
    assert machine.open == 0
    assert machine.released == [n["a"]]


def test_a_barrier_holds_tasks_until_the_stage_before_is_over() -> None:
    """
    a ─ c        stage 1 │ stage 2
    b            a and b │ c
    """
    machine, n = drawn("a -> c", "b", stages=[0, 1, 0])
    assert machine.begin() == [n["a"], n["b"]]
    assert machine.done(n["a"]) == []
    assert machine.done(n["b"]) == [n["c"]]


def test_a_barrier_is_passed_by_failures_and_what_they_skip() -> None:
    machine, n = drawn("a -> c", "b -> d", stages=[0, 1, 0, 1])
    machine.begin()
    machine.done(n["b"])
    assert machine.failed(n["a"]) == ([n["c"]], [n["d"]])


def test_held_tasks_are_given_up_on_cancelling() -> None:
    machine, n = drawn("a -> c", "b", stages=[0, 1, 0])
    machine.begin()
    machine.done(n["a"])
    assert machine.cancel(unstarted=[]) == [n["c"]]


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=4), min_size=1, max_size=20),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_every_course_ends_with_every_value_released_once_and_never_while_it_is_read(
    wishes: list[list[int]], seed: int, barriers: bool
) -> None:
    predecessors = [
        sorted({wish % task for wish in wish_list}) if task else [] for task, wish_list in enumerate(wishes)
    ]
    levels: list[int] = []
    for before in predecessors:
        levels.append(1 + max((levels[other] for other in before), default=-1))
    machine = Scheduler(shape_of(predecessors, levels if barriers else None))
    chance = random.Random(seed)
    ready = machine.begin()
    started: set[int] = set()
    released: list[int] = []
    done: set[int] = set()
    while ready or started:
        if ready and (not started or chance.random() < 0.6):
            task = ready.pop(chance.randrange(len(ready)))
            assert set(predecessors[task]) <= done
            assert not set(predecessors[task]) & set(released)
            started.add(task)
            continue
        task = chance.choice(sorted(started))
        started.remove(task)
        outcome = chance.random()
        if outcome < 0.1:
            ready += machine.failed(task)[1]
        elif outcome < 0.13:
            machine.cancelled(task)
            machine.cancel(ready)
            ready = []
        else:
            done.add(task)
            ready += machine.done(task)
        released += machine.released
        assert not any(other in predecessors[reader] for reader in started for other in machine.released)
        machine.released.clear()
    assert machine.open == 0
    assert sorted(released) == sorted(done)
    assert all(state >= State.DONE for state in machine.states)
