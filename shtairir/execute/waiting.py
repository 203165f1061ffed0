"""Tasks wait here until they have the resources that their blocks declare.

It stands between the run and its workers, inside of what looks at memory, and only where a block declares resources.
A ready task asks for all that it needs, and is handed on once it has that. So it waits in the queue of the resources,
beside the tasks of other runs, and no worker waits with it.

Between that moment and the one in which a worker takes it up, what it was granted may be given to a block that is under
way (see `shtairir.resources.ledger`). The worker then leaves the task, which waits again, in its old place in the line.

Glossary
--------
waiting
    Tasks that have asked and wait.
given
    Tasks that were handed to the workers, and that no worker has taken up.
refused
    Why tasks can never have what they need: their attempt fails with it.
holders
    What those hold that a worker has taken up, until their attempt begins.

All but `prepare` and what `start` hands on is called in the mailbox, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from shtairir.errors import ResourceError
from shtairir.events import NodeHeld
from shtairir.execute.call import Call
from shtairir.execute.holding import Holder, counted, new_owner
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.state import RunState
from shtairir.execute.workers import Execute, IsQuick, ThreadWorkers, Workers
from shtairir.resources import Wait


class Waiting:
    """Workers who take a task when it has its resources.

    Parameters
    ----------
    workers
        Who does the work.
    state, mailbox
        Those of the run.
    """

    def __init__(self, workers: Workers, state: RunState, mailbox: Mailbox) -> None:
        self.count = workers.count
        self._workers = workers
        self._state = state
        self._mailbox = mailbox
        self._manager = state.resources
        self._take_up_by_themselves = isinstance(workers, ThreadWorkers)
        self._waiting: dict[int, Wait] = {}
        self._given: dict[int, Wait] = {}
        self._refused: dict[int, Exception] = {}
        self._holders: dict[int, Holder] = {}

    @property
    def waiting(self) -> int:
        """How many tasks wait for resources."""
        return len(self._waiting)

    # --- as the run sees it: workers --------------------------------------------------------------------------

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Start the workers."""

        def perform(task: int, worker: str) -> bool:
            wait = self._given.get(task)
            if wait is None:
                return execute(task, worker)
            if not (self._manager.begin(wait) or self._state.stopping):
                self._mailbox.post(self._on_taken_back, task)
                return False
            del self._given[task]
            self._holders[task] = Holder(self._manager, wait.owner)
            over = execute(task, worker)
            if over:
                self._let_go(task)
            return over

        self._workers.start(perform, is_quick, single_file)

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks, and hand on those that need nothing, or have what they need."""
        ready = [task for task in tasks if not self._needs(task) or self._has_all(task)]
        if ready:
            self._workers.give(ready)

    def over(self, task: int) -> None:
        """Take note that a task is over."""
        self._let_go(task)
        self._workers.over(task)

    def replace(self, task: int, worker: str) -> None:
        """Have another worker take the place of one that is given up."""
        self._workers.replace(task, worker)

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker; those that wait for resources do not count."""
        return self._workers.has_waiting()

    def share(self, work: Callable[[], object]) -> None:
        """Have idle workers join in."""
        self._workers.share(work)

    def step(self) -> bool:
        """Run one task in the calling thread, if the workers work that way."""
        return self._workers.step()

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun; what they were granted is for others."""
        unbegun = self._workers.withdraw()
        waits = [*self._waiting.values(), *(self._given.pop(task) for task in unbegun if task in self._given)]
        unbegun += self._waiting
        self._waiting.clear()
        for wait in waits:
            self._manager.withdraw(wait)
        return unbegun

    def stop(self) -> None:
        """Let every worker go once it is done with its task."""
        self._workers.stop()

    def join(self, timeout_s: float) -> None:
        """Wait for the workers to go."""
        self._workers.join(timeout_s)

    # --- in the mailbox ---------------------------------------------------------------------------------------

    def _needs(self, task: int) -> tuple[str, ...]:
        """Return what a task is to hold; one that stands for a burst needs nothing."""
        call = None if task in self._state.shape.bursts else self._state.call(task)
        return call.resources if isinstance(call, Call) else ()

    def _has_all(self, task: int) -> bool:
        """Ask for what a task needs, and say whether it has it, or can never have it."""
        state = self._state
        if state.stopping:
            return True  # it ends without having begun
        whole = state.plan.tasks[task]
        owner = new_owner(state, whole, state.records.attempts.get(task, 0) + 1, begun=False)

        def settled(_: Wait) -> None:
            self._mailbox.post(self._on_settled, task)

        try:
            wait = self._manager.ask(owner, counted(self._needs(task)), limits=state.limits, on_settled=settled)
        except ResourceError as error:
            self._refused[task] = error
            return True
        granted = wait.granted  # asked once: another thread may take it back, or grant it, at any moment
        (self._given if granted else self._waiting)[task] = wait
        if not granted:
            self._tell_held(task, wait)
        return granted

    def _tell_held(self, task: int, wait: Wait) -> None:
        state = self._state
        if state.observed:
            why, now = self._manager.why(wait), state.clock()
            for node in state.sharers(task) if why else ():
                state.queue.put(NodeHeld(state.id, now, node, why))

    def _on_settled(self, task: int) -> None:
        """Hand a task on that has what it waited for, or can never have it."""
        wait = self._waiting.get(task)
        if wait is None or wait.waits:
            return  # it was called back meanwhile, or is with the workers still
        del self._waiting[task]
        if wait.error is not None:
            self._refused[task] = wait.error
        else:  # should it be taken back this very moment, the worker finds out
            self._given[task] = wait
        self._workers.give([task])
        if not self._take_up_by_themselves:
            self._state.queue.put(None)  # the controller may have to do a step

    def _on_taken_back(self, task: int) -> None:
        """Have a task wait again of which a worker found that another has got what it was granted."""
        wait = self._given.pop(task, None)
        if wait is not None:
            self._waiting[task] = wait
            self._tell_held(task, wait)
            self._on_settled(task)

    # --- on the workers ---------------------------------------------------------------------------------------

    def prepare(self, task: int) -> Holder | None:
        """Return what holds the resources of a task whose attempt begins; from now on they are the attempt's.

        Raises
        ------
        ResourceError
            When it can never have them.
        """
        refused = self._refused.pop(task, None)
        if refused is not None:
            raise refused
        return self._holders.pop(task, None)

    def _let_go(self, task: int) -> None:
        """Give back what a task holds of which no attempt has begun: its condition was false, or the run stops."""
        holder = self._holders.pop(task, None)
        if holder is not None:
            holder.release()
