"""From the result of a run to the rows that are written of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from math import fsum, isfinite
from pathlib import Path
from sys import getsizeof
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shtairir.block.values import ValueSummary, summarize
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, RunKey
from shtairir.monitor.past import FailedAttempt, PastEvent, PastForecast, ResourceUse, RunSummary
from shtairir.monitor.recording import NodeRow, RunRows
from shtairir.planning.source import source_of
from shtairir.results.report import failure_dict, summary_dict

if TYPE_CHECKING:
    from shtairir.monitor.chronicle import Outline
    from shtairir.planning.plan import ExecutionPlan, Task
    from shtairir.results.nodes import NodeResult, NodeResults
    from shtairir.results.records import Records

LEAST_S = 0.005
"""Of nodes that are quicker and take less memory than `LEAST_BYTES`, more or less is not worth a word."""

LEAST_BYTES = 1_000_000

_MOST_TRACEBACKS = 100
_BAD = ("failed", "timed_out")
_DONE = 2
"""The scheduler's number for a task that is done."""


def graph_text(plan: ExecutionPlan, copy: Path) -> bytes | None:
    """Return the text of the graph that a plan was made of; ``None`` when it is not known, or cannot be written.

    Parameters
    ----------
    copy
        Where the journal of the run has written it, if it has: to make it takes longer than to read it.
    """
    found = _texts.get(plan)
    if found is not None:
        return found
    source = source_of(plan)
    if source is None:
        return None
    try:
        text = copy.read_bytes() if source.snapshot is source.given and copy.is_file() else source.snapshot.to_bytes()
    except (OSError, ValueError):
        return None
    _texts[plan] = text
    return text


_texts: WeakKeyDictionary[ExecutionPlan, bytes] = WeakKeyDictionary()
"""A plan is often run again and again."""


# --- what became of the nodes ---------------------------------------------------------------------------------


def node_rows(result: Outline) -> list[NodeRow]:
    """Return a row for each node, then one for each instance: the columns of ``node_runs`` from ``node`` on."""
    nodes = result.nodes
    rows = plain_rows(nodes.records, nodes.run_started_s)
    calls = calls_by_node(result.plan) if len(rows) < len(nodes) else {}
    found = [rows.get(name) or _row(nodes[name], calls.get(name), result) for name in nodes]
    found += [_row(nodes[path], None, result) for path in nodes.instances]
    return _with_few_tracebacks(found, nodes)


def _with_few_tracebacks(rows: list[NodeRow], nodes: NodeResults) -> list[NodeRow]:
    """Return the rows without the tracebacks of all but the first that failed: they would be most of it."""
    failed = [place for place, row in enumerate(rows) if row[2] in _BAD]
    for place in failed[_MOST_TRACEBACKS:]:
        node = nodes[rows[place][0]]
        if node.error is not None:
            brief = replace(node, error=replace(node.error, traceback=""))
            rows[place] = (*rows[place][:-1], _details(brief))
    return rows


def plain_rows(records: Records, run_started_s: float) -> dict[str, NodeRow]:
    """Return the rows of the nodes that are done, and of which there is no more to say, by node.

    That is nearly all of them, so here a row takes two microseconds and not forty.
    """
    special: set[int] = set().union(
        records.timed_out,
        records.causes,
        records.unneeded,
        records.taken,
        records.attempts,
        records.fallbacks,
        records.conditions,
        records.restored,
        records.notes,
        records.parts,
        records.loops,
        records.decides_for,
    )
    states, slots, noted = records.states, records.slots, records.outputs
    started_s, ended_s = records.started_s, records.ended_s
    rows: dict[str, NodeRow] = {}
    task_of: Mapping[NodeId, int] = {}
    for task in records.plan.tasks:
        number = task.number
        if states[number] != _DONE or task.aliases or task.parts or number in special:
            continue
        elapsed_s = ended_s[number] - started_s[number]
        outputs: Sequence[Any] = noted[number]
        if outputs:
            output_bytes, peak_bytes = records.output_bytes[number], records.peak_bytes[number]
        else:
            outputs = slots[task.first_slot : task.first_slot + len(task.definition.outputs)]
            output_bytes = peak_bytes = sum(map(getsizeof, outputs))
        if any(output is None for output in outputs):
            continue
        like = None
        if elapsed_s >= LEAST_S or peak_bytes >= LEAST_BYTES:
            task_of = task_of or records.task_numbers()
            like = likeness(records.plan, task.node, task, _arriving(task, records, task_of))
        rows[task.node] = (
            task.node,
            task.definition.id,
            "done",
            started_s[number] - run_started_s,
            elapsed_s,
            output_bytes,
            peak_bytes,
            1,
            1,
            like,
            _plain_outputs(task, outputs),
            None,
        )
    return rows


