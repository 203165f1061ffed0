"""Who holds what, who waits for what, and who gets it next: decisions only, without locks, threads or clocks.

What a block declares is granted all together, so that it is in nobody's way while it waits. What a block takes at run
time it takes one by one, while it holds others; that is where deadlocks come from, and they are found the moment the
last of the waits begins.

Those who wait are served in the order in which they asked; a priority is worth some seconds of waiting. Somebody whose
turn has not come may take what those before it cannot use yet, because they need more, but not for long: after
`PATIENCE_S`, what the first in line waits for is kept for it, unless it waits for a rate, and so for time, as well.
Only one who is in the way of the first itself passes then.

What is granted to a node that has not begun yet (it may still wait for a worker) can be taken back for one that is
under way: or the two could wait for each other, one for the resource, the other for the worker.

Glossary
--------
owner
    An attempt at a node. All that it holds is taken back when it ends, however it ends.
wait
    What an owner has asked for and does not have yet; it stands in the queue of each resource that is in it.
offered
    Granted to an owner that has not begun.
kept
    What others may not take, since the first in line has waited for it too long.
free
    Resources of which some may have become free since it was last looked who gets them.
settled
    Waits that are over, granted or failed; whoever drives tells their owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush, merge
from itertools import count

from shtairir.errors import DeadlockError, ResourceError, ResourceTimeoutError, RunCancelledError
from shtairir.resources.capacity import Capacity, Window, usual_capacity
from shtairir.resources.deadlock import Blocked, deadlocked, victim
from shtairir.resources.owner import HEAD_START_S, Owner, Wait, WaitState
from shtairir.resources.resource import Resource, by_rank
from shtairir.resources.sentences import impossible, ring, too_late

PATIENCE_S = 1.0
"""After so long, what somebody waits for is kept for it."""


_AVOIDED = (
    "It is tried again as often as its policy says. Blocks that declare what they need, or take it in the same order, "
    "never come to this."
)

TRY_S = 1.0
"""A wait that ends by itself within this time is no part of a deadlock."""

MOST_IDLE = 1000
"""How many resources are remembered at least, though nobody uses them."""


class Ledger:
    """The state of all resources. One thread at a time may be in it."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.waiting: dict[Owner, Wait] = {}
        self.settled: list[Wait] = []
        self._offers: dict[Owner, Wait] = {}
        self._free: set[str] = set()
        self._deadlines: list[tuple[float, int, Wait]] = []
        self._for_rates = 0
        self._numbers = count()
        self._worth_clearing = MOST_IDLE

    # --- what there is ----------------------------------------------------------------------------------------

    def resource(self, name: str) -> Resource:
        """Return a resource; one that nobody has heard of is there as often as is usual."""
        resource = self.resources.get(name)
        if resource is None:
            resource = self.resources[name] = Resource(name, usual_capacity(name), is_given=False)
        return resource

    def _forget_idle(self) -> None:
        """Forget what nobody has given a capacity, holds or waits for: a lock may be named after a file."""
        self.resources = {name: one for name, one in self.resources.items() if one.is_needed}
        self._worth_clearing = max(2 * len(self.resources), MOST_IDLE)

    def set_capacity(self, name: str, capacity: Capacity, now_s: float) -> None:
        """Have so much of a resource from now on; who can never have what it waits for is told."""
        resource = self.resource(name)
        resource.set(capacity)
        resource.is_given = True
        self._for_rates = sum(len(one.queue) for one in self.resources.values() if one.window is not None)
        for wait in tuple(resource.queue):
            why = impossible(wait.owner, wait.wanted, self._capacities(wait.wanted, wait.limits))
            if why is not None:
                self._fail(wait, why, now_s)
        self._free.add(name)
        self._settle(now_s)
        self._resolve_deadlocks(now_s)

    def _capacities(self, wanted: Iterable[str], limits: Mapping[str, int]) -> dict[str, Capacity]:
        resources = map(self.resource, wanted)
        return {one.name: one.capacity if one.window else limits.get(one.name, one.amount) for one in resources}

    # --- asking -----------------------------------------------------------------------------------------------

    def take(self, owner: Owner, wanted: Mapping[str, int], limits: Mapping[str, int], now_s: float) -> bool:
        """Have an owner hold resources if they are free, and kept for nobody else; say whether that was so."""
        if owner.closed:
            raise RunCancelledError(f"'{owner.node}' has ended, or was given up: it gets no resources any more.")
        if not self._may_take(owner, wanted, limits, now_s, None):
            return False
        self._hand_out(owner, wanted, limits, now_s)
        if self._free:
            self._settle(now_s)
        return True

    def ask(self, wait: Wait, now_s: float) -> None:
        """Grant a wait, or put it in line.

        Raises
        ------
        ResourceError
            When it can never be granted.
        """
        owner = wait.owner
        if owner in self.waiting:
            raise ResourceError(f"'{owner.node}' waits for a resource already, and can wait for one thing at a time.")
        wait.rank = self._rank(owner, now_s)
        if self.take(owner, wait.wanted, wait.limits, now_s):
            self._note_granted(wait, now_s)
            return
        why = impossible(owner, wait.wanted, self._capacities(wait.wanted, wait.limits))
        if why is not None:
            raise why
        self._enter_queues(wait, now_s)
        if wait.deadline_s is not None:
            heappush(self._deadlines, (wait.deadline_s, wait.rank[1], wait))
        # Who holds nothing is in nobody's way.
        if owner.held and self._holders_wait(wait):
            self._resolve_deadlocks(now_s)
            if wait.waits:
                # What was kept from one who is in the way of the first in line only now is not kept from it any more.
                self._free.update(*(other.wanted for each, other in self.waiting.items() if each.held))
                self._settle(now_s)

    def begin(self, wait: Wait, now_s: float) -> bool:
        """Note that an owner begins, and say whether it has what it was granted; if not, it waits again."""
        owner = wait.owner
        if not wait.granted or owner.closed:
            return False
        if owner not in self._offers:
            return True
        if not self._counts_from(wait, now_s):
            self._take_back(wait, now_s)
            self._settle(now_s)
            return False
        del self._offers[owner]
        owner.begun = True
        for name, amount in owner.held.items():
            self.resources[name].offered -= amount
        if self._free:
            self._settle(now_s)
        return True

    def _counts_from(self, wait: Wait, now_s: float) -> bool:
        """Have what was taken of rates count from now, when it is used; say whether the rates allow that."""
        rates = []
        for name, amount in wait.wanted.items():
            window = self.resources[name].window
            if window is not None:
                rates.append((window, amount))
        if not rates:
            return True
        for window, amount in rates:
            window.undo(amount, wait.granted_s, now_s)
        later = [offer for offer in self._offers.values() if offer.rank > wait.rank]
        later = [offer for offer in later if not wait.wanted.keys().isdisjoint(offer.wanted)]
        for offer in sorted(later, key=by_rank, reverse=True):
            if _allow(rates, now_s):
                break
            self._take_back(offer, now_s)
        allowed = _allow(rates, now_s)
        for window, amount in rates:
            window.take(amount, now_s)
        wait.granted_s = now_s
        return allowed

    # --- letting go -------------------------------------------------------------------------------------------

    def withdraw(self, wait: Wait, now_s: float) -> None:
        """Want something no more, whether it was granted or not."""
        if wait.waits:
            self._leave_queues(wait, now_s)
        elif wait.granted:
            self._retract(wait, now_s)
        wait.state = WaitState.WITHDRAWN
        self._settle(now_s)

    def give_back(self, owner: Owner, wanted: Mapping[str, int], now_s: float) -> None:
        """Take back from an owner so much of some resources, but no more than it holds."""
        self._drop(owner, wanted, now_s)
        if self._free:
            self._settle(now_s)

    def close(self, owners: Iterable[Owner], now_s: float) -> None:
        """Take back all that owners hold, and give them nothing any more."""
        owners = tuple(owners)
        for owner in owners:  # all of them, before what one holds could be granted to another
            owner.closed = True
            wait = self.waiting.get(owner) if self.waiting else None
            if wait is not None:
                why = f"'{owner.node}' was given up while it waited for a resource."
                self._fail(wait, RunCancelledError(why), now_s)
        for owner in owners:
            self._offers.pop(owner, None)
            if owner.held:
                self._drop(owner, owner.held.copy(), now_s)
        if self._free:
            self._settle(now_s)
        if len(self.resources) > self._worth_clearing:  # here, where no wait is being looked at
            self._forget_idle()

    def _drop(self, owner: Owner, wanted: Mapping[str, int], now_s: float) -> None:
        for name, amount in wanted.items():
            resource = self.resources.get(name)
            if resource is not None and resource.let_go(owner, amount):
                resource.note(now_s)
                if resource.queue:
                    self._free.add(name)

    # --- time -------------------------------------------------------------------------------------------------

    def pass_time(self, now_s: float) -> None:
        """Fail what has waited too long, and grant what a rate allows by now."""
        while self._deadlines and (self._deadlines[0][0] <= now_s or not self._deadlines[0][2].waits):
            wait = heappop(self._deadlines)[2]
            if wait.waits:
                self._fail(wait, ResourceTimeoutError(too_late(wait, now_s, self.resources)), now_s)
        self._free.update(name for name, resource in self.resources.items() if resource.window and resource.queue)
        self._settle(now_s)

    def due_s(self, now_s: float) -> float | None:
        """Return when time brings something next; ``None`` if nobody waits for time."""
        if not (self._for_rates or self._deadlines):
            return None
        due_s = [self._deadlines[0][0]] if self._deadlines else []
        due_s += [at_s for one in self.resources.values() if one.window for at_s in _free_times(one, one.window, now_s)]
        return min(due_s, default=None)

    # --- who may take -----------------------------------------------------------------------------------------

    def _may_take(
        self, owner: Owner, wanted: Mapping[str, int], limits: Mapping[str, int], now_s: float, wait: Wait | None
    ) -> bool:
        for name, amount in wanted.items():
            resource = self.resources.get(name) or self.resource(name)
            window = resource.window
            if window is not None:
                if window.used(now_s) + amount > resource.amount:
                    return False
            else:
                used = resource.used - resource.offered if owner.begun else resource.used
                if used + amount > (limits.get(name, resource.amount) if limits else resource.amount):
                    return False
            if resource.queue and self._is_kept(resource.queue[0], owner, now_s, wait):
                return False
        return True

    def _is_kept(self, first: Wait, owner: Owner, now_s: float, wait: Wait | None) -> bool:
        """Whether what the first in line waits for is kept for it."""
        if first is wait or now_s - first.since_s <= PATIENCE_S or self._waits_for_time(first, now_s):
            return False
        if first.rank > (wait.rank if wait is not None else self._rank(owner, now_s)):
            return False
        return not (owner.held and self._is_in_the_way(owner, first))

    def _waits_for_time(self, wait: Wait, now_s: float) -> bool:
        """Whether a wait cannot be over before a rate allows it: until then, others make use of the rest."""
        for name, amount in wait.wanted.items():
            window = self.resources[name].window
            if window is not None and window.used(now_s) + amount > window.rate.amount:
                return True
        return False

    def _rank(self, owner: Owner, now_s: float) -> tuple[float, int]:
        return now_s - HEAD_START_S[owner.priority], next(self._numbers)

    def _is_in_the_way(self, owner: Owner, first: Wait) -> bool:
        """Whether a wait cannot be over before an owner gives something back, be it by way of others who wait."""
        seen = {first.owner}
        to_see = [first]
        while to_see:
            for name in to_see.pop().wanted:
                resource = self.resources[name]
                for other in (*resource.holders, *(wait.owner for wait in resource.queue[:1])):
                    if other is owner:
                        return True
                    if other not in seen:
                        seen.add(other)
                        if other in self.waiting:
                            to_see.append(self.waiting[other])
        return False

    # --- queues -----------------------------------------------------------------------------------------------

    def _enter_queues(self, wait: Wait, now_s: float) -> None:
        wait.state = WaitState.WAITING
        self.waiting[wait.owner] = wait
        for name in wait.wanted:
            resource = self.resources[name]
            self._for_rates += resource.window is not None
            resource.enter(wait)
            resource.note(now_s)

    def _leave_queues(self, wait: Wait, now_s: float) -> None:
        """Take a wait out of its queues; what was kept for it is free."""
        del self.waiting[wait.owner]
        for name in wait.wanted:
            resource = self.resources[name]
            self._for_rates -= resource.window is not None
            resource.leave(wait)
            resource.note(now_s)
            if resource.queue:
                self._free.add(name)

    def _fail(self, wait: Wait, error: Exception, now_s: float) -> None:
        self._leave_queues(wait, now_s)
        wait.state = WaitState.FAILED
        wait.error = error
        self.settled.append(wait)

    # --- granting ---------------------------------------------------------------------------------------------

    def _settle(self, now_s: float) -> None:
        """Grant what can be granted of what has become free, in the order of those who wait."""
        while self._free:
            names, self._free = self._free, set()
            resources = [resource for name in names if (resource := self.resources[name]).queue]
            for wait in _in_line(resources):
                if _are_used_up(resources, now_s):
                    break
                if wait.waits and self._may_take(wait.owner, wait.wanted, wait.limits, now_s, wait):
                    self._leave_queues(wait, now_s)
                    self._free -= names  # who is next is looked at in this very round
                    self._hand_out(wait.owner, wait.wanted, wait.limits, now_s)
                    self._note_granted(wait, now_s)
                    self.settled.append(wait)

    def _note_granted(self, wait: Wait, now_s: float) -> None:
        wait.state = WaitState.GRANTED
        wait.granted_s = now_s
        if not wait.owner.begun:
            self._offers[wait.owner] = wait

    def _hand_out(self, owner: Owner, wanted: Mapping[str, int], limits: Mapping[str, int], now_s: float) -> None:
        for name, amount in wanted.items():
            resource = self.resources[name]
            if resource.window is not None:
                resource.window.take(amount, now_s)
            else:
                resource.hold(owner, amount, now_s)
                if owner.begun and resource.offered:
                    self._make_room(resource, limits.get(name, resource.amount), now_s)
            resource.note(now_s)

    def _make_room(self, resource: Resource, limit: int, now_s: float) -> None:
        """Take back what was offered, from the last in rank first, until no more is in use than may be."""
        offers = [self._offers[owner] for owner in resource.holders if owner in self._offers]
        for offer in sorted(offers, key=by_rank, reverse=True):
            if resource.used <= limit:
                return
            self._take_back(offer, now_s)

    def _take_back(self, offer: Wait, now_s: float) -> None:
        """Have somebody wait again who was granted something and has not begun; it keeps its place in line."""
        self._retract(offer, now_s)
        self._enter_queues(offer, now_s)
        self._free.update(offer.wanted)

    def _retract(self, wait: Wait, now_s: float) -> None:
        """Take back what was granted."""
        self._drop(wait.owner, wait.wanted, now_s)
        if self._offers.pop(wait.owner, None) is not None:  # nothing was done with it yet
            for name, amount in wait.wanted.items():
                window = self.resources[name].window
                if window is not None:
                    window.undo(amount, wait.granted_s, now_s)
                    self._free.add(name)

    # --- deadlocks --------------------------------------------------------------------------------------------

    def _holders_wait(self, wait: Wait) -> bool:
        """Whether somebody whom a wait waits for waits itself."""
        return any(owner in self.waiting for name in wait.wanted for owner in self.resources[name].holders)

    def _resolve_deadlocks(self, now_s: float) -> None:
        """Have somebody give way as long as there are any who wait for each other."""
        while stuck := deadlocked(self._blocked(now_s)):
            one = victim(stuck)
            self._fail(self.waiting[one.owner], DeadlockError(ring(one, stuck), hint=_AVOIDED), now_s)
        self._settle(now_s)

    def _blocked(self, now_s: float) -> Iterator[Blocked]:
        """Yield those who hold something and wait; not who only tries: its time is up before anybody notices."""
        for owner, wait in self.waiting.items():
            only_tries = wait.deadline_s is not None and wait.deadline_s - now_s <= TRY_S
            if owner.held and not only_tries:
                needs = ((self.resources[name], amount) for name, amount in wait.wanted.items())
                lacks = {one.name: (amount, one.limit(wait)) for one, amount in needs if one.window is None}
                yield Blocked(owner, lacks)


