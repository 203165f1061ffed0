"""Groups tasks into stages that fit the limits.

A stage is a level, or a part of one where all of it together would take more than there is. Tasks of a level need
nothing of each other, so they may be parted in any way: each goes into the first part where it fits (first-fit
packing, Johnson 1974).
"""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.planning.footprint import Footprint
from shtairir.planning.plan import ExecutionStage
from shtairir.planning.resources import ONE_PROCESSOR, ResourceLimits, ResourceRequirements, together


def pack_stages(
    levels: Sequence[int],
    requirements: Sequence[ResourceRequirements],
    limits: ResourceLimits,
    workers: int,
    held: Footprint | None = None,
) -> list[ExecutionStage]:
    """Return the stages, each within the limits as long as each of its tasks is.

    Parameters
    ----------
    levels, requirements
        Of each task, by index; within a level, tasks are taken in the order of their indices.
    held
        What tasks take and let go of: what earlier stages leave behind is not there for the later ones.
    """
    by_level: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
    for task, level in enumerate(levels):
        by_level[level].append(task)
    memory = _Memory(held, limits.memory_bytes)
    stages: list[ExecutionStage] = []
    for tasks in by_level:
        for group in _parted(tasks, requirements, limits, workers, memory.room):
            needs = together([requirements[task] for task in group], workers)
            stages.append(ExecutionStage(len(stages), tuple(group), needs))
            memory.pass_by(group)
    return stages


class _Memory:
    """Follows what is still held when a stage begins."""

    def __init__(self, held: Footprint | None, limit_bytes: int | None) -> None:
        self._held = held
        self._limit = limit_bytes
        self._readers = list(held.readers) if held is not None else []
        self._live = 0

    @property
    def room(self) -> int | None:
        """What is left; nothing less than nothing, ``None`` for any amount."""
        return None if self._limit is None else max(self._limit - self._live, 0)

    def pass_by(self, group: Sequence[int]) -> None:
        """Take note that a stage is over."""
        if self._held is None or self._limit is None:
            return
        sizes, readers = self._held.sizes, self._readers
        for task in group:
            self._live += sum(sizes[slot] for slot in self._held.writes(task) if readers[slot])
            for slot in self._held.reads[task]:
                readers[slot] -= 1
                if not readers[slot]:
                    self._live -= sizes[slot]


def _parted(
    tasks: list[int],
    requirements: Sequence[ResourceRequirements],
    limits: ResourceLimits,
    workers: int,
    room: int | None,
) -> list[list[int]]:
    """Return the tasks in groups, each within the limits as long as a single task is."""
    if all(requirements[task] is ONE_PROCESSOR for task in tasks):
        return [tasks]  # no more of them run at a time than there are processors
    groups: list[_Group] = []
    first_with_room: dict[object, int] = {}
    for task in tasks:
        needs = requirements[task]
        # Groups only fill, so what did not fit into one does not fit later: the search goes on where it ended.
        key = (needs.cpu, needs.memory_bytes, needs.processes, needs.gpu, *sorted(needs.named.items()))
        index = first_with_room.get(key, 0)
        while index < len(groups) and not groups[index].add(task, needs):
            index += 1
        if index == len(groups):
            groups.append(_Group(task, needs, limits, workers, room))
        first_with_room[key] = index
    return [sorted(group.tasks) for group in groups]


class _Group:
    """Tasks of one level that fit side by side."""

    def __init__(
        self, task: int, needs: ResourceRequirements, limits: ResourceLimits, workers: int, room: int | None
    ) -> None:
        self.tasks = [task]
        self._limits = limits
        self._workers = workers
        self._room = room
        self._memory = needs.memory_bytes
        self._special = [needs] if _is_special(needs) else []

    def add(self, task: int, needs: ResourceRequirements) -> bool:
        """Take a task in, if it fits, and say whether it did."""
        if self._room is not None and needs.memory_bytes and self._memory + needs.memory_bytes > self._room:
            return False
        special = [*self._special, needs] if _is_special(needs) else self._special
        # One that needs a processor and nothing else may take the place of each that is not special.
        plain = [ONE_PROCESSOR] * max(min(self._workers, len(self.tasks) + 1) - len(special), 0)
        if special and not self._limits.hold(_without_memory(together([*special, *plain], self._workers))):
            return False
        self.tasks.append(task)
        self._special = special
        self._memory += needs.memory_bytes
        return True


def _is_special(needs: ResourceRequirements) -> bool:
    return needs.cpu != 1 or bool(needs.processes or needs.gpu or needs.named)


def _without_memory(needs: ResourceRequirements) -> ResourceRequirements:
    return ResourceRequirements(cpu=needs.cpu, processes=needs.processes, gpu=needs.gpu, named=needs.named)
