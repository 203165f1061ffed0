"""The one place that wires the parts together: graph → validate → plan → run.

`plan`, `run` and `start` are the public functions of the package. What they are told is one frozen value in here,
`shtairir.session.wishes.Wishes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shtairir.block.registry import Registry
from shtairir.events import Instrument
from shtairir.execute.cancel import CancelToken
from shtairir.execute.handle import RunHandle
from shtairir.execute.processes.kinds import Backend
from shtairir.ids import NodeId, PortRef
from shtairir.planning import Estimate, ExecutionPlan, OptimizationLevel, ResourceLimits
from shtairir.session.forecasted import forecast
from shtairir.session.planned import planned
from shtairir.session.started import start_plan, started, wait_for
from shtairir.session.wishes import Caching, Keep, Origin, Source, WorkerCount, wishes

if TYPE_CHECKING:
    from shtairir.resources.capacity import Rate
    from shtairir.results.result import RunResult

__all__ = [
    "Keep",
    "RunHandle",
    "Source",
    "forecast",
    "plan",
    "resume",
    "run",
    "start",
    "start_again",
    "start_plan",
    "wait_for",
]


def plan(
    graph: Source,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: WorkerCount = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    registry: Registry | None = None,
    limits: ResourceLimits | None = None,
    estimates: Mapping[NodeId, Estimate] | None = None,
    break_at: Iterable[str | PortRef] = (),
    capacities: Mapping[str, int | Rate | str] | None = None,
    preview: bool = False,
) -> ExecutionPlan:
    """Return the plan of a graph. No block runs, but for sums of constants at ``balanced``.

    Parameters
    ----------
    graph
        A graph, or the path of its file.
    level
        ``none``, ``basic``, ``balanced`` or ``aggressive``; every level gives the same result.
    workers
        Most nodes at a time; the number of processors by default. ``"auto"`` takes as many as suit the graph by what
        earlier runs have taken, and leaves whole what is better not divided; the plan's ``reasons`` say why.
    keep
        Outputs to keep besides the results, which are those that nobody reads: ``["blur.out"]``.
    parameters
        Values for this plan only: ``{"blur.sigma": 3, "radius": 5}``.
    targets
        Nodes to run up to; all that they do not need is left out.
    estimates
        What nodes are expected to cost, for instance `RunResult.estimates` of an earlier run.
    break_at
        Nodes and ports at which runs of the plan may be held: what is to be held is not joined with others.
    capacities, preview
        As for `run`.

    Raises
    ------
    PlanningError
        When the graph has errors, all of which are in ``problems``, or when no plan fits the limits.
    """
    return planned(
        graph,
        wishes(
            level=level,
            workers=workers,
            keep=keep,
            parameters=parameters,
            targets=targets,
            registry=registry,
            limits=limits,
            estimates=estimates,
            break_at=break_at,
            capacities=capacities,
            preview=preview,
        ),
    )


def start(
    graph_or_plan: Source | ExecutionPlan,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: WorkerCount = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    instruments: Sequence[Instrument] = (),
    memory_limit: int | None = None,
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
    backend: Backend = "threads",
    worker_memory_limit: int | None = None,
    cache: Caching = "off",
    given: Mapping[str, Any] | Mapping[PortRef, Any] | None = None,
    capacities: Mapping[str, int | Rate | str] | None = None,
    break_at: Iterable[str | PortRef] = (),
    watch: Iterable[str | PortRef] = (),
    origin: Origin = "api",
    preview: bool = False,
) -> RunHandle:
    """Start a run in the background and return its handle.

    Parameters
    ----------
    graph_or_plan, level, workers, keep, parameters, targets, instruments, memory_limit, timeout_s, cancel, registry
        As for `run`.
    backend, worker_memory_limit, cache
        As for `run`.
    given, capacities, preview
        As for `run`.
    break_at
        Nodes and ports with a breakpoint, see `RunHandle.break_at`.
    watch
        Outputs whose values are told when they are made, see `RunHandle.watch`.
    origin
        Who starts it, for the history: ``api``, ``cli`` or ``window``.
    """
    return started(
        graph_or_plan,
        wishes(
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
            backend=backend,
            worker_memory_limit=worker_memory_limit,
            cache=cache,
            given=given,
            capacities=capacities,
            break_at=break_at,
            watch=watch,
            origin=origin,
            preview=preview,
        ),
    )


def run(
    graph_or_plan: Source | ExecutionPlan,
    *,
    level: OptimizationLevel | str = OptimizationLevel.BALANCED,
    workers: WorkerCount = None,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    instruments: Sequence[Instrument] = (),
    memory_limit: int | None = None,
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
    backend: Backend = "threads",
    worker_memory_limit: int | None = None,
    cache: Caching = "off",
    given: Mapping[str, Any] | Mapping[PortRef, Any] | None = None,
    capacities: Mapping[str, int | Rate | str] | None = None,
    preview: bool = False,
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
    backend
        Where blocks are called unless their node's policy or their declaration says it: ``"threads"``, or worker
        ``"processes"``, which compute side by side also in pure Python, and whose death costs one attempt.
    worker_memory_limit
        Most bytes that a block may take in a worker process beside its inputs and results; one that takes more has
        lost its worker.
    cache
        ``"smart"`` runs only what must run: results that the cache has are taken from there, those that are made are
        put there. ``"fresh"`` runs everything and puts it there. Blocks with effects always run.
    given
        Values of outputs that are there already, ``{"blur.out": image}``: what makes them does not run.
    capacities
        How much the program has of its resources from now on, for this run and all others: ``{"camera": 2}`` at a
        time, ``{"api": "5/s"}`` in any second. Anything else is there once.
    preview
        Call the cheap variants of blocks that have one, for a quick and rough result. Nothing is kept of the run.

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
        backend=backend,
        worker_memory_limit=worker_memory_limit,
        cache=cache,
        given=given,
        capacities=capacities,
        preview=preview,
    )
    return wait_for(handle)


def resume(
    key: str = "last",
    *,
    graph: Source | None = None,
    parameters: Mapping[str, Any] | None = None,
    rerun: Iterable[str] = (),
    done: Iterable[str] | Mapping[str, Any] = (),
    undo: bool = False,
    workers: int | None = None,
    instruments: Sequence[Instrument] = (),
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
) -> RunResult:
    """Go on with a run that was cut off, failed, or was cancelled, and return what came of it.

    What is finished does not run again, unless it depends on something that is other than it was. A run whose effects
    were being undone when it was cut off has that finished, and nothing else.

    Parameters
    ----------
    key
        The run's key, the beginning of it, or ``last``.
    graph
        The graph as it is now. By default that is its file, if it was changed since, else the graph as it was.
    parameters
        Values besides those that the run had, or instead of them.
    rerun
        Nodes that are to run again, whatever they have done.
    done
        Nodes that count as done; with the value that they have made, where it is needed.
    undo
        Undo the effects of the run instead.

    Raises
    ------
    RecoveryError
        When there is no such run, it still goes on, or there is nothing left to do.
    UndecidedError
        When a node with an effect may have had it: then ``rerun`` or ``done`` must name it.
    PlanningError
        When the graph cannot be planned any more.
    """
    return wait_for(
        start_again(
            key,
            graph=graph,
            parameters=parameters,
            rerun=rerun,
            done=done,
            undo=undo,
            workers=workers,
            instruments=instruments,
            timeout_s=timeout_s,
            cancel=cancel,
            registry=registry,
        )
    )


def start_again(
    key: str = "last",
    *,
    graph: Source | None = None,
    parameters: Mapping[str, Any] | None = None,
    rerun: Iterable[str] = (),
    done: Iterable[str] | Mapping[str, Any] = (),
    undo: bool = False,
    workers: int | None = None,
    instruments: Sequence[Instrument] = (),
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    registry: Registry | None = None,
    origin: Origin = "api",
) -> RunHandle:
    """Go on with a run in the background and return its handle; see `resume`."""
    from shtairir.session.resumed import Word, nodes_done, resumed

    word = Word(graph, parameters or {}, frozenset(map(NodeId, rerun)), nodes_done(done), undo)
    return resumed(
        key,
        word,
        wishes(
            workers=workers,
            instruments=instruments,
            timeout_s=timeout_s,
            cancel=cancel,
            registry=registry,
            origin=origin,
        ),
    )