def _allow(rates: Iterable[tuple[Window, int]], now_s: float) -> bool:
    """Whether so much of each rate may be taken now."""
    return all(window.used(now_s) + amount <= window.rate.amount for window, amount in rates)


def _are_used_up(resources: Iterable[Resource], now_s: float) -> bool:
    for resource in resources:  # noqa: SIM110 - looked at for each that waits: twice as fast as a generator
        if not resource.is_used_up(now_s):
            return False
    return True


def _free_times(resource: Resource, window: Window, now_s: float) -> Iterator[float]:
    """Yield when the first gets some for whom there is too little now; whoever waits for something else is not late."""
    for wait in resource.queue:
        at_s = window.free_at(wait.wanted[resource.name], now_s)
        if at_s > now_s:
            yield at_s
            return


def _one_by_one(queue: list[Wait]) -> Iterator[Wait]:
    """Yield those in a queue, some of which leave it meanwhile: a long one is not copied for its first."""
    place = 0
    while place < len(queue):
        wait = queue[place]
        yield wait
        if place < len(queue) and queue[place] is wait:
            place += 1


def _in_line(resources: list[Resource]) -> Iterator[Wait]:
    """Yield those who wait for some of the resources now, the first first."""
    if len(resources) == 1:
        return _one_by_one(resources[0].queue)
    return merge(*(tuple(resource.queue) for resource in resources), key=by_rank)
