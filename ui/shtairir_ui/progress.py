"""How far a run is and how long it will still take: arithmetic only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui.runtime import SETTLED, NodeRuntime


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The share of a run that is behind us; `fraction` weighs nodes by how long they took last time."""

    total: int
    settled: int
    fraction: float
    remaining_s: float | None


def run_progress(
    runtime: Mapping[NodeId, NodeRuntime], expected_s: Mapping[NodeId, float], elapsed_s: float
) -> RunProgress:
    """Sum up the states of a run's nodes.

    Parameters
    ----------
    expected_s
        How long nodes took in an earlier run; unknown ones count as the average of the known. The
        remaining time is given only when at least half of the nodes are known.
    """
    known = [expected_s[node] for node in runtime if node in expected_s]
    typical_s = max(sum(known) / len(known), 1e-6) if known else 1.0
    weights = {node: expected_s.get(node, typical_s) for node in runtime}
    total_weight = sum(weights.values())
    if total_weight <= 0:
        return RunProgress(len(runtime), 0, 0.0, None)
    behind = sum(weights[node] * _share(state) for node, state in runtime.items())
    settled = sum(state.status in SETTLED for state in runtime.values())
    fraction = min(behind / total_weight, 1.0)
    trusted = len(known) * 2 >= len(runtime) and fraction > 0
    remaining_s = elapsed_s * (1 - fraction) / fraction if trusted else None
    return RunProgress(len(runtime), settled, fraction, remaining_s)


def _share(state: NodeRuntime) -> float:
    if state.status in SETTLED:
        return 1.0
    if state.status is NodeStatus.RUNNING and state.progress is not None:
        return min(max(state.progress, 0.0), 1.0)
    return 0.0
