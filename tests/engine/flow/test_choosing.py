"""The scheduler of runs in which something is chosen, walked through by hand, without threads or blocks."""

from __future__ import annotations

from typing import Any

import pytest

from shtairir.execute.choosing import ChoosingScheduler, with_choices
from shtairir.execute.scheduler import Shape, State
from shtairir.ids import NodeId, PortName
from shtairir.planning.branching import Branching, Choice, Literal


def scheduler(
    reads: list[tuple[int, ...]],
    choices: list[tuple[int, int | None, tuple[int | None, ...]]],
    guards: dict[int, list[tuple[int, int]]],
    controls: dict[int, tuple[int, ...]] | None = None,
    stages: list[int] | None = None,
    late: frozenset[int] = frozenset(),
) -> ChoosingScheduler:
    """Return the states of tasks that each write the slot of their own number.

    Parameters
    ----------
    reads
        For each task the tasks whose values it reads.
    choices
        The task that hands on, the one that decides, and the slots to choose from.
    guards
        For tasks that need not run, choices and the places of their inputs.
    controls
        What tasks come after besides.
    """
    count = len(reads)
    before = [tuple(dict.fromkeys((*slots, *(controls or {}).get(task, ())))) for task, slots in enumerate(reads)]
    successors: list[list[int]] = [[] for _ in reads]
    readers = [0] * count
    for task, others in enumerate(before):
        for other in others:
            successors[other].append(task)
        for slot in reads[task]:
            readers[slot] += 1
    shape = Shape(
        waits=[len(others) for others in before],
        successors=successors,
        reads=reads,
        writes=[[task] for task in range(count)],
        readers=readers,
        writer=list(range(count)),
        stages=stages,
    )
    branching = Branching(
        tuple(
            Choice(task, NodeId(f"n{task}"), f"n{task}", decider, (PortName("first"), PortName("second")), slots)
            for task, decider, slots in choices
        ),
        {task: tuple(Literal(*pair) for pair in guard) for task, guard in guards.items()},
        late,
        roots=frozenset({count - 1}),
        wanted=frozenset({count - 1}),
    )
    values: list[Any] = [None] * count
    return ChoosingScheduler(with_choices(shape, branching), branching, values=values)


def an_if(**more: Any) -> ChoosingScheduler:
    """Draw an If: ``0 -> 1 (decides)``, ``0 -> 2 -> 4``, ``0 -> 3 -> 4``, ``1 -> 4 -> 5``."""
    return scheduler(
        [(), (0,), (0,), (0,), (1, 2, 3), (4,)],
        [(4, 1, (2, 3))],
        {2: [(0, 0)], 3: [(0, 1)]},
        {2: (1,), 3: (1,)},
        **more,
    )


def decide(states: ChoosingScheduler, task: int, port: int) -> list[int]:
    states.values[task] = port  # type: ignore[index]  # a list here
    return states.done(task)


def test_a_branch_starts_when_it_is_chosen_and_the_other_never() -> None:
    states = an_if()
    assert states.begin() == [0]
    assert states.done(0) == [1]
    assert decide(states, 1, 0) == [2]
    assert states.unneeded == [3]
    assert states.states[3] == State.SKIPPED
    assert states.done(2) == [4]
    assert states.done(4) == [5]
    assert states.done(5) == []
    assert states.open == 0


def test_a_value_that_is_not_chosen_is_let_go_at_once() -> None:
    """0 is read by 2 and 3; 3 is chosen, so 2 does not read it any more."""
    states = an_if()
    states.begin()
    states.done(0)
    states.released.clear()
    decide(states, 1, 1)
    assert states.released == []  # 3 reads it still
    states.done(3)
    assert states.released == [0]
    states.released.clear()
    states.done(4)
    assert sorted(states.released) == [1, 3]


