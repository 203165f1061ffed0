"""Makes the plan: checks what is asked for, and applies the passes of the level; the rest is `Layout`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from shtairir.block.loops import LOOPS
from shtairir.document.acting import acting
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.config import OptimizationLevel, PlanningConfig
from shtairir.planning.controls import with_controls
from shtairir.planning.expand import Expansion, Values, expand, needs_expansion
from shtairir.planning.guards import Wants, conditional_results, guard_branches, wants_of
from shtairir.planning.layout import Layout
from shtairir.planning.loop_values import InsideLoops, apart, refuse_kept
from shtairir.planning.passes import (
    drop_dead,
    fold_constants,
    fuse_elementwise,
    merge_equal,
    reuse_inputs,
    split_large,
)
from shtairir.planning.plan import ExecutionPlan
from shtairir.planning.resolve import resolve, wired
from shtairir.planning.silent import told_of_silent, wishes_of_acting
from shtairir.planning.working import Reason, WorkingGraph
from shtairir.policy import effective_policy, graph_policy
from shtairir.validation.wiring import Wiring

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot


class ExecutionPlanner:
    """Turns graphs into plans under one configuration.

    Examples
    --------
    >>> from shtairir.planning import ExecutionPlanner, PlanningConfig
    >>> planner = ExecutionPlanner(PlanningConfig(workers=2))
    """

    def __init__(self, config: PlanningConfig | None = None) -> None:
        self.config = config if config is not None else PlanningConfig()

    def plan(
        self,
        source: Snapshot,
        blocks: Registry,
        wiring: Wiring | None = None,
        prefix: str = "",
        values: Values | None = None,
    ) -> ExecutionPlan:
        """Return the plan of a valid graph.

        Parameters
        ----------
        wiring
            What validation has seen of the same graph.
        prefix
            What stands before the ids of all nodes: the path of the loop that the graph is the body of.
        values
            Values for inputs inside of instances, for this plan only.

        Raises
        ------
        PlanningError
            When the graph has a cycle or refers to what does not exist, when an output to keep or a target
            does not exist, or when a node can never run under the limits.
        """
        acts = acting(source, blocks)
        if acts.graph is not source:
            planner = ExecutionPlanner(wishes_of_acting(acts, self.config))
            values = {port: value for port, value in (values or {}).items() if port.node not in acts.silent}
            return told_of_silent(planner.plan(acts.graph, blocks, wiring, prefix, values), acts, prefix)
        if wiring is None or wiring.nodes is not source.nodes:
            wiring = wired(source, blocks)
        noted: list[Reason] = []
        expansion, config = None, self.config
        policy = config.policy if config.policy is not None else graph_policy(source.header.policy)
        inside: InsideLoops = {}
        if values:
            values, inside = apart(source, values)
        if values or needs_expansion(wiring.blocks.values()):
            expansion = expand(source, blocks, values)
            config, wiring = expansion.inside(config), expansion.wiring
            noted += expansion.reasons()
        graph = resolve(source if expansion is None else expansion, blocks, wiring, policy)
        kinds = wiring.blocks.values()
        if any(definition.id in LOOPS for definition in kinds):
            from shtairir.planning.bodies import with_bodies  # most graphs have none

            graph, more = with_bodies(graph, source, blocks, config, prefix, inside)
            noted += more
        named = {result.name: result.source for result in source.results} if expansion is None else expansion.named
        if expansion is not None:
            graph = replace(graph, wanted=_numbered(graph, expansion.results)).linked(graph.links())
        elif named:
            graph = _keeping(graph, frozenset(named.values()))
        lazy = any(definition.traits.lazy is not None for definition in kinds)
        wants = _wants(graph, config, {port.node for port in named.values()}, expansion) if lazy else None
        if prefix:
            graph = graph.prefixed(prefix)
        _check_names(graph, config)
        if config.keep:
            graph = _keeping(graph, config.keep)
        if config.apart:
            graph = _set_apart(graph, config.apart)
        names = graph.names()
        originals = graph.nodes
        graph, reasons = self._optimised(graph, config, wants)
        plan = Layout(graph, originals, config, noted + reasons).plan(source.name, source.base_dir, names)
        if expansion is not None:
            return expansion.told_in(plan, prefix)
        return replace(plan, named=named) if named else plan

    def _optimised(
        self, graph: WorkingGraph, config: PlanningConfig, wants: Wants | None
    ) -> tuple[WorkingGraph, list[Reason]]:
        """Apply the passes of the level that change which nodes there are."""
        graph, reasons = drop_dead(graph, config.targets)
        if self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
            graph, more = merge_equal(graph, conditional_results(graph, wants) if wants is not None else None)
            reasons += more
            graph, more = fold_constants(graph)
            reasons += more
        if wants is not None:
            graph, more = guard_branches(graph, wants)
            reasons += more
        if self.config.level is OptimizationLevel.AGGRESSIVE:
            graph, fused = fuse_elementwise(graph)
            graph, split = split_large(graph, config.whole)
            graph, reused = reuse_inputs(graph)
            reasons += [*fused, *split, *reused]
        return with_controls(graph), reasons


def _wants(
    graph: WorkingGraph, config: PlanningConfig, named: Collection[NodeId], expansion: Expansion | None
) -> Wants:
    """Return what a graph runs for."""
    if config.targets is not None:
        wanted: Collection[NodeId] = config.targets
    else:
        wanted = named if expansion is None else expansion.wanted
    return wants_of(graph, wanted, {} if expansion is None else expansion.companions)


def _keeping(graph: WorkingGraph, ports: frozenset[PortRef]) -> WorkingGraph:
    """Return the graph with more outputs kept."""
    return replace(graph, wanted=graph.wanted | _numbered(graph, ports)).linked(graph.links())


def _set_apart(graph: WorkingGraph, apart: Collection[NodeId]) -> WorkingGraph:
    """Return the graph with some nodes as if each had a policy of its own: no pass joins these with others."""
    chosen = {
        number: node._replace(policy=effective_policy(node.definition, graph.policy, {}))
        for number, node in graph.nodes.items()
        if node.id in apart and node.policy is None
    }
    return replace(graph, nodes={**graph.nodes, **chosen}).linked(graph.links()) if chosen else graph


def _check_names(graph: WorkingGraph, config: PlanningConfig) -> None:
    if not config.keep and not config.targets:
        return
    nodes = {node.id: node for node in graph.nodes.values()}
    for target in config.targets or ():
        if target not in nodes:
            raise PlanningError(f"There is no node '{target}' to run up to.")
    for port in config.keep:
        if port.node not in nodes:
            refuse_kept(port, [node for node in nodes.values() if node.body is not None])
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
