"""What a caller wants of a plan or a run, in one value that is handed from function to function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shtairir.errors import PlanningError
from shtairir.events import Instrument
from shtairir.ids import NodeId, PortRef
from shtairir.planning import Estimate, ExecutionPlan, OptimizationLevel, ResourceLimits

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot
    from shtairir.execute.attempt import AttemptHook
    from shtairir.execute.cancel import CancelToken
    from shtairir.execute.compensating import Undoing
    from shtairir.execute.options import Wrap
    from shtairir.execute.processes.kinds import Backend
    from shtairir.execute.restoring import Restored
    from shtairir.execute.workers import Workers
    from shtairir.recovery.keeping import KeptRun
    from shtairir.resources.capacity import Rate

    Crew: TypeAlias = Callable[[ExecutionPlan], Workers]

Source: TypeAlias = "Graph | Snapshot | str | Path"
"""A graph, as it is or as it was, or the file of one."""

Keep: TypeAlias = "str | Iterable[str | PortRef]"

WorkerCount: TypeAlias = int | Literal["auto"] | None
"""How many workers: ``auto`` for as many as earlier runs say, ``None`` for as many as there are processors."""

Origin: TypeAlias = Literal["api", "cli", "window"]
"""Who starts a run."""

Caching: TypeAlias = Literal["off", "smart", "fresh"]
"""Whether results are kept for later runs, and, if ``smart``, those of earlier runs taken."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What `shtairir.plan`, `start` and `run` are told besides the graph; see there for what each means.

    Attributes
    ----------
    crew
        Makes the workers of a run; threads of its own when ``None``.
    hooks, wrappers
        Those of `RunOptions`, besides what every run has.
    given
        Values of outputs that are there already; what makes them does not run.
    whole
        Nodes that are not to be divided among the workers.
    capacities
        How much the program has of its resources from now on.
    kept, restored, undoing
        What keeps the run, what is there of it, and what of it can be undone, if it is one that is gone on with.
    preview
        Whether blocks that have a cheap variant are called by that.
    rehearsed
        Whether it is run to see what happens: nothing is kept of it, or learned from it, and hooks see all attempts.
    """

    level: OptimizationLevel | str = OptimizationLevel.BALANCED
    workers: WorkerCount = None
    keep: str | tuple[str | PortRef, ...] = "results"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[NodeId, ...] | None = None
    registry: Registry | None = None
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    estimates: Mapping[NodeId, Estimate] = field(default_factory=dict)
    instruments: Sequence[Instrument] = ()
    timeout_s: float | None = None
    cancel: CancelToken | None = None
    whole: frozenset[NodeId] = frozenset()
    break_at: tuple[PortRef | str, ...] = ()
    watch: tuple[PortRef | str, ...] = ()
    origin: Origin = "api"
    crew: Crew | None = None
    hooks: Sequence[AttemptHook] = ()
    wrappers: Sequence[Wrap] = ()
    given: Mapping[PortRef, Any] = field(default_factory=dict)
    kept: KeptRun | None = None
    restored: Restored | None = None
    undoing: Undoing | None = None
    rehearsed: bool = False
    paused: bool = False
    backend: Backend = "threads"
    worker_memory_limit: int | None = None
    capacities: Mapping[str, int | Rate | str] = field(default_factory=dict)
    cache: Caching = "off"
    preview: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept of the run, or learned from it."""
        return not self.rehearsed and not self.preview

    @property
    def apart(self) -> frozenset[NodeId]:
        """The nodes that are to be seen by themselves: held, looked at, or given."""
        return frozenset(node_of(name) for name in (*self.break_at, *self.watch, *self.given))

    @property
    def changes_plan(self) -> bool:
        """Whether a plan that is there already would have to be another."""
        return bool(self.parameters) or self.targets is not None


def wishes(
    *,
    keep: Keep = "results",
    parameters: Mapping[str, Any] | None = None,
    targets: Iterable[str] | None = None,
    limits: ResourceLimits | None = None,
    memory_limit: int | None = None,
    estimates: Mapping[NodeId, Estimate] | None = None,
    break_at: Iterable[PortRef | str] = (),
    watch: Iterable[PortRef | str] = (),
    given: Mapping[str, Any] | Mapping[PortRef, Any] | None = None,
    capacities: Mapping[str, int | Rate | str] | None = None,
    **others: Any,
) -> Wishes:
    """Return wishes as callers write them: with ``None`` for what they do not care about, and any row of names.

    Raises
    ------
    PlanningError
        When one of them makes no sense.
    """
    _refuse_nonsense(others.get("timeout_s"), others.get("worker_memory_limit"))
    return Wishes(
        keep=keep if isinstance(keep, str) else tuple(keep),
        parameters=parameters or {},
        targets=None if targets is None else tuple(NodeId(target) for target in targets),
        limits=limits if limits is not None else ResourceLimits(memory_bytes=memory_limit),
        estimates=estimates or {},
        break_at=tuple(break_at),
        watch=tuple(watch),
        capacities=capacities or {},
        given={port_of(name): value for name, value in (given or {}).items()},
        **others,
    )


def _refuse_nonsense(timeout_s: float | None, worker_memory_limit: int | None) -> None:
    if timeout_s is not None and not timeout_s >= 0:  # nor what is no number
        raise PlanningError(f"A run cannot be limited to {timeout_s} s.", hint="Name seconds, or None for the usual.")
    if worker_memory_limit is not None and worker_memory_limit <= 0:
        raise PlanningError(f"A worker cannot be limited to {worker_memory_limit} bytes.")


def port_of(name: str | PortRef) -> PortRef:
    """Return the port that is meant.

    Raises
    ------
    PlanningError
        When it is none.
    """
    try:
        return name if isinstance(name, PortRef) else PortRef.parse(name)
    except ValueError as error:
        raise PlanningError(str(error)) from None


def node_of(name: str | PortRef) -> NodeId:
    """Return the node that is meant by its own name, or by that of one of its ports."""
    if isinstance(name, PortRef):
        return name.node
    try:
        return PortRef.parse(name).node
    except ValueError:
        return NodeId(name)


def kept_ports(keep: str | Iterable[str | PortRef]) -> list[PortRef]:
    """Return the outputs that are named to be kept."""
    if isinstance(keep, str):
        if keep not in ("results", "all"):
            raise PlanningError(f"'{keep}' is nothing to keep.", hint="Write 'results', 'all', or ['NODE.PORT'].")
        return []
    return [port_of(port) for port in keep]