def test_what_was_made_already_is_handed_on_at_once() -> None:
    """``0 -> 1 (decides)``; 2 is wanted by 4 as well, so it may be there before the choice."""
    states = scheduler([(), (0,), (), (), (2,), (1, 2, 3)], [(5, 1, (2, 3))], {3: [(0, 1)]}, {3: (1,)})
    assert states.begin() == [0, 2]
    assert states.done(2) == [4]
    assert states.done(0) == [1]
    assert decide(states, 1, 0) == [5]
    assert states.unneeded == [3]


def test_stages_do_not_wait_for_what_is_not_needed() -> None:
    states = an_if(stages=[0, 1, 2, 2, 3, 4])
    assert states.begin() == [0]
    assert states.done(0) == [1]
    assert decide(states, 1, 1) == [3]
    assert states.done(3) == [4]
    assert states.done(4) == [5]


def test_a_late_task_holds_no_stage_up() -> None:
    """Task 2 belongs to the first stage, but only the decider of the third says whether it runs."""
    states = scheduler(
        [(), (0,), (), (), (1, 2, 3)],
        [(4, 1, (2, 3))],
        {2: [(0, 0)], 3: [(0, 1)]},
        {3: (1,)},
        stages=[0, 1, 0, 2, 3],
        late=frozenset({2}),
    )
    assert states.begin() == [0]
    assert states.done(0) == [1]
    assert decide(states, 1, 0) == [2]
    assert states.done(2) == [4]


@pytest.mark.parametrize("failing", [0, 1])
def test_if_nothing_can_be_chosen_all_ends(failing: int) -> None:
    states = an_if()
    states.begin()
    if failing == 1:
        states.done(0)
    skipped, ready = states.failed(failing)
    assert ready == []
    assert states.open == 0
    assert set(skipped) | set(states.unneeded) == set(range(failing + 1, 6))
    assert states.takers(failing, {failing}) is None


def a_try(**more: Any) -> ChoosingScheduler:
    """Draw a Try: ``0 -> 1 -> 3.value``, ``2 -> 3.fallback``, ``3 -> 4``."""
    return scheduler([(), (0,), (), (1, 2), (3,)], [(3, None, (1, 2))], {2: [(0, 1)]}, {2: (1,)}, **more)


def test_a_fallback_is_not_needed_when_the_value_is_there() -> None:
    states = a_try()
    assert states.begin() == [0]
    assert states.done(0) == [1]
    assert states.done(1) == [3]
    assert states.unneeded == [2]
    assert states.chosen == {0: 0}


@pytest.mark.parametrize("failing", [0, 1])
def test_a_fallback_starts_when_the_value_is_lost(failing: int) -> None:
    states = a_try()
    states.begin()
    if failing == 1:
        states.done(0)
    skipped, ready = states.failed(failing)
    assert (skipped, ready) == ([1] if failing == 0 else [], [2])
    assert states.done(2) == [3]
    assert states.done(3) == [4]
    states.done(4)
    assert states.open == 0
    takers = states.takers(failing, {failing})
    assert takers is not None
    assert [choice.task for choice in takers] == [3]


def test_a_lost_fallback_is_a_failure() -> None:
    states = a_try()
    states.begin()
    states.failed(0)
    skipped, _ = states.failed(2)
    assert skipped == [3, 4]
    assert states.causes == {1: 0, 3: 2, 4: 2}
    assert states.takers(2, {2}) is None
    assert states.takers(0, {0}) is not None


def test_a_try_of_a_value_by_hand_begins_at_once() -> None:
    """``3.value`` has no link; the fallback is never needed."""
    states = scheduler([(), (0,), (1,)], [(1, None, (None, 0))], {0: [(0, 1)]})
    assert states.begin() == [1]
    assert states.unneeded == [0]


def test_a_cancelled_run_starts_nothing_more_whatever_is_chosen() -> None:
    states = an_if()
    states.begin()
    states.done(0)
    assert states.cancel([]) == [2, 3, 4, 5]
    assert decide(states, 1, 0) == []
    assert states.open == 0
    assert states.unneeded == []
