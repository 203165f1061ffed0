"""The last plan of each graph, to begin from when it is planned again."""

from __future__ import annotations

import threading
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
from shtairir.ids import BlockId, NodeId
from shtairir.planning.config import PlanningConfig
from shtairir.planning.plan import ExecutionPlan
from shtairir.validation.inputs import check_inputs
from shtairir.validation.published import check_ranges
from shtairir.validation.survey import Survey
from shtairir.validation.wiring import Wiring

if TYPE_CHECKING:
    from shtairir.planning.patching import Patcher


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
    patcher: Patcher | None = None

    def patched(self, edited: Edited, graph: Graph) -> ExecutionPlan | None:
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
        self._lock = threading.Lock()

    def put(
        self,
        graph: Graph,
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
        with self._lock:
            self._planned[graph] = _Planned(
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
            )

    def plan_of(self, graph: Graph, config: PlanningConfig, registry: Registry) -> ExecutionPlan | None:
        """Return the plan of a graph as it is now, if that follows from the one that is kept."""
        with self._lock:
            planned = self._planned.get(graph)
            if planned is None or planned.config != config or planned.registry is not registry:
                return None
            edited = graph.edited_since(planned.revision)
            if edited is None or not _still_holds(planned, graph):
                return None
            different = edited.nodes or edited.inputs
            if different and not (_is_valid(graph, edited, planned) and planned.patched(edited, graph)):
                return None
            planned.revision = graph.revision
            return planned.plan


def _still_holds(planned: _Planned, graph: Graph) -> bool:
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


def _is_valid(graph: Graph, edited: Edited, planned: _Planned) -> bool:
    """Whether the values of some nodes are valid, as far as they are not linked; their blocks are known to be."""
    nodes = {id: graph.nodes[id] for id in edited.nodes | {port.node for port in edited.inputs}}
    header = Header(parameters=graph.parameters)
    part = Snapshot(nodes, graph.links, header, planned.base_dir, local_blocks=graph.local_blocks)
    survey = Survey(part, planned.registry)
    check_inputs(survey)
    check_ranges(survey)
    return not any(problem.severity == "error" for problem in survey.problems)
