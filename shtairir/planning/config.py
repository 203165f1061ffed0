"""What a plan is made under: the level, the limits, what the caller wants to see."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from shtairir.block.definition import BlockDefinition
from shtairir.ids import NodeId, PortRef
from shtairir.planning.resources import ResourceLimits
from shtairir.policy.model import GraphPolicy


class OptimizationLevel(StrEnum):
    """How much the planner may rearrange. Every level gives the same result.

    Attributes
    ----------
    NONE
        Every node, one at a time, in the order of the graph as far as the links allow.
    BASIC
        Parallel stages with a barrier between them.
    BALANCED
        Equal pure nodes merged, constants folded, redundant edges removed; no barriers, critical path first.
    AGGRESSIVE
        Elementwise chains fused and evaluated in tiles by all workers, large single ones divided among them, results
        written over inputs that nobody else reads, buffers assigned before the run.
    """

    NONE = "none"
    BASIC = "basic"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"


Source = Literal["learned", "declared", "inferred", "unknown"]


class Estimate(NamedTuple):
    """What a node is expected to cost; ``None`` where nothing is known.

    Attributes
    ----------
    output_bytes
        The size of each output, in their order; empty when nothing is known of any.
    peak_bytes
        The most memory that the node holds while it runs, its outputs included and its inputs not.
    source
        Where the time is from, and if there is none, where the sizes are from: earlier runs, the block's declared
        ``cost``, or what follows from the shapes of its inputs.
    scatter
        How far single calls lie off the time, as the deviation of its logarithm, where earlier runs have told.
    """

    elapsed_s: float | None = None
    output_bytes: tuple[int | None, ...] = ()
    peak_bytes: int | None = None
    source: Source = "unknown"
    scatter: float | None = None

    @property
    def total_bytes(self) -> int | None:
        """The size of all outputs together, or ``None`` unless each is known."""
        known = [nbytes for nbytes in self.output_bytes if nbytes is not None]
        return sum(known) if known and len(known) == len(self.output_bytes) else None


class Experience(NamedTuple):
    """What earlier runs say of a call.

    Attributes
    ----------
    elapsed_s, scatter
        The median of the times, and how far they lie off it: the deviation of their logarithm.
    output_bytes
        The size of each output.
    peak_bytes
        The most memory that the call held, inputs not included.
    exact
        Whether it is of this very block with these values and as much input, not only of something like it.
    """

    elapsed_s: float
    scatter: float
    output_bytes: tuple[int, ...]
    peak_bytes: int
    exact: bool


class History(Protocol):
    """Whoever remembers what calls have cost."""

    def knows(self, definition: BlockDefinition) -> bool:
        """Whether there is anything about a block at all: a quick look before a longer one."""

    def tells_apart(self, definition: BlockDefinition) -> bool:
        """Whether calls of a block are remembered by their nodes, since equal ones were not alike."""

    def lookup(
        self, definition: BlockDefinition, values: Mapping[str, object], input_bytes: int | None, node: str = ""
    ) -> Experience | None:
        """Return what is known of a call with these values, and so many bytes arriving over links.

        Parameters
        ----------
        node
            Whose call it is, for blocks of which the history `tells_apart` the nodes.
        """

    def holds_lock(self, definition: BlockDefinition) -> bool:
        """Whether a block was seen to keep Python's lock while others waited for it."""


@dataclass(frozen=True, slots=True)
class PlanningConfig:
    """Wishes and limits for one plan.

    Attributes
    ----------
    workers
        Most tasks at a time; the number of processors when ``None``. The level ``none`` always uses one.
    keep
        Outputs to keep besides those that nobody reads: ``{PortRef("blur", "out")}``.
    targets
        The nodes whose results are wanted. ``None``: all of them. Only with targets are nodes dropped, at
        every level: a node whose outputs nobody reads is otherwise taken for a result that somebody wants.
    estimates
        What is known of each node's cost, from an earlier run for instance; goes before everything else.
    apart
        Nodes that somebody may want to stop at, or to look at: they are neither merged, folded nor fused.
    history
        Where to look for the cost of other nodes; their blocks' declarations are used in any case.
    whole
        Nodes that are not to be divided among the workers, since that has not helped.
    policy
        That of the graph which the one that is planned is a part of; ``None`` for a whole graph, which has its own.
    """

    level: OptimizationLevel = OptimizationLevel.BALANCED
    workers: int | None = None
    keep: frozenset[PortRef] = frozenset()
    targets: tuple[NodeId, ...] | None = None
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    estimates: Mapping[NodeId, Estimate] = field(default_factory=dict)
    history: History | None = None
    apart: frozenset[NodeId] = frozenset()
    policy: GraphPolicy | None = None
    whole: frozenset[NodeId] = frozenset()

    @property
    def worker_count(self) -> int:
        """The number of workers this plan is made for."""
        if self.level is OptimizationLevel.NONE:
            return 1
        wanted = self.workers if self.workers is not None else os.cpu_count() or 1
        return max(1, min(wanted, self.limits.cpu or wanted))
