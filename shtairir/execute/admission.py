"""Tasks wait here until there is memory for them.

It stands between the run and its workers, and only where there is a budget. A ready task is handed on if the budget
holds what it is expected to take, beside what is in use and what the running tasks are still expected to take. If
not, it waits, without a worker, while others run. When nothing runs any more, idle values are spilled to disk: those
first whose next reader comes last (Belady, 1966). The worker that takes the task writes them, and brings the task's
own inputs back before the block is called. What cannot go on even then fails, with the numbers.

An expectation may be wrong. A task that takes more than the budget holds has idle values spilled in the middle of
its work; if that is not enough, and others were running, it is put back and runs again alone, if it is pure.

Glossary
--------
held
    Ready tasks that wait for memory.
running
    Tasks handed to the workers and not over, with what they are expected to take.
in company
    Running tasks beside which others have run. What they found in use may be gone when they run alone.
idle
    A value in a slot that no running task reads.
moving
    Slots whose value is on its way to disk or back. A task that reads them waits for its file.

`give`, `withdraw` and what is posted are called in the mailbox, one at a time; `prepare`, `make_room` and
`may_repeat` by workers. They share what is guarded by one condition, which is held for decisions only, never while
a file is read or written.
"""

from __future__ import annotations

import threading
from bisect import insort
from collections.abc import Callable, Collection, Sequence
from typing import Any

from shtairir.block.values import nbytes_of
from shtairir.errors import MemoryBudgetError
from shtairir.events import NodeLogged
from shtairir.execute.call import PLAIN
from shtairir.execute.handing import HandingOn
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.scheduler import State
from shtairir.execute.state import RunState
from shtairir.execute.workers import Execute, IsQuick, Workers
from shtairir.ids import NodeId
from shtairir.memory.allocator import resident_bytes, trim
from shtairir.memory.sizes import in_words
from shtairir.memory.spill import Spilled, SpillFolder, can_spill

_NEVER = 1 << 60
_WORTH_TRIMMING_BYTES = 64_000_000
_LOOK_AHEAD = 64
"""How many of those that wait may be passed by one behind them for which there is room."""


