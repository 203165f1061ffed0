"""Circuit breakers: what has failed again and again is left in peace for a while, instead of being asked by everybody.

One breaker stands for one thing outside, a server for instance, and is shared by all runs of the program.

*closed*: everybody may ask. After so many failures in a row it opens.
*open*: nobody may ask, until so many seconds are over.
*half open*: one may ask, as a trial. If that goes well the circuit is closed; if not, it is open again. A trial of
which nothing is heard for as long as the circuit was open is taken for lost, and there is another.

Only what speaks against the dependency counts as a failure: errors that may pass (see `shtairir.policy.classify`). A
wrong value says nothing of it, and neither does an attempt that was cancelled. How attempts end that had begun before
the circuit changed its state says nothing of the state that it is in now, and is not counted. (After Nygard, "Release
It!", 2007, and Fowler's "CircuitBreaker", 2014.)
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shtairir.errors import CircuitOpenError, DeadlockError, WorkerLostError

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.policy import NodePolicy

BreakerState: TypeAlias = Literal["closed", "open", "half_open"]

Tell: TypeAlias = Callable[[str, BreakerState], object]
"""Is told the name of a dependency whose circuit has changed, and how it is now."""

FAILURES = 5
OPEN_S = 30.0
_MOST_FINE = 1000
"""How many circuits are remembered at least though all is well with them: every host may have one."""

_ASK_AGAIN_S = 1.0
"""When to ask again while somebody else makes the trial."""

_OURS = (DeadlockError, WorkerLostError)
"""Errors that may pass, but that the dependency has no part in."""


@dataclass(frozen=True, slots=True)
class BreakerReport:
    """How a circuit is now.

    Attributes
    ----------
    failures
        How many failures there were in a row.
    retry_in_s
        When somebody may ask again; 0 when that is now.
    last_error
        What the last failure said; empty when there was none since it was closed.
    """

    name: str
    state: BreakerState
    failures: int
    retry_in_s: float
    last_error: str

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to ask: for the circuit as it was, and whether as its trial."""

    breaker: CircuitBreaker
    period: int
    is_trial: bool

    def leave(self, outcome: bool | None, why: str = "") -> None:
        """Say how it went: well, badly, or in a way that says nothing."""
        self.breaker.leave(self, outcome, why)


class CircuitBreaker:
    """The circuit to one dependency. Any thread may call.

    Parameters
    ----------
    failures
        After how many in a row it opens.
    open_s
        For how long.
    clock
        Monotonic seconds.
    tell
        Told of each change; with no lock held.

    Examples
    --------
    >>> breaker = CircuitBreaker("api.example.org", failures=1)
    >>> breaker.enter().leave(False, "no answer")
    >>> breaker.state
    'open'
    >>> breaker.reset()
    >>> breaker.state
    'closed'
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = FAILURES,
        open_s: float = OPEN_S,
        clock: Callable[[], float] = time.monotonic,
        tell: Tell | None = None,
    ) -> None:
        self.name = name
        self._most_failures = failures
        self._open_s = open_s
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._state: BreakerState = "closed"
        self._period = 0
        self._failures = 0
        self._open_until_s = 0.0
        self._trial_until_s: float | None = None
        self._last_error = ""

    @property
    def state(self) -> BreakerState:
        """How it is now."""
        with self._lock:
            return self._seen_state(self._clock())

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to remember of it."""
        return self._state == "closed" and not self._failures

    def enter(self, tell: Tell | None = None) -> Ticket:
        """Ask for leave to ask the dependency; whoever gets it must say how it went.

        Raises
        ------
        CircuitOpenError
            When nobody may ask now.
        """
        with self._lock:
            now_s = self._clock()
            before = self._state
            if before == "closed":
                return Ticket(self, self._period, False)
            left_s = self._left_s(now_s)
            if left_s > 0:
                raise self._refusal(left_s, now_s)
            self._trial_until_s = now_s + self._open_s
            self._state = "half_open"
            self._period += 1  # nothing is heard any more of a trial before this one
            ticket = Ticket(self, self._period, True)
        if before != "half_open":
            self._told("half_open", tell)
        return ticket

    def leave(self, ticket: Ticket, outcome: bool | None, why: str = "", tell: Tell | None = None) -> None:
        """Take note how it went for somebody who had leave: well, badly, or in a way that says nothing."""
        with self._lock:
            if ticket.period != self._period:
                return
            before = self._state
            if outcome is None:
                if ticket.is_trial:
                    self._trial_until_s = None
            elif outcome:
                self._close()
            else:
                self._failures += 1
                self._last_error = why
                if ticket.is_trial or self._failures >= self._most_failures:
                    self._open()
            after = self._state
        if after != before:
            self._told(after, tell)

    def reset(self) -> None:
        """Close the circuit, since somebody knows that the dependency is there again."""
        with self._lock:
            changed = self._state != "closed"
            self._close()
            self._period += 1
        if changed:
            self._told("closed", None)

    def report(self) -> BreakerReport:
        """Return how it is now."""
        with self._lock:
            now_s = self._clock()
            left_s = 0.0 if self._state == "closed" else max(self._left_s(now_s), 0.0)
            return BreakerReport(self.name, self._seen_state(now_s), self._failures, left_s, self._last_error)

    def _seen_state(self, now_s: float) -> BreakerState:
        return "half_open" if self._state == "open" and now_s >= self._open_until_s else self._state

    def _left_s(self, now_s: float) -> float:
        """Return in how many seconds there may be a trial."""
        if self._state == "open":
            return self._open_until_s - now_s
        return self._trial_until_s - now_s if self._trial_until_s is not None else 0.0

    def _open(self) -> None:
        self._state = "open"
        self._period += 1
        self._open_until_s = self._clock() + self._open_s
        self._trial_until_s = None

    def _close(self) -> None:
        if self._state != "closed":
            self._period += 1
        self._state = "closed"
        self._failures = 0
        self._last_error = ""
        self._trial_until_s = None

    def _told(self, state: BreakerState, tell: Tell | None) -> None:
        for told in (self._tell, tell):
            if told is not None:
                told(self.name, state)

    def _refusal(self, left_s: float, now_s: float) -> CircuitOpenError:
        if self._state == "half_open":
            why = f"Somebody is trying whether '{self.name}' is there again."
            left_s = min(left_s, _ASK_AGAIN_S)
        else:
            last = f" The last time: {self._last_error}" if self._last_error else ""
            why = f"'{self.name}' has failed {self._failures:,} times in a row, and is left in peace.{last}"
        return CircuitOpenError(
            why,
            dependency=self.name,
            retry_in_s=left_s,
            hint=f"It may be asked again in {left_s:.1f} s; or reset the circuit if you know that it is there.",
        )


