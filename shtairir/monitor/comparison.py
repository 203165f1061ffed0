"""Two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shtairir.block.values import ValueSummary
from shtairir.ids import NodeId, PortName
from shtairir.monitor.past import NodeComparison, NodeRun


def compared(first: Sequence[NodeRun], second: Sequence[NodeRun]) -> tuple[NodeComparison, ...]:
    """Return each node of the second run beside itself in the first, then the nodes that only the first had."""
    before = {node.node: node for node in first}
    pairs: list[tuple[NodeId, NodeRun | None, NodeRun | None]] = [
        (node.node, before.pop(node.node, None), node) for node in second
    ]
    pairs += [(name, node, None) for name, node in before.items()]
    return tuple(NodeComparison(name, old, new, _changed(old, new)) for name, old, new in pairs)


def _changed(old: NodeRun | None, new: NodeRun | None) -> tuple[PortName, ...]:
    """Return the outputs that were made both times, and look different."""
    if old is None or new is None:
        return ()
    before = old.outputs
    return tuple(port for port, value in new.outputs.items() if port in before and _look(before[port]) != _look(value))


def _look(value: ValueSummary) -> tuple[Any, ...]:
    """Return what can be seen of a value; not its size, which differs among versions of Python."""
    return value.text, value.shape, value.dtype, value.minimum, value.maximum, value.length
