"""The verbs of running: the whole graph or a part of it, held and let go, stopped at breakpoints, watched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from shtairir.block.registry import Registry
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef, RunKey
from shtairir_ui.bridge import Background
from shtairir_ui.checking import LiveCheck
from shtairir_ui.kept import KeptValues
from shtairir_ui.marks import Marks, source_of
from shtairir_ui.parts import following, still_good
from shtairir_ui.pastrun import PastRun
from shtairir_ui.places import ROOT, Place, PlacedStates
from shtairir_ui.running import Order
from shtairir_ui.runs import RunControl
from shtairir_ui.runtime import NodeRuntime
from shtairir_ui.verbs import GraphVerbs

if TYPE_CHECKING:  # imported with the first run
    from shtairir.forecasting.review import Review
    from shtairir.monitor.progress import Progress
    from shtairir.session import RunHandle

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
MOST_TIME_S = 3600.0
SHORT_SHARE, SHORT_S = 0.2, 300.0
"""The time of a run is short when no more than a fifth of it is left, and no more than five minutes."""


class RunVerbs(GraphVerbs):
    """Runs of the graph that is edited, one at a time.

    Attributes
    ----------
    marks
        Breakpoints and watched links of the file.
    """

    runtime_changed = Signal(object)
    run_started = Signal()
    run_finished = Signal(object)
    run_refused = Signal(object)
    run_recorded = Signal(object)
    control_changed = Signal()
    events_arrived = Signal(list)
    marks_changed = Signal()
    value_seen = Signal(object, object)
    rehearsal_wanted = Signal(str, str)

    def __init__(self, registry: Registry, budget_bytes: int | None, parent: QObject | None) -> None:
        super().__init__(registry, parent)
        self.background = Background(self)
        self.past: PastRun | None = None
        self.marks = Marks(self)
        self._check = LiveCheck(self.registry, self.background, self)
        self._runs = RunControl(self.registry, budget_bytes, self)
        self._runs.started.connect(self.run_started)
        self._runs.events.connect(self.events_arrived)
        self._runs.control_changed.connect(self.control_changed)
        self._runs.refusal.connect(self.message)
        self._runs.recorded.connect(self.run_recorded)
        self._runs.value_seen.connect(self.value_seen)
        self.marks.changed.connect(self.marks_changed)
        # Who has a run held looks around: what a node has made is shown before the run is over.
        self.selection_changed.connect(self._look)
        self.control_changed.connect(self._look)
        self.marks.stop_changed.connect(self._runs.break_at)
        self.marks.watch_changed.connect(self._on_watch)

    # -- what widgets read -----------------------------------------------------------------------

    @property
    def runtime(self) -> Mapping[NodeId, NodeRuntime]:
        """What each node that is shown does or did in the run that is shown."""
        seen = self._seen
        return PlacedStates(seen.runtime, seen.inner, self.place) if self._placed else seen.runtime

    @property
    def whole_runtime(self) -> Mapping[NodeId, NodeRuntime]:
        """What each node does or did in the run that is shown, by path."""
        return self._seen.runtime

    @property
    def root_states(self) -> Mapping[NodeId, NodeRuntime]:
        """What each node of the file's own graph does or did in the last run; what is inside of it rolls up to it."""
        return PlacedStates(self._runs.runtime, self._runs.inner, ROOT)

    def inside(self, path: NodeId) -> Sequence[NodeId]:
        """The paths of what is known to be inside of a node, however deep; none for most nodes."""
        return self._seen.inner.get(path, ())

    def runtime_at(self, place: Place) -> Mapping[NodeId, NodeRuntime]:
        """The same of the nodes of another place."""
        return PlacedStates(self._seen.runtime, self._seen.inner, place)

    @property
    def whole_results(self) -> KeptValues:
        """The values of that run that fit the memory budget, of all nodes, by path."""
        return self._seen.results

    @property
    def results(self) -> KeptValues:
        """The values of that run that fit the memory budget, of the nodes that are shown."""
        return self._seen.results.at(self.place)

    @property
    def _seen(self) -> RunControl | PastRun:
        return self.past if self.past is not None else self._runs

    @property
    def run_key(self) -> RunKey | None:
        """What names the run that is shown in journal and history; None when nothing is kept of it."""
        return self._seen.key

    @property
    def _placed(self) -> bool:
        return bool(self.place.path or self._seen.inner)

    @property
    def is_running(self) -> bool:
        """Whether a run is going on, its planning included."""
        return self._runs.is_running

    @property
    def is_paused(self) -> bool:
        """Whether the run is paused."""
        return self._runs.is_paused

    @property
    def is_held(self) -> bool:
        """Whether something that could start does not: the run is paused, or nodes wait at breakpoints."""
        return self._runs.is_held

    @property
    def held_nodes(self) -> tuple[NodeId, ...]:
        """The nodes that wait at breakpoints or because of a pause, by path."""
        return self._runs.held

    @property
    def can_hold(self) -> bool:
        """Whether there is a run that can be paused, stepped or given more time."""
        return self._runs.handle is not None

    @property
    def run_progress(self) -> Progress | None:
        """How far the run is; None while it is planned."""
        handle = self._runs.handle
        return handle.progress if handle is not None else None

    @property
    def run_review(self) -> Review | None:
        """What was foreseen of the last run, held against what came; None where nothing was."""
        return self._runs.review

    @property
    def run_statuses(self) -> list[NodeStatus | None]:
        """What became of the nodes of the last run, also while a run of the past is looked at."""
        return [state.status for state in self._runs.runtime.values()]

    @property
    def time_left_s(self) -> float | None:
        """How long the run may go on before its time is up; None when there is no limit."""
        handle = self._runs.handle
        limit_s = handle.timeout_s if handle is not None else None
        return None if handle is None or limit_s is None else max(limit_s - handle.elapsed_s, 0.0)

    @property
    def more_time_s(self) -> float:
        """How much longer a run may take each time it is given more time: as long again, but at most an hour."""
        limit_s = self._runs.handle.timeout_s if self._runs.handle is not None else None
        return MOST_TIME_S if limit_s is None else min(limit_s, MOST_TIME_S)

    @property
    def is_time_short(self) -> bool:
        """Whether the run's time will soon be up."""
        left_s, handle = self.time_left_s, self._runs.handle
        if left_s is None or handle is None or handle.timeout_s is None:
            return False
        return left_s <= min(handle.timeout_s * SHORT_SHARE, SHORT_S)

    # -- to run ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the graph as it is now, or let a run that is held go on; edits made meanwhile do not touch it."""
        if self.is_held:
            self.go_on()
        else:
            self._begin()

    def run_fresh(self) -> None:
        """Run all of the graph, also what has a result from an earlier run."""
        self._begin(cache="fresh")

    def run_to(self, node: NodeId) -> None:
        """Run all that a node needs, and the node itself."""
        self._begin(targets=(self.place.whole(node),))

    def run_from(self, node: NodeId) -> None:
        """Run a node and all that follows it, with the values that are there for what comes before it."""
        self._begin(given=self._good_without([node]))

    def check_now(self) -> None:
        """Look for problems now; a moment after a change it happens by itself. Large graphs take a moment anyway."""
        self._check.check_now()

    def run_live(self, nodes: tuple[NodeId, ...], coarse: Collection[NodeId] = (), *, quick: bool = True) -> None:
        """Run these nodes with the values that are there.

        Parameters
        ----------
        coarse
            Those of them whose results will only resemble the real ones, because a block gives a quick look.
        quick
            Whether blocks may give one; no trace of such a run is kept in the history.
        """
        self._begin(targets=nodes, given=self._good_without(()), quick=quick, coarse=frozenset(coarse))

    def run_selected(self) -> None:
        """Run the selected nodes, with the values that are there for what feeds them."""
        chosen = self.selection
        if chosen:
            self._begin(targets=tuple(map(self.place.whole, chosen)), given=self._good_without(chosen))

    def resume_run(
        self, key: str, *, rerun: Collection[str] = (), done: Mapping[str, str] = NOTHING_SAID, undo: bool = False
    ) -> None:
        """Go on with a run that was cut off: what is finished in it is not run again.

        Parameters
        ----------
        rerun, done
            The nodes with effects of which nobody knows whether they have had them: those that shall run again, and
            those that have had them, with what they made where a person has told.
        undo
            Only undo what it had done.
        """

        snapshot = self.root.snapshot()

        def begin(**how: Any) -> RunHandle:
            from shtairir.session import start_again
            from shtairir.session.resumed import UNKNOWN

            told = {node: _typed(value) if value else UNKNOWN for node, value in done.items()}
            taken = {name: how[name] for name in ("instruments", "registry", "origin")}
            return start_again(key, graph=snapshot, rerun=tuple(rerun), done=told, undo=undo, **taken)

        self._begin(begin=begin)

    def _begin(self, **how: Any) -> None:
        if self.is_running or self._refuses_past():
            return
        self._check.check_now()
        snapshot = self.root.snapshot()
        sources = (source_of(snapshot, link) for link in self.marks.watched)
        watched = tuple(dict.fromkeys(source for source in sources if source is not None))
        self._runs.start(Order(snapshot, stops=self.marks.stops, watched=watched, **how))

    def _refuses_past(self) -> bool:
        if self.past is not None:
            self.message.emit("This is a run of the past: go back to the present to change or run the graph.")
        return self.past is not None

    def _good_without(self, nodes: Iterable[NodeId]) -> dict[PortRef, object]:
        anew = following(self.root.snapshot(), map(self.place.whole, nodes))
        return still_good(self._runs.results, self._runs.runtime, anew)

    def rehearse(self, node: NodeId, kind: str) -> None:
        """Ask for a rehearsal: what happens when a node fails in this way."""
        if not self.is_running and not self._refuses_past():
            self.rehearsal_wanted.emit(self.place.whole(node), kind)

    # -- to hold it ------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask the run to end."""
        self._runs.stop()

    def pause(self) -> None:
        """Start no node any more; those that run go on to their end."""
        self._runs.pause()

    def go_on(self) -> None:
        """Go on after a pause, and from all breakpoints that nodes are held at."""
        self._runs.go_on()

    def let_go(self, node: NodeId) -> None:
        """Let one node go on that is held."""
        self._runs.go_on(self.place.whole(node))

    def step(self) -> None:
        """Start one of the nodes that are held."""
        self._runs.step()

    def extend(self) -> None:
        """Give the run more time."""
        self._runs.extend(self.more_time_s)

    def _look(self, _cause: object = None) -> None:
        if self.is_held and self.past is None and len(self.selection) == 1:
            look = self._runs.look_at(self.place.whole(self.selection[0]))
            if look is not None:
                self.background.submit(look, self._runs.show_values)

    # -- breakpoints and watched links -------------------------------------------------------------

    @property
    def stops_here(self) -> frozenset[str]:
        """The nodes, and the inputs at the ends of links, of what is shown that have a breakpoint."""
        return self.marks.here(self.place)[0] if self.past is None else frozenset()

    @property
    def watched_here(self) -> frozenset[PortRef]:
        """The links of what is shown whose values are watched, by the inputs that they feed."""
        return self.marks.here(self.place)[1]

    def toggle_stop(self, *names: NodeId | PortRef) -> None:
        """Set breakpoints on nodes or links that are shown; where all have one, take them away."""
        paths = [str(self._path(name)) for name in names]
        known = set(self.marks.stops)
        self.marks.set_stops(paths, on=not all(path in known for path in paths))

    def toggle_watch(self, link: PortRef) -> None:
        """Watch the value that a link carries, or no longer."""
        self.marks.toggle_watch(PortRef(self.place.whole(link.node), link.port))

    def _path(self, name: NodeId | PortRef) -> NodeId | PortRef:
        if isinstance(name, PortRef):
            return PortRef(self.place.whole(name.node), name.port)
        return self.place.whole(name)

    def _on_watch(self, link: PortRef, on: bool) -> None:
        source = source_of(self.root.snapshot(), link)
        if on and source is not None:
            self._runs.watch(source)


def _typed(text: str) -> object:
    """A value as a person writes it: a number, a list; anything else is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
