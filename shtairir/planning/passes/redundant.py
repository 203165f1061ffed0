"""Removes waits that a longer path already implies.

The values still travel along every link. Only the executor's countdown gets shorter: if ``c`` waits for ``b``
and ``b`` for ``a``, then ``c`` need not wait for ``a`` as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.ids import NodeId
from shtairir.planning.dependency import Adjacency, redundant_edges
from shtairir.planning.working import Reason


def drop_redundant_edges(
    predecessors: Adjacency, successors: Adjacency, levels: Sequence[int], names: Sequence[NodeId]
) -> tuple[list[list[int]], list[Reason]]:
    """Return for each node whom it must wait for, without those that it waits for anyway."""
    repeated: dict[int, set[int]] = {}
    for source, target in redundant_edges(successors, levels):
        repeated.setdefault(target, set()).add(source)
    waits = [
        [other for other in before if other not in repeated[node]] if node in repeated else list(before)
        for node, before in enumerate(predecessors)
    ]
    reasons = [
        Reason(
            names[target],
            "drop_redundant_edges",
            f"Need not wait for {', '.join(repr(str(names[source])) for source in sorted(sources))} as such: "
            "what it waits for does already.",
        )
        for target, sources in sorted(repeated.items())
    ]
    return waits, reasons
