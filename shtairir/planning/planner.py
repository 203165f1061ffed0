"""Makes the plan: passes over the graph, then an order, stages, lifetimes and estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning import dependency
from shtairir.planning.analyzer import DependencyAnalyzer
from shtairir.planning.config import Estimate, OptimizationLevel, PlanningConfig
from shtairir.planning.passes import drop_dead, drop_redundant_edges, fold_constants, merge_equal
from shtairir.planning.plan import ExecutionPlan, ExecutionStage, Task, TaskInput
from shtairir.planning.resolve import Blocks, Source, resolve
from shtairir.planning.resources import ResourceRequirements
from shtairir.planning.stages import pack_stages
from shtairir.planning.working import Reason, WorkingGraph, WorkingNode

_UNKNOWN = Estimate()
_ONE_PROCESSOR = ResourceRequirements()


class ExecutionPlanner:
    """Turns graphs into plans under one configuration.

    Examples
    --------
    >>> from shtairir.planning import ExecutionPlanner, PlanningConfig
    >>> planner = ExecutionPlanner(PlanningConfig(workers=2))
    """

    def __init__(self, config: PlanningConfig | None = None) -> None:
        self.config = config if config is not None else PlanningConfig()

    def plan(self, source: Source, blocks: Blocks) -> ExecutionPlan:
        """Return the plan of a valid graph.

        Raises
        ------
        PlanningError
            When the graph has a cycle or refers to what does not exist, when an output to keep or a target
            does not exist, or when a node can never run under the limits.
        """
        config = self.config
        graph = resolve(source, blocks)
        _check_names(graph, config)
        graph = replace(graph, wanted=graph.wanted | _numbered(graph, config.keep))
        names = tuple(node.id for node in graph.nodes.values())
        originals = graph.nodes
        graph, reasons = self._optimised(graph)
        return _Layout(graph, originals, config, reasons).plan(source.name, source.base_dir, names)

    def _optimised(self, graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
        """Apply the passes of the level that change which nodes there are."""
        graph, reasons = drop_dead(graph, self.config.targets)
        if self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
            for optimise in (merge_equal, fold_constants):
                graph, more = optimise(graph)
                reasons += more
        if self.config.level is OptimizationLevel.AGGRESSIVE:
            reasons.append(
                Reason(None, "level", "Planned as at 'balanced': nothing more is done at 'aggressive' in this version.")
            )
        return graph, reasons


def _check_names(graph: WorkingGraph, config: PlanningConfig) -> None:
    nodes = {node.id: node for node in graph.nodes.values()}
    for target in config.targets or ():
        if target not in nodes:
            raise PlanningError(f"There is no node '{target}' to run up to.")
    for port in config.keep:
        if port.node not in nodes:
            raise PlanningError(f"The output to keep, '{port}', names no node of the graph.")
        if nodes[port.node].definition.output(port.port) is None:
            outputs = ", ".join(output.name for output in nodes[port.node].definition.outputs) or "none"
            raise PlanningError(f"Node '{port.node}' has no output '{port.port}' to keep; it has: {outputs}.")


def _numbered(graph: WorkingGraph, ports: frozenset[PortRef]) -> frozenset[tuple[int, int]]:
    if not ports:
        return frozenset()
    return frozenset(
        (index, number)
        for index, node in graph.nodes.items()
        for number, output in enumerate(node.definition.outputs)
        if PortRef(node.id, output.name) in ports
    )


class _Layout:
    """One graph after its passes, on the way to tasks. `order` maps task indices to working numbers."""

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
        dense = {number: position for position, number in enumerate(numbers)}
        predecessors = graph.predecessors()
        within = [[dense[other] for other in predecessors[number]] for number in numbers]
        costs = [self._cost(graph.nodes[number]) for number in numbers]
        analyzer = DependencyAnalyzer.of_lists(within, costs)
        self._refuse_cycle(analyzer, [graph.nodes[number].id for number in numbers])
        positions = self._arranged(analyzer)
        self.order = [numbers[position] for position in positions]
        self.task_of = {number: task for task, number in enumerate(self.order)}
        self.nodes = [graph.nodes[number] for number in self.order]
        self.names = [node.id for node in self.nodes]
        self.predecessors = [[self.task_of[other] for other in predecessors[number]] for number in self.order]
        self.levels = [analyzer.levels[position] for position in positions]
        self.critical = [self.names[self.task_of[numbers[position]]] for position in analyzer.critical_indices]
        self.parallelism = analyzer.parallelism
        self.critical_cost = analyzer.critical_cost
        sizes = [len(node.definition.outputs) for node in self.nodes]
        self.first_slots = [0, *accumulate(sizes)]

    def plan(self, name: str, base_dir: Path, all_nodes: tuple[NodeId, ...]) -> ExecutionPlan:
        config = self.config
        waits = self._waits()
        requirements = [self._requirements(node) for node in self.nodes]
        stages = self._stages(requirements)
        stage_of = {task: stage.index for stage in stages for task in stage.tasks}
        estimates = [config.estimates.get(node, _UNKNOWN) for node in self.names]
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
                aliases=aliases.get(index, ()),
                requirements=requirements[index],
                estimate=estimates[index],
            )
            for index, node in enumerate(self.nodes)
        )
        known_s = [estimate.elapsed_s for estimate in estimates if estimate.elapsed_s is not None]
        sequential_s = sum(known_s) if len(known_s) == len(tasks) else None
        workers = config.worker_count
        return ExecutionPlan(
            graph_name=name,
            base_dir=base_dir,
            level=config.level,
            workers=workers,
            nodes=all_nodes,
            tasks=tasks,
            stages=tuple(stages),
            barriers=config.level in (OptimizationLevel.NONE, OptimizationLevel.BASIC),
            critical_path=tuple(self.critical),
            parallelism=self.parallelism,
            keep=tuple(sorted(config.keep)),
            results=self._results(),
            folded={self.originals[number].id: values for number, values in self.graph.folded.items()},
            folded_definitions={
                self.originals[number].id: self.originals[number].definition for number in self.graph.folded
            },
            dropped=tuple(self.originals[number].id for number in self.graph.dropped),
            limits=config.limits,
            reasons=tuple(self.reasons),
            peak_bytes=self._peak_bytes(estimates, last_readers),
            sequential_s=sequential_s,
            estimated_s=None if sequential_s is None else max(self.critical_cost, sequential_s / workers),
        )

    def _cost(self, node: WorkingNode) -> float:
        """Return the expected seconds, or one for every node as long as any is unknown."""
        estimates = self.config.estimates
        if any(estimates.get(other.id, _UNKNOWN).elapsed_s is None for other in (node,)):
            return 1.0
        return estimates[node.id].elapsed_s or 0.0

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

    def _waits(self) -> Sequence[Sequence[int]]:
        if self.config.level not in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
            return self.predecessors
        successors = dependency.reversed_edges(self.predecessors)
        waits, more = drop_redundant_edges(self.predecessors, successors, self.levels, self.names)
        self.reasons += more
        if self.parallelism > 1 and len(self.critical) > 1:
            row = f"'{self.critical[0]}' to '{self.critical[-1]}'"
            why = f"Goes first where there is a choice: it begins the longest row of nodes, {row}."
            self.reasons.append(Reason(self.critical[0], "critical_path", why))
        return waits

    def _requirements(self, node: WorkingNode) -> ResourceRequirements:
        traits = node.definition.traits
        expected = self.config.estimates.get(node.id, _UNKNOWN).output_bytes or 0
        if not expected and not traits.resources and traits.runs_on != "process":
            return _ONE_PROCESSOR
        needs = ResourceRequirements(memory_bytes=expected, named=dict.fromkeys(traits.resources, 1))
        refusal = self.config.limits.refusal(needs)
        if refusal:
            raise PlanningError(f"Node '{node.id}' can never run. {refusal}", hint="Raise the limit.")
        if traits.runs_on == "process":
            why = "Runs on a thread although it asks for a process: worker processes are not there yet."
            self.reasons.append(Reason(node.id, "workers", why))
        return needs

    def _stages(self, requirements: Sequence[ResourceRequirements]) -> list[ExecutionStage]:
        if self.config.level is OptimizationLevel.NONE:
            return [ExecutionStage(task, (task,), needs) for task, needs in enumerate(requirements)]
        return pack_stages(self.levels, requirements, self.config.limits, self.config.worker_count)

    def _inputs(self, node: WorkingNode) -> tuple[TaskInput, ...]:
        inputs = []
        for feed in node.feeds:
            task = self.task_of[feed.source]
            output = self.nodes[task].definition.outputs[feed.output]
            source = PortRef(self.names[task], output.name)
            slot = self.first_slots[task] + feed.output
            inputs.append(TaskInput(feed.port, source, slot, feed.conversion, feed.checked))
        return tuple(inputs)

    def _aliases(self) -> dict[int, tuple[NodeId, ...]]:
        aliases: dict[int, tuple[NodeId, ...]] = {}
        for number, twin in self.graph.merged.items():
            task = self.task_of.get(twin)
            if task is not None:
                aliases[task] = (*aliases.get(task, ()), self.originals[number].id)
        return aliases

    def _results(self) -> tuple[PortRef, ...]:
        """Return the outputs to keep under their own names: a merged node's results bear its name too."""
        sharers: dict[int, list[int]] = {}
        for number, twin in self.graph.merged.items():
            sharers.setdefault(twin, []).append(number)
        wanted = sorted((number, output) for number, output in self.graph.wanted if number in self.task_of)
        return tuple(
            PortRef(self.originals[sharer].id, self.originals[sharer].definition.outputs[output].name)
            for number, output in wanted
            for sharer in (number, *sharers.get(number, ()))
        )

    def _last_readers(self) -> dict[int, tuple[PortRef, ...]]:
        """Return for each task the outputs that it reads last, if tasks run in their order."""
        last: dict[tuple[int, int], int] = {}
        for index, node in enumerate(self.nodes):
            for feed in node.feeds:
                last[feed.source, feed.output] = index
        released: dict[int, list[PortRef]] = {}
        for (number, output), index in last.items():
            if (number, output) not in self.graph.wanted:
                node = self.graph.nodes[number]
                released.setdefault(index, []).append(PortRef(node.id, node.definition.outputs[output].name))
        return {index: tuple(ports) for index, ports in released.items()}

    def _peak_bytes(self, estimates: Sequence[Estimate], last_readers: Mapping[int, tuple[PortRef, ...]]) -> int | None:
        """Return the most memory that values take when tasks run in their order, if every size is known."""
        if not estimates or any(estimate.output_bytes is None for estimate in estimates):
            return None
        sizes = {name: estimate.output_bytes or 0 for name, estimate in zip(self.names, estimates, strict=True)}
        live = peak = 0
        for index, name in enumerate(self.names):
            live += sizes[name]
            peak = max(peak, live)
            for node in {port.node for port in last_readers.get(index, ())}:
                live -= sizes[node]
        return peak
