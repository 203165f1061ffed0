"""The state of a run in which something is chosen: what need not run, and what may start once a choice is made.

What a guard or a choice holds back is one wait more of a task, which nobody's end counts down. The guard's is over
when one of its literals comes true; when none of them can any more, the task is not needed, and is skipped. That of a
task that hands on is over when the chosen value is there; what it does not choose it no longer reads.

Glossary
--------
settled
    A choice that is made, or never will be, since its decider is not needed, or failed.
lost
    A slot that nobody will write: its task failed, or was skipped, or made its other outputs only.
taken
    A failure that keeps nothing from running that is wanted for itself: on all ways there, a Try took its fallback.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shtairir.execute.scheduler import Scheduler, Shape, State

if TYPE_CHECKING:
    from shtairir.execute.burst import Burst
    from shtairir.planning.branching import Branching, Choice
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.results.records import Records

_VALUE, _FALLBACK = 0, 1
"""The inputs of what tries."""


def with_choices(shape: Shape, branching: Branching) -> Shape:
    """Return the shape in which guards and choices hold tasks back, instead of all that they might wait for."""
    waits = list(shape.waits)
    successors = [list(after) for after in shape.successors]
    lazy = {choice.task: {slot for slot in choice.slots if slot is not None} for choice in branching.choices}
    strict = {
        task: {shape.writer[slot] for slot in shape.reads[task] if slot not in lazy.get(task, ())}
        for task in {*branching.guards, *lazy}
    }
    for before, after in enumerate(successors):
        kept = [task for task in after if task not in strict or before in strict[task]]
        if len(kept) < len(after):
            for task in {*after} - {*kept}:
                waits[task] -= 1
            successors[before] = kept
    for task in (*branching.guards, *lazy):
        waits[task] += 1
    return replace(shape, waits=waits, successors=successors)


class ChoosingScheduler(Scheduler):
    """One run's states, where something is chosen.

    Attributes
    ----------
    values
        The slots, in which a decider that is done has left its choice: the place of the input.
    chosen
        For each choice the place of the input, once it is settled; ``None`` where nothing is chosen.
    """

    def __init__(
        self,
        shape: Shape,
        branching: Branching,
        kept: Iterable[int] = (),
        readers: Sequence[int] | None = None,
        values: Sequence[Any] = (),
    ) -> None:
        super().__init__(shape, kept, readers)
        self.values = values
        self.chosen: dict[int, int | None] = {}
        self._choices = branching.choices
        self._guards = branching.guards
        self._roots = branching.roots
        self._wanted = branching.wanted
        self.reads: list[Sequence[int]] = list(shape.reads)
        self._settled: deque[tuple[int, int | None]] = deque()
        self._over: deque[int] = deque()
        self._lost: set[int] = set()
        self._awaiting: set[int] = set()
        self._freed: list[int] = []
        self._active = dict.fromkeys(branching.guards, False)
        self._open_literals = {task: {literal.choice for literal in guard} for task, guard in branching.guards.items()}
        self._watchers: dict[int, list[int]] = {}
        for task, open_choices in self._open_literals.items():
            for place in open_choices:
                self._watchers.setdefault(place, []).append(task)
        self._place_of = {choice.task: place for place, choice in enumerate(self._choices)}
        self._decides = {
            choice.decider: place for place, choice in enumerate(self._choices) if choice.decider is not None
        }
        self._tries = {choice.task: place for place, choice in enumerate(self._choices) if choice.decider is None}
        self._lazy_readers: dict[int, list[int]] = {}
        for place, choice in enumerate(self._choices):
            for slot in {slot for slot in choice.slots if slot is not None}:
                self._lazy_readers.setdefault(slot, []).append(place)
        self._noticed = {shape.writer[slot] for slot in self._lazy_readers} | self._decides.keys()
        if self._barrier is not None:
            self._barrier.leave_out(branching.late)

    # --- what the run tells -----------------------------------------------------------------------------------

    def begin(self) -> list[int]:
        """Return the tasks that may start at once."""
        ready = super().begin()
        for task, place in self._tries.items():
            if self._is_active(task):
                self._try(place)
        return ready + self._follow()[1]

    def done(self, task: int) -> list[int]:
        """Take note that a task is done, and return the tasks that may start now."""
        ready = super().done(task)
        if task in self._noticed:
            self._over.append(task)
            ready += self._follow()[1]
        return ready

    def burst_done(self, burst: Burst) -> list[int]:
        """Take note that all tasks of a burst are done, and return the tasks that may start now."""
        ready = super().burst_done(burst)
        self._over += [task for task in burst.tasks if task in self._noticed]
        return ready + self._follow()[1]

    def _go_on_without(self, task: int, state: State) -> tuple[list[int], list[int]]:
        skipped, ready = super()._go_on_without(task, state)
        self._over.append(task)
        more, also_ready = self._follow()
        return skipped + more, ready + also_ready

    def partly_done(self, task: int, missing: Collection[int]) -> tuple[list[int], list[int]]:
        """Take note that a task has made its outputs but for some slots; returns what `failed` returns."""
        self._lost.update(missing)
        skipped, ready = super().partly_done(task, missing)
        more, also_ready = self._follow()
        return skipped + more, ready + also_ready

    # --- what follows -----------------------------------------------------------------------------------------

    def _reads_strictly(self, task: int, slots: Collection[int]) -> bool:
        return task not in self._place_of and super()._reads_strictly(task, slots)

    def _skip(self, tasks: Iterable[int], cause: int) -> tuple[list[int], list[int]]:
        skipped, ready = super()._skip(tasks, cause)
        self._over += skipped
        return skipped, ready

    def _follow(self) -> tuple[list[int], list[int]]:
        """Draw all conclusions; return the tasks that can never run now, and those that may start."""
        skipped: list[int] = []
        unneeded = len(self.unneeded)
        while self._over or self._settled:
            while self._over:
                self._notice(self._over.popleft(), skipped)
            if self._settled:
                self._settle(*self._settled.popleft(), skipped)
        ready, self._freed = self._freed, []
        return skipped, self._past_barrier([*skipped, *self.unneeded[unneeded:]], ready)

    def _notice(self, task: int, skipped: list[int]) -> None:
        """Take note that a task is over, for the choices that it makes or is about."""
        place = self._decides.get(task)
        if place is not None and place not in self.chosen:
            made = self.states[task] == State.DONE
            self._settled.append((place, self.values[self._shape.writes[task][0]] if made else None))
        for slot in self._shape.writes[task]:
            for reader in self._lazy_readers.get(slot, ()):
                if reader in self._awaiting and self._slot_chosen(reader) == slot:
                    self._awaiting.discard(reader)
                    self._receive(reader, slot, skipped)
                elif self._choices[reader].decider is None and self._choices[reader].slots[_VALUE] == slot:
                    self._try(reader)

    def _settle(self, place: int, port: int | None, skipped: list[int]) -> None:
        """Take note of a choice, or that there will be none."""
        if place in self.chosen:
            return
        self.chosen[place] = port
        for task in self._watchers.get(place, ()):
            if self._active[task] or self.states[task] != State.WAITING:
                continue
            if any(literal.choice == place and literal.port == port for literal in self._guards[task]):
                self._activate(task)
                continue
            self._open_literals[task].discard(place)
            if not self._open_literals[task]:
                self._give_up(task)
        if port is not None:
            self._await_chosen(place, port, skipped)

    def _activate(self, task: int) -> None:
        self._active[task] = True
        place = self._tries.get(task)
        if place is not None:
            self._try(place)
        self._release_wait(task)

    def _held_back(self, task: int) -> int:
        return int(not self._active.get(task, True))

    def _give_up(self, task: int) -> None:
        """Skip a task that is not needed."""
        burst = self.bursts.pop(self._stands_for[task], None)
        if burst is not None:  # none of its tasks is needed
            self._stands_for[burst.first : burst.end] = burst.tasks
        self._end(task, State.SKIPPED)
        self.unneeded.append(task)
        place = self._decides.get(task, self._tries.get(task))
        if place is not None:
            self._settled.append((place, None))

    def _try(self, place: int) -> None:
        """Settle what a Try hands on, if it is needed and that can be told."""
        choice = self._choices[place]
        if place in self.chosen or not self._is_active(choice.task):
            return
        slot = choice.slots[_VALUE]
        if slot is None or self._is_made(slot):
            self._settled.append((place, _VALUE))
        elif self._is_lost(slot):
            self._settled.append((place, _FALLBACK))

    def _await_chosen(self, place: int, port: int, skipped: list[int]) -> None:
        """Have a task that hands on wait for the chosen value, and read no other."""
        choice = self._choices[place]
        if self.states[choice.task] != State.WAITING:
            return
        slot = choice.slots[port]
        lazy = {other for other in choice.slots if other is not None}
        read = tuple(other for other in self.reads[choice.task] if other not in lazy or other == slot)
        waived = [other for other in self.reads[choice.task] if other not in read]
        self.reads[choice.task] = read
        self._let_go_of(waived)
        if slot is None:
            self._release_wait(choice.task)
        elif self._is_made(slot) or self._is_lost(slot):
            self._receive(place, slot, skipped)
        else:
            self._awaiting.add(place)

    def _receive(self, place: int, slot: int, skipped: list[int]) -> None:
        """Let a task hand on what was chosen or, if that will never be there, skip it."""
        task = self._choices[place].task
        if self._is_made(slot):
            self._release_wait(task)
            return
        writer = self._shape.writer[slot]
        more, ready = self._skip([task], self.causes.get(writer, writer))
        skipped += more
        self._freed += ready

    def _release_wait(self, task: int) -> None:
        first = self._stands_for[task]
        self._waits[first] -= 1
        if not self._waits[first] and self.states[first] == State.WAITING:
            self.states[first] = State.READY
            self._freed.append(first)

    def _slot_chosen(self, place: int) -> int | None:
        port = self.chosen[place]
        return None if port is None else self._choices[place].slots[port]

    def _is_active(self, task: int) -> bool:
        return self.states[task] == State.WAITING and self._active.get(task, True)

    def _is_made(self, slot: int) -> bool:
        return self.states[self._shape.writer[slot]] == State.DONE and slot not in self._lost

    def _is_lost(self, slot: int) -> bool:
        return slot in self._lost or self.states[self._shape.writer[slot]] in (State.FAILED, State.SKIPPED)

    # --- in the end -------------------------------------------------------------------------------------------

    def takers(self, task: int, lost: Collection[int]) -> list[Choice] | None:
        """Return what took its fallback for a failure, or ``None`` if the failure cost something that is wanted.

        Parameters
        ----------
        lost
            The slots that a task which failed has not made.
        """
        readers, written = self._ends_of_values
        found: dict[int, None] = {}
        seen, pending = {task}, [(task, set(lost))]
        while pending:
            current, slots = pending.pop()
            if current in self._roots or not self._wanted.isdisjoint(slots):
                return None
            for reader in {reader for slot in slots for reader in readers.get(slot, ())} - seen:
                place = self._place_of.get(reader)
                if place is not None:
                    choice, port = self._choices[place], self.chosen.get(place)
                    if choice.decider is None and port == _FALLBACK and choice.slots[_VALUE] in slots:
                        found[place] = None
                    if choice.decider != current and (port is None or choice.slots[port] not in slots):
                        continue
                elif self.states[reader] == State.SKIPPED and reader not in self.causes:
                    continue
                seen.add(reader)
                pending.append((reader, written.get(reader, set())))
        return [self._choices[place] for place in found]

    @cached_property
    def _ends_of_values(self) -> tuple[dict[int, list[int]], dict[int, set[int]]]:
        """The readers of each slot, and the slots that each task writes."""
        readers: dict[int, list[int]] = {}
        for reader, slots in enumerate(self._shape.reads):
            for slot in slots:
                readers.setdefault(slot, []).append(reader)
        written: dict[int, set[int]] = {}
        for slot, writer in enumerate(self._shape.writer):
            written.setdefault(writer, set()).add(slot)
        return readers, written


def scheduler_of(shape: Shape, branching: Branching | None, readers: Sequence[int]) -> Scheduler:
    """Return the states of a run that is about to begin."""
    if branching is None:
        return Scheduler(shape, readers=readers)
    return ChoosingScheduler(shape, branching, readers=readers)


def why_unneeded(plan: ExecutionPlan, task: int, chosen: Mapping[int, int | None], records: Records) -> str:
    """Return why a task does not run, as a sentence or two."""
    assert plan.branching is not None  # or all tasks would be needed
    choices = plan.branching.choices
    places = dict.fromkeys(literal.choice for literal in plan.branching.guards[task])
    return " ".join(_said(choices[place], chosen.get(place), records) for place in places)


def _said(choice: Choice, port: int | None, records: Records) -> str:
    if port is not None and choice.decider is None:
        return f"'{choice.title}' did not need its {choice.ports[_FALLBACK]}."
    if port is not None:
        return f"'{choice.title}' chose '{choice.ports[port]}'."
    if choice.decider in records.failures:
        return f"'{choice.title}' failed, so nothing was chosen."
    return f"'{choice.title}' did not run, so nothing was chosen."
