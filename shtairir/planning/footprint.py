"""What tasks take of memory, and a rehearsal of the run: who runs when, and how much is held then.

The rehearsal is a list scheduler (Graham 1969): whenever a worker is free, the ready task that the plan prefers
begins, and lasts as long as it is expected to. It counts as the run's own account does: outputs from the start of
their task to the end of the last reader, working memory while the task lasts, memory that several outputs share
once, borrowed buffers by their size class, values below a kilobyte not at all.

Tasks are numbers here, outputs are slots, all in plain lists.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import accumulate

from shtairir.block.definition import BlockDefinition
from shtairir.block.loops import LOOPS
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.memory.pool import size_class
from shtairir.planning.composite import FUSED
from shtairir.planning.config import Estimate
from shtairir.planning.dependency import Adjacency
from shtairir.planning.estimates import Forecast, Output
from shtairir.planning.working import WorkingGraph

POOLED_FROM = 1 << 16


@dataclass(frozen=True, slots=True)
class Footprint:
    """What each task takes and reads; by task, but `sizes` and `readers`, which are by slot.

    Attributes
    ----------
    sizes
        What a value takes; nothing for one that shows the memory of another.
    reads
        The slots whose memory a task reads, each once.
    readers
        How many tasks read a slot's memory; of one that is kept, one more.
    needs
        What a task takes when it starts: its outputs and its working memory.
    working
        The part of it that is given back at its end.
    """

    first_slots: Sequence[int]
    sizes: Sequence[int]
    reads: Sequence[Sequence[int]]
    readers: Sequence[int]
    needs: Sequence[int]
    working: Sequence[int]

    def writes(self, task: int) -> range:
        """Return the slots of a task's outputs."""
        return range(self.first_slots[task], self.first_slots[task + 1])

    def writer(self, slot: int) -> int:
        """Return the task that makes a value."""
        return bisect_right(self.first_slots, slot) - 1

    def inputs_bytes(self, task: int) -> int:
        """Return what the values take that a task reads."""
        return sum(self.sizes[slot] for slot in self.reads[task])

    def least(self, task: int) -> int:
        """Return what must be there for a task to run, whatever else is not."""
        return self.inputs_bytes(task) + self.needs[task]


def footprint(graph: WorkingGraph, numbers: Sequence[int], known: Forecast) -> Footprint | None:
    """Return what the nodes take, as tasks in the order of ``numbers``.

    ``None`` when no value is large enough to be counted, or no size is known. Unknown sizes count as nothing.
    """
    estimates = known.estimates
    if not any(_counted(estimate, definition) for estimate, definition in known.different):
        return None
    position = {number: task for task, number in enumerate(numbers)}
    outputs = [len(graph.nodes[number].definition.outputs) for number in numbers]
    first = [0, *accumulate(outputs)]
    sizes = [0] * first[-1]
    needs, working = [0] * len(numbers), [0] * len(numbers)
    for task, number in enumerate(numbers):
        estimate, definition = estimates[number], graph.nodes[number].definition
        if not _counted(estimate, definition):
            continue
        charges = _charges(number, definition, estimate, known.roots)
        sizes[first[task] : first[task + 1]] = charges
        works = any(charges) or definition.id in LOOPS
        needs[task] = max(sum(charges), estimate.peak_bytes or 0) if works else sum(charges)
        working[task] = needs[task] - sum(charges)
    reads, readers = _readings(graph, numbers, position, first, known.roots)
    return Footprint(first, sizes, reads, readers, needs, working)


def _counted(estimate: Estimate, definition: BlockDefinition) -> bool:
    if definition.id in LOOPS and (estimate.peak_bytes or 0) >= UNCOUNTED_BYTES:
        return True  # whatever comes out, its iterations take memory
    return any(nbytes is not None and nbytes >= UNCOUNTED_BYTES for nbytes in estimate.output_bytes)


def _charges(number: int, definition: BlockDefinition, estimate: Estimate, roots: Mapping[Output, Output]) -> list[int]:
    pooled = borrows(definition)
    charges = []
    for output, nbytes in enumerate(estimate.output_bytes):
        if nbytes is None or nbytes < UNCOUNTED_BYTES or (number, output) in roots:
            charges.append(0)
        else:
            charges.append(size_class(nbytes) if pooled and nbytes >= POOLED_FROM else nbytes)
    count = len(definition.outputs)
    return (charges + [0] * count)[:count]


def borrows(definition: BlockDefinition) -> bool:
    """Whether a block's results lie in buffers of the pool."""
    return definition.id == FUSED or (definition.traits.elementwise and definition.context_argument is not None)


