"""Says which value will lie in which buffer of the pool: linear scan over lifetimes.

A value lives from the start of its task to the end of its last reader, as the run was rehearsed. Values are visited
as they begin; each takes the free buffer of its size class that has the lowest number, or a new one (Poletto and
Sarkar, "Linear scan register allocation", 1999). This is also what the pool does in the run: it lends what fits and
is idle. So the assignment needs nobody to enforce it; a run that goes another way than rehearsed may need a buffer
more, or one less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import heappop, heappush

from shtairir.planning.footprint import Footprint, Rehearsal


def assign_buffers(
    held: Footprint, expected: Rehearsal, kept: Sequence[bool], lent: Sequence[bool]
) -> list[tuple[int, list[int]]]:
    """Return the buffers, each with its size and the slots that lie in it, one after the other.

    Parameters
    ----------
    kept
        Whether a slot's value stays to the end, by slot.
    lent
        Whether a task's results lie in the pool, by task.
    """
    ends_s = _last_uses(held, expected, kept)
    born = [
        (expected.starts_s[task], slot)
        for task in range(len(held.needs))
        if lent[task]
        for slot in held.writes(task)
        if held.sizes[slot]
    ]
    buffers: list[tuple[int, list[int]]] = []
    free: dict[int, list[int]] = {}
    busy: list[tuple[float, int]] = []
    for start_s, slot in sorted(born):
        while busy and busy[0][0] <= start_s:
            _, number = heappop(busy)
            heappush(free.setdefault(buffers[number][0], []), number)
        nbytes = held.sizes[slot]
        idle = free.get(nbytes)
        if idle:
            number = heappop(idle)
            buffers[number][1].append(slot)
        else:
            number = len(buffers)
            buffers.append((nbytes, [slot]))
        heappush(busy, (ends_s[slot], number))
    return buffers


def _last_uses(held: Footprint, expected: Rehearsal, kept: Sequence[bool]) -> list[float]:
    """Return for each slot when its value is let go."""
    ends_s = [0.0] * len(held.sizes)
    for task, end_s in enumerate(expected.ends_s):
        for slot in (*held.reads[task], *held.writes(task)):
            ends_s[slot] = max(ends_s[slot], end_s)
    return [math.inf if is_kept else end_s for end_s, is_kept in zip(ends_s, kept, strict=True)]
