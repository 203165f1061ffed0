"""What happens in a run, as frozen values, and the observers that are told.

One stream, many observers: the window, the progress bar, the profiler and the journal all implement
`Instrument` and are subscribed to an `EventBus`. The executor names none of them.

Threads: events of a run are emitted by that run's controller thread only, so an observer needs no lock
of its own unless it is read from elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from shtairir.ids import BlockId, NodeId, PortName, PortRef, RunId, RunKey

if TYPE_CHECKING:
    from shtairir.block.values import ValueSummary
    from shtairir.memory.stats import MemoryStats

_log = logging.getLogger(__name__)

_NO_SUMMARIES: Mapping[PortName, ValueSummary] = MappingProxyType({})


class NodeStatus(StrEnum):
    """The states of a node in a run."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    CACHED = "cached"
    SKIPPED = "skipped"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    COMPENSATED = "compensated"


class RunStatus(StrEnum):
    """How a run ended. `PARTIAL`: nodes failed whose policy accepts that, and other results are there."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


FailureCategory: TypeAlias = Literal["fatal", "retryable", "conditional", "cancelled"]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """The line of a block's own code at which it failed."""

    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class NodeFailure:
    """Why a node failed: everything a person needs to mend it.

    Attributes
    ----------
    error_type
        The exception's class name.
    message
        What the exception said.
    hint
        What to try; may be empty.
    inputs
        A summary of each input value at the time.
    code
        The innermost line of the block's own code in the traceback.
    traceback
        The whole traceback, for those who want it.
    upstream
        The nodes that fed this one directly.
    category
        Whether to try again helps: ``retryable``; only if something else changes: ``conditional`` (a circuit that is
        open, a resource that is not there); not at all: ``fatal``.
    attempts
        How often it was tried.
    """

    node: NodeId
    block: BlockId
    error_type: str
    message: str
    hint: str = ""
    inputs: Mapping[PortName, ValueSummary] = field(default_factory=lambda: _NO_SUMMARIES)
    code: CodeLine | None = None
    traceback: str = ""
    upstream: tuple[NodeId, ...] = ()
    category: FailureCategory = "fatal"
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run began with these nodes, on so many workers. ``key`` names it in journal and history."""

    run: RunId
    at_s: float
    graph_name: str
    nodes: tuple[NodeId, ...]
    workers: int
    key: RunKey | None = None


IN_LOOP = "loop"
"""Instead of a worker: the node is in the body of a loop, whose iterations several workers may run."""


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A worker took up a node, for the ``attempt``-th time, counted from 1."""

    run: RunId
    at_s: float
    node: NodeId
    worker: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class NodeProgressed:
    """A block reported how far it is: ``fraction`` in 0..1, or ``None`` when only a message is known."""

    run: RunId
    at_s: float
    node: NodeId
    fraction: float | None
    message: str


@dataclass(frozen=True, slots=True)
class NodeLogged:
    """A block said something."""

    run: RunId
    at_s: float
    node: NodeId
    level: Literal["debug", "info", "warning", "error"]
    message: str


@dataclass(frozen=True, slots=True)
class NodePreviewed:
    """A block offered a value to look at while it goes on."""

    run: RunId
    at_s: float
    node: NodeId
    value: object


