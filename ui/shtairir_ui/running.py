"""Carrying out a run on a thread of its own: plan, start, wait, and put away what is kept of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import shtairir
from shtairir.block.registry import Registry
from shtairir.document import Snapshot
from shtairir.errors import ShtairirError
from shtairir.events import Event, NodeFinished
from shtairir.ids import NodeId, PortRef
from shtairir_ui.bridge import RunSink
from shtairir_ui.kept import Candidate, KeptValues
from shtairir_ui.runtime import NodeRuntime, final_states

if TYPE_CHECKING:  # the planner and the executor are imported by the first run, on its own thread
    from shtairir.forecasting.review import Review
    from shtairir.monitor.chronicle import Recorded
    from shtairir.results import RunResult
    from shtairir.results.iterations import Iterations
    from shtairir.session import RunHandle

log = logging.getLogger(__name__)

RECORDED_S = 30.0
"""How long is waited, on the thread of a run that is over, until it is in the history."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, and how.

    Attributes
    ----------
    targets
        The nodes to run up to, by path; empty for the whole graph.
    given
        Values that are there and need not be made again.
    stops
        Where the run is to be held: nodes, and the inputs at the ends of links.
    watched
        Outputs whose values are to be told as soon as they are made.
    cache
        ``smart`` takes the results of earlier runs where they still hold, ``fresh`` runs everything.
    quick
        Somebody turns a knob: blocks that offer a quick look give it, and no trace of the run is kept in the history.
    coarse
        The nodes whose results only resemble the real ones for that.
    begin
        Starts something else than a run of the snapshot, such as one that goes on with another; takes what
        `shtairir.start` takes by keyword.
    """

    snapshot: Snapshot
    targets: tuple[NodeId, ...] = ()
    given: Mapping[PortRef, object] = field(default_factory=dict)
    stops: Collection[str] = ()
    watched: Collection[PortRef] = ()
    cache: Literal["smart", "fresh"] = "smart"
    quick: bool = False
    coarse: frozenset[NodeId] = frozenset()
    begin: Callable[..., RunHandle] | None = None

    @property
    def is_part(self) -> bool:
        """Whether some of the graph is left out, so that what is known of that stays."""
        return bool(self.targets or self.given)


@dataclass(frozen=True, slots=True)
class Began:
    """The run has a handle now."""

    handle: RunHandle


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the nodes, and what is kept of their values."""

    result: RunResult
    kept: KeptValues
    states: Mapping[NodeId, NodeRuntime]
    loops: Mapping[NodeId, Iterations]
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over, and all of it has been told."""

    result: RunResult


@dataclass(frozen=True, slots=True)
class InHistory:
    """The run is in the history now."""

    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Refused:
    """There was no run."""

    error: Exception


class StopWish:
    """That a run is to stop: somebody may wish it before it has a handle, and when nobody listens to it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wished = False
        self._handle: RunHandle | None = None

    def wish(self) -> None:
        """Stop the run, now or as soon as it has begun."""
        with self._lock:
            self._wished = True
            handle = self._handle
        if handle is not None:
            handle.cancel()

    def begun(self, handle: RunHandle) -> None:
        """Say that the run has begun; on its own thread."""
        with self._lock:
            self._handle = handle
            wished = self._wished
        if wished:
            handle.cancel()

    def over(self) -> None:
        """Let go of the run: its handle holds what it made."""
        with self._lock:
            self._handle = None


class FinishOrder:
    """An instrument that remembers in which order nodes finished, to tell older values from newer."""

    def __init__(self) -> None:
        self.order: dict[NodeId, int] = {}

    def on_event(self, event: Event) -> None:
        """Take note of a node that is done."""
        if isinstance(event, NodeFinished):
            self.order[event.node] = len(self.order)


def run_to_the_end(order: Order, registry: Registry, sink: RunSink, stop: StopWish, earlier: KeptValues) -> None:
    """Plan, run and wait; on the run's own thread. Everything it learns goes through the sink.

    Parameters
    ----------
    earlier
        The values of the run before: what this one leaves out is still known by them.
    """
    finished = FinishOrder()
    try:
        handle = _begun(order, registry, (sink, finished))
        sink.put(Began(handle))
        stop.begun(handle)
        result = handle.wait()
        assert result is not None  # waiting without a limit ends with one
        kept = kept_values(order.snapshot, result, finished.order, earlier.budget_bytes)
        if order.is_part:
            kept = kept.over(earlier)
        # The result is held as long as its loops may be looked into; what was let go must not hang on it.
        result.results = {str(ref): value for ref, value in kept.items()}
        loops = {task.node: result.iterations(task.node) for task in result.plan.tasks if task.body is not None}
        review = None if order.quick else _review(result)
        # Apart, for each takes its time to be shown.
        sink.put(Settled(result, kept, final_states(result.nodes), loops, review), alone=True)
        sink.put(Ended(result), alone=True)
        recorded = handle.chronicle.recorded(RECORDED_S) if handle.chronicle is not None else None
        if recorded is not None:
            sink.put(InHistory(recorded))
    except ShtairirError as error:
        sink.put(Refused(error))
    except Exception as error:  # the engine itself broke: the window must say so and go on
        log.exception("the run could not be carried out")
        sink.put(Refused(error))
    finally:
        stop.over()


def _review(result: RunResult) -> Review | None:
    """What was foreseen, held against what came. It is worked out when it is asked for, so not on the Qt thread."""
    try:
        return result.review
    except ShtairirError:
        log.debug("the run cannot be held against its forecast", exc_info=True)
        return None


def _begun(order: Order, registry: Registry, instruments: Iterable[object]) -> RunHandle:
    asked: dict[str, Any] = {
        "targets": order.targets or None,
        "given": {str(ref): value for ref, value in order.given.items()} or None,
        "break_at": tuple(order.stops),
        "watch": tuple(map(str, order.watched)),
    }
    asked = {name: value for name, value in asked.items() if value}
    if order.quick:
        asked["preview"] = True
    start = order.begin or (lambda **how: shtairir.start(order.snapshot, cache=order.cache, **how))
    return start(keep="all", instruments=tuple(instruments), registry=registry, origin="window", **asked)


def kept_values(
    snapshot: Snapshot, result: RunResult, order: Mapping[NodeId, int], budget_bytes: int | None
) -> KeptValues:
    """The values of a finished run that fit the budget."""
    read = {link.source for link in snapshot.links.values()}
    candidates = []
    for name, value in result.results.items():
        ref = PortRef.parse(name)
        summary = result.nodes[ref.node].outputs.get(ref.port)
        nbytes = summary.nbytes if summary is not None else 0
        candidates.append(Candidate(ref, value, nbytes or 0, order.get(ref.node, 0), final=ref not in read))
    known = {candidate.ref: candidate for candidate in candidates}
    for shown, source in result.plan.aliases.items():  # what an instance hands out, a node in it has made
        if shown not in known and source in known:
            candidates.append(Candidate(shown, known[source].value, 0, known[source].order, final=shown not in read))
    return KeptValues(candidates, budget_bytes)
