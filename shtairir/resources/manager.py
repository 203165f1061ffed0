"""The resources of a program, for all of its threads: asks, waits, times, and what is going on.

The decisions are the `Ledger`'s. Here is the lock around it; nobody is called back under it, and no call takes longer
than a decision, but for `ResourceManager.hold`, which waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from shtairir.ids import RunId
from shtairir.resources.alarm import Alarm
from shtairir.resources.capacity import Capacity, checked_capacity, usual_capacity
from shtairir.resources.hold import Hold
from shtairir.resources.ledger import Ledger
from shtairir.resources.owner import Owner, Wait
from shtairir.resources.resource import Resource
from shtairir.resources.sentences import why_waiting
from shtairir.resources.usage import Holding, Queued, ResourceUsage

_NO_LIMITS: Mapping[str, int] = {}
_TOLD_WHY = 100
"""For how many of those who wait for a resource it is put in words; who comes behind them waits for them."""


def _nothing() -> None:
    """Look at nothing."""


class ResourceManager:
    """Capacities, locks and rates, shared by all runs of a program. Any thread may call.

    Parameters
    ----------
    capacities
        How much there is of what: ``2`` at a time, or ``"5/s"``. Anything else is there once, but for ``cpu``
        (processors) and ``memory`` (bytes).
    clock
        Monotonic seconds.
    rings
        Whether a thread sees to timeouts and rates while somebody waits for them; else `tick` must be called.

    Examples
    --------
    >>> from shtairir.ids import NodeId
    >>> manager = ResourceManager({"scanner": 1})
    >>> one, other = Owner(RunId(1), NodeId("load")), Owner(RunId(1), NodeId("save"))
    >>> with manager.hold(one, {"scanner": 1}):
    ...     wait = manager.ask(other, {"scanner": 1})
    ...     manager.why(wait)
    "Waits for 'scanner', held by 'load'."
    >>> wait.granted
    True
    """

    def __init__(
        self,
        capacities: Mapping[str, Capacity | str] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        rings: bool = True,
    ) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._ledger = Ledger()
        self._alarm = Alarm(self.tick, clock) if rings else None
        for name, capacity in (capacities or {}).items():
            self.set_capacity(name, capacity)

    # --- what there is ----------------------------------------------------------------------------------------

    def set_capacity(self, name: str, capacity: Capacity | str) -> None:
        """Say how much there is of a resource, from now on: ``2``, ``Rate(5)`` or ``"5/s"``.

        Raises
        ------
        ResourceError
            When that is no capacity.
        """
        checked = checked_capacity(name, capacity)
        with self._lock:
            now_s = self.clock()
            self._ledger.set_capacity(name, checked, now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)

    def capacity(self, name: str) -> Capacity:
        """Return how much there is of a resource."""
        with self._lock:
            resource = self._ledger.resources.get(name)
            return resource.capacity if resource is not None else usual_capacity(name)

    def given(self) -> dict[str, Capacity]:
        """Return how much there is of what somebody has given a capacity."""
        with self._lock:
            return {name: one.capacity for name, one in self._ledger.resources.items() if one.is_given}

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(
        self,
        owner: Owner,
        wanted: Mapping[str, int],
        *,
        limits: Mapping[str, int] = _NO_LIMITS,
        timeout_s: float | None = None,
        on_settled: Callable[[Wait], None] | None = None,
        on_woken: Callable[[], None] | None = None,
    ) -> Wait:
        """Ask for resources, all of them together, and return at once.

        Parameters
        ----------
        wanted
            How much of what.
        limits
            How much may be in use of what once this owner has its own, where that is not what the program has.
        on_settled
            Called when the wait is granted, or has failed, later on; on any thread, so it must be quick.
        on_woken
            Called by `wake`.

        Raises
        ------
        ResourceError
            When there can never be so much.
        DeadlockError
            When this would complete a ring of those who wait for each other, and this owner is to give way.
        RunCancelledError
            When the owner has ended or was given up.
        """
        with self._lock:
            now_s = self.clock()
            deadline_s = None if timeout_s is None else now_s + timeout_s
            wait = Wait(owner, wanted, limits, now_s, (now_s, 0), on_settled, on_woken, deadline_s)
            self._ledger.ask(wait, now_s)
            error = wait.error
            if error is not None:
                self._ledger.settled.remove(wait)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)
        if error is not None:
            raise error
        return wait

    def take(self, owner: Owner, wanted: Mapping[str, int], limits: Mapping[str, int] = _NO_LIMITS) -> bool:
        """Take resources if they are free, and nobody goes first; say whether that was so."""
        with self._lock:
            now_s = self.clock()
            taken = self._ledger.take(owner, wanted, limits, now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)
        return taken

    def hold(
        self,
        owner: Owner,
        wanted: Mapping[str, int],
        *,
        limits: Mapping[str, int] = _NO_LIMITS,
        timeout_s: float | None = None,
        check: Callable[[], None] = _nothing,
        on_wait: Callable[[str], Callable[[], None]] | None = None,
    ) -> Hold:
        """Return what holds resources for the time of a ``with``, or of an ``async with`` in a coroutine.

        Parameters
        ----------
        check
            Raises when waiting has no sense any more; asked before a wait, and at each `wake`.
        on_wait
            Told why it waits, if it waits for longer than a moment; what it returns is called when that is over.

        Raises
        ------
        ResourceTimeoutError
            On entering, after ``timeout_s``; and what `ask` raises.
        """
        return Hold(self, owner, wanted, limits, timeout_s, check, on_wait)

    def begin(self, wait: Wait) -> bool:
        """Note that an owner begins that had not, and say whether it still has what it was granted.

        If not, that was given to another meanwhile, and it waits again.
        """
        with self._lock:
            now_s = self.clock()
            begins = self._ledger.begin(wait, now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)
        return begins

    # --- letting go -------------------------------------------------------------------------------------------

    def release(self, owner: Owner, wanted: Mapping[str, int]) -> None:
        """Take back so much of some resources from an owner, but no more than it holds."""
        with self._lock:
            now_s = self.clock()
            self._ledger.give_back(owner, wanted, now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)

    def withdraw(self, wait: Wait) -> None:
        """Want something no more, whether it was granted or not."""
        with self._lock:
            now_s = self.clock()
            self._ledger.withdraw(wait, now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)

    def release_all(self, owner: Owner) -> None:
        """Take back all that an owner holds, and give it nothing any more: it has ended, or was given up."""
        with self._lock:
            now_s = self.clock()
            self._ledger.close((owner,), now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)

    def end_run(self, run: RunId) -> dict[str, int]:
        """Take back all that a run holds still, and return what that was."""
        with self._lock:
            ledger = self._ledger
            holders = (owner for one in ledger.resources.values() for owner in one.holders)
            owners = dict.fromkeys(owner for owner in (*ledger.waiting, *holders) if owner.run == run)
            left: dict[str, int] = {}
            for owner in owners:
                for name, amount in owner.held.items():
                    left[name] = left.get(name, 0) + amount
            now_s = self.clock()
            ledger.close(owners, now_s)
            due_s = ledger.due_s(now_s)
        self._follow(due_s)
        return left

    # --- time -------------------------------------------------------------------------------------------------

    def wake(self, run: RunId) -> None:
        """Have those of a run who wait look whether that still has a sense."""
        with self._lock:
            woken = [wait.on_woken for owner, wait in self._ledger.waiting.items() if owner.run == run]
        for wake in woken:
            if wake is not None:
                wake()

    def tick(self) -> float | None:
        """Look what time has brought: waits that are too late, rates that are free. Returns when to look next."""
        with self._lock:
            now_s = self.clock()
            self._ledger.pass_time(now_s)
            due_s = self._ledger.due_s(now_s)
        self._follow(due_s)
        return due_s

    def _follow(self, due_s: float | None) -> None:
        """Tell the owners of waits that are over, with no lock held; and see to it that time is looked at."""
        if due_s is not None and self._alarm is not None:
            self._alarm.set(due_s)
        settled = self._ledger.settled
        while settled:
            try:
                wait = settled.pop(0)
            except IndexError:
                return  # another thread tells the last of them
            if wait.on_settled is not None:
                wait.on_settled(wait)

    # --- what is going on -------------------------------------------------------------------------------------

    def why(self, wait: Wait) -> str:
        """Return in words what a wait waits for, and who has that; empty when it does not wait any more."""
        with self._lock:
            return why_waiting(wait, self.clock(), self._ledger.resources) if wait.waits else ""

    def usage(self) -> tuple[ResourceUsage, ...]:
        """Return of all that was ever used, or given a capacity: who holds it, who waits for it, and how that went."""
        with self._lock:
            now_s = self.clock()
            return tuple(self._usage(resource, now_s) for resource in self._ledger.resources.values())

    def _usage(self, resource: Resource, now_s: float) -> ResourceUsage:
        holders = tuple(
            Holding(owner.run, owner.key, owner.node, owner.attempt, amount, since_s, owner.begun)
            for owner, (amount, since_s) in resource.holders.items()
        )
        waiting = tuple(
            Queued(
                wait.owner.run,
                wait.owner.key,
                wait.owner.node,
                wait.owner.attempt,
                wait.wanted[resource.name],
                wait.since_s,
                wait.owner.priority,
                why_waiting(wait, now_s, self._ledger.resources) if place < _TOLD_WHY else "",
            )
            for place, wait in enumerate(resource.queue)
        )
        return ResourceUsage(
            name=resource.name,
            kind="rate" if resource.window is not None else "lock" if resource.amount == 1 else "capacity",
            capacity=resource.amount,
            period_s=resource.window.rate.period_s if resource.window is not None else None,
            at_s=now_s,
            used=resource.in_use(now_s),
            holders=holders,
            waiting=waiting,
            series=resource.series.points(now_s),
        )