@dataclass(frozen=True, slots=True)
class NodeFinished:
    """A node is done.

    Attributes
    ----------
    output_bytes
        Size of all outputs together.
    peak_bytes
        The most memory that the node held from the pool and in its outputs.
    count, failed
        How often it ran: more than once in a loop, where some of the runs may have failed. The time is that of all.
    attempts
        How often it was tried until it was done. The time is that of the last.
    """

    run: RunId
    at_s: float
    node: NodeId
    elapsed_s: float
    output_bytes: int
    peak_bytes: int
    outputs: Mapping[PortName, ValueSummary]
    count: int = 1
    failed: int = 0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node failed."""

    run: RunId
    at_s: float
    node: NodeId
    elapsed_s: float
    failure: NodeFailure


@dataclass(frozen=True, slots=True)
class NodeRetrying:
    """An attempt of a node failed, and the next begins in ``delay_s``; no worker waits meanwhile.

    Attributes
    ----------
    attempt, attempts
        Which one failed, counted from 1, and how many there may be.
    """

    run: RunId
    at_s: float
    node: NodeId
    attempt: int
    attempts: int
    delay_s: float
    failure: NodeFailure


@dataclass(frozen=True, slots=True)
class NodeHeld:
    """A node could start but waits: for a resource, or at a breakpoint (``paused``), until somebody lets it go on."""

    run: RunId
    at_s: float
    node: NodeId
    reason: str
    paused: bool = False


@dataclass(frozen=True, slots=True)
class NodeRestored:
    """A node did not run, since what it makes was there: from ``origin``, in words."""

    run: RunId
    at_s: float
    node: NodeId
    origin: str
    output_bytes: int
    outputs: Mapping[PortName, ValueSummary]


@dataclass(frozen=True, slots=True)
class NodeCompensated:
    """What a node had done was undone; or, with a ``failure``, could not be."""

    run: RunId
    at_s: float
    node: NodeId
    elapsed_s: float
    failure: NodeFailure | None = None


@dataclass(frozen=True, slots=True)
class NodeSkipped:
    """A node did not run; ``cause`` is the node that failed, where that is why."""

    run: RunId
    at_s: float
    node: NodeId
    reason: str
    cause: NodeId | None = None


@dataclass(frozen=True, slots=True)
class NodeCancelled:
    """A node was stopped, or never started because the run was cancelled."""

    run: RunId
    at_s: float
    node: NodeId
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class ValueReleased:
    """The last reader of an output is done, and the run let go of it."""

    run: RunId
    at_s: float
    node: NodeId
    port: PortName
    nbytes: int


@dataclass(frozen=True, slots=True)
class ValueWatched:
    """A value that somebody watches was made."""

    run: RunId
    at_s: float
    port: PortRef
    value: object


@dataclass(frozen=True, slots=True)
class WorkerReplaced:
    """A worker was lost or ended, and another took its place; ``node`` is what it had in hand."""

    run: RunId
    at_s: float
    worker: str
    reason: str
    node: NodeId | None = None


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """The circuit to a dependency is now ``closed``, ``open`` or ``half_open``."""

    run: RunId
    at_s: float
    dependency: str
    state: str


@dataclass(frozen=True, slots=True)
class RunPaused:
    """No node starts any more until the run is resumed; those that run go on."""

    run: RunId
    at_s: float


@dataclass(frozen=True, slots=True)
class RunResumed:
    """The run goes on."""

    run: RunId
    at_s: float


@dataclass(frozen=True, slots=True)
class RunExtended:
    """The run may now take ``timeout_s`` in all."""

    run: RunId
    at_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class MemorySampled:
    """A look at memory; only told to observers that ask for it, see `Instrument`.

    Attributes
    ----------
    live_bytes
        What the run's values and the buffers that its nodes have borrowed take now.
    peak_bytes
        The most that they have taken so far; when it is more than at the last look, the peak lies in between.
    idle_bytes
        What the pool holds for the next who asks.
    resident_bytes
        What of the process is in RAM.
    """

    run: RunId
    at_s: float
    live_bytes: int
    peak_bytes: int
    idle_bytes: int
    resident_bytes: int


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; always its last event.

    Attributes
    ----------
    memory
        The account of the run, with what each node has taken.
    """

    run: RunId
    at_s: float
    status: RunStatus
    elapsed_s: float
    peak_bytes: int
    memory: MemoryStats | None = None


Event: TypeAlias = (
    RunStarted
    | NodeStarted
    | NodeProgressed
    | NodeLogged
    | NodePreviewed
    | NodeFinished
    | NodeFailed
    | NodeRetrying
    | NodeHeld
    | NodeRestored
    | NodeCompensated
    | NodeSkipped
    | NodeCancelled
    | ValueReleased
    | ValueWatched
    | WorkerReplaced
    | BreakerChanged
    | RunPaused
    | RunResumed
    | RunExtended
    | MemorySampled
    | RunFinished
)


@runtime_checkable
class Instrument(Protocol):
    """An observer of runs.

    One with an attribute ``samples_memory`` that is true is told `MemorySampled` as well, many times a second.
    """

    def on_event(self, event: Event) -> None:
        """Take note of an event. Called on the run's controller thread; must return quickly."""


class EventBus:
    """Hands each event to every observer.

    An observer that raises is removed and logged, and the run goes on
    (the rule of Trio's instruments).
    """

    def __init__(self) -> None:
        self._instruments: tuple[Instrument, ...] = ()

    @property
    def has_observers(self) -> bool:
        """Whether anybody listens."""
        return bool(self._instruments)

    @property
    def wants_memory(self) -> bool:
        """Whether an observer asks to be told of memory."""
        return any(getattr(instrument, "samples_memory", False) for instrument in self._instruments)

    def subscribe(self, instrument: Instrument) -> Callable[[], None]:
        """Add an observer; the function returned takes it away again."""
        self._instruments = (*self._instruments, instrument)
        return lambda: self._remove(instrument)

    def emit(self, event: Event) -> None:
        """Hand on an event, in the order of subscription."""
        for instrument in self._instruments:
            try:
                instrument.on_event(event)
            except Exception:  # noqa: BLE001 - an observer is foreign code: it must not end the run
                _log.exception("Observer %r failed on %s and was removed.", instrument, type(event).__name__)
                self._remove(instrument)

    def _remove(self, instrument: Instrument) -> None:
        self._instruments = tuple(other for other in self._instruments if other is not instrument)
