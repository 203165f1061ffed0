"""Chooses an order that needs less memory, when the usual one would not fit.

As long as everything fits, the order is for speed. Beyond the limit it is for memory: of the ready tasks, the one
that leaves least behind comes next, that is, which frees most for what it makes. This is the switch between a
schedule for speed and one for register pressure of Goodman and Hsu ("Code scheduling and register allocation in
large basic blocks", 1988), with arrays for registers. It is greedy and looks one step ahead, so it may miss the
least; it is taken only where it is better than the usual order.

A task's balance changes when it becomes the last reader of a value; it is entered again then, and an entry that
is out of date is passed over. So the whole takes O(links × log tasks).
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from shtairir.planning.dependency import Adjacency
from shtairir.planning.footprint import Footprint


def frugal_order(print_: Footprint, predecessors: Adjacency, successors: Adjacency, rank: Sequence[int]) -> list[int]:
    """Return the tasks in an order that keeps little at a time; ``rank`` decides between equals.

    Examples
    --------
    Two values are made and each is reduced to a small one: the second is made after the first is reduced.

    >>> loads = Footprint([0, 1, 2, 3, 4], [9, 9, 1, 1], [(), (), (0,), (1,)], [1, 1, 1, 1], [9, 9, 1, 1], [0] * 4)
    >>> frugal_order(loads, [[], [], [0], [1]], [[2], [3], [], []], [0, 1, 2, 3])
    [0, 2, 1, 3]
    """
    missing = [len(before) for before in predecessors]
    readers = list(print_.readers)
    read_by: list[list[int]] = [[] for _ in readers]
    for task, slots in enumerate(print_.reads):
        for slot in slots:
            read_by[slot].append(task)

    def balance(task: int) -> int:
        freed = sum(print_.sizes[slot] for slot in print_.reads[task] if readers[slot] == 1)
        kept = sum(print_.sizes[slot] for slot in print_.writes(task) if readers[slot])
        return kept - freed

    def entry(task: int) -> tuple[int, int, int, int]:
        return balance(task), print_.needs[task], rank[task], task

    ready = [entry(task) for task, count in enumerate(missing) if not count]
    heapify(ready)
    done = bytearray(len(missing))
    order: list[int] = []
    while ready:
        task = heappop(ready)[3]
        if done[task]:
            continue
        done[task] = 1
        order.append(task)
        for slot in print_.reads[task]:
            readers[slot] -= 1
            if readers[slot] == 1:
                for other in read_by[slot]:
                    if not done[other] and not missing[other]:
                        heappush(ready, entry(other))
        for other in successors[task]:
            missing[other] -= 1
            if not missing[other]:
                heappush(ready, entry(other))
    return order