def _plain_outputs(task: Task, outputs: Sequence[Any]) -> str:
    if len(outputs) == 1:
        value = outputs[0]
        if type(value) is float and isfinite(value):
            return f'{{"{task.definition.outputs[0].name}":{value!r}}}'
    return _json(
        {
            port.name: summary_dict(value if isinstance(value, ValueSummary) else summarize(value, port.type.family))
            for port, value in zip(task.definition.outputs, outputs, strict=False)
        }
    )


def calls_by_node(plan: ExecutionPlan) -> dict[str, Task]:
    """Return what calls the block of each node, also of those in the bodies of loops."""
    calls: dict[str, Task] = {}
    for task in plan.tasks:
        for call in task.calls:
            calls[call.node] = call
            for alias in call.aliases:
                calls[alias] = call
        if task.body is not None:
            calls.update(calls_by_node(task.body.plan))
    return calls


def _row(node: NodeResult, call: Task | None, result: Outline) -> NodeRow:
    worth = node.elapsed_s >= LEAST_S or node.peak_bytes >= LEAST_BYTES
    return (
        node.node,
        _block(node.node, call, result.plan),
        str(node.status),
        node.started_s,
        node.elapsed_s,
        node.output_bytes,
        node.peak_bytes,
        getattr(node, "attempts", 1),
        node.count,
        _likeness(node, call, result) if worth and call is not None and node.status is NodeStatus.DONE else None,
        _outputs(node.outputs) if node.outputs else None,
        _details(node),
    )


def _likeness(node: NodeResult, call: Task, result: Outline) -> int:
    records = result.nodes.records
    arriving = _arriving(call, records, records.task_numbers())
    return likeness(result.plan, node.node, call, arriving, node.iterations)


def _block(node: NodeId, call: Task | None, plan: ExecutionPlan) -> str:
    if call is not None:
        return str(call.definition.id)
    definition = plan.folded_definitions.get(node)
    return str(definition.id) if definition is not None else ""


def likeness(plan: ExecutionPlan, node: str, call: Task, arriving_bytes: int, iterations: int = 0) -> int:
    """Return a number that is the same for runs of a node that should take the same.

    They are of the same graph, node and block, with the same values and about as much to read.
    """
    definition = call.definition
    parts = (str(plan.base_dir), plan.graph_name, node, definition.id, definition.version, iterations)
    said = f"{parts!r}{call.values!r}{arriving_bytes.bit_length()}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


def _arriving(call: Task, records: Records, task_of: Mapping[NodeId, int]) -> int:
    """Return about how many bytes a node reads over links: all that is made by those that feed it."""
    feeding = {task_of.get(item.source.node) for item in call.inputs}
    return sum(records.sizes(task)[0] for task in feeding if task is not None)


def _outputs(outputs: Mapping[Any, ValueSummary]) -> str:
    return _json({port: summary_dict(summary) for port, summary in outputs.items()})


