"""A profile as a trace in the Trace Event Format, which Perfetto (ui.perfetto.dev) and Chrome (about:tracing) read.

A lane for each worker with a slice for each node; nodes that were one task lie in a slice of the task. Below them
the memory counters: values, the pool's idle buffers, the process.

Times are microseconds after the start of the run.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir.memory.profiler import NodeProfile, Profile
from shtairir.monitor.profile import profile_rows
from shtairir.planning.plan import ExecutionPlan

TraceEvent: TypeAlias = "dict[str, Any]"

_PROCESS = 1
_MICRO = 1e6


def trace_document(profile: Profile, plan: ExecutionPlan) -> dict[str, Any]:
    """Return the trace as JSON can hold it."""
    lanes = {worker: number for number, worker in enumerate(_workers(profile), start=1)}
    return {
        "traceEvents": [
            *_names(profile, lanes),
            *_slices(profile, plan, lanes),
            *_counters(profile),
        ],
        "displayTimeUnit": "ms",
        "otherData": _about(profile, plan),
    }


def write_trace(path: Path, profile: Profile, plan: ExecutionPlan) -> Path:
    """Write a trace, all or nothing, and return its path.

    Raises
    ------
    OSError
        When it cannot be written; the old file, if there is one, is then as it was.
    """
    text = json.dumps(trace_document(profile, plan), allow_nan=False)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _workers(profile: Profile) -> list[str]:
    return sorted({node.worker for node in profile.nodes}, key=lambda worker: (len(worker), worker))


def _names(profile: Profile, lanes: dict[str, int]) -> Iterator[TraceEvent]:
    yield _meta("process_name", 0, name=f"Shtairir: {profile.graph_name}")
    for worker, lane in lanes.items():
        yield _meta("thread_name", lane, name=worker)
        yield _meta("thread_sort_index", lane, sort_index=lane)


def _meta(what: str, lane: int, **arguments: object) -> TraceEvent:
    return {"ph": "M", "name": what, "ts": 0, "pid": _PROCESS, "tid": lane, "args": arguments}


def _slices(profile: Profile, plan: ExecutionPlan, lanes: dict[str, int]) -> Iterator[TraceEvent]:
    for first, parts in _composites(profile.nodes):
        start_s = min(part.started_s for part in parts)
        yield _slice(
            f"task of {len(parts)} nodes",
            "task",
            start_s,
            max(part.ended_s for part in parts) - start_s,
            lanes[parts[0].worker],
            {"first": first, "nodes": [part.node for part in parts]},
        )
    for row in sorted(profile_rows(profile, plan), key=lambda row: row.node.started_s):
        node = row.node
        arguments = {
            "block": row.block,
            "status": str(node.status),
            "critical": row.critical,
            "output_bytes": node.output_bytes,
            "peak_bytes": node.peak_bytes,
            "allocated_bytes": node.allocated_bytes,
            "pool_hits": node.hits,
            "pool_misses": node.misses,
        }
        if node.part_of is not None:
            arguments["time"] = f"a share of the task of '{node.part_of}'"
        yield _slice(node.node, row.category or "node", node.started_s, node.elapsed_s, lanes[node.worker], arguments)
        if node.status is not NodeStatus.DONE:
            yield {
                "ph": "i",
                "name": f"{node.node} {node.status}",
                "cat": "failure",
                "s": "t",
                "ts": _micro(node.ended_s),
                "pid": _PROCESS,
                "tid": lanes[node.worker],
                "args": {},
            }


def _composites(nodes: Iterable[NodeProfile]) -> list[tuple[NodeId, list[NodeProfile]]]:
    parts: dict[tuple[NodeId, str], list[NodeProfile]] = {}
    for node in nodes:
        if node.part_of is not None:
            parts.setdefault((node.part_of, node.worker), []).append(node)
    return [(first, found) for (first, _), found in parts.items() if sum(part.elapsed_s > 0 for part in found) > 1]


def _slice(
    name: str, category: str, start_s: float, elapsed_s: float, lane: int, arguments: dict[str, Any]
) -> TraceEvent:
    return {
        "ph": "X",
        "name": name,
        "cat": category,
        "ts": _micro(start_s),
        "dur": _micro(elapsed_s),
        "pid": _PROCESS,
        "tid": lane,
        "args": arguments,
    }


def _micro(seconds: float) -> float:
    return round(max(seconds, 0.0) * _MICRO, 3)


def _counters(profile: Profile) -> Iterator[TraceEvent]:
    for sample in profile.timeline:
        place = {"ph": "C", "cat": "memory", "ts": _micro(sample.at_s), "pid": _PROCESS, "tid": 0}
        yield {
            **place,
            "name": "values and pool",
            "args": {"values": sample.live_bytes, "pool idle": sample.idle_bytes},
        }
        yield {**place, "name": "process in RAM", "args": {"resident": sample.resident_bytes}}


def _about(profile: Profile, plan: ExecutionPlan) -> dict[str, Any]:
    return {
        "graph": profile.graph_name,
        "run": profile.run,
        "status": str(profile.status) if profile.status is not None else "running",
        "level": str(plan.level),
        "workers": profile.workers,
        "elapsed_s": profile.elapsed_s,
        "peak_bytes": profile.peak_bytes,
        "python": platform.python_version(),
        "system": platform.system(),
    }
