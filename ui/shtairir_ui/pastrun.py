"""A run of the past, as the canvas shows it: its graph, what became of the nodes, and the values that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shtairir.document import Graph
from shtairir.ids import NodeId, RunKey
from shtairir_ui.kept import KeptValues
from shtairir_ui.places import Place, by_container
from shtairir_ui.runtime import NodeRuntime

if TYPE_CHECKING:  # imported when somebody looks at the history
    from shtairir.monitor.history import RunRecord
    from shtairir.monitor.past import NodeRun


@dataclass(frozen=True, slots=True)
class PastRun:
    """What is shown of it.

    Attributes
    ----------
    title
        Which run it is and how it ended, in words.
    runtime, inner, results
        As those of a run of the present.
    """

    key: RunKey
    title: str
    graph: Graph
    runtime: Mapping[NodeId, NodeRuntime]
    inner: Mapping[str, list[NodeId]]
    results: KeptValues = field(default_factory=KeptValues)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is edited, while a run of the past is looked at."""

    root: Graph
    place: Place
    selection: tuple[NodeId, ...]


def past_run(record: RunRecord, graph: Graph, results: KeptValues, title: str) -> PastRun:
    """Make it of what the history tells, and of the values that were kept."""
    runtime = {node.node: _state(node) for node in record.nodes if not node.parts}
    return PastRun(record.key, title, graph, runtime, by_container(runtime), results)


def _state(node: NodeRun) -> NodeRuntime:
    ran = node.started_s is not None
    return NodeRuntime(
        status=node.status,
        message=node.error.message if node.error is not None else node.reason,
        elapsed_s=node.elapsed_s if ran else None,
        output_bytes=node.output_bytes,
        peak_bytes=node.peak_bytes,
        failure=node.error,
        summaries=node.outputs,
        reason=node.reason,
        attempt=node.attempts,
    )
