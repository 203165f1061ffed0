"""A result as JSON can hold it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from shtairir.block.values import Color, ValueSummary, summarize
from shtairir.events import NodeFailure, NodeStatus

if TYPE_CHECKING:
    from shtairir.results.nodes import NodeResult
    from shtairir.results.result import RunResult

_INLINE_ELEMENTS = 64
_INLINE_ITEMS = 1000
_DEEPEST = 20
_LONGEST_INT = 10_000  # bits; Python refuses to write out much longer ones


def as_dict(result: RunResult) -> dict[str, Any]:
    """Return a result as a dictionary that any JSON writer takes."""
    return {
        "run": result.run,
        "graph": result.plan.graph_name,
        "level": str(result.plan.level),
        "workers": result.plan.workers,
        "status": str(result.status),
        "elapsed_s": result.elapsed_s,
        **({"missing": dict(result.missing)} if result.missing else {}),
        "results": {name: jsonable(value) for name, value in result.results.items()},
        "nodes": {name: _node(node) for name, node in result.nodes.items()},
        "instances": {name: _node(result.nodes[name]) for name in result.nodes.instances},
        "named": {name: str(port) for name, port in result.plan.named.items()},
        "memory": result.memory.to_dict(),
        **_loops(result),
        **({"review": review.to_dict()} if (review := result.review) is not None else {}),
    }


def _loops(result: RunResult) -> dict[str, Any]:
    """Return how the iterations of the loops went, if there are any."""
    found = {}
    for task in result.plan.tasks:
        if task.body is not None:
            iterations = result.iterations(task.node)
            found[task.node] = {
                "iterations": len(iterations),
                "done": iterations.count_of(NodeStatus.DONE),
                "failed": [
                    {"index": each.index, "node": each.node, "error": each.error}
                    for each in iterations.failed()[:_INLINE_ITEMS]
                ],
            }
    return {"loops": found} if found else {}


def jsonable(value: object, depth: int = 0) -> Any:
    """Return a value as JSON can hold it: as it is where that is possible, else as a summary.

    Numbers that JSON does not know (NaN, infinity) become ``None``.

    Examples
    --------
    >>> jsonable([1, float("nan"), {"a": (True, None)}])
    [1, None, {'a': [True, None]}]
    """
    if value is None or isinstance(value, bool | str) or (isinstance(value, int) and value.bit_length() < _LONGEST_INT):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Color):
        return value.hex
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if depth < _DEEPEST:
        if isinstance(value, list | tuple) and len(value) <= _INLINE_ITEMS:
            return [jsonable(item, depth + 1) for item in value]
        if isinstance(value, Mapping) and len(value) <= _INLINE_ITEMS:
            return {str(key): jsonable(item, depth + 1) for key, item in value.items()}
        if _is_small_array(value):
            return jsonable(value.tolist(), depth + 1)  # type: ignore[attr-defined]
    return summary_dict(summarize(value))


def _is_small_array(value: object) -> bool:
    size = getattr(value, "size", None)
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return (
        isinstance(size, int) and size <= _INLINE_ELEMENTS and kind in ("b", "i", "u", "f") and hasattr(value, "tolist")
    )


def summary_dict(summary: ValueSummary) -> dict[str, Any]:
    """Return a summary without the facts that it does not have."""
    facts = {
        "kind": summary.kind,
        "text": summary.text,
        "shape": list(summary.shape) if summary.shape is not None else None,
        "dtype": summary.dtype,
        "minimum": jsonable(summary.minimum),
        "maximum": jsonable(summary.maximum),
        "length": summary.length,
        "nbytes": summary.nbytes,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _node(node: NodeResult) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "status": str(node.status),
        "elapsed_s": node.elapsed_s,
        "output_bytes": node.output_bytes,
        "peak_bytes": node.peak_bytes,
        "outputs": {port: summary_dict(summary) for port, summary in node.outputs.items()},
    }
    if node.count != 1:
        facts |= {"count": node.count, "failed": node.failed, "slowest_s": node.slowest_s, "slowest": node.slowest}
    if node.attempts != 1:
        facts["attempts"] = node.attempts
    if node.started_s is not None:
        facts["started_s"] = node.started_s
    if node.reason:
        facts["reason"] = node.reason
    if node.taken_by:
        facts["taken_by"] = list(node.taken_by)
    if node.parts:
        facts["parts"] = list(node.parts)
    if node.error is not None:
        facts["error"] = failure_dict(node.error)
    return facts


def failure_dict(failure: NodeFailure) -> dict[str, Any]:
    """Return a failure as JSON can hold it."""
    code = failure.code
    return {
        "node": failure.node,
        "block": failure.block,
        "type": failure.error_type,
        "message": failure.message,
        "hint": failure.hint,
        "category": failure.category,
        "attempts": failure.attempts,
        "inputs": {port: summary_dict(summary) for port, summary in failure.inputs.items()},
        "code": None
        if code is None
        else {"file": code.file, "line": code.line, "function": code.function, "text": code.text},
        "upstream": list(failure.upstream),
        "traceback": failure.traceback,
    }