def _details(node: NodeResult) -> str | None:
    """Return what few nodes have to say, as JSON."""
    facts: dict[str, Any] = {}
    if node.reason:
        facts["reason"] = node.reason
    if node.error is not None:
        facts["error"] = failure_dict(node.error)
    if node.failed:
        facts["failed"] = node.failed
    if node.parts:
        facts["parts"] = list(node.parts)
    return _json(facts) if facts else None


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=str)


# --- the run as a whole ---------------------------------------------------------------------------------------


def counts(rows: Iterable[NodeRow]) -> Mapping[str, int]:
    """Return how many nodes ended in each way; a node whose time was up counts as failed."""
    found = dict.fromkeys(("done", "failed", "skipped", "cached", "cancelled"), 0)
    for row in rows:
        name = "failed" if row[2] == "timed_out" else "done" if row[2] == "compensated" else row[2]
        if name in found:
            found[name] += 1
    return found


def first_error(result: Outline, rows: Iterable[NodeRow]) -> str:
    """Return what the first failure said, in one line."""
    for row in rows:
        node = result.nodes[row[0]] if row[2] in _BAD else None
        if node is not None and node.error is not None and not node.taken_by:
            said = node.error.message.partition("\n")[0]
            return f"{node.node}: {said[:300]}"
    return ""


def rows_of(
    result: Outline,
    *,
    key: RunKey,
    started_at: float,
    origin: Any,
    text: bytes | None,
    resumed_from: RunKey | None = None,
    attempts: Sequence[FailedAttempt] = (),
    events: Sequence[PastEvent] = (),
    resources: Sequence[ResourceUse] = (),
) -> RunRows:
    """Return all that is to be written of a run that is over.

    Parameters
    ----------
    text
        The graph as it ran.
    """
    plan = result.plan
    nodes = node_rows(result)
    source = source_of(plan)
    path = source.given.path if source is not None else None
    summary = RunSummary(
        key=key,
        graph=plan.graph_name,
        status=result.status,
        started_at=started_at,
        elapsed_s=result.elapsed_s,
        file=os.path.realpath(path) if path is not None else None,
        fingerprint=blake2b(text, digest_size=16).hexdigest() if text is not None else None,
        origin=origin,
        workers=plan.workers,
        level=str(plan.level),
        nodes=len(plan.nodes),
        peak_bytes=result.memory.peak_bytes,
        error=first_error(result, nodes),
        resumed_from=resumed_from,
        **counts(nodes[: len(plan.nodes)]),
    )
    taken = tuple(_taken(result, nodes))
    return RunRows(summary, str(plan.base_dir), text, nodes, attempts, events, (*taken, *resources), _foreseen(result))


def _foreseen(result: Outline) -> PastForecast | None:
    if result.foresight is None:
        return None
    review = result.foresight.review(result)
    forecast, truth, expected = review.forecast, review.truth, review.forecast.seconds
    return PastForecast(
        nodes_to_run=len(forecast.nodes_to_run),
        nodes_cached=len(forecast.nodes_cached),
        impact=forecast.impact,
        low_s=expected.low if expected is not None else None,
        typical_s=expected.typical if expected is not None else None,
        high_s=expected.high if expected is not None else None,
        peak_bytes=forecast.peak_bytes,
        disk_bytes=forecast.disk_bytes,
        saved_share=forecast.saved_share,
        runs=forecast.runs,
        nodes_run=truth.nodes_run,
        written_bytes=truth.disk_bytes,
    )


def _taken(result: Outline, rows: Sequence[NodeRow]) -> Iterator[ResourceUse]:
    memory = result.memory
    limit = getattr(memory, "limit_bytes", None) or result.plan.limits.memory_bytes or 0
    yield ResourceUse("memory", "bytes", float(limit), float(memory.peak_bytes))
    if memory.spilled_bytes:
        yield ResourceUse("disk", "bytes", 0.0, float(memory.spilled_bytes))
    busy_s = fsum(row[4] for row in rows[: len(result.plan.nodes)])
    yield ResourceUse("workers", "s", result.plan.workers * result.elapsed_s, busy_s)
