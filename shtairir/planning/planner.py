"""Makes the plan: checks what is asked for, and applies the passes of the level; the rest is `Layout`."""

from __future__ import annotations

from dataclasses import replace

from shtairir.errors import PlanningError
from shtairir.flow.loop_shape import LOOPS
from shtairir.ids import PortRef
from shtairir.planning.config import OptimizationLevel, PlanningConfig
from shtairir.planning.guards import guard_branches, is_lazy, wants_of, with_controls
from shtairir.planning.layout import Layout
from shtairir.planning.passes import (
    drop_dead,
    fold_constants,
    fuse_elementwise,
    merge_equal,
    reuse_inputs,
    split_large,
)
from shtairir.planning.plan import ExecutionPlan
from shtairir.planning.resolve import Blocks, Source, resolve
from shtairir.planning.working import Reason, WorkingGraph
from shtairir.validation.wiring import Wiring


class ExecutionPlanner:
    """Turns graphs into plans under one configuration.

    Examples
    --------
    >>> from shtairir.planning import ExecutionPlanner, PlanningConfig
    >>> planner = ExecutionPlanner(PlanningConfig(workers=2))
    """

    def __init__(self, config: PlanningConfig | None = None) -> None:
        self.config = config if config is not None else PlanningConfig()

    def plan(self, source: Source, blocks: Blocks, wiring: Wiring | None = None, prefix: str = "") -> ExecutionPlan:
        """Return the plan of a valid graph.

        Parameters
        ----------
        wiring
            What validation has seen of the same graph.
        prefix
            What stands before the ids of all nodes: the path of the loop that the graph is the body of.

        Raises
        ------
        PlanningError
            When the graph has a cycle or refers to what does not exist, when an output to keep or a target
            does not exist, or when a node can never run under the limits.
        """
        config = self.config
        graph = resolve(source, blocks, wiring)
        noted: list[Reason] = []
        if has_loops(graph):
            from shtairir.planning.bodies import with_bodies  # most graphs have none

            graph, noted = with_bodies(graph, source, blocks, config, prefix)
        if prefix:
            graph = graph.prefixed(prefix)
        _check_names(graph, config)
        if config.keep:
            wanted = graph.wanted | _numbered(graph, config.keep)
            graph = replace(graph, wanted=wanted).linked(graph.links())
        names = graph.names()
        originals = graph.nodes
        graph, reasons = self._optimised(graph)
        return Layout(graph, originals, config, noted + reasons).plan(source.name, source.base_dir, names)

    def _optimised(self, graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
        """Apply the passes of the level that change which nodes there are."""
        graph, reasons = drop_dead(graph, self.config.targets)
        wants = wants_of(graph, self.config.targets or (), {}) if is_lazy(graph) else None
        if self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
            for optimise in (merge_equal, fold_constants):
                graph, more = optimise(graph)
                reasons += more
        if wants is not None:
            graph, more = guard_branches(graph, wants)
            reasons += more
        if self.config.level is OptimizationLevel.AGGRESSIVE:
            for optimise in (fuse_elementwise, split_large, reuse_inputs):
                graph, more = optimise(graph)
                reasons += more
        return with_controls(graph), reasons


def has_loops(graph: WorkingGraph) -> bool:
    """Whether a graph has a loop."""
    # Blocks are few, so they are found first.
    return any(definition.id in LOOPS for definition in {node[2] for node in graph.nodes.values()})


def _check_names(graph: WorkingGraph, config: PlanningConfig) -> None:
    if not config.keep and not config.targets:
        return
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
    return frozenset(
        (index, number)
        for index, node in graph.nodes.items()
        for number, output in enumerate(node.definition.outputs)
        if PortRef(node.id, output.name) in ports
    )
