"""What the next run means for a node, and what a change of the node would mean for the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shtairir.document import Snapshot
from shtairir.document.model import BYPASSED, DISABLED
from shtairir.ids import NodeId
from shtairir_ui.quantities import count, duration, percent
from shtairir_ui.runtime import IDLE, NodeRuntime
from shtairir_ui.staleness import downstream

if TYPE_CHECKING:
    from shtairir.forecasting import Forecast

_LOW, _HIGH = 0.25, 0.75
_IDLE = {
    BYPASSED: "Bypassed: it hands on what it is given, so a change here changes nothing.",
    DISABLED: "Disabled: it does not run, and neither does what needs it.",
}


def next_words(forecast: Forecast | None, path: NodeId, state: NodeRuntime = IDLE) -> str:
    """Whether a node would run if one pressed Run now, and why; empty where nobody knows.

    A node that others are inside of runs if one of them does.

    Parameters
    ----------
    state
        What became of it in the last run. Of one that failed the forecast knows only that there is no result.
    """
    if forecast is None:
        return ""
    inside = f"{path}/"
    reasons = [why for node, why in forecast.nodes_to_run.items() if node == path or node.startswith(inside)]
    if reasons:
        why = _undone(state) or next((reason for reason in reasons if reason), "")
        return f"Runs next time. {why}".strip()
    if any(node == path or node.startswith(inside) for node in forecast.nodes_cached):
        return "Need not run next time: its result is there."
    return ""


def _undone(state: NodeRuntime) -> str:
    if state.stale:
        return ""
    if state.failure is not None:
        return "It failed in the last run."
    return f"It was skipped in the last run, since '{state.cause}' failed." if state.cause else ""


def reach_words(graph: Snapshot, runtime: Mapping[NodeId, NodeRuntime], node: NodeId) -> str:
    """What a change of this node makes run again, and how much of the graph's work that is."""
    if graph.nodes[node].state in _IDLE:
        return _IDLE[graph.nodes[node].state]
    reached = downstream([node], graph.links.values())
    others = len(reached) - 1
    what = f"this node and {count(others, 'other')} after it" if others else "this node"
    words = f"A change here runs {what} again"
    times = {one: runtime.get(one, IDLE).elapsed_s for one in graph.nodes}
    if any(times[one] is None for one in reached):
        return f"{words}."
    took = sum(times[one] or 0.0 for one in reached)
    words += f", for about {duration(took)}" if took >= 0.001 else ", in no time"
    total = sum(elapsed or 0.0 for elapsed in times.values())
    if total <= 0 or len(graph.nodes) < 2 or None in times.values():
        return f"{words}."
    return f"{words}: {_impact(took / total)} impact, {percent(took / total)} of the time of all."


def _impact(share: float) -> str:
    return "low" if share <= _LOW else "high" if share > _HIGH else "medium"
