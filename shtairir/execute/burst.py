"""A burst: cheap tasks, one after the other on one worker, as one matter for the scheduler.

To hand a task to a worker, take note of its end and find what follows costs ten times what a trivial task does. So
tasks that are known to be cheap, and could not run much earlier one by one (see `shtairir.execute.grouping`), are
run in one go, and the books are kept for all of them at its end. Each task still has its own times, its own failure
and its own events.

A burst is left early when a task fails, when the run is to stop, or when it takes far longer than expected. What is
left of it then goes the usual way, task by task.

Glossary
--------
row
    What the loop needs of a task, see `Row`. The arguments of most tasks are numbers from slots; constants have slots
    of their own, behind those of the values.
patience
    How long the burst may take before it is left.
ends
    Values that nobody outside the burst reads. Numbers among them just stay in their slots; what holds memory is let
    go inside the burst, after its last reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import length_hint
from typing import Any, Final, NamedTuple

from shtairir.execute.ending import Ending

GENERAL: Final = -1
"""Instead of a number of arguments: the task takes or gives something that is no number."""

GONE: Final = object()
"""In a slot whose value was let go inside a burst."""


class Row(NamedTuple):
    """A task as the loop sees it.

    Attributes
    ----------
    kind
        The type that needs no check; a value of another goes to ``unfit``.
    arity
        How many arguments; `GENERAL` for tasks that ``general`` runs.
    a, b, c
        The slots of the arguments; with more than three, all of them are in ``a``. Of a general task, ``a`` has the
        slots that end with it.
    """

    task: int
    slot: int
    kind: type | None
    function: Callable[..., Any]
    arity: int
    a: Any = None
    b: Any = None
    c: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """Tasks with consecutive numbers.

    Attributes
    ----------
    first, end
        The first task, which also stands for the burst where tasks are handed on, and the one behind the last.
    exits
        For each task or burst that waits for some of these, how many links lead there.
    reads
        For each slot that others read too, or that somebody else may keep, how many of these tasks read it.
    ends
        For each task the slots that nobody reads after it and that nobody outside reads.
    single_file
        Whether only one burst of this kind shall run at a time: they would only wait for each other's Python.
    """

    first: int
    end: int
    rows: Sequence[Row]
    exits: Sequence[tuple[int, int]]
    reads: Sequence[tuple[int, int]]
    ends: Mapping[int, Sequence[int]]
    patience_s: float
    single_file: bool

    @property
    def tasks(self) -> range:
        """The numbers of the tasks."""
        return range(self.first, self.end)


@dataclass(slots=True, eq=False)
class Passage:
    """One burst on its way through a run.

    Attributes
    ----------
    left
        The rows to come.
    until_s
        A list of one: when to leave. Whoever stops the run puts the past there.
    done
        How many tasks are done, once that is known.
    ending
        How the task behind these ended, if one failed.
    unclaimed
        A list of one: whoever can take it out writes down how the burst ended, its worker or, when that has been
        given up, another.
    """

    burst: Burst
    worker: str
    left: Iterator[Row]
    began_s: float = 0.0
    until_s: list[float] = field(default_factory=lambda: [0.0])
    done: int = 0
    ending: Ending = Ending.DONE
    unclaimed: list[None] = field(default_factory=lambda: [None])

    def taken(self) -> int:
        """Return how many rows have been taken up."""
        return len(self.burst.rows) - length_hint(self.left)

    def claim(self) -> bool:
        """Whether nobody was here before."""
        try:
            self.unclaimed.pop()
        except IndexError:
            return False
        return True


def run_rows(
    rows: Iterator[Row],
    slots: list[Any],
    ended_s: list[float],
    until_s: list[float],
    clock: Callable[[], float],
    unfit: Callable[[int, Any], Any],
    general: Callable[[int, Sequence[int]], None],
) -> None:
    """Run tasks until there are none left or it is time to leave. What a block raises comes out.

    This loop is what a trivial node costs: a call, a clock, two comparisons and two stores, 0.2 µs. Code generated
    for the plan would run in four fifths of that, and take 70 µs a node to compile.
    """
    for task, slot, kind, function, arity, a, b, c in rows:
        if arity == 3:
            value = function(slots[a], slots[b], slots[c])
        elif arity == 2:
            value = function(slots[a], slots[b])
        elif arity == 1:
            value = function(slots[a])
        elif arity == GENERAL:
            general(task, a)
            ended_s[task] = now = clock()
            if now > until_s[0]:
                return
            continue
        elif arity:
            value = function(*[slots[each] for each in a])
        else:
            value = function()
        if type(value) is not kind:
            value = unfit(task, value)
        slots[slot] = value
        ended_s[task] = now = clock()
        if now > until_s[0]:
            return
