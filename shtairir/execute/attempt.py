"""One attempt at a task, and those who look over the worker's shoulder while it is made."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from shtairir.execute.call import Call
    from shtairir.execute.holding import Holder
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task


class Attempt:
    """What is tried.

    An attempt ends once: whoever can `claim` it writes down how, its worker or, when that does not come back, the run.

    Attributes
    ----------
    number, most
        Which attempt it is, counted from 1, and how many there may be.
    worker
        Who makes it.
    key
        The same for all attempts at this node in this run, also after a resume: what an effect can be recognised by.
        For hooks; empty where there are none.
    fault
        What is to go wrong, in a rehearsal: ``timeout``, ``error``, ``crash``, ``oom`` or ``slow``; else empty.
    begun
        How many hooks have been told that it begins; just these are told of its end.
    arguments
        What the block is called with, its context among it, for hooks; ``None`` where there are none.
    cancel, end
        Whoever makes the attempt elsewhere than in its worker's thread sets them while it is under way. ``cancel`` asks
        it to end, when the run is to stop; ``end`` ends it, when its time is up. Neither waits.
    abandon
        Set likewise: called when the attempt has not ended in spite of that, and is given up.
    holder
        What it holds of the program's resources, and gives back when it ends; ``None`` until it holds any.
    is_overdue, is_ended
        Whether it was ended because its time was up, or because the run's was.
    is_cut_short
        Whether the run was to stop already when it ended well: a block that had heard of that may have made less.
    late
        Of a loop: the task in its body of which the time was up.
    """

    # On the class, since most attempts have no use for them, and to make an attempt costs each task of a run.
    key: str = ""
    fault: str = ""
    begun: int = 0
    arguments: Mapping[str, Any] | None = None
    cancel: Callable[[], object] | None = None
    end: Callable[[], object] | None = None
    abandon: Callable[[], object] | None = None
    holder: Holder | None = None
    is_overdue: bool = False
    is_ended: bool = False
    is_cut_short: bool = False
    late: Task | None = None

    def __init__(self, task: Task, number: int, worker: str, started_s: float = 0.0) -> None:
        self.task = task
        self.number = number
        self.worker = worker
        self.started_s = started_s
        self._unclaimed = [None]

    @property
    def node(self) -> NodeId:
        """The node that is tried."""
        return self.task.node

    @property
    def most(self) -> int:
        """How many attempts there may be."""
        return self.task.policy.retries + 1

    def claim(self) -> bool:
        """Whether nobody was here before. Any thread may ask."""
        try:
            self._unclaimed.pop()
        except IndexError:
            return False
        if self.holder is not None:
            self.holder.release()
        return True

    @property
    def is_over(self) -> bool:
        """Whether somebody has claimed it."""
        return not self._unclaimed


Invoke: TypeAlias = "Callable[[Attempt, Call, dict[str, Any]], Any]"
"""Calls the block of a task, here or elsewhere, and returns what it returns, or raises what it raises."""

Elsewhere: TypeAlias = "Callable[[RunState], Invoke]"
"""Returns what calls the blocks of a run."""


@functools.cache
def name_of_process() -> str:
    """Return a name that no other process has or had; for runs that leave nothing behind, and so have none."""
    import uuid

    return uuid.uuid4().hex


class WithoutAttempt(Protocol):
    """Is told of outputs that no attempt has made, on the worker that hands them out, before anybody reads them."""

    def fell_back(self, task: Task) -> None:
        """Take note that something else stands in for the result of a task, or for what it tries to hand on."""

    def handed_on(self, task: Task, values: Sequence[Any]) -> None:
        """Take note of what a task hands on that another has made."""


class AttemptHook(Protocol):
    """Is told of each attempt, on the worker that makes it. Tasks so cheap that they run in bursts are left out.

    It must be quick, and may be called by several workers at a time.
    """

    def begin(self, attempt: Attempt) -> None:
        """Take note that a block is about to be called. What this raises is the attempt's failure."""

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note of the outputs, before anybody reads them, or of what the block raised; must not raise.

        An attempt that was given up, since its time was up, ends on another thread than it began.
        """
