"""Faults that are made to happen in a run, to see what holds.

``error``: the block's call is refused as a connection that fails is. ``timeout``: the attempt lasts until its time is
up. ``crash``, ``oom``: the worker process dies under the block, of a memory fault or for want of memory. ``slow``: the
call begins late. The first attempts are hit, as many as asked for; the others are left alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from shtairir.errors import (
    AttemptTimeoutError,
    ExecutionError,
    PlanningError,
    PoisonError,
    RunCancelledError,
    WorkerLostError,
)
from shtairir.execute.attempt import Attempt
from shtairir.ids import NodeId

FaultKind: TypeAlias = Literal["timeout", "error", "crash", "oom", "slow"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

DEADLY: frozenset[FaultKind] = frozenset({"crash", "oom"})
"""Those that take a worker process with them."""

MOST_DEATHS = 3
"""So many of these make a block poison: it is not tried again."""

_LOOKS_APART_S = 0.01


class RehearsedError(ExecutionError):
    """A fault that was made to happen, as a connection that fails would be."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at a node, and in how many attempts."""

    node: NodeId
    kind: FaultKind
    count: int = 1

    @classmethod
    def parse(cls, node: str, text: str) -> Fault:
        """Read ``kind`` or ``kind:count``.

        Raises
        ------
        PlanningError
            When it is neither.

        Examples
        --------
        >>> Fault.parse("load", "crash:2")
        Fault(node='load', kind='crash', count=2)
        """
        kind, colon, count = text.partition(":")
        if kind not in KINDS or (colon and not (count.isascii() and count.isdigit() and int(count) > 0)):
            raise PlanningError(
                f"'{text}' is no fault for '{node}'.",
                hint=f"Write one of {', '.join(KINDS)}; with a number behind it, so many attempts fail: 'error:2'.",
            )
        return cls(NodeId(node), kind, int(count) if colon else 1)

    def error(self, attempt: int) -> BaseException | None:
        """Return an error as an attempt ends with, for whoever asks what a policy makes of it."""
        if self.kind == "timeout":
            return AttemptTimeoutError("")
        if self.kind == "error":
            return RehearsedError("")
        if self.kind in DEADLY:
            return PoisonError("") if attempt >= MOST_DEATHS else WorkerLostError("")
        return None


@dataclass(slots=True)
class Hit:
    """What became of one attempt at a node."""

    number: int
    fault: str = ""
    error: BaseException | None = None
    ended: bool = False


@dataclass(slots=True, eq=False)
class Injector:
    """Makes faults happen: a hook of a run's attempts.

    Attributes
    ----------
    slow_s
        How late a call begins.
    cancelled
        Whether the run is to end.
    hits
        The attempts at each node that has a fault.
    """

    faults: Mapping[NodeId, Fault]
    slow_s: float
    cancelled: Callable[[], bool]
    hits: dict[NodeId, list[Hit]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, attempt: Attempt) -> None:
        """Let the fault happen, if this attempt is to have it."""
        fault = self.faults.get(attempt.node)
        if fault is None:
            return
        hit = Hit(attempt.number)
        with self._lock:
            self.hits.setdefault(attempt.node, []).append(hit)
        if attempt.number > fault.count:
            return
        hit.fault = fault.kind
        if fault.kind == "error":
            hit.error, hit.ended = RehearsedError("A fault was rehearsed here, as if a connection had failed."), True
            raise hit.error
        if fault.kind in DEADLY:
            attempt.fault = fault.kind
        else:
            self._wait(attempt, None if fault.kind == "timeout" else self.slow_s)

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note of how an attempt ended."""
        for hit in self.hits.get(attempt.node, ()):
            if hit.number == attempt.number:
                hit.error, hit.ended = error, True

    def _wait(self, attempt: Attempt, seconds: float | None) -> None:
        """Wait for so long, or until the attempt is given up."""
        until_s = time.monotonic() + seconds if seconds is not None else None
        while until_s is None or time.monotonic() < until_s:
            if self.cancelled():
                raise RunCancelledError("The run was cancelled.")
            if attempt.is_over:
                raise AttemptTimeoutError("It was given up.")
            time.sleep(_LOOKS_APART_S)
