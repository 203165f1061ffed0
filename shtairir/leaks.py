"""Finds blocks that keep memory after a run: runs a graph several times and compares what is left.

Three things are looked at after each run, when its result is gone: values that blocks returned or received and that
are still alive, buffers that are still lent, and, since a block may also keep what it never hands on, what Python has
allocated since the run before.
"""

from __future__ import annotations

import functools
import gc
import inspect
import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shtairir.block.values import nbytes_of
from shtairir.execute.options import RunOptions
from shtairir.ids import BlockId, NodeId
from shtairir.memory.holders import holders_of
from shtairir.memory.manager import root_of
from shtairir.memory.pool import Lease, MemoryPool
from shtairir.memory.sizes import in_words
from shtairir.planning import ExecutionPlan
from shtairir.planning.plan import Task
from shtairir.session import plan as make_plan
from shtairir.session import start_plan, wait_for

if TYPE_CHECKING:
    from shtairir.document.graph import Graph

SMALLEST_LEAK_BYTES = 4096
_TRACED_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Leak:
    """Memory that is there after runs, and who keeps it.

    Attributes
    ----------
    nodes
        The nodes of the block that keeps it, as far as they can be told apart.
    retained_bytes
        What is kept after the last run.
    growth_bytes
        By how much that is more than after the first run; 0 for what is kept once and for all.
    where
        The name that holds it, or the line that took it.
    """

    nodes: tuple[NodeId, ...]
    block: BlockId
    retained_bytes: int
    growth_bytes: int
    where: str

    def __str__(self) -> str:
        names = ", ".join(f"'{node}'" for node in self.nodes)
        grown = f", {in_words(self.growth_bytes)} of it since the first" if self.growth_bytes else ""
        return f"{names} ({self.block}) keeps {in_words(self.retained_bytes)} after the last run{grown}: {self.where}."


def find_leaks(graph_or_plan: Graph | ExecutionPlan, runs: int = 2, *, trace: bool = True) -> list[Leak]:
    """Return which blocks keep memory after runs, the largest first.

    Parameters
    ----------
    graph_or_plan
        A graph is run node by node.
    runs
        How often to run it, at least twice.
    trace
        Also look at every allocation of Python and NumPy, which makes blocks several times slower. Finds what blocks
        keep without having received or returned it.
    """
    ready = graph_or_plan if isinstance(graph_or_plan, ExecutionPlan) else make_plan(graph_or_plan, level="none")
    hunt = _Hunt(ready)
    started = trace and not tracemalloc.is_tracing()
    if started:
        tracemalloc.start(_TRACED_FRAMES)
    try:
        for _ in range(max(runs, 2)):
            hunt.run_once(trace)
        return hunt.leaks()
    finally:
        if started:
            tracemalloc.stop()


