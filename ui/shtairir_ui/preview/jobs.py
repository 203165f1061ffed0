"""Heavy work of the viewers, off the Qt thread: the newest wish wins, and older ones stop as soon as they hear of it.

Work is asked for in lanes (``"sort"``, ``"histogram"``): a new request in a lane makes the one before it stale. What
has not begun by then never begins; what is going on hears of it through its `Ticket`; what comes back all the same is
dropped. A new value makes everything stale.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Workers(Protocol):
    """Runs work off the Qt thread and hands the result back on it (`bridge.Background`)."""

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` on a worker, then `done` (or `failed`) on the Qt thread."""


class OutdatedError(Exception):
    """Ends work that nobody waits for any more."""


class Ticket:
    """What a piece of work holds: it says how far it is, and hears that it is not wanted any more.

    Attributes
    ----------
    share
        How much is done, 0..1; None while that is not known. Written on the worker, read on the Qt thread.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self.wanted = True

    def step(self, share: float | None = None) -> None:
        """Say how far the work is, and end it here if nobody wants it any more."""
        if not self.wanted:
            raise OutdatedError
        self.share = share if share is not None else self.share


_DROPPED = object()


class Jobs:
    """The background work of one view.

    Parameters
    ----------
    began
        Told when work was given away.
    failed
        Told of errors that the one who asked has no answer to.
    """

    def __init__(
        self,
        workers: Workers,
        began: Callable[[], None] = lambda: None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._workers = workers
        self._began = began
        self._failed = failed or _report
        self._lanes: dict[object, Ticket] = {}

    @property
    def tickets(self) -> list[Ticket]:
        """What is being waited for."""
        return list(self._lanes.values())

    def forget(self) -> None:
        """Drop all that is on its way."""
        for ticket in self._lanes.values():
            ticket.wanted = False
        self._lanes.clear()

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` on a worker and, unless forgotten by then, `done` with its result on the Qt thread."""
        self.latest(object(), lambda _ticket: work(), done, failed)

    def latest(
        self,
        lane: object,
        work: Callable[[Ticket], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """The same, and what was asked for earlier in this lane is not wanted any more."""
        self.drop(lane)
        ticket = self._lanes[lane] = Ticket()

        def perform() -> Any:
            if not ticket.wanted:
                return _DROPPED
            try:
                return work(ticket)
            except OutdatedError:
                return _DROPPED

        def over() -> bool:
            if ticket.wanted:
                self._lanes.pop(lane, None)
            return ticket.wanted

        def answer(value: Any) -> None:
            if over() and value is not _DROPPED:
                done(value)

        def complain(error: Exception) -> None:
            if over():
                (failed or self._failed)(error)

        self._workers.submit(perform, answer, complain)
        self._began()

    def drop(self, lane: object) -> None:
        """What was asked for in this lane is not wanted any more."""
        ticket = self._lanes.pop(lane, None)
        if ticket is not None:
            ticket.wanted = False


def _report(error: Exception) -> None:
    log.error("What was to be shown could not be worked out: %s", error, exc_info=error)
