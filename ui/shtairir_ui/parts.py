"""Running a part of a graph: what has to be made anew, and what is there already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shtairir.document import Snapshot
from shtairir.document.references import references_of
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.runtime import NodeRuntime
from shtairir_ui.staleness import downstream

_MADE = frozenset({NodeStatus.DONE, NodeStatus.CACHED})


def following(root: Snapshot, paths: Iterable[NodeId]) -> frozenset[str]:
    """These nodes and all that they feed, by path, up to the graph itself.

    A node inside of an instance feeds what comes after it in there, and what the instance feeds.
    """
    found: set[str] = set()
    for path in paths:
        scope: Snapshot | None = root
        prefix = ""
        *way, last = path.split("/")
        for step in way:
            if scope is None:
                break
            fed = downstream([NodeId(step)], scope.links.values()) - {NodeId(step)}
            found |= {f"{prefix}{node}" for node in fed}
            scope, prefix = _inside(scope, step), f"{prefix}{step}/"
        if scope is not None:
            found |= {f"{prefix}{node}" for node in downstream([NodeId(last)], scope.links.values())}
    return frozenset(found)


def _inside(scope: Snapshot, step: str) -> Snapshot | None:
    node = scope.nodes.get(NodeId(step))
    return next((scope.subgraphs.get(name) for name in references_of(node)), None) if node is not None else None


def still_good(
    results: Mapping[PortRef, object], runtime: Mapping[NodeId, NodeRuntime], anew: Collection[str]
) -> dict[PortRef, object]:
    """The values of nodes that are up to date and not to be made anew."""
    good: dict[NodeId, bool] = {}
    for ref in results:
        if ref.node not in good:
            state = runtime.get(ref.node)
            made = state is not None and state.status in _MADE and not (state.stale or state.coarse)
            good[ref.node] = made and not _is_in(ref.node, anew)
    return {ref: value for ref, value in results.items() if good[ref.node]}


def _is_in(path: str, nodes: Collection[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:depth]) in nodes for depth in range(1, len(parts) + 1))