class _Hunt:
    def __init__(self, plan: ExecutionPlan) -> None:
        self._tasks = [part for task in plan.tasks for part in task.calls]
        self._pool = MemoryPool()
        self._seen: dict[int, tuple[weakref.ref[Any], NodeId, int]] = {}
        self._values: list[dict[NodeId, int]] = []
        self._lent: list[dict[str, int]] = []
        self._snapshots: list[tracemalloc.Snapshot] = []
        files = {_lines(task.definition.function)[0] for task in self._tasks}
        self._files = [tracemalloc.Filter(True, file, all_frames=True) for file in sorted(files)]
        self._plan = replace(plan, tasks=tuple(self._watched(task) for task in plan.tasks))

    def _watched(self, task: Task) -> Task:
        if task.parts:
            return task._replace(parts=tuple(self._watched(part) for part in task.parts))
        function = task.definition.function
        if inspect.iscoroutinefunction(function):
            return task

        @functools.wraps(function)
        def watch(*arguments: Any, **named: Any) -> Any:
            returned = function(*arguments, **named)
            for value in _parts_of(returned):
                self._watch(value, task.node)
            return returned

        return task._replace(definition=replace(task.definition, function=watch))

    def _watch(self, value: object, node: NodeId) -> None:
        root = root_of(value)
        if isinstance(root, Lease) or nbytes_of(value) < SMALLEST_LEAK_BYTES:
            return
        try:
            self._seen[id(root)] = weakref.ref(root), node, nbytes_of(root)
        except TypeError:
            return  # of a type that nobody can watch

    def run_once(self, trace: bool) -> None:
        options = RunOptions(pool=self._pool)
        wait_for(start_plan(self._plan, options)).raise_for_status()
        del options
        gc.collect()
        self._seen = {key: entry for key, entry in self._seen.items() if entry[0]() is not None}
        kept: dict[NodeId, int] = {}
        for _, maker, size in self._seen.values():
            kept[maker] = kept.get(maker, 0) + size
        self._values.append(kept)
        lent: dict[str, int] = {}
        for (_, name), size in self._pool.owners().items():
            lent[name] = lent.get(name, 0) + size
        self._lent.append(lent)
        if trace:
            self._snapshots.append(tracemalloc.take_snapshot().filter_traces(self._files))

    # --- what it means ----------------------------------------------------------------------------------------

    def leaks(self) -> list[Leak]:
        found = [*self._of_values(), *self._of_buffers()]
        known = {node for leak in found for node in leak.nodes} | {entry[1] for entry in self._seen.values()}
        if self._snapshots:
            found += [leak for leak in self._of_allocations() if not known.intersection(leak.nodes)]
        return sorted(found, key=lambda leak: (-leak.growth_bytes, -leak.retained_bytes, leak.nodes))

    def _of_values(self) -> Iterator[Leak]:
        holders = {task.node: holders_of(self._seen.keys(), task.definition.function) for task in self._tasks}
        sizes: dict[tuple[tuple[NodeId, ...], NodeId, str], int] = {}
        for key, (_, maker, size) in self._seen.items():
            suspects = [maker, *(task.node for task in self._tasks if self._reads(task, maker))]
            guilty = tuple(node for node in suspects if key in holders[node]) or (maker,)
            entry = guilty, maker, holders[guilty[0]].get(key, "something")
            sizes[entry] = sizes.get(entry, 0) + size
        for (nodes, maker, name), size in sizes.items():
            growth = max(size - self._values[0].get(maker, 0), 0)
            yield Leak(nodes, self._block(nodes[0]), size, growth, f"{name} holds what '{maker}' made")

    def _reads(self, task: Task, maker: NodeId) -> bool:
        return any(item.source.node == maker for item in task.inputs)

    def _of_buffers(self) -> Iterator[Leak]:
        first, last = self._lent[0], self._lent[-1]
        for name, size in last.items():
            node = NodeId(name)
            where = "buffers that it borrowed are still in use"
            yield Leak((node,), self._block(node), size, max(size - first.get(name, 0), 0), where)

    def _of_allocations(self) -> Iterator[Leak]:
        """Find what was taken between the first run and the last, by the lines of blocks that took it."""
        grown: dict[BlockId, tuple[int, str]] = {}
        for difference in self._snapshots[-1].compare_to(self._snapshots[0], "traceback"):
            task = self._taker(difference.traceback)
            if task is not None and difference.size_diff > 0:
                size, where = grown.get(task.definition.id, (0, ""))
                frame = difference.traceback[-1]
                line = f"taken in {frame.filename}, line {frame.lineno}"
                grown[task.definition.id] = size + difference.size_diff, where or line
        for block, (size, where) in grown.items():
            if size >= SMALLEST_LEAK_BYTES:
                nodes = tuple(task.node for task in self._tasks if task.definition.id == block)
                yield Leak(nodes, block, size, size, where)

    def _taker(self, traceback: tracemalloc.Traceback) -> Task | None:
        for frame in traceback:
            for task in self._tasks:
                if _contains(task.definition.function, frame):
                    return task
        return None

    def _block(self, node: NodeId) -> BlockId:
        return next((task.definition.id for task in self._tasks if task.node == node), BlockId("?"))


def _parts_of(returned: object) -> Iterator[object]:
    yield returned
    if isinstance(returned, list | tuple):
        yield from returned[:1000]
    elif isinstance(returned, Mapping):
        yield from list(returned.values())[:1000]


@functools.cache
def _lines(function: Callable[..., Any]) -> tuple[str, range]:
    code = inspect.unwrap(function).__code__
    last = max((line for *_, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    return code.co_filename, range(code.co_firstlineno, last + 1)


def _contains(function: Callable[..., Any], frame: tracemalloc.Frame) -> bool:
    filename, lines = _lines(function)
    return frame.filename == filename and frame.lineno in lines
