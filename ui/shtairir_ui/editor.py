"""The one door between widgets and the engine.

Widgets call the verbs of :class:`Editor` and listen to its signals; they keep no graph, no selection
and no results of their own. Each verb is one undo step of the document.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from shtairir.block import BlockDefinition
from shtairir.block.registry import Registry, default_registry
from shtairir.document import Change, Graph, Node, load, save
from shtairir.document.upgrading import upgrade
from shtairir.errors import ShtairirError
from shtairir.ids import BlockId, NodeId, PortRef
from shtairir.memory.allocator import Released, release
from shtairir.validation import Problem
from shtairir_ui.blockfolder import BlockFolder
from shtairir_ui.pastrun import Aside, PastRun
from shtairir_ui.places import (
    ROOT,
    Place,
    enterable,
    graph_at,
    nearest,
    place_of,
    with_instances,
)
from shtairir_ui.quantities import released_words
from shtairir_ui.runverbs import RunVerbs
from shtairir_ui.thumbnails import Thumbnails

if TYPE_CHECKING:  # imported with the first run
    from shtairir.results import RunResult
    from shtairir.results.iterations import Iterations


class Editor(RunVerbs):
    """A graph being edited: document, place in it, selection, problems and the last run.

    ``root`` is the graph that the file is. ``graph`` is what is shown of it: the same, or the definition that one went
    into, see `place`. States, values and problems are those of the nodes that are shown.

    Parameters
    ----------
    registry
        Where blocks are looked up; the process-wide one by default.
    budget_bytes
        How much memory kept values may take; an eighth of the machine's by default.
    """

    graph_replaced = Signal()
    place_changed = Signal(object)
    graph_changed = Signal(object)
    blocks_changed = Signal()
    packs_checked = Signal()
    problems_changed = Signal(list)
    document_opened = Signal()
    past_changed = Signal()
    memory_released = Signal(object)
    title_changed = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        registry: Registry | None = None,
        budget_bytes: int | None = None,
    ) -> None:
        super().__init__(registry or default_registry(), budget_bytes, parent)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._check.changed.connect(self.problems_changed)
        self._aside: Aside | None = None
        self._thumbnails = Thumbnails(self.background, self)
        self._thumbnails.ready.connect(self._on_runtime)
        self._stale_timer = QTimer(self, singleShot=True, interval=16)
        self._stale_timer.timeout.connect(self.refresh_staleness)
        self._folder = BlockFolder(self.registry, self.background, self)
        self._folder.changed.connect(self._on_blocks_changed)
        self._folder.checked.connect(self._on_packs_checked)
        self._connect_runs()
        self._show(self.graph)

    # -- what widgets read ---------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """The file behind the graph; None until it is saved."""
        return self.present.path

    @property
    def present(self) -> Graph:
        """The graph that is edited, also while a run of the past is looked at."""
        return self._aside.root if self._aside is not None else self.root

    @property
    def title(self) -> str:
        """The file's name without its suffix, or the graph's own name."""
        return self.path.stem if self.path is not None else self.present.name

    @property
    def is_modified(self) -> bool:
        """Whether there are changes that are not in the file."""
        return bool(self.present.is_modified)

    @property
    def is_untouched(self) -> bool:
        """Whether it is an empty graph that nobody has begun with."""
        present = self.present
        return self.path is None and not (present.is_modified or present.nodes or present.subgraphs)

    @property
    def problems(self) -> list[Problem]:
        """What the last check found, in the whole file; nodes are named by their paths."""
        return self._check.problems

    def definition(self, node: NodeId) -> BlockDefinition | None:
        """The block behind a node; None when it is not installed."""
        return self.graph.definition(node, self.registry)

    def iterations(self, node: NodeId) -> Iterations | None:
        """What became of the iterations of a loop in the last run; None when it has not run."""
        return self._runs.loops.get(self.place.whole(node))

    @property
    def can_inspect(self) -> bool:
        """Whether an iteration of a loop can be run once more, to be looked into."""
        return not self.is_running and self._runs.result is not None

    def inspect_iteration(self, node: NodeId, index: int) -> None:
        """Run one iteration of a loop once more, on a worker, and go into the loop with its values."""
        result, path = self._runs.result, self.place.whole(node)
        if result is None or self.is_running:
            return

        def look() -> RunResult | Exception:
            try:
                return result.replay(path, index)
            except (ShtairirError, KeyError) as error:
                return error

        def show(found: RunResult | Exception) -> None:
            if self._runs.result is not result:
                return  # another run has been since
            if isinstance(found, Exception):
                self.message.emit(str(found.args[0]) if found.args else str(found))
                return
            self._runs.show_iteration(path, found)
            self._thumbnails.reset(self._runs.results, self._families())
            self.enter(node)
            self.message.emit(f"Item {index} of '{node}'.")

        self.background.submit(look, show)

    def node_at(self, path: NodeId) -> Node | None:
        """The node of a path, wherever in the file it is."""
        found = self.root.snapshot().find(path)
        return found[1] if found is not None else None

    def definition_at(self, path: NodeId) -> BlockDefinition | None:
        """The block behind the node of a path; None when there is none."""
        found = self.root.snapshot().find(path)
        return found[0].definition(found[1], self.registry) if found is not None else None

    def thumbnail(self, node: NodeId) -> QImage | None:
        """A small picture of the node's last result; None until it is made (`runtime_changed` tells)."""
        return self.picture_of(self.place.whole(node))

    def picture_of(self, path: NodeId) -> QImage | None:
        """The same, of a node by its path."""
        return self._thumbnails.get(path)

    # -- places --------------------------------------------------------------------------------

    def enter(self, node: NodeId) -> bool:
        """Show the definition that a node stands for or repeats; says whether there is one."""
        placed = self.graph.nodes.get(node)
        scope = enterable(placed) if placed is not None else None
        if scope is None or scope not in self.root.subgraphs:
            return False
        self.go_to(self.place.into(node, scope))
        return True

    def leave(self) -> None:
        """Show what is around the definition that is shown, with the node selected that led into it."""
        if self.place.path:
            node = self.place.path[-1]
            self.go_to(self.place.up_to(len(self.place.path) - 1))
            self.select((node,))

    def go_to(self, place: Place) -> None:
        """Show another place, or the nearest one to it that is still there."""
        place = nearest(self.root, place)
        graph = graph_at(self.root, place)
        assert graph is not None  # the nearest place is there
        if place == self.place and graph is self.graph:
            return
        self.place, self.graph = place, graph
        self._subscribe()
        self.selection = ()
        self.place_changed.emit(place)
        self.selection_changed.emit(())

    def show_node(self, path: NodeId) -> NodeId | None:
        """Go to the place of a node known by its path, and return its name there; None if it is gone."""
        found = place_of(self.root, path)
        if found is None:
            return None
        self.go_to(found[0])
        return found[1]

    # -- the file ------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty graph."""
        self._show(Graph())

    def open(self, path: Path | str) -> None:
        """Show the graph in `path`; raises DocumentError and keeps the present graph when it cannot."""
        self._show(load(Path(path)))

    def show_graph(self, graph: Graph) -> None:
        """Show a graph that has been read already, or made."""
        self._show(graph)

    def save(self, path: Path | str | None = None, *, careful: bool = True) -> None:
        """Write the graph to its file, or to `path`; raises DocumentError when it cannot.

        A file that somebody else has written since is not written over (ChangedOnDiskError), unless `careful` is off.
        """
        save(self.present, None if path is None else Path(path), careful=careful)
        self.title_changed.emit()
        self._check.check_soon()  # what was brought up to date is in the file now

    def trust(self) -> None:
        """Let the code that the file carries run, as it is now."""
        self._try(self.root.trust)
        self._check.check_now()
        self.title_changed.emit()

    # -- runs ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Import the planner and the executor on a worker while nobody waits, so that the first run need not."""
        self.background.submit(lambda: importlib.import_module("shtairir.session"), lambda _module: None)

    def release_memory(self) -> Released:
        """Return memory that nobody uses to the system, and say how much it was."""
        # Here and not on a worker: what is collected may be Qt's, which may end on Qt's thread only.
        released = release()
        self.message.emit(released_words(released))
        self.memory_released.emit(released)
        return released

    def close(self) -> None:
        """Stop everything that goes on behind the window."""
        self._runs.forget()
        self.background.close()
        self._unsubscribe()

    # -- inside ----------------------------------------------------------------------------------

    def _connect_runs(self) -> None:
        self._runs.runtime_changed.connect(self._on_present_runtime)
        self._runs.value_seen.connect(self._on_value)
        self._runs.finished.connect(self._on_finished)
        self._runs.refused.connect(self._on_refused)

    def _on_runtime(self, changed: Iterable[NodeId]) -> None:
        """Tell of the nodes that are shown, and of those inside of which something happened."""
        if self._placed:
            changed = {node for path in changed if (node := self.place.local(path)) is not None}
        self.runtime_changed.emit(changed)

    def _on_present_runtime(self, changed: Iterable[NodeId]) -> None:
        if self.past is None:
            self._on_runtime(changed)

    def _on_value(self, ref: PortRef, value: object) -> None:
        self._thumbnails.offer(ref.node, value, self._families()(ref))

    def _show(self, graph: Graph) -> None:
        self._runs.forget()
        self.past = self._aside = None
        upgrade(graph, self.registry)
        self._put(graph, ROOT)
        self.marks.forget()
        self.document_opened.emit()
        self.title_changed.emit()
        self._check.watch(graph)

    def _put(self, root: Graph, place: Place) -> None:
        """Show another graph."""
        self._unsubscribe()
        self._thumbnails.reset(self._seen.results, self._families())
        self.root, self.place = root, place
        shown = graph_at(root, place)
        assert shown is not None  # nobody edits what is put aside
        self.graph = shown
        self._subscribe()
        self.selection = ()
        self.graph_replaced.emit()
        self.selection_changed.emit(())

    # -- runs of the past --------------------------------------------------------------------------

    def show_past(self, past: PastRun) -> None:
        """Show a run of the past on its own graph; what is edited is put aside as it is."""
        if self._aside is None:
            self._aside = Aside(self.root, self.place, self.selection)
        self.past = past
        self._check.watch(None)
        self._put(past.graph, ROOT)
        self.past_changed.emit()
        self.title_changed.emit()

    def leave_past(self) -> None:
        """Show what is edited again, as it was left."""
        aside = self._aside
        if aside is None:
            return
        self.past = self._aside = None
        self._put(aside.root, aside.place)
        self.select(aside.selection)
        self.past_changed.emit()
        self.title_changed.emit()
        self._check.watch(aside.root)
        self.refresh_staleness()

    def _subscribe(self) -> None:
        self._unsubscribe()
        shown = self.graph.subscribe(self._on_change)
        around = self.root.subscribe(self._on_change_around) if self.graph is not self.root else shown

        def unsubscribe() -> None:
            shown()
            around()

        self._unsubscribe = unsubscribe

    def _on_change_around(self, _change: Change) -> None:
        """Something outside of the definition that is shown has changed, perhaps that there is one."""
        if graph_at(self.root, self.place) is not self.graph:
            self.go_to(self.place)
            self._after_change()

    def _on_change(self, change: Change) -> None:
        if graph_at(self.root, self.place) is not self.graph:
            return
        change = with_instances(change, self.graph)
        # The selection first, so that nobody who hears of the change looks for a node that is gone.
        kept = tuple(node for node in self.selection if node in self.graph.nodes)
        lost, self.selection = kept != self.selection, kept
        added = {self.place.whole(node): self.graph.nodes[node] for node in change.nodes_added}
        self._thumbnails.forget(self._runs.forget_strangers(added))
        self.marks.follow(change, self.place)
        self.graph_changed.emit(change)
        if lost:
            self.selection_changed.emit(kept)
        self._after_change()

    def _after_change(self) -> None:
        self.title_changed.emit()
        self._check.check_soon()
        self._stale_timer.start()

    def _on_blocks_changed(self, blocks: set[BlockId]) -> None:
        """A block that the person wrote is another now: to the widgets, its nodes have changed."""
        self.blocks_changed.emit()
        upgrade(self.present, self.registry, again=True)
        self._runs.note_rewritten(blocks)
        self._stale_timer.start()
        nodes = tuple(node.id for node in self.graph.nodes.values() if node.block in blocks)
        if nodes:
            self.graph_changed.emit(Change(nodes_changed=nodes, label="read blocks again"))
        self._check.check_soon()
        self.message.emit(f"Read again: {', '.join(sorted(blocks))}.")

    def _on_packs_checked(self) -> None:
        """A file may have been broken or mended, though its blocks stay what they were."""
        self._check.check_soon()
        self.packs_checked.emit()

    def refresh_staleness(self) -> None:
        """Find out now which results no longer match the graph; a moment after a change it happens by itself."""
        self._runs.mark_stale(self.present.snapshot())

    @property
    def is_run_outdated(self) -> bool:
        """Whether the run that goes on makes something that no longer matches the graph."""
        return self._runs.is_outdated(self.present.snapshot())

    def _on_finished(self, result: object) -> None:
        if self.past is None:
            self._thumbnails.reset(self._runs.results, self._families())
        self.refresh_staleness()
        self.run_finished.emit(result)

    def _families(self) -> Callable[[PortRef], str | None]:
        """Tell the type families of many ports: a snapshot for each would ask the disk a thousand times."""
        root, registry = self.root.snapshot(), self.registry

        def family_of(ref: PortRef) -> str | None:
            found = root.find(ref.node)
            definition = found[0].definition(found[1], registry) if found is not None else None
            port = definition.output(ref.port) if definition is not None else None
            return port.type.family if port is not None else None

        return family_of

    def _on_refused(self, error: Exception) -> None:
        self.message.emit(str(error))
        self.run_refused.emit(error)
