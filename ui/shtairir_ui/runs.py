"""Starting, following and stopping runs, away from the Qt thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

import shtairir
from shtairir.block.registry import Registry
from shtairir.document import Node, Snapshot
from shtairir.errors import ShtairirError
from shtairir.events import Event, NodeFinished, NodeStatus, RunStarted
from shtairir.ids import BlockId, NodeId, PortRef
from shtairir_ui.bridge import EventBridge, RunSink, start_thread
from shtairir_ui.kept import Candidate, KeptValues
from shtairir_ui.places import by_container
from shtairir_ui.runtime import IDLE, SETTLED, NodeRuntime, advance, final_states

if TYPE_CHECKING:  # the planner and the executor are imported by the first run, on its own thread
    from shtairir.results import RunResult
    from shtairir.results.iterations import Iterations
    from shtairir.session import RunHandle

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Began:
    handle: RunHandle


@dataclass(frozen=True, slots=True)
class _Ended:
    result: RunResult
    kept: KeptValues
    states: Mapping[NodeId, NodeRuntime]
    loops: Mapping[NodeId, Iterations]


@dataclass(frozen=True, slots=True)
class _Refused:
    error: Exception


@dataclass(slots=True)
class RunRecord:
    """What the current or last run was made of, and which blocks had their code changed since."""

    snapshot: Snapshot
    rewritten: set[BlockId] = field(default_factory=set)


class RunControl(QObject):
    """One run at a time; its events become node states, its values are kept under a budget."""

    started = Signal()
    events = Signal(list)
    runtime_changed = Signal(object)
    finished = Signal(object)
    refused = Signal(object)

    def __init__(self, registry: Registry, budget_bytes: int | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self.budget_bytes = budget_bytes
        self.runtime: dict[NodeId, NodeRuntime] = {}
        self.inner: dict[str, list[NodeId]] = {}
        self.results = KeptValues((), budget_bytes)
        self.loops: Mapping[NodeId, Iterations] = {}
        self.result: RunResult | None = None
        self.record: RunRecord | None = None
        self.is_running = False
        self._handle: RunHandle | None = None
        self._stop = threading.Event()
        self._bridge = EventBridge(self)
        self._bridge.arrived.connect(self._take)

    def start(self, snapshot: Snapshot) -> None:
        """Plan and run the snapshot on a thread of its own; does nothing while a run is going on."""
        if self.is_running:
            return
        self.is_running = True
        self.record = RunRecord(snapshot)
        self._stop = threading.Event()
        sink = self._bridge.open_run()
        registry, stop, budget = self._registry, self._stop, self.budget_bytes
        self.started.emit()
        start_thread(lambda: _run_to_the_end(snapshot, registry, sink, stop, budget), f"run-{sink.number}")

    def stop(self) -> None:
        """Ask the run to end; it ends as soon as its blocks listen."""
        self._stop.set()
        if self._handle is not None:
            self._handle.cancel()

    def forget(self) -> None:
        """Drop the states and values of the last run; a run that still goes on is stopped and ignored."""
        self.stop()
        self._bridge.open_run()
        self._settle()
        self.record = None
        self.runtime = {}
        self.inner = {}
        self.loops = {}
        self.result = None
        self.results = KeptValues((), self.budget_bytes)

    def forget_strangers(self, added: Mapping[NodeId, Node]) -> list[NodeId]:
        """A new node may have the path of one that ran and is gone; it must not show the other's result."""
        strangers = []
        for path, node in added.items():
            found = self.record.snapshot.find(path) if self.record is not None else None
            if found is not None and found[1].block != node.block:
                gone = [path, *self.inner.pop(path, ())]
                for one in gone:
                    self.runtime.pop(one, None)
                    self.results.forget(one)
                strangers += gone
        return strangers

    def show_iteration(self, loop: NodeId, result: RunResult) -> None:
        """Show what one iteration of a loop made, in the place of what is known of its body's nodes."""
        states = {path: state for path, state in final_states(result.nodes).items() if path.startswith(f"{loop}/")}
        self.runtime.update(states)
        self.inner = by_container(self.runtime)
        values = {PortRef.parse(name): value for name, value in result.results.items()}
        self.results.put({ref: value for ref, value in values.items() if ref.node.startswith(f"{loop}/")})
        self.runtime_changed.emit(set(states))

    def mark_stale(self, stale: frozenset[NodeId]) -> None:
        """Say which results no longer match the graph."""
        changed = {node for node, state in self.runtime.items() if state.stale != (node in stale)}
        for node in changed:
            self.runtime[node] = replace(self.runtime[node], stale=node in stale)
        if changed:
            self.runtime_changed.emit(changed)

    def _take(self, batch: list[object]) -> None:
        changed: set[NodeId] = set()
        passing: list[Event] = []
        ends: list[_Ended | _Refused] = []
        for item in batch:
            match item:
                case _Began(handle):
                    self._handle = handle
                    if self._stop.is_set():  # asked to stop after the run's thread had looked, before this came
                        handle.cancel()
                case _Ended() | _Refused():
                    ends.append(item)
                case _:
                    self._note(item, changed)  # type: ignore[arg-type]  # whatever else a sink carries is an event
                    passing.append(item)  # type: ignore[arg-type]
        if changed:
            self.runtime_changed.emit(changed)
        if passing:
            self.events.emit(passing)
        for end in ends:
            self._end(end)

    def _note(self, event: Event, changed: set[NodeId]) -> None:
        if isinstance(event, RunStarted):
            changed.update(self.runtime, event.nodes)
            self.runtime = {node: NodeRuntime(status=NodeStatus.WAITING) for node in event.nodes}
            self.inner = by_container(event.nodes)
            return
        node: NodeId | None = getattr(event, "node", None)
        if node is None:
            return
        before = self.runtime.get(node, IDLE)
        after = advance(before, event)
        if after is not before:
            self.runtime[node] = after
            changed.add(node)

    def _end(self, end: _Ended | _Refused) -> None:
        self._settle()
        if isinstance(end, _Refused):
            self.refused.emit(end.error)
            return
        self.results = end.kept
        self.loops = end.loops
        self.result = end.result if end.loops else None
        self.inner = by_container(dict.fromkeys([*self.runtime, *end.states]))
        for node, state in end.states.items():
            if self.runtime.get(node, IDLE).status not in SETTLED:
                self.runtime[node] = state
        self.runtime_changed.emit(set(self.runtime))
        self.finished.emit(end.result)

    def _settle(self) -> None:
        self.is_running = False
        self._handle = None