class Admission:
    """Workers who take a task when memory allows.

    Parameters
    ----------
    workers
        Who does the work.
    state, mailbox
        Those of the run.
    folder
        Where values are spilled to.
    """

    def __init__(self, workers: Workers, state: RunState, mailbox: Mailbox, folder: SpillFolder | None = None) -> None:
        self.count = workers.count
        self._workers = workers
        self._state = state
        self._mailbox = mailbox
        self._folder = folder if folder is not None else SpillFolder()
        self._limit_bytes = state.memory.limit_bytes or 0
        self._changed = threading.Condition()
        self._held: list[int] = []
        self._running: dict[int, int] = {}
        self._loads: dict[int, int] = {}
        self._in_company: set[int] = set()
        self._alone: set[int] = set()
        self._expected: dict[int, int] = {}
        self._refused: dict[int, MemoryBudgetError] = {}
        self._to_spill: dict[int, list[int]] = {}
        self._large: set[int] = set()
        self._fixed: set[int] = set()
        self._moving: set[int] = set()
        self._readers = _readers(state)
        self._base_bytes = resident_bytes()
        self._slim_below_bytes = 0
        state.memory.make_room = self.make_room

    # --- as the run sees it: workers --------------------------------------------------------------------------

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Start the workers."""

        def perform(task: int, worker: str) -> bool:
            over = execute(task, worker)
            if over:
                self._mailbox.post(self.over, task)
            return over

        self._workers.start(perform, is_quick, single_file)

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks, and hand on those for which there is memory."""
        for task in tasks:
            self._expected[task] = self._expectation(task)
            insort(self._held, task)
        self._admit()

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker; those that wait for memory do not count."""
        return self._workers.has_waiting()

    def share(self, work: Callable[[], object]) -> None:
        """Have idle workers join in."""
        self._workers.share(work)

    def step(self) -> bool:
        """Run one task in the calling thread, if the workers work that way."""
        return self._workers.step()

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun."""
        withdrawn = self._workers.withdraw()
        with self._changed:
            for task in withdrawn:
                self._leave(task)
            held, self._held = self._held, []
        return withdrawn + held

    def replace(self, task: int, worker: str) -> None:
        """Have another worker take the place of one that does not come back."""
        self._workers.replace(task, worker)

    def stop(self) -> None:
        """Let every worker go once it is done with its task."""
        self._workers.stop()

    def join(self, timeout_s: float) -> None:
        """Wait for the workers, bring the results back that were spilled, and remove what is left on disk."""
        self._workers.join(timeout_s)
        slots = self._state.slots
        for slot in self._state.kept:
            if isinstance(slots[slot], Spilled):
                slots[slot] = self._read(slots[slot], self._writer(slot), slots[slot].nbytes <= self._room())
        self._state.memory.spilled_bytes = self._folder.written_bytes
        self._state.memory.make_room = None
        self._folder.remove()

    # --- in the mailbox ---------------------------------------------------------------------------------------

    def again(self, task: int) -> None:
        """Put back a task that found too little memory beside others; it runs alone."""
        insort(self._held, task)

    def over(self, task: int) -> None:
        """Take note that a task is over, and hand on those for which there is memory now."""
        self._workers.over(task)
        with self._changed:
            self._leave(task)
            for slot in self._state.shape.writes[task]:
                value = self._state.slots[slot]
                if type(value) not in PLAIN and can_spill(value):
                    self._large.add(slot)
        self._admit()

    def _leave(self, task: int) -> None:
        """Expect nothing of a task any more. Called with the condition held."""
        self._running.pop(task, None)
        self._in_company.discard(task)
        self._loads.pop(task, None)
        left = self._to_spill.pop(task, ())
        if left:  # it was cancelled before it began
            self._moving.difference_update(left)
            self._changed.notify_all()

    def _admit(self) -> None:
        while self._admit_some() and self._state.waiting is not None:
            pass  # what waits for a resource now has left room for others

    def _admit_some(self) -> bool:
        """Hand on tasks as far as there is room, and say whether there were any."""
        chosen = []
        with self._changed:
            # Not more than there are workers: a task that is ready later may come earlier in the plan.
            while self._held and self._handed_on() < self.count and (task := self._choose()) is not None:
                self._held.remove(task)
                chosen.append(task)
        if chosen:
            self._workers.give(chosen)
        return bool(chosen)

    def _handed_on(self) -> int:
        """Return how many tasks a worker has, or will have: those that wait for a resource leave room for others."""
        waiting = self._state.waiting
        return len(self._running) - (waiting.waiting if waiting is not None else 0)

    def _choose(self) -> int | None:
        """Return a task that may run now, with what it takes written down; or ``None``."""
        if self._state.stopping:
            return self._enter(self._held[0], 0)
        room = self._room()
        if self._expected[self._held[0]] > room and self._state.memory.relieve(self._expected[self._held[0]] - room):
            room = self._room()
        if not self._alone & self._running.keys():
            for task in self._held[:_LOOK_AHEAD]:
                loads = self._to_load(task)
                if not (task in self._alone and self._running) and self._expected[task] + loads <= room:
                    return self._enter(task, self._expected[task], loads)
        return None if self._running else self._force(room)

    def _room(self) -> int:
        """Return what the budget has left beside the expectations of running tasks."""
        memory, tasks = self._state.memory, self._state.plan.tasks
        room = self._limit_bytes - memory.live_bytes
        for task, needs in self._running.items():
            if needs:
                room -= max(needs - memory.borrowed_by(tasks[task].node), 0)
        return room

    def _force(self, room: int) -> int:
        """Return the task that runs next because nothing else does, with values to spill for it."""
        for loading in (True, False):
            for task in self._held[:_LOOK_AHEAD]:
                needs, loads = self._expected[task], self._to_load(task) if loading else 0
                spilled = self._victims(needs + loads - room, self._state.reads[task])
                if sum(map(self._size, spilled)) >= needs + loads - room:
                    return self._enter(task, needs, loads, spilled)
        task = self._held[0]
        if self._is_sure(task):
            node = self._state.plan.tasks[task].node
            # Nothing is spilled for it: others may still find room.
            self._refused[task] = self._state.memory.refusal(f"'{node}'", self._expected[task])
            return self._enter(task, 0)
        return self._enter(task, self._expected[task], 0, self._victims(_NEVER, self._state.reads[task]))

    def _enter(self, task: int, needs: int, loads: int = 0, to_spill: Collection[int] = ()) -> int:
        if self._running:
            self._in_company |= {task, *self._running}
        self._running[task] = needs + loads
        if loads:
            self._loads[task] = loads
        if to_spill:
            self._moving.update(to_spill)
            self._to_spill[task] = list(to_spill)
        if needs:
            self._state.memory.shrink_pool(self._room())
        return task

    def _to_load(self, task: int) -> int:
        """Return how much of a task's inputs is on disk."""
        if not self._folder.written_bytes:
            return 0
        values = (self._state.slots[slot] for slot in self._state.reads[task])
        return sum(value.nbytes for value in values if isinstance(value, Spilled))

    def _expectation(self, task: int) -> int:
        """Return what a ready task will take beside its inputs: as planned, else as much as they take.

        One that hands an input on takes nothing.
        """
        if isinstance(self._state.call(task), HandingOn):
            return 0
        estimate = self._state.plan.tasks[task].estimate
        expected = estimate.peak_bytes if estimate.peak_bytes is not None else estimate.total_bytes
        if expected is None:
            expected = sum(self._size(slot) for slot in self._state.reads[task])
        return expected

    def _is_sure(self, task: int) -> bool:
        whole = self._state.plan.tasks[task]
        sized = whole.estimate.total_bytes is not None and whole.estimate.source == "inferred"
        return sized and task not in self._alone and not whole.parts and whole.body is None

    def _size(self, slot: int) -> int:
        value = self._state.slots[slot]
        if type(value) in PLAIN:
            return 0
        return value.nbytes if isinstance(value, Spilled) else nbytes_of(value)

    # --- what can be spilled ----------------------------------------------------------------------------------

    def _victims(self, wanted_bytes: int, but: Collection[int] = ()) -> list[int]:
        """Return slots to spill until so much is free, the last needed first. Called with the condition held."""
        if wanted_bytes <= 0:
            return []
        reads = self._state.reads
        in_use = {*but, *self._moving, *self._fixed}.union(*(reads[task] for task in self._running))
        self._large = {slot for slot in self._large if self._state.slots[slot] is not None}
        chosen: list[int] = []
        for slot in sorted(self._large - in_use, key=self._next_reader, reverse=True):
            if wanted_bytes <= 0:
                break
            value = self._state.slots[slot]
            if not isinstance(value, Spilled) and self._state.memory.holds_alone(value):
                chosen.append(slot)
                wanted_bytes -= nbytes_of(value)
        return chosen

    def _next_reader(self, slot: int) -> int:
        states = self._state.records.states
        return next((task for task in self._readers[slot] if states[task] <= State.READY), _NEVER)

    # --- on the workers ---------------------------------------------------------------------------------------

    def prepare(self, task: int) -> None:
        """Make room for a task and bring its inputs back.

        Raises
        ------
        MemoryBudgetError
            When there can be no room for it.
        """
        refusal = self._refused.pop(task, None)
        if refusal is not None:
            raise refusal
        for slot in self._to_spill.pop(task, ()):
            self._spill(slot)
        expected = self._running.get(task, 0)
        if expected:
            self._slim(expected)
        for slot in self._state.reads[task]:
            self._bring_back(slot, task)

    def _slim(self, expected_bytes: int) -> None:
        """Have the C library return free pages, where it holds so many that the process would pass the budget.

        Blocks of many sizes leave gaps between them that none of the next fits into.
        """
        resident = resident_bytes()
        if resident + expected_bytes > max(self._slim_below_bytes, self._base_bytes + self._limit_bytes):
            trim()
            # What is in use all the same cannot be returned: do not try again before there is more.
            self._slim_below_bytes = resident_bytes() + expected_bytes + _WORTH_TRIMMING_BYTES

    def make_room(self, nbytes: int) -> bool:
        """Spill idle values because a block takes more than was expected, and say whether there were any."""
        with self._changed:
            victims = self._victims(nbytes)
            if not victims and self._moving:
                self._changed.wait()  # for another worker's file; it needs no memory to be written
                return True
            self._moving.update(victims)
        for slot in victims:
            self._spill(slot)
        return bool(victims)

    def may_repeat(self, task: int, error: BaseException) -> bool:
        """Whether a task that failed for want of memory shall run again, alone."""
        if not isinstance(error, MemoryBudgetError) or not self._state.plan.tasks[task].definition.traits.pure:
            return False
        with self._changed:
            if task in self._alone or task not in self._in_company:
                return False
            self._alone.add(task)
            self._expected[task] = max(self._expected[task], error.requested_bytes)
        node = self._state.plan.tasks[task].node
        note = "There was too little memory for it beside others. It begins again when they are done."
        self._state.observe(NodeLogged(self._state.id, self._state.clock(), node, "info", note))
        return True

    def _spill(self, slot: int) -> None:
        slots = self._state.slots
        value = slots[slot]
        try:
            # The run lets go of a value at any moment, if its readers are skipped or cancelled.
            if value is not None and not isinstance(value, Spilled):
                stand_in = self._folder.write(value)
                if slots[slot] is value:
                    slots[slot] = stand_in
                    nbytes = self._state.memory.drop(value)
                    self._tell(slot, f"Its result of {in_words(nbytes)} waits on disk.")
        except OSError as error:
            with self._changed:
                self._fixed.add(slot)
            self._tell(slot, f"Its result cannot wait on disk: {error}")
        finally:
            del value
            self._moved(slot)

    def _bring_back(self, slot: int, task: int) -> None:
        with self._changed:
            while slot in self._moving:
                self._changed.wait()
            stand_in = self._state.slots[slot]
            if not isinstance(stand_in, Spilled):
                return
            self._moving.add(slot)
            loads = self._loads.get(task, 0) >= stand_in.nbytes
            if loads:  # from here on it is counted as a value, and not as something to come
                self._loads[task] -= stand_in.nbytes
                self._running[task] -= stand_in.nbytes
        try:
            self._state.slots[slot] = self._read(stand_in, self._writer(slot), loads)
        finally:
            self._moved(slot)

    def _read(self, stand_in: Spilled, node: NodeId, loads: bool) -> Any:
        """Return a value: in memory if there is room, else in its file, from where the system brings it."""
        value = stand_in.value(mapped=not loads)
        try:
            self._state.memory.hold([value], node)
        except MemoryBudgetError:
            value = stand_in.value(mapped=True)
            self._state.memory.hold([value], node)
        return value

    def _moved(self, slot: int) -> None:
        with self._changed:
            self._moving.discard(slot)
            self._changed.notify_all()

    def _tell(self, slot: int, sentence: str) -> None:
        self._state.observe(NodeLogged(self._state.id, self._state.clock(), self._writer(slot), "debug", sentence))

    def _writer(self, slot: int) -> NodeId:
        task = self._state.plan.tasks[self._state.shape.writer[slot]]
        return task.outputs[slot - task.first_slot].node


def _readers(state: RunState) -> list[list[int]]:
    """Return the tasks that read each slot, in their order."""
    readers: list[list[int]] = [[] for _ in state.shape.writer]
    for task, slots in enumerate(state.shape.reads):
        for slot in slots:
            readers[slot].append(task)
    return readers