class Breakers:
    """The circuits to all dependencies, by name; made when they are first asked for."""

    def __init__(
        self, *, failures: int = FAILURES, open_s: float = OPEN_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._open_s = open_s
        self._clock = clock
        self._lock = threading.Lock()
        self._breakers: dict[str, CircuitBreaker] = {}
        self._worth_clearing = _MOST_FINE

    def of(self, name: str) -> CircuitBreaker:
        """Return the circuit to a dependency."""
        breaker = self._breakers.get(name)
        if breaker is None:
            with self._lock:
                if len(self._breakers) >= self._worth_clearing:
                    self._breakers = {name: one for name, one in self._breakers.items() if not one.is_fine}
                    self._worth_clearing = max(2 * len(self._breakers), _MOST_FINE)
                made = CircuitBreaker(name, failures=self._failures, open_s=self._open_s, clock=self._clock)
                breaker = self._breakers.setdefault(name, made)
        return breaker

    def report(self) -> tuple[BreakerReport, ...]:
        """Return how the circuits are, by name."""
        return tuple(self._breakers[name].report() for name in sorted(self._breakers.copy()))

    def reset(self, name: str | None = None) -> None:
        """Close a circuit, or all of them."""
        for breaker in self._breakers.copy().values() if name is None else (self.of(name),):
            breaker.reset()

    def entered(self, names: Iterable[str], tell: Tell | None = None) -> list[Ticket]:
        """Ask for leave to ask several dependencies.

        Raises
        ------
        CircuitOpenError
            When one of them may not be asked now; then there is no leave for the others either.
        """
        tickets: list[Ticket] = []
        try:
            for name in names:
                tickets.append(self.of(name).enter(tell))  # noqa: PERF401 - those before one that refuses are needed
        except CircuitOpenError:
            leave(tickets, None, "", tell)
            raise
        return tickets


def leave(tickets: Iterable[Ticket], outcome: bool | None, why: str = "", tell: Tell | None = None) -> None:
    """Say for several dependencies how it went."""
    for ticket in tickets:
        ticket.breaker.leave(ticket, outcome, why, tell)


@functools.cache
def breakers() -> Breakers:
    """Return the circuits of this program, which all of its runs share."""
    return Breakers()


def outcome_of(error: BaseException | None, policy: NodePolicy) -> bool | None:
    """Return what the end of a call says of what it depends on: that it is there, that it is not, or nothing."""
    from shtairir.policy import classify

    if error is None:
        return True
    if isinstance(error, _OURS):
        return None
    return False if classify(error, policy) == "retryable" else None


class Asking:
    """Asks dependencies for the time of a ``with``, or an ``async with``, statement."""

    __slots__ = ("_breakers", "_names", "_policy", "_tell", "_tickets")

    def __init__(self, of: Breakers, names: Sequence[str], policy: NodePolicy, tell: Tell | None = None) -> None:
        self._breakers = of
        self._names = names
        self._policy = policy
        self._tell = tell
        self._tickets: list[Ticket] = []

    def __enter__(self) -> None:
        self._tickets = self._breakers.entered(self._names, self._tell)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end(outcome_of(error, self._policy), str(error or ""))

    def end(self, outcome: bool | None, why: str = "") -> None:
        """Say how it went: well, badly, or in a way that says nothing."""
        leave(self._tickets, outcome, why, self._tell)
        self._tickets = []

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


class BreakerHook:
    """Minds the circuits to what nodes declare that they depend on (``depends_on``); see `AttemptHook`."""

    def __init__(self, of: Breakers, tell: Tell | None = None) -> None:
        self._breakers = of
        self._tell = tell
        self._tickets: dict[int, list[Ticket]] = {}

    def begin(self, attempt: Attempt) -> None:
        """Refuse an attempt if what it depends on may not be asked now."""
        names = attempt.task.policy.depends_on
        if names:
            self._tickets[id(attempt)] = self._breakers.entered(names, self._tell)

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note what the end of an attempt says of what it depends on."""
        tickets = self._tickets.pop(id(attempt), ())
        if tickets:
            leave(tickets, outcome_of(error, attempt.task.policy), str(error or ""), self._tell)
