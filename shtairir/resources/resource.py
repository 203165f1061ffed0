"""One resource: how much of it there is, who holds it, and who waits for it."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import attrgetter

from shtairir.resources.capacity import Capacity, Rate, Window
from shtairir.resources.owner import Owner, Wait
from shtairir.resources.usage import Series

by_rank = attrgetter("rank")


class Resource:
    """What the ledger knows of one resource; nobody else changes it.

    Attributes
    ----------
    amount
        How much there is at a time; of a rate, in a period.
    window
        What of a rate was taken.
    is_given
        Whether somebody has said how much there is.
    used
        How much is held; ``offered`` of that is held by owners that have not begun.
    holders
        How much each holds, and since when.
    queue
        Those who wait, the first first.
    """

    __slots__ = (
        "_largest_limit",
        "_under_way",
        "amount",
        "holders",
        "is_given",
        "name",
        "offered",
        "queue",
        "series",
        "used",
        "window",
    )

    def __init__(self, name: str, capacity: Capacity, *, is_given: bool) -> None:
        self.name = name
        self.amount = 0
        self.window: Window | None = None
        self.is_given = is_given
        self.used = 0
        self.offered = 0
        self.holders: dict[Owner, tuple[int, float]] = {}
        self.queue: list[Wait] = []
        self.series = Series()
        self._largest_limit = 0
        self._under_way = 0
        self.set(capacity)

    def set(self, capacity: Capacity) -> None:
        """Have so much of it from now on; what is held stays held."""
        if isinstance(capacity, Rate):
            self.window = Window(capacity)
            self.amount = capacity.amount
        else:
            self.window = None
            self.amount = capacity

    @property
    def capacity(self) -> Capacity:
        """How much there is of it."""
        return self.window.rate if self.window is not None else self.amount

    @property
    def is_needed(self) -> bool:
        """Whether somebody holds it, waits for it, or has said how much there is of it."""
        return bool(self.is_given or self.holders or self.queue)

    def in_use(self, now_s: float) -> int:
        """Return how much is taken."""
        return self.used if self.window is None else self.window.used(now_s)

    def limit(self, wait: Wait) -> int:
        """Return how much may be in use once a wait is over."""
        return wait.limits.get(self.name, self.amount) if self.window is None else self.amount

    def is_used_up(self, now_s: float) -> bool:
        """Whether nobody who waits can get any."""
        if self.window is not None:
            return self.window.used(now_s) >= self.amount
        # Only those who are under way may take what was offered to others.
        taken = self.used - self.offered if self._under_way else self.used
        return taken >= self.amount and taken >= self._largest_limit

    def note(self, now_s: float) -> None:
        """Note how it is in use from now on."""
        self.series.note(now_s, self.used if self.window is None else self.window.used(now_s), len(self.queue))

    def enter(self, wait: Wait) -> None:
        """Put a wait into its place in the queue."""
        insort(self.queue, wait, key=by_rank)
        self._under_way += wait.owner.begun
        self._largest_limit = max(self._largest_limit, self.limit(wait))

    def leave(self, wait: Wait) -> None:
        """Take a wait out of the queue."""
        del self.queue[bisect_left(self.queue, wait.rank, key=by_rank)]
        self._under_way -= wait.owner.begun
        if not self.queue:
            self._largest_limit = 0

    def hold(self, owner: Owner, amount: int, now_s: float) -> None:
        """Have an owner hold some, or some more."""
        before, since_s = self.holders.get(owner, (0, now_s))
        self.holders[owner] = before + amount, since_s
        owner.held[self.name] = before + amount
        self.used += amount
        if not owner.begun:
            self.offered += amount

    def let_go(self, owner: Owner, amount: int) -> bool:
        """Have an owner hold so much less, but not less than nothing; say whether it held any."""
        before, since_s = self.holders.get(owner, (0, 0.0))
        amount = min(amount, before)
        if not amount:
            return False
        self.used -= amount
        if not owner.begun:
            self.offered -= amount
        if amount == before:
            del self.holders[owner], owner.held[self.name]
        else:
            self.holders[owner] = before - amount, since_s
            owner.held[self.name] = before - amount
        return True
