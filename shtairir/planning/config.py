"""What a plan is made under: the level, the limits, what the caller wants to see."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shtairir.ids import NodeId, PortRef
from shtairir.planning.resources import ResourceLimits


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
        Plans as ``BALANCED`` does today, and says so among the plan's reasons.
    """

    NONE = "none"
    BASIC = "basic"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a node is expected to cost; ``None`` where nothing is known."""

    elapsed_s: float | None = None
    output_bytes: int | None = None


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
        What is known of each node's cost, from an earlier run for instance.
    """

    level: OptimizationLevel = OptimizationLevel.BALANCED
    workers: int | None = None
    keep: frozenset[PortRef] = frozenset()
    targets: tuple[NodeId, ...] | None = None
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    estimates: Mapping[NodeId, Estimate] = field(default_factory=dict)

    @property
    def worker_count(self) -> int:
        """The number of workers this plan is made for."""
        if self.level is OptimizationLevel.NONE:
            return 1
        wanted = self.workers if self.workers is not None else os.cpu_count() or 1
        return max(1, min(wanted, self.limits.cpu or wanted))
