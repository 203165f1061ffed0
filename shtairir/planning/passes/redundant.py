"""Removes waits that a longer path already implies.

The values still travel along every link. Only the executor's countdown gets shorter: if ``c`` waits for ``b``
and ``b`` for ``a``, then ``c`` need not wait for ``a`` as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.planning.dependency import Adjacency, has_long_edges, redundant_edges


def drop_redundant_edges(
    predecessors: Adjacency, successors: Adjacency, levels: Sequence[int]
) -> tuple[list[Sequence[int]], dict[int, set[int]]]:
    """Return for each node whom it must wait for, and whom it need not because it waits for them anyway."""
    repeated: dict[int, set[int]] = {}
    if not has_long_edges(predecessors, levels):
        return list(predecessors), repeated
    for source, target in redundant_edges(successors, levels):
        repeated.setdefault(target, set()).add(source)
    waits = list(predecessors)
    for node, sources in repeated.items():
        waits[node] = [other for other in predecessors[node] if other not in sources]
    return waits, repeated
