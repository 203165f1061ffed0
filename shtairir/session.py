"""The one place that wires the parts together: graph → validate → plan → run.

`plan`, `run` and `start` are the public functions of the package; see there for what they promise.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from shtairir.block.registry import Registry, default_registry
from shtairir.block.values import describe
from shtairir.errors import PlanningError, UntrustedCodeError
from shtairir.events import Instrument
from shtairir.execute.cancel import CancelToken
from shtairir.execute.handle import RunHandle
from shtairir.execute.locks import NamedLocks
from shtairir.execute.options import RunOptions
from shtairir.ids import NodeId, PortRef
from shtairir.memory.collector import collector
from shtairir.memory.pool import shared_pool
from shtairir.monitor.learned import learned
from shtairir.planning import (
    Estimate,
    ExecutionPlan,
    ExecutionPlanner,
    OptimizationLevel,
    PlanningConfig,
    ResourceLimits,
)
from shtairir.planning.source import PlanSource, note_source
from shtairir.results.result import RunResult

if TYPE_CHECKING:
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot
    from shtairir.document.trust import Untrusted
    from shtairir.planning.shelf import Shelf
    from shtairir.validation.wiring import Wiring

_log = logging.getLogger(__name__)

__all__ = ["RunHandle", "plan", "run", "start"]

Source: TypeAlias = "Graph | Snapshot | str | Path"
"""A graph, as it is or as it was, or the file of one."""

Keep: TypeAlias = "str | Iterable[str | PortRef]"


def plan(
    graph: Source,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: int | None = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    registry: Registry | None = None,
    limits: ResourceLimits | None = None,
    estimates: Mapping[NodeId, Estimate] | None = None,
) -> ExecutionPlan:
    """Return the plan of a graph. No block runs, but for sums of constants at ``balanced``.

    Parameters
    ----------
    graph
        A graph, or the path of its file.
    level
        ``none``, ``basic``, ``balanced`` or ``aggressive``; every level gives the same result.
    workers
        Most nodes at a time; the number of processors by default.
    keep
        Outputs to keep besides the results, which are those that nobody reads: ``["blur.out"]``.
    parameters
        Values for this plan only: ``{"blur.sigma": 3, "radius": 5}``.
    targets
        Nodes to run up to; all that they do not need is left out.
    estimates
        What nodes are expected to cost, for instance `RunResult.estimates` of an earlier run.

    Raises
    ------
    PlanningError
        When the graph has errors, all of which are in ``problems``, or when no plan fits the limits.
    """
    # What a plan is made of are tens of thousands of small objects, none of them garbage.
    with collector.burst(lasting=True):
        return _plan(graph, level, workers, keep, parameters, targets, registry, limits, estimates)


def _plan(
    graph: Source,
    level: OptimizationLevel | str,
    workers: int | None,
    keep: Keep,
    parameters: Mapping[str, Any] | None,
    targets: Iterable[str] | None,
    registry: Registry | None,
    limits: ResourceLimits | None,
    estimates: Mapping[NodeId, Estimate] | None,
) -> ExecutionPlan:
    from shtairir.document.graph import Graph
    from shtairir.document.upgrading import upgrade

    blocks = registry if registry is not None else default_registry()
    if isinstance(graph, Graph):
        upgrade(graph, blocks)
    if workers is not None and workers < 1:
        raise PlanningError(f"A run needs at least one worker, not {workers}.")
    config = PlanningConfig(
        level=_level(level),
        workers=workers,
        keep=frozenset(_ports(keep)) if not isinstance(keep, str) else frozenset(),
        targets=None if targets is None else tuple(NodeId(target) for target in targets),
        limits=limits if limits is not None else ResourceLimits(),
        estimates=estimates if estimates is not None else {},
        history=learned(),
    )
    shelved = _shelf().plan_of(graph, config, blocks) if isinstance(graph, Graph) and not parameters else None
    if shelved is not None:
        now = _snapshot_of(graph)
        return note_source(shelved, PlanSource(now, now, targets=config.targets))
    given = _current(_snapshot_of(graph), blocks)
    snapshot, values = _with_parameters(given, parameters or {})
    wiring, refused = _wired(snapshot, blocks)
    made = ExecutionPlanner(config).plan(snapshot, blocks, wiring, values=values)
    if refused:
        made = replace(made, untrusted=refused)
    note_source(made, PlanSource(given, snapshot, dict(parameters or {}), config.targets))
    if refused:
        return made
    if isinstance(graph, Graph) and not parameters:
        _shelf().put(graph, snapshot, config, blocks, made, wiring)
    return made


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


def start(
    graph_or_plan: Source | ExecutionPlan,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: int | None = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    instruments: Sequence[Instrument] = (),
    memory_limit: int | None = None,
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
) -> RunHandle:
    """Start a run in the background and return its handle; the parameters are those of `run`."""
    ready = _planned(graph_or_plan, level, workers, keep, parameters, targets, registry, memory_limit)
    history = learned()
    options = RunOptions(
        keep=None if keep == "all" else _kept(keep, ready),
        instruments=instruments,
        memory_limit=memory_limit,
        timeout_s=timeout_s,
        cancel=cancel if cancel is not None else CancelToken(),
        pool=shared_pool(),
        locks=_shared_locks(),
        on_result=history.observe if history is not None else None,
    )
    return start_plan(ready, options)


def start_plan(plan: ExecutionPlan, options: RunOptions) -> RunHandle:
    """Start a plan under options that `start` does not have: other workers, another clock.

    Raises
    ------
    UntrustedCodeError
        When the graph, or a file that it uses, carries code that nobody has trusted.
    """
    from shtairir.execute.run import Run

    if plan.untrusted:
        first = plan.untrusted[0]
        raise UntrustedCodeError(first.message, hint=first.fix)

    begun = Run(plan, options)
    begun.start()
    return RunHandle(begun, options.cancel)


def run(
    graph_or_plan: Source | ExecutionPlan,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: int | None = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    instruments: Sequence[Instrument] = (),
    memory_limit: int | None = None,
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
) -> RunResult:
    """Run a graph, or a plan of one, and return what came of it.

    A node that fails does not raise: see `RunResult.status` and `RunResult.raise_for_status`.

    Parameters
    ----------
    graph_or_plan
        A graph, the path of its file, or a plan. A plan needs no planning again, however often it is run; level,
        workers, parameters and targets are its own.
    keep
        Which values to keep: ``"results"``, those that nobody reads; ``"all"``; or some in addition to the results,
        ``["blur.out"]``. All others are freed after their last reader.
    instruments
        Observers of the run's events.
    memory_limit
        Most bytes for values and borrowed buffers. Nodes wait for memory, and values that wait for their readers may
        wait on disk. A node that cannot fit even so fails, and a graph of which that is known is refused.
    timeout_s
        Stops the run after so many seconds; its status is ``timed_out`` then.
    cancel
        A token by which another thread may stop the run.

    Raises
    ------
    PlanningError
        When the graph cannot be planned.
    UntrustedCodeError
        When the graph, or a file that it uses, carries code that nobody has trusted; see `shtairir.trust`.
    KeyboardInterrupt
        On Ctrl-C, after the run has been cancelled.
    """
    handle = start(
        graph_or_plan,
        level=level,
        workers=workers,
        keep=keep,
        parameters=parameters,
        targets=targets,
        instruments=instruments,
        memory_limit=memory_limit,
        timeout_s=timeout_s,
        cancel=cancel,
        registry=registry,
    )
    return wait_for(handle)


def wait_for(handle: RunHandle) -> RunResult:
    """Wait for a run to end; Ctrl-C cancels it first."""
    try:
        result = handle.wait()
    except KeyboardInterrupt:
        handle.cancel()
        handle.wait()
        raise
    assert result is not None  # without a timeout, there is one
    return result


def _planned(
    graph_or_plan: Source | ExecutionPlan,
    level: OptimizationLevel | str,
    workers: int | None,
    keep: Keep,
    parameters: Mapping[str, Any] | None,
    targets: Iterable[str] | None,
    registry: Registry | None,
    memory_limit: int | None,
) -> ExecutionPlan:
    if isinstance(graph_or_plan, ExecutionPlan):
        if parameters or targets is not None:
            raise PlanningError(
                "A plan cannot take other parameters or targets.", hint="Give them to shtairir.plan, or run the graph."
            )
        return graph_or_plan
    return plan(
        graph_or_plan,
        level=level,
        workers=workers,
        keep=keep,
        parameters=parameters,
        targets=targets,
        registry=registry,
        limits=ResourceLimits(memory_bytes=memory_limit),
    )


def _snapshot_of(graph: Source) -> Snapshot:
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
        target = published.get(name) or _port(name)
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


def _port(name: str | PortRef) -> PortRef:
    try:
        return name if isinstance(name, PortRef) else PortRef.parse(name)
    except ValueError as error:
        raise PlanningError(str(error)) from None


def _ports(keep: Keep) -> list[PortRef]:
    if isinstance(keep, str):
        if keep not in ("results", "all"):
            raise PlanningError(f"'{keep}' is nothing to keep.", hint="Write 'results', 'all', or ['NODE.PORT'].")
        return []
    return [_port(port) for port in keep]


def _kept(keep: Keep, plan: ExecutionPlan) -> list[PortRef]:
    ports = [plan.aliases.get(port, port) for port in (*_ports(keep), *plan.keep)]
    for port in ports:
        task = plan.task(port.node)
        if port not in plan.slots and not (task is None and port.node in plan.folded):
            raise PlanningError(f"The plan has no output '{port}' to keep.")
    return ports


@functools.cache
def _shelf() -> Shelf:
    from shtairir.planning.shelf import Shelf

    return Shelf()


@functools.cache
def _shared_locks() -> NamedLocks:
    return NamedLocks()
