"""A profile as a trace in the Trace Event Format, which Perfetto (ui.perfetto.dev) and Chrome (about:tracing) read.

A lane for each worker with a slice for each node; nodes that were one task lie in a slice of the task. Below them
the memory counters: values, the pool's idle buffers, the process; and, in a process of their own, a slice for each
value that the run held, with its owner and who released it.

Times are microseconds after the start of the run, in eighths: these are exact in binary, as they must be. Perfetto
drops a slice that begins in another and ends behind it, if only by a nanosecond.
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
from shtairir.memory.lifetimes import Lifetime
from shtairir.memory.profiler import NodeProfile, Profile
from shtairir.memory.sizes import in_words
from shtairir.monitor.observed import observed
from shtairir.monitor.profile import profile_rows
from shtairir.planning.plan import ExecutionPlan

TraceEvent: TypeAlias = "dict[str, Any]"

_PROCESS, _MEMORY = 1, 2
_TICKS_PER_S, _TICK = 8e6, 0.125


def trace_document(
    profile: Profile, plan: ExecutionPlan, lifetimes: Iterable[Lifetime] | None = None
) -> dict[str, Any]:
    """Return the trace as JSON can hold it.

    Parameters
    ----------
    lifetimes
        The values of the run, if they shall be in it.
    """
    lanes = {worker: number for number, worker in enumerate(_workers(profile), start=1)}
    held = _held(profile, plan, lifetimes) if lifetimes is not None else []
    return {
        "traceEvents": [
            *_names(profile, lanes),
            *_nested([*_slices(profile, plan, lanes)]),
            *_counters(profile),
            *held,
        ],
        "displayTimeUnit": "ms",
        "otherData": _about(profile, plan),
    }


def write_trace(path: Path, profile: Profile, plan: ExecutionPlan, lifetimes: Iterable[Lifetime] | None = None) -> Path:
    """Write a trace, all or nothing, and return its path.

    Raises
    ------
    OSError
        When it cannot be written; the old file, if there is one, is then as it was.
    """
    text = json.dumps(trace_document(profile, plan, lifetimes), allow_nan=False)
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


def _meta(what: str, lane: int, process: int = _PROCESS, **arguments: object) -> TraceEvent:
    return {"ph": "M", "name": what, "ts": 0, "pid": process, "tid": lane, "args": arguments}


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
    name: str,
    category: str,
    start_s: float,
    elapsed_s: float,
    lane: int,
    arguments: dict[str, Any],
    process: int = _PROCESS,
) -> TraceEvent:
    begin = _micro(start_s)
    return {
        "ph": "X",
        "name": name,
        "cat": category,
        "ts": begin,
        "dur": max(_micro(start_s + elapsed_s) - begin, 0.0),
        "pid": process,
        "tid": lane,
        "args": arguments,
    }


def _micro(seconds: float) -> float:
    return round(max(seconds, 0.0) * _TICKS_PER_S) * _TICK


def _nested(slices: list[TraceEvent]) -> list[TraceEvent]:
    """Return slices of which none begins in another of its lane and ends behind it.

    Times that are equal may come out a tick apart: such a slice begins where the other ends. What runs beside another
    on one lane, as iterations of a loop may, gets a lane of its own.
    """
    spare = max((event["tid"] for event in slices), default=0)
    lanes: dict[int, list[TraceEvent]] = {}
    names: list[TraceEvent] = []
    whole = [event for event in slices if event["ph"] == "X"]
    for event in sorted(whole, key=lambda event: (event["ts"], -event["dur"])):
        lane = event["tid"]
        if not _fits(event, lanes.setdefault(lane, [])):
            lane = spare = spare + 1
            names.append(_meta("thread_name", lane, name=f"beside lane {event['tid']}"))
        event["tid"] = lane
        lanes.setdefault(lane, []).append(event)
    return [*names, *slices]


def _fits(event: TraceEvent, around: list[TraceEvent]) -> bool:
    """Whether a slice lies in what is open in a lane, or behind it; what is over is taken from ``around``."""
    while around and _end(around[-1]) <= event["ts"] + _TICK:
        if _end(around[-1]) > event["ts"] and _end(event) > _end(around[-1]):
            event["dur"] -= _end(around[-1]) - event["ts"]
            event["ts"] = _end(around[-1])
        elif _end(around[-1]) > event["ts"]:
            break  # a short one at the very end of another
        around.pop()
    return not around or _end(event) <= _end(around[-1])


def _end(event: TraceEvent) -> float:
    return float(event["ts"] + event["dur"])


def _held(profile: Profile, plan: ExecutionPlan, lifetimes: Iterable[Lifetime]) -> list[TraceEvent]:
    """Return a slice for each value that was held, on as few lanes as they fit on."""
    events = [_meta("process_name", 0, _MEMORY, name="Memory: values by owner")]
    free_s: list[float] = []
    for holding in observed(profile, lifetimes, plan).holdings:
        lane = next((number for number, until_s in enumerate(free_s) if until_s <= holding.from_s), len(free_s))
        if lane == len(free_s):
            free_s.append(0.0)
            events.append(_meta("thread_name", lane + 1, _MEMORY, name="values"))
        free_s[lane] = holding.to_s
        told = {"owner": holding.owner, "nbytes": holding.nbytes, "released_by": holding.released_by}
        arguments = {**told, "pooled": holding.is_pooled, "buffer": holding.buffer}
        name = f"{holding.name}, {in_words(holding.nbytes)}"
        elapsed_s = holding.to_s - holding.from_s
        events.append(_slice(name, "memory", holding.from_s, elapsed_s, lane + 1, arguments, _MEMORY))
    return events


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
