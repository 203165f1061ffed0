"""Forecasts: of a run that somebody thinks of, and of each run that begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shtairir.monitor.learned import learned
from shtairir.planning import Estimate, ExecutionPlan, OptimizationLevel, ResourceLimits
from shtairir.session.planned import planned
from shtairir.session.wishes import Caching, Keep, Source, Wishes, WorkerCount, kept_ports, wishes

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.cache.smart import SmartRun
    from shtairir.execute.processes.kinds import Backend
    from shtairir.forecasting import Forecast
    from shtairir.forecasting.foresight import Foresight
    from shtairir.ids import NodeId, PortRef


def forecast(
    graph_or_plan: Source | ExecutionPlan,
    *,
    cache: Caching = "smart",
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: WorkerCount = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    registry: Registry | None = None,
    limits: ResourceLimits | None = None,
    estimates: Mapping[NodeId, Estimate] | None = None,
    given: Mapping[str, Any] | Mapping[PortRef, Any] | None = None,
    backend: Backend = "threads",
) -> Forecast:
    """Return what a run would take: which nodes run, for how long, with how much memory. Nothing runs for it.

    What it rests on is what earlier runs have taken, else what blocks declare; how far off forecasts of the graph were
    before is allowed for. Each run teaches the next forecast.

    Parameters
    ----------
    graph_or_plan, level, workers, keep, parameters, targets, registry, limits, estimates, given, backend
        As for `plan` and `run`.
    cache
        How the run would use the cache: ``"smart"``, ``"fresh"`` or ``"off"``, as for `run`.

    Raises
    ------
    PlanningError
        When the graph cannot be planned.

    Examples
    --------
    >>> import shtairir
    >>> graph = shtairir.Graph("demo")
    >>> half = graph.add("math.divide", b=2)
    >>> foreseen = shtairir.forecast(graph, cache="off")
    >>> list(foreseen.nodes_to_run), foreseen.peak_bytes
    (['divide'], 0)
    """
    wanted = wishes(
        level=level,
        workers=workers,
        keep=keep,
        parameters=parameters,
        targets=targets,
        registry=registry,
        limits=limits,
        estimates=estimates,
        given=given,
        cache=cache,
        backend=backend,
    )
    plan = graph_or_plan if isinstance(graph_or_plan, ExecutionPlan) else planned(graph_or_plan, wanted)
    from shtairir.session.started import smart_run

    return foresight_of(plan, wanted, smart_run(plan, wanted, look_only=True)).forecast


def foresight_of(plan: ExecutionPlan, wanted: Wishes, smart: SmartRun | None) -> Foresight:
    """Return what can be foreseen of a run, from what is known now; it is worked out when somebody asks."""
    from shtairir.execute.processes.choosing import in_processes
    from shtairir.forecasting.foresight import Foresight, graph_key
    from shtairir.forecasting.record import Track, track

    record = track() or Track()
    keep = None if wanted.keep == "all" else [plan.aliases.get(port, port) for port in kept_ports(wanted.keep)]
    return Foresight(
        plan,
        record,
        spared=smart,
        given=tuple(wanted.given),
        keep=keep if keep is None else [*keep, *plan.keep],
        backend=wanted.backend,
        in_processes=in_processes(plan, wanted.backend, learned()),
        keeps_results=wanted.cache != "off" and smart is not None,
        is_first=record.is_first(graph_key(plan)),
    )
