"""Whether a run needs worker processes at all; most do not, and shall not wait for anything of this."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir.errors import PlanningError
from shtairir.execute.processes.kinds import BACKENDS, ENOUGH_LOOKS, Backend, Kinds, kind_of
from shtairir.memory.shared import available
from shtairir.planning.placing import HOLDS_LONG_S

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.execute.attempt import Invoke
    from shtairir.execute.processes.pool import ProcessPool, WorkerReport
    from shtairir.execute.processes.watching import Watched
    from shtairir.execute.state import RunState
    from shtairir.memory.shared import SharedPool
    from shtairir.monitor.learned import Learned
    from shtairir.planning.config import History
    from shtairir.planning.plan import ExecutionPlan, Lineage, Task

_counts: weakref.WeakKeyDictionary[Lineage, dict[tuple[Backend, int], int]] = weakref.WeakKeyDictionary()

_long: weakref.WeakKeyDictionary[Lineage, tuple[BlockDefinition, ...]] = weakref.WeakKeyDictionary()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Processes:
    """How a run uses processes.

    Attributes
    ----------
    limit_bytes
        The most memory of its own that a worker may take.
    history
        What was learned of blocks, if that is to count.
    workers
        Those of the program when ``None``.
    """

    backend: Backend
    limit_bytes: int | None = None
    history: History | None = None
    workers: ProcessPool | None = None

    @property
    def pool(self) -> SharedPool:
        """Where the run borrows: memory that processes see."""
        from shtairir.memory.shared import shared_memory_pool

        return shared_memory_pool()

    def invoke(self, state: RunState) -> Invoke:
        """Return what calls the blocks of a run."""
        from shtairir.execute.processes.invoking import ProcessInvoker
        from shtairir.execute.processes.pool import processes

        workers = self.workers if self.workers is not None else processes()
        return ProcessInvoker(state, workers, Kinds(self.backend, self.history), self.limit_bytes)


def choose(
    plan: ExecutionPlan,
    backend: Backend = "threads",
    worker_memory_limit: int | None = None,
    history: Learned | None = None,
) -> Processes | None:
    """Return how a run uses processes, or ``None`` when nothing in it goes to one.

    Raises
    ------
    PlanningError
        When there is no such backend.
    """
    if backend not in BACKENDS:
        raise PlanningError(f"'{backend}' is no backend. There are: {', '.join(BACKENDS)}.")
    count = in_processes(plan, backend, history)
    if plan.workers < 2 or plan.parallelism <= 1:
        history = None  # nobody waits for anybody
    if not count:
        return None
    if not available():
        _log.warning("There are no worker processes on this system: what asks for one runs in a thread.")
        return None
    warm_up(min(plan.workers, count))
    return Processes(backend, worker_memory_limit, history)


def in_processes(plan: ExecutionPlan, backend: Backend = "threads", history: Learned | None = None) -> int:
    """Return how many tasks go to processes; found out once for all plans that differ in values only."""
    if plan.workers < 2 or plan.parallelism <= 1:
        history = None  # nobody waits for anybody
    counts = _counts.setdefault(plan.lineage, {})
    key = backend, history.holders if history is not None else 0
    if key not in counts:
        tasks = _tasks(plan)
        if backend == "threads":  # as most runs, of which some have ten thousand tasks: look at few of them closely
            tasks = [
                task
                for task in tasks
                if task.policy.worker == "process" or (task.estimate.elapsed_s or 0.0) >= HOLDS_LONG_S
            ]
        known = history if key[1] else None
        counts[key] = len([task for task in tasks if kind_of(task, backend, known).is_process])
    return counts[key]


def _tasks(plan: ExecutionPlan) -> Sequence[Task]:
    """Return all that is called, also in the bodies of loops."""
    loops = [task.body for task in plan.tasks if task.body is not None]
    return [*plan.tasks, *(task for body in loops for task in _tasks(body.plan))] if loops else plan.tasks


def warm_up(workers: int | None = None) -> None:
    """Start worker processes in the background; as many as there are processors when not told otherwise."""
    if available():
        from shtairir.execute.processes.pool import processes

        processes().warm_up(workers if workers is not None else os.cpu_count() or 1)


def watch_locks(run: Watched, plan: ExecutionPlan, history: Learned) -> None:
    """Have it looked, while a run goes on, which of its blocks keep Python's lock; if there is anything to learn."""
    if plan.workers < 2 or plan.parallelism <= 1 or not available():
        return
    long = _long.get(plan.lineage)
    if long is None:
        long = _long[plan.lineage] = _long_ones(plan)
    if any(history.looks_at_lock(definition) < ENOUGH_LOOKS for definition in long):
        from shtairir.execute.processes.watching import LockProbe, LockWatch

        LockWatch(run, history, LockProbe()).start()


def _long_ones(plan: ExecutionPlan) -> tuple[BlockDefinition, ...]:
    """Return the blocks that take long and may go to a process."""
    long = [task for task in plan.tasks if (task.estimate.elapsed_s or 0.0) >= HOLDS_LONG_S]
    plain = [task for task in long if not task.parts and task.body is None]
    may_go = [task.definition for task in plain if task.policy.worker == "auto" and task.definition.traits.pure]
    return tuple({id(definition): definition for definition in may_go}.values())


def workers() -> tuple[WorkerReport, ...]:
    """Return what is known of the worker processes of the program."""
    import sys

    if "shtairir.execute.processes.pool" not in sys.modules:
        return ()  # nobody has needed any
    from shtairir.execute.processes.pool import processes

    return processes().workers()
