"""From a graph after its passes to a plan: order, waits, slots, and what the run will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shtairir.errors import PlanningError
from shtairir.ids import NodeId
from shtairir.planning import dependency
from shtairir.planning.branching import Branching, branching_of
from shtairir.planning.columns import Columns, Tasks, output_port
from shtairir.planning.config import OptimizationLevel, PlanningConfig
from shtairir.planning.deferred import Deferred
from shtairir.planning.estimates import forecast, seconds
from shtairir.planning.footprint import Rehearsal, borrows
from shtairir.planning.outlook import Outlook
from shtairir.planning.passes import drop_redundant_edges
from shtairir.planning.passes.buffers import assign_buffers
from shtairir.planning.plan import Buffer, ExecutionPlan
from shtairir.planning.priorities import ranks, why_ranked
from shtairir.planning.working import Reason, WorkingGraph, WorkingNode


class Layout:
    """One graph after its passes, on the way to columns.

    Parameters
    ----------
    originals
        All nodes of the graph by their working numbers, also those that the passes took away.
    """

    def __init__(
        self,
        graph: WorkingGraph,
        originals: Mapping[int, WorkingNode],
        config: PlanningConfig,
        reasons: list[Reason],
    ) -> None:
        self.graph = graph
        self.originals = originals
        self.config = config
        self.reasons = reasons
        self.predecessors, self.successors, in_order = graph.links()
        nodes = graph.nodes
        if len(in_order) > len(nodes):
            in_order = [number for number in in_order if number in nodes]
        self._refuse_cycle(in_order)
        self.known = forecast(graph, in_order, config.estimates, config.history)
        self.levels = dependency.levels(self.predecessors, in_order)
        self.costs = self._costs(in_order)
        self.finishes = self._finishes(in_order)
        self.ranks = ranks(graph, in_order, self.predecessors)
        self.order, self.held_back = self._fitted(self._ranked(self._arranged(in_order)))
        self.task_of = [-1] * len(self.predecessors)
        for task, number in enumerate(self.order):
            self.task_of[number] = task
        self.outlook = Outlook(graph, self.order, self.known, config)

    def plan(self, name: str, base_dir: Path, all_nodes: tuple[NodeId, ...]) -> ExecutionPlan:
        """Return the plan."""
        config, outlook = self.config, self.outlook
        columns = self._columns()
        expected = self._expected(columns)
        folded = self._folded()
        return ExecutionPlan(
            graph_name=name,
            base_dir=base_dir,
            level=config.level,
            workers=config.worker_count,
            nodes=all_nodes,
            tasks=Tasks(columns),
            stages=Deferred(columns.stages),
            barriers=config.level in (OptimizationLevel.NONE, OptimizationLevel.BASIC),
            critical_path=Deferred(columns.critical_path),
            parallelism=columns.parallelism,
            keep=tuple(sorted(config.keep)),
            results=Deferred(columns.results),
            folded={self.originals[number].id: values for number, values in folded.items()},
            folded_definitions={self.originals[number].id: self.originals[number].definition for number in folded},
            dropped=tuple(self.originals[number].id for number in self.graph.dropped),
            limits=config.limits,
            reasons=Deferred(columns.reasons),
            peak_bytes=outlook.peak_bytes(expected),
            sequential_s=sum(outlook.durations) if outlook.all_timed else None,
            estimated_s=outlook.elapsed_s(expected, columns.critical_s) if outlook.all_timed else None,
            buffers=self._buffers(columns, expected),
            branching=self._branching(columns),
            policy=self.graph.policy,
        )

    def _branching(self, columns: Columns) -> Branching | None:
        return branching_of(self.graph, Tasks(columns), self.task_of)

    def _columns(self) -> Columns:
        waits, repeated = self._waits()
        outlook = self.outlook
        return Columns(
            graph=self.graph,
            originals=self.originals,
            config=self.config,
            order=self.order,
            task_of=self.task_of,
            predecessors=self.predecessors,
            successors=self.successors,
            waits=waits,
            repeated=repeated,
            levels=self.levels,
            finishes=self.finishes,
            costs=self.costs,
            first_slots=self._first_slots(),
            requirements=dict(zip(self.order, outlook.requirements, strict=True)),
            estimates=self.known.estimates,
            held=outlook.held,
            noted=self.reasons,
            ranked=self.ranks is not None,
        )

    def _costs(self, in_order: Sequence[int]) -> list[float]:
        """Return what each node is expected to cost; of those that do not run, nothing."""
        costs = [0.0] * len(self.predecessors)
        for number, cost in zip(in_order, seconds(self.known, in_order), strict=True):
            costs[number] = cost
        return costs

    def _finishes(self, in_order: Sequence[int]) -> list[float]:
        """Return the earliest end of each node."""
        if all(estimate.elapsed_s is None for estimate, _ in self.known.different):
            return [level + 1.0 for level in self.levels]  # each costs as much as any other
        return dependency.finishes(self.predecessors, in_order, self.costs)

    def _first_slots(self) -> list[int]:
        """Return the first slot of each node, in the order of the tasks: so a run goes through its memory in one go."""
        first_slots = [0] * len(self.predecessors)
        slot, nodes = 0, self.graph.nodes
        for number in self.order:
            first_slots[number] = slot
            slot += len(nodes[number].definition.outputs)
        return first_slots

    def _refuse_cycle(self, in_order: Sequence[int]) -> None:
        if len(in_order) == len(self.graph.nodes):
            return
        cycle = [self.graph.nodes[number].id for number in dependency.find_cycle(self.predecessors, self.successors)]
        way = " → ".join([*cycle, cycle[0]])
        raise PlanningError(f"The graph goes round in a circle: {way}.", hint="Remove one of these links.")

    # --- order ------------------------------------------------------------------------------------------------

    def _arranged(self, in_order: Sequence[int]) -> list[int]:
        """Return the nodes in the order in which their tasks are preferred."""
        if self._may_rearrange:
            order = dependency.depth_first_order(self.predecessors, self.successors, self.finishes)
            return order if len(order) == len(in_order) else [number for number in order if number in self.graph.nodes]
        stable = dependency.stable_order(self.predecessors, self.successors)
        if len(stable) > len(in_order):
            stable = [number for number in stable if number in self.graph.nodes]
        if self.config.level is OptimizationLevel.NONE:
            return stable
        return sorted(stable, key=self.levels.__getitem__)

    def _ranked(self, order: list[int]) -> list[int]:
        """Return the order in which nodes that matter more come first; level by level, where there are barriers."""
        found = self.ranks
        if found is None:
            return order
        self.reasons += why_ranked(self.graph, order)
        if self.config.level is OptimizationLevel.BASIC:
            return sorted(order, key=lambda number: (self.levels[number], found[number]))
        return sorted(order, key=found.__getitem__)

    def _fitted(self, order: list[int]) -> tuple[list[int], dict[int, int]]:
        """Return the order that fits the memory, and whom else nodes must wait for."""
        if self.config.limits.memory_bytes is None or not self._may_rearrange or self.graph.branches is not None:
            return order, {}
        # The outlook goes by places; those of the graph's own order decide between equals.
        numbers = list(self.graph.nodes)
        place = {number: position for position, number in enumerate(numbers)}
        outlook = Outlook(self.graph, numbers, self.known, self.config)
        predecessors = _renumbered(self.predecessors, numbers)
        positions, held_back, why = outlook.fitted(
            predecessors, dependency.reversed_edges(predecessors), [place[number] for number in order]
        )
        self.reasons += why
        return (
            [numbers[position] for position in positions],
            {numbers[position]: numbers[other] for position, other in held_back.items()},
        )

    @property
    def _may_rearrange(self) -> bool:
        return self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)

    def _waits(self) -> tuple[Sequence[Sequence[int]], dict[int, set[int]]]:
        # Where something may be skipped, a longer way says nothing: it may be gone.
        if not self._may_rearrange or self.graph.branches is not None:
            return self.predecessors, {}
        waits, repeated = drop_redundant_edges(self.predecessors, self.successors, self.levels)
        for number, other in self.held_back.items():
            if other not in waits[number]:
                waits[number] = [*waits[number], other]
        return waits, repeated

    # --- memory -----------------------------------------------------------------------------------------------

    def _expected(self, columns: Columns) -> Rehearsal | None:
        """Return how the run is expected to go, if it takes memory that counts."""
        if self.outlook.held is None:
            return None
        waits = _renumbered(columns.waits, self.order)
        stages = None if self._may_rearrange else columns.stage_of
        return self.outlook.rehearsed(waits, dependency.reversed_edges(waits), stages)

    def _buffers(self, columns: Columns, expected: Rehearsal | None) -> tuple[Buffer, ...]:
        held = self.outlook.held
        if self.config.level is not OptimizationLevel.AGGRESSIVE or held is None or expected is None:
            return ()
        nodes = [self.graph.nodes[number] for number in self.order]
        ports = [output_port(node, output) for node in nodes for output in range(len(node.definition.outputs))]
        kept = [False] * len(ports)
        for number, output in self.graph.shown:
            if self.task_of[number] >= 0:
                kept[held.first_slots[self.task_of[number]] + output] = True
        found = assign_buffers(held, expected, kept, [borrows(node.definition) for node in nodes])
        return tuple(
            Buffer(number, nbytes, tuple(ports[slot] for slot in slots)) for number, (nbytes, slots) in enumerate(found)
        )

    def _folded(self) -> dict[int, tuple[object, ...]]:
        """Return the outputs of the folded nodes, and of those that were merged with them before."""
        folded = dict(self.graph.folded)
        folded.update({number: folded[twin] for number, twin in self.graph.merged.items() if twin in folded})
        return folded


def _renumbered(adjacency: Sequence[Sequence[int]], numbers: Sequence[int]) -> list[list[int]]:
    """Return the lists of some nodes in a given order, in which each goes by its place from then on."""
    place = [0] * len(adjacency)
    for position, number in enumerate(numbers):
        place[number] = position
    return [[place[other] for other in adjacency[number]] for number in numbers]
