"""From graph to plan: values for this plan only, validation, the planner, and the shelf of plans made before."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.block.registry import Registry, default_registry
from shtairir.block.values import describe
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.memory.collector import collector
from shtairir.monitor.learned import learned
from shtairir.planning import ExecutionPlan, ExecutionPlanner, OptimizationLevel, PlanningConfig, ResourceLimits
from shtairir.planning.source import PlanSource, note_source, source_of
from shtairir.session.wishes import Source, Wishes, kept_ports, port_of

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot
    from shtairir.document.trust import Untrusted
    from shtairir.planning.shelf import Shelf
    from shtairir.validation.wiring import Wiring


def planned(graph: Source, wishes: Wishes) -> ExecutionPlan:
    """Return the plan of a graph; see `shtairir.plan`."""
    # What a plan is made of are tens of thousands of small objects, none of them garbage.
    with collector.burst(lasting=True):
        made = _tuned(graph, wishes) if wishes.workers == "auto" else _plan(graph, wishes)
        return with_preview(made, wishes)


def _tuned(graph: Source, wishes: Wishes) -> ExecutionPlan:
    """Return the plan on as many workers as suit it, and say why so many."""
    from shtairir.forecasting.record import Track, track
    from shtairir.forecasting.tuning import tuned

    plan = _plan(graph, replace(wishes, workers=None))
    tuning = tuned(plan, track() or Track(), learned())
    if tuning.workers != plan.workers or tuning.whole:
        plan = _plan(graph, replace(wishes, workers=tuning.workers, whole=tuning.whole))
    source = source_of(plan)
    made = replace(plan, reasons=(*plan.reasons, *tuning.reasons))
    return note_source(made, source) if source is not None else made


def with_preview(plan: ExecutionPlan, wishes: Wishes) -> ExecutionPlan:
    """Return a plan as it is, or that of its preview if one is wished for."""
    if not wishes.preview or plan.is_preview:
        return plan
    from shtairir.planning.previews import previewed

    made, source = previewed(plan), source_of(plan)
    return note_source(made, source) if source is not None else made


def _plan(graph: Source, wishes: Wishes) -> ExecutionPlan:
    from shtairir.document.freezing import frozen_nodes
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot
    from shtairir.document.upgrading import upgrade

    blocks = wishes.registry if wishes.registry is not None else default_registry()
    if isinstance(graph, Graph):
        upgrade(graph, blocks)
    source, file = graph if isinstance(graph, Graph) else snapshot_of(graph), _file_of(graph)
    config = _config(wishes, frozen_nodes(source.snapshot()))
    is_shelved = isinstance(graph, Graph | Snapshot) and not wishes.parameters
    shelved = _shelf().plan_of(source, config, blocks) if is_shelved else None
    if shelved is not None:
        now = source.snapshot()
        return note_source(shelved, PlanSource(now, now, targets=config.targets, file=file))
    given = _current(source.snapshot(), blocks)
    snapshot, values = _with_parameters(given, wishes.parameters)
    wiring, refused = _wired(snapshot, blocks)
    made = ExecutionPlanner(config).plan(snapshot, blocks, wiring, values=values)
    if refused:
        made = replace(made, untrusted=refused)
    note_source(made, PlanSource(given, snapshot, dict(wishes.parameters), config.targets, file))
    # Of a snapshot whose nodes had to be brought up to date, it could not be seen what is different next time.
    if is_shelved and not refused and (given is graph or isinstance(graph, Graph)):
        _shelf().put(graph, snapshot, config, blocks, made, wiring)
    return made


def _file_of(graph: Source) -> Path | None:
    """Return the file of a graph if that says the same."""
    from shtairir.document.graph import Graph

    if isinstance(graph, str | Path):
        return Path(graph)
    return graph.path if isinstance(graph, Graph) and not graph.is_modified else None


def _config(wishes: Wishes, frozen: frozenset[NodeId]) -> PlanningConfig:
    workers = wishes.workers
    if isinstance(workers, str):
        raise PlanningError(f"'{workers}' is no number of workers.", hint="Give a number, or 'auto'.")
    if workers is not None and workers < 1:
        raise PlanningError(f"A run needs at least one worker, not {workers}.")
    return PlanningConfig(
        level=_level(wishes.level),
        workers=workers,
        keep=frozenset(kept_ports(wishes.keep)),
        targets=wishes.targets,
        limits=_limits(wishes),
        estimates=wishes.estimates,
        history=learned(),
        apart=wishes.apart | frozen,
        whole=wishes.whole,
    )


def _limits(wishes: Wishes) -> ResourceLimits:
    """Return the limits of the plan, with what the program has of its resources, if anybody has said so."""
    set_capacities(wishes)
    shared = sys.modules.get("shtairir.resources.shared")
    given = shared.shared_resources().given() if shared is not None else {}
    return replace(wishes.limits, shared=given) if given else wishes.limits


def set_capacities(wishes: Wishes) -> None:
    """Say how much there is of the program's resources.

    Raises
    ------
    ResourceError
        When that is nonsense.
    """
    if wishes.capacities:
        from shtairir.resources import shared_resources

        for name, capacity in wishes.capacities.items():
            shared_resources().set_capacity(name, capacity)


def _current(snapshot: Snapshot, blocks: Registry) -> Snapshot:
    """Return the snapshot with nodes of older blocks brought up to date, once all packs that it needs are there."""
    from shtairir.document.upgrading import upgraded

    blocks.catch_up(node.block for node in snapshot.nodes.values())
    return upgraded(snapshot, blocks)


def _wired(snapshot: Snapshot, blocks: Registry) -> tuple[Wiring, tuple[Untrusted, ...]]:
    """Return the links of a graph as validation has seen them, and the code in it that nobody has trusted.

    Raises
    ------
    PlanningError
        When the graph has errors.
    """
    from shtairir.validation.checks import surveyed
    from shtairir.validation.trust import UNTRUSTED

    problems, survey = surveyed(snapshot, blocks)
    found = [problem for problem in problems if problem.severity == "error"]
    errors = [problem for problem in found if problem.code != UNTRUSTED]
    if errors:
        listed = " ".join(problem.message for problem in errors[:3])
        more = f" And {len(errors) - 3} more." if len(errors) > 3 else ""
        raise PlanningError(f"'{snapshot.name}' cannot run: {listed}{more}", problems=errors)
    if not found:
        return survey.wiring, ()
    from shtairir.document.trust import untrusted

    return survey.wiring, tuple(untrusted(snapshot, blocks))


def snapshot_of(graph: Source) -> Snapshot:
    """Return a graph as it is, or as its file has it."""
    from shtairir.document import Graph, Snapshot, load

    if isinstance(graph, str | Path):
        return load(graph).snapshot()
    if isinstance(graph, Graph | Snapshot):
        return graph.snapshot()
    raise PlanningError(
        f"Only a graph can be run, or the file or plan of one; not {describe(graph)}.",
        hint="Make a graph with shtairir.Graph, or load one with shtairir.load.",
    )


def _with_parameters(snapshot: Snapshot, parameters: Mapping[str, Any]) -> tuple[Snapshot, dict[PortRef, Any]]:
    """Return the snapshot with other values, and the values that are for the inside of instances.

    The graph is not changed.
    """
    inside: dict[PortRef, Any] = {}
    if not parameters:
        return snapshot, inside
    from shtairir.document.jsonable import to_json

    published = {parameter.name: parameter.target for parameter in snapshot.offered}
    nodes = dict(snapshot.nodes)
    for name, value in parameters.items():
        target = published.get(name) or port_of(name)
        if "/" in target.node:
            inside[target] = to_json(value)
            continue
        node = nodes.get(target.node)
        if node is None:
            raise PlanningError(f"There is no node '{target.node}' to give '{target.port}' a value.")
        if target in snapshot.links:
            source = snapshot.links[target].source
            raise PlanningError(f"'{target}' cannot be given a value: it is linked to {source}.")
        nodes[target.node] = replace(node, values={**node.values, target.port: to_json(value)})
    return replace(snapshot, nodes=nodes), inside


def _level(level: OptimizationLevel | str) -> OptimizationLevel:
    try:
        return OptimizationLevel(level)
    except ValueError:
        raise PlanningError(f"'{level}' is no optimization level. There are: {', '.join(OptimizationLevel)}.") from None


@functools.cache
def _shelf() -> Shelf:
    from shtairir.planning.shelf import Shelf

    return Shelf()
