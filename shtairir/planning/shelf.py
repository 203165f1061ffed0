"""The last plan of each graph, to begin from when it is planned again.

Of a graph it is known what was edited since. Of a snapshot, which the window runs while the person edits on, it is
found out by what is not the same record any more; the plans of the last few graphs that were given so are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.document.change import Edited
from shtairir.document.graph import Graph
from shtairir.document.model import Header, Node
from shtairir.document.snapshot import Snapshot
from shtairir.ids import BlockId, NodeId, PortRef
from shtairir.planning.config import PlanningConfig
from shtairir.planning.plan import ExecutionPlan
from shtairir.validation.inputs import check_inputs
from shtairir.validation.published import check_ranges
from shtairir.validation.survey import Survey
from shtairir.validation.wiring import Wiring

if TYPE_CHECKING:
    from shtairir.document.known import Known
    from shtairir.planning.patching import Patcher

_MOST_SNAPSHOTS = 4


@dataclass(slots=True)
class _Planned:
    plan: ExecutionPlan
    nodes: Mapping[NodeId, Node]
    config: PlanningConfig
    registry: Registry
    revision: int
    base_dir: Path
    path: Path | None
    numbers: Mapping[NodeId, int]
    blocks: Mapping[BlockId, BlockDefinition]
    unknown: list[BlockDefinition]
    snapshot: Snapshot
    patcher: Patcher | None = None

    def patched(self, edited: Edited, graph: Graph | Snapshot) -> ExecutionPlan | None:
        """Return the plan of the graph as it is now, or ``None`` if it takes more than a patch."""
        from shtairir.planning.patching import Patcher  # most programs run a graph once
        from shtairir.planning.repair import Now

        if self.patcher is None:
            self.patcher = Patcher(self.plan, self.nodes)
        patched = self.patcher.patched(edited, Now(graph.nodes, graph.links, self.base_dir, self.numbers))
        if patched is not None:
            self.plan = patched
        return patched


class Shelf:
    """Keeps a plan for each graph, as long as the graph lives. May be used from any thread."""

    def __init__(self) -> None:
        self._planned: WeakKeyDictionary[Graph, _Planned] = WeakKeyDictionary()
        self._of_snapshots: OrderedDict[Known, _Planned] = OrderedDict()
        self._lock = threading.Lock()

    def put(
        self,
        graph: Graph | Snapshot,
        snapshot: Snapshot,
        config: PlanningConfig,
        registry: Registry,
        plan: ExecutionPlan,
        wiring: Wiring,
    ) -> None:
        """Keep a plan, unless it is of a graph that refers to files, which may come and go, or not all of it runs.

        Parameters
        ----------
        wiring
            Its links, as validation has seen them.
        """
        blocks = {definition.id: definition for definition in wiring.blocks.values()}
        if plan.silent or any(port.param.path for definition in blocks.values() for port in definition.inputs):
            return
        history = config.history
        unknown = [block for block in blocks.values() if history is not None and not history.knows(block)]
        numbers = wiring.numbers
        if plan.instances or plan.aliases or plan.named:  # these are numbered otherwise
            numbers = {}
        planned = _Planned(
            plan,
            snapshot.nodes,
            config,
            registry,
            snapshot.revision,
            snapshot.base_dir,
            snapshot.path,
            numbers,
            blocks,
            unknown,
            snapshot,
        )
        with self._lock:
            if isinstance(graph, Graph):
                self._planned[graph] = planned
                return
            self._of_snapshots[graph.known] = planned
            self._of_snapshots.move_to_end(graph.known)
            while len(self._of_snapshots) > _MOST_SNAPSHOTS:
                self._of_snapshots.popitem(last=False)

    def plan_of(self, graph: Graph | Snapshot, config: PlanningConfig, registry: Registry) -> ExecutionPlan | None:
        """Return the plan of a graph as it is now, if that follows from the one that is kept."""
        with self._lock:
            planned = self._planned.get(graph) if isinstance(graph, Graph) else self._of_snapshots.get(graph.known)
            if planned is None or planned.config != config or planned.registry is not registry:
                return None
            if isinstance(graph, Graph):
                edited = graph.edited_since(planned.revision)
            else:
                edited = edited_between(planned.snapshot, graph)
            if edited is None or not _still_holds(planned, graph):
                return None
            different = edited.nodes or edited.inputs
            if different and not (_is_valid(graph, edited, planned) and planned.patched(edited, graph)):
                return None
            planned.revision = graph.revision
            if not isinstance(graph, Graph):
                planned.snapshot = graph
            return planned.plan


def edited_between(before: Snapshot, now: Snapshot) -> Edited | None:
    """Return what is different in the nodes and links of a graph; ``None`` if more is."""
    if before is now:
        return Edited(frozenset(), frozenset())
    if before.trust is not now.trust or (before.header, before.code) != (now.header, now.code):
        return None
    if _definitions(before) != _definitions(now) or list(before.nodes) != list(now.nodes):
        return None
    nodes = {id for id, node in now.nodes.items() if before.nodes[id] is not node}
    inputs: set[PortRef] = set()
    if before.links is not now.links:
        for target in {*before.links, *now.links}:
            was, link = before.links.get(target), now.links.get(target)
            if was is not link and (was is None or link is None or was.source != link.source):
                inputs.add(target)
    return Edited(frozenset(nodes), frozenset(inputs))


def _definitions(graph: Snapshot) -> dict[str, tuple[int, int, Header]]:
    """Return what tells the definitions of a snapshot from those of another: records that never change."""
    return {name: (id(one.nodes), id(one.links), one.header) for name, one in graph.subgraphs.items()}


def _still_holds(planned: _Planned, graph: Graph | Snapshot) -> bool:
    """Whether everything but the graph's nodes is as it was."""
    history = planned.config.history
    return (
        planned.path == graph.path
        and planned.base_dir == graph.base_dir
        and all(
            (graph.local_blocks.get(id) or planned.registry.get(id)) is block for id, block in planned.blocks.items()
        )
        and not any(history is not None and history.knows(block) for block in planned.unknown)
    )


def _is_valid(graph: Graph | Snapshot, edited: Edited, planned: _Planned) -> bool:
    """Whether the values of some nodes are valid, as far as they are not linked; their blocks are known to be."""
    nodes = {id: graph.nodes[id] for id in edited.nodes | {port.node for port in edited.inputs}}
    header = Header(parameters=graph.parameters)
    part = Snapshot(nodes, graph.links, header, planned.base_dir, local_blocks=graph.local_blocks)
    survey = Survey(part, planned.registry)
    check_inputs(survey)
    check_ranges(survey)
    return not any(problem.severity == "error" for problem in survey.problems)
