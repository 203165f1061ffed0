"""From a graph after its passes to a plan: order, stages, slots, lifetimes and estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning import dependency
from shtairir.planning.analyzer import DependencyAnalyzer
from shtairir.planning.config import Estimate, OptimizationLevel, PlanningConfig
from shtairir.planning.estimates import forecast, seconds
from shtairir.planning.footprint import Rehearsal, borrows
from shtairir.planning.outlook import Outlook
from shtairir.planning.passes import drop_redundant_edges
from shtairir.planning.passes.buffers import assign_buffers
from shtairir.planning.passes.coarsen import coarsen
from shtairir.planning.plan import Buffer, ExecutionPlan, ExecutionStage, Task, TaskInput
from shtairir.planning.stages import pack_stages
from shtairir.planning.working import Feed, Reason, WorkingGraph, WorkingNode

_UNKNOWN = Estimate()


class Layout:
    """One graph after its passes, on the way to tasks.

    Parameters
    ----------
    originals
        All nodes of the graph by their working numbers, also those that the passes took away.

    Attributes
    ----------
    order
        The working number of each task; all other lists here are by task.
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
        numbers = list(graph.nodes)
        predecessors, _, in_order = graph.links()
        within = _renumbered(predecessors, numbers)
        analyzer = DependencyAnalyzer.of_lists(within)
        self._refuse_cycle(analyzer, [graph.nodes[number].id for number in numbers])
        in_order = [number for number in in_order if number in graph.nodes]
        self.known = forecast(graph, in_order, config.estimates, config.history)
        analyzer.weigh(seconds(self.known, numbers))
        positions, held_back = self._fitted(analyzer, numbers, self._arranged(analyzer))
        self.order = [numbers[position] for position in positions]
        self.task_of = {number: task for task, number in enumerate(self.order)}
        self.nodes = [graph.nodes[number] for number in self.order]
        self.names = [node.id for node in self.nodes]
        self.predecessors = _renumbered(predecessors, self.order)
        self.held_back = {
            self.task_of[numbers[position]]: self.task_of[numbers[other]] for position, other in held_back.items()
        }
        self.levels = [analyzer.levels[position] for position in positions]
        self.critical = [self.names[self.task_of[numbers[position]]] for position in analyzer.critical_indices]
        self.parallelism = analyzer.parallelism
        self.critical_cost = analyzer.critical_cost
        sizes = [len(node.definition.outputs) for node in self.nodes]
        self.first_slots = [0, *accumulate(sizes)]
        self.ports = [_port(node, output) for node in self.nodes for output in range(len(node.definition.outputs))]
        self.first_slot_of = {number: self.first_slots[task] for task, number in enumerate(self.order)}

    def plan(self, name: str, base_dir: Path, all_nodes: tuple[NodeId, ...]) -> ExecutionPlan:
        config = self.config
        successors = dependency.reversed_edges(self.predecessors)
        waits = self._waits(successors)
        outlook = Outlook(self.graph, self.order, self.known, config)
        requirements, estimates = outlook.requirements, outlook.estimates
        self._note_processes()
        stages = self._stages(outlook)
        stage_of = {task: stage.index for stage in stages for task in stage.tasks}
        last_readers = self._last_readers()
        aliases = self._aliases()
        tasks = tuple(
            Task(
                number=index,
                node=node.id,
                title=node.title,
                definition=node.definition,
                values=node.values,
                inputs=self._inputs(node),
                first_slot=self.first_slots[index],
                waits_for=tuple(waits[index]),
                stage=stage_of[index],
                releases=last_readers.get(index, ()),
                aliases=aliases.get(self.order[index], ()),
                requirements=requirements[index],
                estimate=estimates[index],
                parts=self._parts(index, stage_of[index], aliases) if node.parts else (),
                overwrites=tuple(self._slot(node.feeds[feed]) for feed in node.overwrites),
            )
            for index, node in enumerate(self.nodes)
        )
        barriers = config.level in (OptimizationLevel.NONE, OptimizationLevel.BASIC)
        stage_by_task = [task.stage for task in tasks] if barriers else None
        expected = None
        if outlook.held is not None:
            expected = outlook.rehearsed(waits, dependency.reversed_edges(waits), stage_by_task)
        folded = self._folded()
        if config.level is OptimizationLevel.AGGRESSIVE:
            self.reasons += coarsen(tasks, config.limits)
        return ExecutionPlan(
            graph_name=name,
            base_dir=base_dir,
            level=config.level,
            workers=config.worker_count,
            nodes=all_nodes,
            tasks=tasks,
            stages=tuple(stages),
            barriers=barriers,
            critical_path=tuple(self.critical),
            parallelism=self.parallelism,
            keep=tuple(sorted(config.keep)),
            results=self._results(),
            folded={self.originals[number].id: values for number, values in folded.items()},
            folded_definitions={self.originals[number].id: self.originals[number].definition for number in folded},
            dropped=tuple(self.originals[number].id for number in self.graph.dropped),
            limits=config.limits,
            reasons=tuple(self.reasons),
            peak_bytes=outlook.peak_bytes(expected),
            sequential_s=sum(outlook.durations) if outlook.all_timed else None,
            estimated_s=outlook.elapsed_s(expected, self.critical_cost) if outlook.all_timed else None,
            buffers=self._buffers(outlook, expected),
        )

    def _buffers(self, outlook: Outlook, expected: Rehearsal | None) -> tuple[Buffer, ...]:
        if self.config.level is not OptimizationLevel.AGGRESSIVE or outlook.held is None or expected is None:
            return ()
        kept = [False] * self.first_slots[-1]
        for number, output in self.graph.shown:
            if number in self.task_of:
                kept[self.first_slots[self.task_of[number]] + output] = True
        lent = [borrows(node.definition) for node in self.nodes]
        found = assign_buffers(outlook.held, expected, kept, lent)
        return tuple(
            Buffer(number, nbytes, tuple(self.ports[slot] for slot in slots))
            for number, (nbytes, slots) in enumerate(found)
        )

    def _refuse_cycle(self, analyzer: DependencyAnalyzer[int], names: Sequence[NodeId]) -> None:
        cycle = [names[position] for position in analyzer.cycle]
        if cycle:
            way = " → ".join([*cycle, cycle[0]])
            raise PlanningError(f"The graph goes round in a circle: {way}.", hint="Remove one of these links.")

    def _arranged(self, analyzer: DependencyAnalyzer[int]) -> list[int]:
        """Return the positions in the order in which tasks are preferred."""
        if self.config.level is OptimizationLevel.NONE:
            return analyzer.indices
        if self.config.level is OptimizationLevel.BASIC:
            return sorted(analyzer.indices, key=analyzer.levels.__getitem__)
        return dependency.depth_first_order(analyzer.predecessors, analyzer.successors, analyzer.finishes)

    def _fitted(
        self, analyzer: DependencyAnalyzer[int], numbers: Sequence[int], positions: list[int]
    ) -> tuple[list[int], dict[int, int]]:
        """Return the order that fits the memory, and whom else tasks must wait for, by position."""
        if self.config.limits.memory_bytes is None or not self._may_rearrange:
            return positions, {}
        outlook = Outlook(self.graph, numbers, self.known, self.config)
        positions, held_back, why = outlook.fitted(analyzer.predecessors, analyzer.successors, positions)
        self.reasons += why
        return positions, held_back

    @property
    def _may_rearrange(self) -> bool:
        return self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)

    def _waits(self, successors: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
        if not self._may_rearrange:
            return self.predecessors
        waits, more = drop_redundant_edges(self.predecessors, successors, self.levels, self.names)
        self.reasons += more
        if self.parallelism > 1 and len(self.critical) > 1:
            row = f"'{self.critical[0]}' to '{self.critical[-1]}'"
            why = f"Goes first where there is a choice: it begins the longest row of nodes, {row}."
            self.reasons.append(Reason(self.critical[0], "critical_path", why))
        for task, other in self.held_back.items():
            if other not in waits[task]:
                waits[task].append(other)
        return waits

    def _note_processes(self) -> None:
        for node in self.nodes:
            if node.definition.traits.runs_on == "process":
                why = "Runs on a thread although it asks for a process: worker processes are not there yet."
                self.reasons.append(Reason(node.id, "workers", why))

    def _stages(self, outlook: Outlook) -> list[ExecutionStage]:
        requirements = outlook.requirements
        if self.config.level is OptimizationLevel.NONE:
            return [ExecutionStage(task, (task,), needs) for task, needs in enumerate(requirements)]
        return pack_stages(self.levels, requirements, self.config.limits, self.config.worker_count, outlook.held)

    def _inputs(self, node: WorkingNode) -> tuple[TaskInput, ...]:
        first_slot_of, ports = self.first_slot_of, self.ports
        inputs = []
        for port, source, output, conversion, checked in node.feeds:
            slot = first_slot_of[source] + output
            inputs.append(TaskInput(port, ports[slot], slot, conversion, checked))
        return tuple(inputs)

    def _slot(self, feed: Feed) -> int:
        return self.first_slot_of[feed.source] + feed.output

    def _parts(self, task: int, stage: int, aliases: Mapping[int, tuple[NodeId, ...]]) -> tuple[Task, ...]:
        return tuple(
            Task(
                number=task,
                node=part.node.id,
                title=part.node.title,
                definition=part.node.definition,
                values=part.node.values,
                inputs=self._inputs(part.node),
                first_slot=self.first_slots[task] + part.first_output,
                waits_for=(),
                stage=stage,
                aliases=aliases.get(part.number, ()),
                estimate=self.config.estimates.get(part.node.id, _UNKNOWN),
            )
            for part in self.nodes[task].parts
        )

    def _aliases(self) -> dict[int, tuple[NodeId, ...]]:
        """Return for each working number the nodes that share its results."""
        aliases: dict[int, tuple[NodeId, ...]] = {}
        for number, twin in self.graph.merged.items():
            aliases[twin] = (*aliases.get(twin, ()), self.originals[number].id)
        return aliases

    def _folded(self) -> dict[int, tuple[object, ...]]:
        """Return the outputs of the folded nodes, and of those that were merged with them before."""
        folded = dict(self.graph.folded)
        folded.update({number: folded[twin] for number, twin in self.graph.merged.items() if twin in folded})
        return folded

    def _results(self) -> tuple[PortRef, ...]:
        """Return the outputs to keep, in the order of the graph, under the names that were asked for."""
        return tuple(
            PortRef(self.originals[number].id, self.originals[number].definition.outputs[output].name)
            for number, output in sorted(self.graph.wanted)
            if self.graph.maker(number, output)[0] in self.task_of
        )

    def _last_readers(self) -> dict[int, tuple[PortRef, ...]]:
        """Return for each task the outputs that it reads last, if tasks run in their order."""
        last: dict[int, int] = {}
        for index, node in enumerate(self.nodes):
            for feed in node.feeds:
                last[self.first_slot_of[feed[1]] + feed[2]] = index
        for number, output in self.graph.shown:
            if number in self.first_slot_of:
                last.pop(self.first_slot_of[number] + output, None)
        released: dict[int, list[PortRef]] = {}
        for slot, index in last.items():
            released.setdefault(index, []).append(self.ports[slot])
        return {index: tuple(ports) for index, ports in released.items()}


def _renumbered(adjacency: Sequence[Sequence[int]], numbers: Sequence[int]) -> list[list[int]]:
    """Return the lists of some nodes in a given order, in which each goes by its place from then on."""
    place = [0] * len(adjacency)
    for position, number in enumerate(numbers):
        place[number] = position
    return [[place[other] for other in adjacency[number]] for number in numbers]


def _port(node: WorkingNode, output: int) -> PortRef:
    """Return the name of a node's output; of a composite's, that of the node in it that makes it."""
    for part in reversed(node.parts):
        if output >= part.first_output:
            return PortRef(part.node.id, part.node.definition.outputs[output - part.first_output].name)
    return PortRef(node.id, node.definition.outputs[output].name)
