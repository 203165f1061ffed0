"""Live mode: what a change outdates is made anew while one still turns the knob.

A change is waited out for a moment, so that a slider that is dragged asks for one run and not for sixty a second; but
no longer than a moment either, so that one sees something on the way. A run that a change has outdated is cancelled;
one that has nothing to do with it ends in peace, and the next begins after it. What has an effect (that writes, or
sends) does not run by itself, nor does what needs it: it waits until a person presses Run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.block.registry import Registry
from shtairir.document import Change, Node, Snapshot
from shtairir.document.references import references_of
from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui.editor import Editor
from shtairir_ui.runtime import NodeRuntime
from shtairir_ui.staleness import downstream

QUIET_MS = 80
"""How long nothing must change before a run begins."""
LONGEST_S = 0.24
"""How long a row of changes is waited out at most: who drags a slider wants to see something on the way."""
REFINE_MS = 400
"""How long after the last coarse run, if nothing changes, it is made in full."""

_MADE = frozenset({NodeStatus.DONE, NodeStatus.CACHED})
_ENDED = frozenset({NodeStatus.FAILED, NodeStatus.TIMED_OUT, NodeStatus.SKIPPED})


class LiveMode(QObject):
    """Runs what a change of the graph outdates, as long as it is switched on.

    Parameters
    ----------
    clock
        Tells the time in seconds.
    """

    switched = Signal(bool)

    def __init__(self, editor: Editor, parent: QObject, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._editor = editor
        self._clock = clock
        self._on = False
        self._mine = False
        self._gave_way = False
        self._waiting_since: float | None = None
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self._go)
        self._refining = QTimer(self, singleShot=True, interval=REFINE_MS)
        self._refining.timeout.connect(self._refine)
        editor.graph_changed.connect(self._on_change)
        editor.blocks_changed.connect(self._soon)
        editor.run_finished.connect(self._on_finished)
        editor.run_refused.connect(self._on_refused)
        editor.document_opened.connect(self._rest)

    @property
    def is_on(self) -> bool:
        """Whether changes run by themselves."""
        return self._on

    @property
    def is_running(self) -> bool:
        """Whether the run that goes on is one that live mode began."""
        return self._mine and self._editor.is_running

    def switch(self, on: bool) -> None:
        """Switch it on or off; on, it begins with what is out of date now."""
        if on == self._on:
            return
        self._on = on
        if on:
            self._soon()
        else:
            self._rest()
        self.switched.emit(on)

    # -- inside ----------------------------------------------------------------------------------

    def _rest(self) -> None:
        self._timer.stop()
        self._refining.stop()
        self._waiting_since = None

    def _on_change(self, change: Change) -> None:
        if change.affects_result:
            self._soon()

    def _soon(self) -> None:
        if not self._on:
            return
        self._refining.stop()
        now = self._clock()
        if self._waiting_since is None:
            self._waiting_since = now
        if not self._timer.isActive() or now - self._waiting_since < LONGEST_S:
            self._timer.start()

    def _go(self) -> None:
        """The change is over, or goes on for long: make what it outdated."""
        self._waiting_since = None
        editor = self._editor
        if not self._on or editor.past is not None:
            return
        editor.refresh_staleness()
        if not editor.is_running:
            self._begin(quick=True)
        elif self._mine and editor.is_run_outdated:
            self._gave_way = True
            editor.stop()  # the next begins when this one is over; any other run ends in peace

    def _begin(self, *, quick: bool) -> None:
        editor, due = self._editor, self._due()
        if due:
            self._mine = True
            root = editor.root.snapshot()
            editor.run_live(due, coarse_nodes(root, editor.registry, due) if quick else (), quick=quick)

    def _due(self) -> tuple[NodeId, ...]:
        editor = self._editor
        editor.check_now()
        broken = {NodeId(p.node.partition("/")[0]) for p in editor.problems if p.node and p.severity == "error"}
        return due_nodes(editor.root.snapshot(), editor.registry, editor.root_states, broken)

    def _on_finished(self, _result: object) -> None:
        mine, self._mine = self._mine, False
        gave_way, self._gave_way = self._gave_way, False
        if not self._on or self._timer.isActive():
            return
        self._editor.refresh_staleness()
        states, due = self._editor.root_states, self._due()
        # Only what has changed meanwhile: a run that a person stopped is not begun again by itself.
        if gave_way or any(states[node].stale for node in due if node in states):
            self._timer.start()
        elif mine and any(states[node].coarse for node in due if node in states):
            self._refining.start()

    def _on_refused(self, _error: object) -> None:
        """It would be refused again: the next change may mend it."""
        self._mine = self._gave_way = False

    def _refine(self) -> None:
        """Nothing has changed for a while: make in full what was made coarsely."""
        if self._on and not self._editor.is_running and self._editor.past is None:
            self._begin(quick=False)


def due_nodes(
    root: Snapshot, registry: Registry, states: Mapping[NodeId, NodeRuntime], broken: Collection[NodeId]
) -> tuple[NodeId, ...]:
    """The nodes of a graph that are to be made by themselves: that are out of date, or have not run at all.

    Left out are those that cannot run, those with an effect, and what needs these. What failed with the inputs that it
    has would only fail again.

    Parameters
    ----------
    states
        Of the nodes of the graph itself; what happens inside of instances is rolled up to them.
    broken
        The nodes with an error that the check has found.
    """
    links = tuple(root.links.values())
    unmade = {id: node for id, node in root.nodes.items() if not _is_good(states, id)}
    held = {id for id, node in unmade.items() if not _is_safe(root, node, registry, ())}
    held |= {id for id in unmade if _has_ended_badly(states.get(id))}
    never = downstream({*broken, *held}, links)
    return tuple(id for id in unmade if id not in never)


def coarse_nodes(root: Snapshot, registry: Registry, due: Collection[NodeId]) -> frozenset[NodeId]:
    """Of the nodes to be made, those of which a coarse run makes something that only resembles the result.

    They are the ones whose block offers a quick look, and what these feed. There are none when no block offers one.
    """
    offering = [id for id in due if _offers_look(root, root.nodes[id], registry, ())]
    return frozenset(downstream(offering, root.links.values()).intersection(due)) if offering else frozenset()


def _offers_look(root: Snapshot, node: Node, registry: Registry, inside: tuple[str, ...]) -> bool:
    """Whether a node, or anything inside of it, can give a quick look."""
    definition = root.definition(node, registry)
    if definition is not None and definition.traits.preview is not None:
        return True
    return any(_offers_look(root, one, registry, (*inside, name)) for name, one in _inside(root, node, inside))


def _is_good(states: Mapping[NodeId, NodeRuntime], node: NodeId) -> bool:
    state = states.get(node)
    return state is not None and state.status in _MADE and not (state.stale or state.coarse)


def _has_ended_badly(state: NodeRuntime | None) -> bool:
    return state is not None and state.status in _ENDED and not state.stale


def _is_safe(root: Snapshot, node: Node, registry: Registry, inside: tuple[str, ...]) -> bool:
    """Whether a node, and all that is inside of it, may run as often as one likes."""
    definition = root.definition(node, registry)
    if definition is None or not definition.traits.repeatable:
        return False
    return all(_is_safe(root, one, registry, (*inside, name)) for name, one in _inside(root, node, inside))


def _inside(root: Snapshot, node: Node, seen: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    for name in references_of(node):
        scope = root.subgraphs.get(name)
        if scope is not None and name not in seen:
            yield from ((name, one) for one in scope.nodes.values())
