"""What matters more comes earlier in the plan, and so is taken first where there is a choice, at no cost in a run.

Workers take the ready task with the lowest number. What a node needs matters as much as the node itself, or it would
wait behind things that matter less; so all that goes first is closed under what feeds it, and the order stays one in
which each node comes after what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shtairir.planning.dependency import Adjacency
from shtairir.planning.working import Reason

if TYPE_CHECKING:
    from shtairir.planning.working import WorkingGraph

_RANKS: Mapping[str, int] = {"high": 0, "normal": 1, "low": 2}


def ranks(graph: WorkingGraph, order: Sequence[int], predecessors: Adjacency) -> dict[int, int] | None:
    """Return for each node how early it is to come, 0 for the first; ``None`` when no node matters more than another.

    Parameters
    ----------
    order
        Each node after what feeds it.
    """
    nodes = graph.nodes
    usual = _RANKS[graph.policy.node.priority]
    own = {
        number: rank
        for number, node in nodes.items()
        if node.policy is not None and (rank := _RANKS[node.policy.priority]) != usual
    }
    if not own:
        return None
    found = {number: own.get(number, usual) for number in order}
    for number in reversed(order):
        for before in predecessors[number]:
            found[before] = min(found[before], found[number])
    return found


def why_ranked(graph: WorkingGraph, order: Sequence[int]) -> Iterator[Reason]:
    """Yield a sentence for each node that matters more, or less, than most."""
    usual = graph.policy.node.priority
    for number in order:
        node = graph.nodes[number]
        if node.policy is not None and node.policy.priority != usual:
            more = _RANKS[node.policy.priority] < _RANKS[usual]
            where = "before" if more else "after"
            why = f"Comes {where} most others where there is a choice: its priority is {node.policy.priority}."
            yield Reason(node.id, "priority", why)
