"""How a plan is to be run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shtairir.events import Instrument
from shtairir.execute.cancel import CancelToken
from shtairir.execute.locks import NamedLocks
from shtairir.execute.workers import Workers
from shtairir.ids import PortRef
from shtairir.memory.pool import MemoryPool

if TYPE_CHECKING:
    from shtairir.results.result import RunResult

GRACE_S = 1.5
"""How long a block may go on after the run was cancelled, before its thread is given up."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `shtairir.execute.run.Run` is told besides the plan.

    Attributes
    ----------
    keep
        Outputs to keep besides the plan's results; ``None`` keeps all.
    workers
        Who runs the tasks; threads, as many as the plan says, when ``None``.
    memory_limit
        The budget in bytes.
    clock
        Monotonic seconds.
    on_result
        Told of the result before the observers know that the run is over; must be quick.
    """

    keep: Sequence[PortRef] | None = ()
    instruments: Sequence[Instrument] = ()
    memory_limit: int | None = None
    timeout_s: float | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    workers: Workers | None = None
    pool: MemoryPool = field(default_factory=MemoryPool)
    locks: NamedLocks = field(default_factory=NamedLocks)
    clock: Callable[[], float] = time.perf_counter
    grace_s: float = GRACE_S
    on_result: Callable[[RunResult], None] | None = None