def _readings(
    graph: WorkingGraph,
    numbers: Sequence[int],
    position: Mapping[int, int],
    first: Sequence[int],
    roots: Mapping[Output, Output],
) -> tuple[list[Sequence[int]], list[int]]:
    def slot(output: Output) -> int:
        number, index = roots.get(output, output)
        return first[position[number]] + index

    reads: list[Sequence[int]] = []
    readers = [0] * first[-1]
    for number in numbers:
        slots = {slot((feed.source, feed.output)) for feed in graph.nodes[number].feeds}
        reads.append(tuple(slots))
        for read in slots:
            readers[read] += 1
    for number, index in graph.shown:
        if number in position:
            readers[slot((number, index))] += 1
    return reads, readers


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a run is expected to go; times are in seconds from its start, by task.

    Attributes
    ----------
    at_peak
        The task at whose start the most is held.
    order
        The tasks as they began.
    held_back
        Tasks that had to wait for memory, and the task whose end let each of them start.
    """

    elapsed_s: float
    peak_bytes: int
    at_peak: int | None
    starts_s: Sequence[float]
    ends_s: Sequence[float]
    order: Sequence[int]
    held_back: Mapping[int, int] = field(default_factory=dict)


def rehearse(
    print_: Footprint,
    predecessors: Adjacency,
    successors: Adjacency,
    rank: Sequence[int],
    durations: Sequence[float],
    workers: int,
    *,
    stages: Sequence[int] | None = None,
    limit_bytes: int | None = None,
) -> Rehearsal:
    """Walk through the run.

    Parameters
    ----------
    rank
        By task: of two that could start, the one with the lower rank does.
    stages
        By task; a stage begins when the one before it is over. ``None`` for no barriers.
    limit_bytes
        A task begins only when it fits, unless nothing else runs.
    """
    return _Walk(print_, successors, rank, stages, limit_bytes).run(predecessors, durations, workers)


class _Walk:
    def __init__(
        self,
        print_: Footprint,
        successors: Adjacency,
        rank: Sequence[int],
        stages: Sequence[int] | None,
        limit_bytes: int | None,
    ) -> None:
        self._print = print_
        self._successors = successors
        self._rank = rank
        self._stages = stages
        self._limit = limit_bytes
        self._readers = list(print_.readers)
        self._live = 0
        self._peak = 0
        self._at_peak: int | None = None
        self._waiting: set[int] = set()
        self._order: list[int] = []
        self._held_back: dict[int, int] = {}

    def run(self, predecessors: Adjacency, durations: Sequence[float], workers: int) -> Rehearsal:
        missing = [len(before) for before in predecessors]
        rank, successors = self._rank, self._successors
        stage_left = self._stage_sizes()
        stage = 0
        later: dict[int, list[int]] = {}
        starts, ends = [0.0] * len(missing), [0.0] * len(missing)
        ready: list[tuple[int, int]] = []
        for task, count in enumerate(missing):
            if not count:
                self._queue(task, stage, ready, later)
        heapify(ready)
        running: list[tuple[float, int]] = []
        now, ended = 0.0, -1
        while ready or running:
            while ready and len(running) < workers:
                begun = self._next(ready, bool(running), ended)
                if begun is None:
                    break
                starts[begun] = now
                ends[begun] = now + durations[begun]
                heappush(running, (ends[begun], begun))
            now, ended = heappop(running)
            self._finish(ended)
            for other in successors[ended]:
                missing[other] -= 1
                if not missing[other]:
                    self._queue(other, stage, ready, later)
            if self._stages is not None:
                stage_left[self._stages[ended]] -= 1
                while stage < len(stage_left) - 1 and not stage_left[stage]:
                    stage += 1
                    for other in later.pop(stage, ()):
                        heappush(ready, (rank[other], other))
        return Rehearsal(now, self._peak, self._at_peak, starts, ends, self._order, self._held_back)

    def _stage_sizes(self) -> list[int]:
        sizes = [0] * (max(self._stages or (), default=-1) + 1)
        for stage in self._stages or ():
            sizes[stage] += 1
        return sizes

    def _queue(self, task: int, stage: int, ready: list[tuple[int, int]], later: dict[int, list[int]]) -> None:
        if self._stages is not None and self._stages[task] > stage:
            later.setdefault(self._stages[task], []).append(task)
        else:
            heappush(ready, (self._rank[task], task))

    def _next(self, ready: list[tuple[int, int]], others_run: bool, ended: int) -> int | None:
        """Take the first ready task that fits, the first of all if nothing runs; ``None`` if all must wait."""
        if self._limit is None or not others_run:
            task = heappop(ready)[1]
        else:
            room = self._limit - self._live
            passed_over = []
            found = None
            while ready and found is None:
                item = heappop(ready)
                if self._print.needs[item[1]] <= room:
                    found = item[1]
                else:
                    passed_over.append(item)
            self._waiting.update(item[1] for item in passed_over)
            for item in passed_over:
                heappush(ready, item)
            if found is None:
                return None
            task = found
        if task in self._waiting:
            self._held_back[task] = ended
        self._order.append(task)
        self._live += self._print.needs[task]
        if self._live > self._peak:
            self._peak, self._at_peak = self._live, task
        return task

    def _finish(self, task: int) -> None:
        readers, sizes = self._readers, self._print.sizes
        self._live -= self._print.working[task]
        for slot in self._print.reads[task]:
            readers[slot] -= 1
            if not readers[slot]:
                self._live -= sizes[slot]
        for slot in self._print.writes(task):
            if not readers[slot]:
                self._live -= sizes[slot]