def _run_to_the_end(
    snapshot: Snapshot, registry: Registry, sink: RunSink, stop: threading.Event, budget: int | None
) -> None:
    """Plan, run and wait; on the run's own thread. Everything it learns goes through the sink."""
    recorder = _FinishOrder()
    try:
        handle = shtairir.start(snapshot, keep="all", instruments=(sink, recorder), registry=registry)
        sink.put(_Began(handle))
        if stop.is_set():  # asked to stop while the plan was being made
            handle.cancel()
        result = handle.wait()
        assert result is not None  # waiting without a limit ends with one
        kept = kept_values(snapshot, result, recorder.order, budget)
        # The result is held as long as its loops may be looked into; what was let go must not hang on it.
        result.results = {str(ref): value for ref, value in kept.items()}
        loops = {task.node: result.iterations(task.node) for task in result.plan.tasks if task.body is not None}
        sink.put(_Ended(result, kept, final_states(result.nodes), loops))
    except ShtairirError as error:
        sink.put(_Refused(error))
    except Exception as error:  # the engine itself broke: the window must say so and go on
        log.exception("the run could not be carried out")
        sink.put(_Refused(error))


class _FinishOrder:
    """An instrument that remembers in which order nodes finished, to tell older values from newer."""

    def __init__(self) -> None:
        self.order: dict[NodeId, int] = {}

    def on_event(self, event: Event) -> None:
        if isinstance(event, NodeFinished):
            self.order[event.node] = len(self.order)


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
