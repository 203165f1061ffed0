"""How a plan is to be run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from shtairir.events import Instrument
from shtairir.execute.cancel import CancelToken
from shtairir.execute.workers import Workers
from shtairir.ids import NodeId, PortRef, RunKey
from shtairir.memory.pool import MemoryPool

if TYPE_CHECKING:
    from shtairir.execute.attempt import AttemptHook, Elsewhere, WithoutAttempt
    from shtairir.execute.compensating import RunJournal, Undoing
    from shtairir.execute.mailbox import Mailbox
    from shtairir.execute.restoring import Restored
    from shtairir.execute.state import RunState
    from shtairir.resources.breaker import Breakers
    from shtairir.resources.manager import ResourceManager
    from shtairir.results.result import RunResult

    Wrap: TypeAlias = Callable[[Workers, RunState, Mailbox], Workers]


def _chance() -> float:
    import random  # which reads what the system has of chance, and is needed by a run in which something fails

    return random.random()


GRACE_S = 1.5
"""How long a block may go on after the run was cancelled, before its thread is given up."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `shtairir.execute.run.Run` is told besides the plan.

    Attributes
    ----------
    keep
        Outputs to keep besides the plan's results; ``None`` keeps all.
    key
        What names the run in journal and history; ``None`` when nothing is kept of it.
    workers
        Who runs the tasks; threads, as many as the plan says, when ``None``.
    memory_limit
        The budget in bytes.
    resources, breakers
        What blocks hold, and the circuits to what they depend on; those of the program when ``None``.
    clock
        Monotonic seconds.
    random
        Gives a number from 0 to 1, for the part of a wait that is left to chance.
    wait
        Called with seconds instead of waiting so long, when there is nothing to do but to try something again later;
        for a clock that stands still.
    on_result
        Told of the result before the observers know that the run is over; must be quick.
    hooks
        Told of each attempt.
    without_attempt
        Told of outputs that no attempt at calling a block has made.
    one_by_one
        Whether cheap tasks go by themselves, too, instead of in bursts: then hooks are told of all.
    invoke
        Returns what calls the blocks of the run; they are called in the worker's thread when ``None``.
    restored
        What need not run, since it is there.
    reasons
        Why nodes run, where that is known.
    journal
        What keeps the run, and is told what is undone when it fails.
    undoing
        What was done before, to be undone too.
    shares_results
        Whether somebody else holds what is made as well: then it is handed out so that nobody changes it.
    wrappers
        Make workers that look at a task before they hand it on; the first is the innermost. Memory is looked at inside
        of all of them.
    """

    keep: Sequence[PortRef] | None = ()
    instruments: Sequence[Instrument] = ()
    memory_limit: int | None = None
    timeout_s: float | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    workers: Workers | None = None
    pool: MemoryPool = field(default_factory=MemoryPool)
    resources: ResourceManager | None = None
    breakers: Breakers | None = None
    clock: Callable[[], float] = time.perf_counter
    grace_s: float = GRACE_S
    key: RunKey | None = None
    random: Callable[[], float] = _chance
    wait: Callable[[float], None] | None = None
    on_result: Callable[[RunResult], None] | None = None
    without_attempt: WithoutAttempt | None = None
    hooks: Sequence[AttemptHook] = ()
    one_by_one: bool = False
    invoke: Elsewhere | None = None
    shares_results: bool = False
    wrappers: Sequence[Wrap] = ()
    restored: Restored | None = None
    reasons: Mapping[NodeId, str] = field(default_factory=dict)
    journal: RunJournal | None = None
    undoing: Undoing | None = None
