"""Starting, following, holding and stopping runs, away from the Qt thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from shtairir.block.registry import Registry
from shtairir.document import Node, Snapshot
from shtairir.errors import ShtairirError
from shtairir.events import Event, NodeStatus, RunExtended, RunPaused, RunResumed, RunStarted, ValueWatched
from shtairir.ids import BlockId, NodeId, PortRef, RunKey
from shtairir_ui.bridge import EventBridge, start_thread
from shtairir_ui.kept import KeptValues
from shtairir_ui.places import by_container
from shtairir_ui.running import Began, Ended, InHistory, Order, Refused, Settled, StopWish, run_to_the_end
from shtairir_ui.runtime import IDLE, SETTLED, NodeRuntime, advance, final_states
from shtairir_ui.staleness import stale_paths

if TYPE_CHECKING:  # imported with the first run
    from shtairir.forecasting.review import Review
    from shtairir.results import RunResult
    from shtairir.results.iterations import Iterations
    from shtairir.session import RunHandle


@dataclass(slots=True, eq=False)
class RunRecord:
    """What a run was made of, and which blocks had their code changed since."""

    snapshot: Snapshot
    rewritten: set[BlockId] = field(default_factory=set)


@dataclass(slots=True)
class Known:
    """What is known of nodes, and which run that comes from."""

    states: dict[NodeId, NodeRuntime] = field(default_factory=dict)
    records: dict[NodeId, RunRecord] = field(default_factory=dict)


class RunControl(QObject):
    """One run at a time; its events become node states, its values are kept under a budget.

    A run of a part of the graph leaves what is known of the rest: for each node it is noted which run it was in.
    """

    started = Signal()
    events = Signal(list)
    runtime_changed = Signal(object)
    control_changed = Signal()
    value_seen = Signal(object, object)
    refusal = Signal(str)
    finished = Signal(object)
    refused = Signal(object)
    recorded = Signal(object)

    def __init__(self, registry: Registry, budget_bytes: int | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self.budget_bytes = budget_bytes
        self.runtime: dict[NodeId, NodeRuntime] = {}
        self.inner: dict[str, list[NodeId]] = {}
        self.results = KeptValues((), budget_bytes)
        self.loops: Mapping[NodeId, Iterations] = {}
        self.result: RunResult | None = None
        self.review: Review | None = None
        self.is_running = False
        self.is_paused = False
        self.handle: RunHandle | None = None
        self.key: RunKey | None = None
        self._order: Order | None = None
        self._coming: RunRecord | None = None
        self._records: dict[NodeId, RunRecord] = {}
        self._earlier = Known()
        self._left_out: frozenset[NodeId] = frozenset()
        self._held: set[NodeId] = set()
        self._stop = StopWish()
        self._bridge = EventBridge(self)
        self._bridge.arrived.connect(self._take)

    # -- what is asked of it ---------------------------------------------------------------------

    def start(self, order: Order) -> None:
        """Plan and run on a thread of its own; does nothing while a run is going on."""
        if self.is_running:
            return
        self.is_running = True
        self._order = order
        self._stop = StopWish()
        self._coming = RunRecord(order.snapshot)
        self._earlier = Known(self.runtime, self._records) if order.is_part else Known()
        self._left_out = frozenset()
        sink = self._bridge.open_run()
        registry, stop, earlier = self._registry, self._stop, self.results
        self.started.emit()
        start_thread(lambda: run_to_the_end(order, registry, sink, stop, earlier), f"run-{sink.number}")

    def stop(self) -> None:
        """Ask the run to end; it ends as soon as its blocks listen."""
        self._stop.wish()

    def pause(self) -> None:
        """Start no node any more."""
        if self.handle is not None:
            self.handle.pause()

    def go_on(self, node: NodeId | None = None) -> None:
        """Let a node go on that is held; or all of them, and the run if it is paused."""
        if self.handle is not None:
            self.handle.go_on(node)

    def step(self) -> None:
        """Start one node that is held."""
        if self.handle is not None:
            self.handle.step()

    def extend(self, seconds: float) -> None:
        """Give the run more time."""
        if self.handle is not None:
            self.handle.extend(seconds)

    def break_at(self, name: str, on: bool) -> None:
        """Set a breakpoint in the run that goes on, or take it away."""
        self._ask(lambda handle: handle.break_at(name, on))

    def watch(self, port: PortRef) -> None:
        """Have the value of an output told when it is made."""
        self._ask(lambda handle: handle.watch(port))

    def look_at(self, node: NodeId) -> Callable[[], Mapping[PortRef, object]] | None:
        """A look at what a node has made, in the middle of a run, to be taken on a worker; None when there is none."""
        handle, state = self.handle, self.runtime.get(node)
        if handle is None or state is None or state.status not in (NodeStatus.DONE, NodeStatus.CACHED):
            return None
        return lambda: _live(handle, [PortRef(node, port) for port in state.summaries])

    def show_values(self, values: Mapping[PortRef, object]) -> None:
        """Show values that are there already, though the run goes on."""
        if values and self.is_running:
            self.results.put(values)
            for ref, value in values.items():
                self.value_seen.emit(ref, value)
            self.runtime_changed.emit({ref.node for ref in values})

    def _ask(self, verb: Callable[[RunHandle], None]) -> None:
        if self.handle is None:
            return
        try:
            verb(self.handle)
        except ShtairirError as error:  # a node that is not in this run, or that cannot be held
            self.refusal.emit(str(error))

    @property
    def is_held(self) -> bool:
        """Whether something that could start does not: the run is paused, or nodes wait at breakpoints."""
        return self.is_running and (self.is_paused or bool(self._held))

    @property
    def held(self) -> tuple[NodeId, ...]:
        """The nodes that could start and are held, by path."""
        return tuple(sorted(self._held))

    def forget(self) -> None:
        """Drop the states and values of the last run; a run that still goes on is stopped and ignored."""
        self.stop()
        self._bridge.open_run()
        self._settle()
        self._records = {}
        self._earlier = Known()
        self._coming = self.key = None
        self.runtime = {}
        self.inner = {}
        self.loops = {}
        self.result = None
        self.results = KeptValues((), self.budget_bytes)

    # -- what becomes of it ----------------------------------------------------------------------

    def forget_strangers(self, added: Mapping[NodeId, Node]) -> list[NodeId]:
        """A new node may have the path of one that ran and is gone; it must not show the other's result."""
        strangers = []
        for path, node in added.items():
            record = self._record_of(path)
            found = record.snapshot.find(path) if record is not None else None
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

    def _record_of(self, path: NodeId) -> RunRecord | None:
        """The run that a node was in, or any node inside of it."""
        inside = next(iter(self.inner.get(path, ())), path)
        return self._records.get(path) or self._records.get(inside)

    @property
    def _all_records(self) -> set[RunRecord]:
        return {*self._records.values(), *([self._coming] if self._coming is not None else [])}

    def note_rewritten(self, blocks: Collection[BlockId]) -> None:
        """The code of these blocks is another now."""
        for record in self._all_records:
            record.rewritten.update(blocks)

    def mark_stale(self, now: Snapshot) -> None:
        """Say which results no longer match the graph: each node's is compared with the graph that it ran in."""
        found = {record: stale_paths(record.snapshot, now, record.rewritten) for record in self._all_records}
        stale = {node for node, record in self._records.items() if node in found[record]}
        changed = {node for node, state in self.runtime.items() if state.stale != (node in stale)}
        for node in changed:
            self.runtime[node] = replace(self.runtime[node], stale=node in stale)
        if changed:
            self.runtime_changed.emit(changed)

    def is_outdated(self, now: Snapshot) -> bool:
        """Whether the run that goes on makes something that no longer matches the graph."""
        order, record = self._order, self._coming
        if not self.is_running or order is None or record is None:
            return False
        stale = stale_paths(record.snapshot, now, record.rewritten)
        return any(not order.targets or _outermost(path) in order.targets for path in stale)

    def _take(self, batch: list[object]) -> None:
        changed: set[NodeId] = set()
        passing: list[Event] = []
        ends: list[Settled | Ended | Refused | InHistory] = []
        before = self._control
        for item in batch:
            match item:
                case Began(handle):
                    self.handle, self.key = handle, handle.key
                    self._leave_out(handle.plan.dropped, changed)
                case Settled() | Ended() | Refused() | InHistory():
                    ends.append(item)
                case _:
                    self._note(item, changed)  # type: ignore[arg-type]  # whatever else a sink carries is an event
                    passing.append(item)  # type: ignore[arg-type]
        if changed:
            self.runtime_changed.emit(changed)
        if passing:
            self.events.emit(passing)
        if self._control != before:
            self.control_changed.emit()
        for end in ends:
            self._take_end(end)

    @property
    def _control(self) -> tuple[object, ...]:
        return self.handle, self.is_paused, bool(self._held)

    def _note(self, event: Event, changed: set[NodeId]) -> None:
        match event:
            case RunStarted():
                self._begin_states(event.nodes, changed)
            case RunPaused():
                self.is_paused = True
            case RunResumed():
                self.is_paused = False
            case RunExtended():
                self.control_changed.emit()
            case ValueWatched():
                self.results.put({event.port: event.value})
                self.value_seen.emit(event.port, event.value)
            case _:
                self._note_of_node(event, changed)

    def _begin_states(self, nodes: Iterable[NodeId], changed: set[NodeId]) -> None:
        """Nodes that are left out of this run keep what is known of them."""
        if self._coming is None:
            return  # a run that was forgotten meanwhile
        fresh = {node: NodeRuntime(status=NodeStatus.WAITING) for node in nodes}
        changed.update(self.runtime, fresh)
        self._records = {**self._earlier.records, **dict.fromkeys(fresh, self._coming)}
        self.runtime = {**self._earlier.states, **fresh}
        self._leave_out(self._left_out, changed)
        self.inner = by_container(self.runtime)

    def _leave_out(self, nodes: Collection[NodeId], changed: set[NodeId]) -> None:
        """Nothing of these nodes is run: what was known of them stays."""
        assert self._order is not None  # there is a run
        if not self._order.is_part:
            return
        self._left_out = frozenset(nodes)
        changed |= self._left_out
        for node in self._left_out:
            self.runtime.pop(node, None)
            self._records.pop(node, None)
            if node in self._earlier.states:
                self.runtime[node] = self._earlier.states[node]
            if node in self._earlier.records:
                self._records[node] = self._earlier.records[node]

    def _note_of_node(self, event: Event, changed: set[NodeId]) -> None:
        node: NodeId | None = getattr(event, "node", None)
        if node is None or node in self._left_out:
            return
        before = self.runtime.get(node, IDLE)
        after = advance(before, event)
        if after is not before:
            if self._order is not None and self._order.coarse and _outermost(node) in self._order.coarse:
                after = replace(after, coarse=after.status is NodeStatus.DONE)
            self.runtime[node] = after
            changed.add(node)
            if after.status is NodeStatus.PAUSED:
                self._held.add(node)
            else:
                self._held.discard(node)

    def _take_end(self, end: Settled | Ended | Refused | InHistory) -> None:
        match end:
            case Settled():
                self._show_settled(end)
            case Ended():
                self._settle()
                self.finished.emit(end.result)
            case Refused():
                self._settle()
                self._forget_undone()
                self.refused.emit(end.error)
            case InHistory():
                self.recorded.emit(end.recorded)

    def _show_settled(self, end: Settled) -> None:
        self.results = end.kept
        self.loops = end.loops
        self.review = end.review
        self.result = end.result if end.loops else None
        for node, state in end.states.items():
            known = self.runtime.get(node, IDLE)
            if node in self._left_out:
                continue
            if known.status not in SETTLED:
                self.runtime[node] = state
                if self._coming is not None:
                    self._records[node] = self._coming
            elif state.reason and not known.reason:  # why it ran, which no event tells
                self.runtime[node] = replace(known, reason=state.reason)
        self.inner = by_container(self.runtime)
        self.runtime_changed.emit(set(self.runtime))

    def _forget_undone(self) -> None:
        """The run broke off: nothing is known of what it had not finished."""
        undone = {node for node, state in self.runtime.items() if state.status not in SETTLED}
        if undone:
            for node in undone:
                del self.runtime[node]
                self._records.pop(node, None)
            self.inner = by_container(self.runtime)
            self.runtime_changed.emit(undone)

    def _settle(self) -> None:
        self.is_running = self.is_paused = False
        self._held.clear()
        self.handle = None


def _outermost(path: NodeId) -> str:
    """The node of the file's own graph that a path is, or leads into."""
    return path.partition("/")[0]


def _live(handle: RunHandle, refs: Iterable[PortRef]) -> dict[PortRef, object]:
    """The values that the run still holds; it lets go of each after its last reader."""
    found = {}
    for ref in refs:
        with suppress(KeyError, ShtairirError):
            found[ref] = handle.value(ref)
    return found
