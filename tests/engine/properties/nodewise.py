"""Holds each node of a run to its block: called by hand with what the node received, it gives what the node gave.

That is how "within one unit in the last place for each fused operation" can be told from a mistake: an error of
one operation does not grow on its way through the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from shtairir.events import NodeStatus
from tests.engine.properties.outcome import bits

ROUNDED = frozenset({"array.sum", "array.prod", "array.mean", "array.std"})
"""Blocks whose result depends on the order of additions, where numbers are not whole."""

APPROXIMATE = frozenset(f"array.{name}" for name in ("exp", "log", "log10", "sin", "cos", "tanh", "power", "arctan2"))
"""Blocks whose last bit depends on how the elements lie: NumPy has several implementations."""


class _Workspace:
    """A context that lends ordinary memory and keeps nothing."""

    def empty(self, shape: Any, dtype: Any = float) -> Any:
        return np.empty(shape, dtype)

    def zeros(self, shape: Any, dtype: Any = float) -> Any:
        return np.zeros(shape, dtype)

    def log(self, message: str, level: str = "info") -> None: ...

    def progress(self, fraction: float | None, message: str = "") -> None: ...

    def check_cancelled(self) -> None: ...


def assert_each_node_did_its_work(result: Any, plainest: Any) -> None:
    """Check every node of a run of which all values were kept.

    Parameters
    ----------
    plainest
        A run at the level ``none``, whose plan has a task for each node.
    """
    for task in plainest.plan.tasks:
        if result.nodes[task.node].status is not NodeStatus.DONE:
            continue
        received = {item.port: _converted(item, result[item.source]) for item in task.inputs}
        values = {name: np.copy(each) if isinstance(each, np.ndarray) else each for name, each in received.items()}
        arguments = {**task.values, **values}
        if task.definition.context_argument is not None:
            arguments[task.definition.context_argument] = _Workspace()
        with np.errstate(all="ignore"):
            returned = task.definition.function(**arguments)
        outputs = returned if len(task.definition.outputs) > 1 else (returned,)
        for port, wanted in zip(task.outputs, outputs, strict=True):
            if bits(result[port]) != bits(wanted):
                _assert_close(str(port), task.node, task.definition.id, result[port], wanted, received)


def _converted(item: Any, value: Any) -> Any:
    return value if item.conversion is None else item.conversion.apply(value)


def _assert_close(port: str, node: str, block: str, one: Any, other: Any, received: dict[str, Any]) -> None:
    assert type(one) is type(other), port
    one, other = np.asarray(one), np.asarray(other)
    assert (one.dtype, one.shape) == (other.dtype, other.shape), port
    assert one.dtype.kind in "fc", f"{port}: what is no fraction has no last place"
    if block in ROUNDED:
        _assert_sum(port, one, other, next(iter(received.values())))
    else:
        assert block in APPROXIMATE or one.dtype.kind == "c", f"{port} of {block}"
        size = np.maximum(np.abs(one), np.abs(other)).astype(one.real.dtype)
        off = np.abs(one - other) <= np.spacing(size) * (4 if one.dtype.kind == "c" else 1)
        assert (_same(one, other) | off).all(), (port, one, other)


def _assert_sum(port: str, one: Any, other: Any, source: Any) -> None:
    """Hold a sum against another of the same numbers, in another order."""
    precision = np.finfo(source.dtype if source.dtype.kind in "fc" else one.dtype).eps
    with np.errstate(all="ignore"):
        size = np.abs(source.astype(complex if source.dtype.kind == "c" else float)).sum()
        error = source.size * precision * max(size, np.abs(other).max())
        off = np.abs(one - other) <= error
    assert (_same(one, other) | off).all() or not np.isfinite(size), (port, one, other)


def _same(one: Any, other: Any) -> Any:
    return (one == other) | (np.isnan(one) & np.isnan(other))
