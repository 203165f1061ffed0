"""Which tasks need not run, since what they make is there already.

A run may be given outputs: those of a run that it goes on with, those that a person has kept. What must run is then
worked out backwards: from the values that are wanted, and the tasks that are wanted for themselves, to what is known.
Tasks that are known are *restored*; tasks that nobody needs any more are *passed over*; neither is handed to a worker.
The rest is a smaller graph in which everything still waits for all that it reads.

Where something is chosen, what may be chosen counts as needed, and so does what decides. A choice whose result is
known is settled, and nothing depends on it any more.

Values are read when a task that needs them is about to begin, or in the end when they are results.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from shtairir.block.values import ValueSummary, nbytes_of
from shtairir.errors import ShtairirError
from shtairir.events import NodeStatus
from shtairir.execute.choosing import with_choices
from shtairir.execute.scheduler import NEVER, Shape, readers_with
from shtairir.ids import NodeId, PortRef
from shtairir.results.records import SELF_DESCRIBING, PartRecord, described

if TYPE_CHECKING:
    from shtairir.execute.state import RunState
    from shtairir.planning.branching import Branching
    from shtairir.planning.plan import ExecutionPlan, Lineage

_AT_ONCE_BYTES = 4096
"""Values up to this size are read at once, so that there is more to say of them than that they are there."""

_NONE: Mapping[Any, Any] = {}
GIVEN = "Its result was given."
ONLY_UNDONE = "It does not run: what the run had done is only undone."
PASSED = "Nobody needs it any more: what it feeds was restored."
"""Why a task does not run although nothing is known of it."""


class KnownValue(Protocol):
    """A value that is there, but perhaps not in memory yet."""

    @property
    def nbytes(self) -> int:
        """About how large it is."""

    def load(self) -> Any:
        """Return it; may raise a `ShtairirError` that says why not."""


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value that is in memory."""

    value: Any

    @property
    def nbytes(self) -> int:
        """How large it is."""
        return nbytes_of(self.value)

    def load(self) -> Any:
        """Return it."""
        return self.value


@dataclass(frozen=True, slots=True)
class Restored:
    """What a run is given.

    Attributes
    ----------
    known
        Outputs, by any name that they have in the plan.
    done
        Nodes that are done, whatever is known of their outputs.
    again
        Nodes that are to run in any case.
    origin
        Where it all comes from, in a sentence.
    origins
        Where outputs of single nodes come from, if that is not the same for all.
    sparing
        What became of a node for which others need not run ("was restored from the cache"): these count as cached,
        too, and not as skipped, with that as their reason. Empty if nobody is to say so.
    nothing_runs
        Whether nothing is to run at all, since all that is left to do is to undo what was done.
    with_effects
        Whether effects that are not done are wanted for their own sake, however little their outputs are needed.
    effect_keys
        What effects can be recognised by, of nodes for which that is not as usual.
    """

    known: Mapping[PortRef, KnownValue] = field(default_factory=lambda: _NONE)
    done: frozenset[NodeId] = frozenset()
    again: frozenset[NodeId] = frozenset()
    origin: str = GIVEN
    origins: Mapping[NodeId, str] = field(default_factory=lambda: _NONE)
    sparing: str = ""
    nothing_runs: bool = False
    with_effects: bool = False
    effect_keys: Mapping[NodeId, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What that means for a plan.

    Attributes
    ----------
    shape, branching, readers
        Of the tasks that run; they have the numbers that they have in the plan.
    running
        The tasks that run, if nothing else is chosen.
    restored, passed
        The tasks that do not.
    values
        What is known, by slot.
    """

    shape: Shape
    branching: Branching | None
    readers: Sequence[int]
    running: frozenset[int]
    restored: tuple[int, ...]
    passed: tuple[int, ...]
    values: Mapping[int, KnownValue]


def restoration(plan: ExecutionPlan, shape: Shape, given: Restored, kept: Collection[int]) -> Restoration:
    """Return what must run of a plan when some of it is known.

    Parameters
    ----------
    shape
        That of the whole plan, task by task, without choices and bursts.
    kept
        The slots that are wanted in the end.
    """
    values = dict(_by_slot(plan, given.known))
    done_tasks = {task.number for task in map(plan.task, given.done) if task is not None}
    again = {task.number for task in map(plan.task, given.again) if task is not None}
    for task in again:
        for slot in _slots_of(plan, task):
            values.pop(slot, None)
    running = _needed(plan, shape, values, _roots(plan, given, done_tasks, again), kept)
    if given.nothing_runs:
        running = set()
    branching = _remaining(plan.branching, running) if plan.branching is not None else None
    smaller = _contracted(shape, running)
    if branching is not None:
        smaller = with_choices(smaller, branching)
        waits = [count if task in running else NEVER for task, count in enumerate(smaller.waits)]
        smaller = replace(smaller, waits=waits)
    smaller = replace(smaller, starts=[task for task in sorted(running) if not smaller.waits[task]])
    restored = (done_tasks | {shape.writer[slot] for slot in values}) - running
    away = bytearray(len(shape.waits))
    for task in (*running, *restored):
        away[task] = 1
    return Restoration(
        smaller,
        branching,
        readers_with(smaller, kept),
        frozenset(running),
        tuple(sorted(restored)),
        tuple([task for task, is_told in enumerate(away) if not is_told]),
        values,
    )


def _by_slot(plan: ExecutionPlan, known: Mapping[PortRef, KnownValue]) -> Iterator[tuple[int, KnownValue]]:
    for port, value in known.items():
        slot = plan.slots.get(plan.aliases.get(port, port))
        if slot is not None:
            yield slot, value


def _slots_of(plan: ExecutionPlan, task: int) -> range:
    whole = plan.tasks[task]
    return range(whole.first_slot, whole.first_slot + len(whole.definition.outputs))


def _roots(plan: ExecutionPlan, given: Restored, done: Collection[int], again: Collection[int]) -> list[int]:
    """Return the tasks that run for their own sake: those that make nothing, or have an effect, or are to run again."""
    guards = plan.branching.guards if plan.branching is not None else {}
    makes_nothing, has_effect = _for_their_own_sake(plan)
    wanted = {*makes_nothing, *has_effect} if given.with_effects else makes_nothing
    return [*again, *(task for task in sorted(wanted) if task not in done and task not in guards)]


_own: WeakKeyDictionary[Lineage, tuple[tuple[int, ...], tuple[int, ...]]] = WeakKeyDictionary()


def _for_their_own_sake(plan: ExecutionPlan) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the tasks that make nothing, and those that have an effect: the same in all plans of a lineage."""
    known = _own.get(plan.lineage)
    if known is None:
        tasks = plan.tasks
        makes_nothing = tuple(task.number for task in tasks if not task.definition.outputs)
        effects = tuple(task.number for task in tasks if not task.definition.traits.repeatable)
        known = _own[plan.lineage] = makes_nothing, effects
    return known


def _needed(
    plan: ExecutionPlan, shape: Shape, values: Collection[int], roots: Sequence[int], kept: Collection[int]
) -> set[int]:
    deciders = plan.branching.deciders if plan.branching is not None else {}
    guards = plan.branching.guards if plan.branching is not None else {}
    wanted = [shape.writer[slot] for slot in kept if slot not in values]
    pending = [*roots, *(task for task in wanted if task not in guards)]
    # What is only made if it is chosen is come by from its choice, unless that is settled: then nobody asks any more.
    pending += _open_choices(plan, wanted, values)
    needed: set[int] = set()
    while pending:
        task = pending.pop()
        if task in needed:
            continue
        needed.add(task)
        pending += [shape.writer[slot] for slot in shape.reads[task] if slot not in values]
        if task in deciders:
            pending.append(deciders[task])
        if task in guards:
            pending += _open_choices(plan, (task,), values)
    return needed


def _open_choices(plan: ExecutionPlan, tasks: Iterable[int], values: Collection[int]) -> list[int]:
    """Return the tasks whose choice tasks depend on, but for those whose result is known."""
    if plan.branching is None:
        return []
    guards, choices = plan.branching.guards, plan.branching.choices
    found = {choices[literal.choice].task for task in tasks for literal in guards.get(task, ())}
    return [task for task in found if not all(slot in values for slot in _slots_of(plan, task))]


def _remaining(branching: Branching, running: Collection[int]) -> Branching:
    """Return what is still chosen: choices keep their places, and guards forget those that are settled."""
    guards = {}
    for task, literals in branching.guards.items():
        left = tuple(literal for literal in literals if branching.choices[literal.choice].task in running)
        if task in running and left:
            guards[task] = left
    return replace(branching, guards=guards)


def _contracted(shape: Shape, running: Collection[int]) -> Shape:
    """Return the shape of the tasks that run.

    Each waits for those of them that it waited for, and for those whose values it reads: it may have waited for these
    only through tasks that are gone.
    """
    # Most often few of many run, so only these are looked at.
    before: dict[int, set[int]] = {task: set() for task in sorted(running)}
    for task in running:
        for successor in shape.successors[task]:
            if successor in before:
                before[successor].add(task)
        before[task].update(writer for slot in shape.reads[task] if (writer := shape.writer[slot]) in running)
    successors_of: dict[int, list[int]] = {}
    waits = [NEVER] * len(shape.waits)
    reads: list[Sequence[int]] = [()] * len(shape.waits)
    readers = [0] * len(shape.writer)
    for task, others in before.items():
        waits[task] = len(others)
        reads[task] = shape.reads[task]
        for other in sorted(others):
            successors_of.setdefault(other, []).append(task)
        for slot in shape.reads[task]:
            readers[slot] += 1
    successors: list[Sequence[int]] = [()] * len(shape.waits)
    for task, after in successors_of.items():
        successors[task] = after
    return replace(
        shape,
        waits=waits,
        successors=successors,
        reads=reads,
        readers=readers,
        bursts={},
        stands_for=None,
        starts=None,
    )


class Spared(Mapping[int, str]):
    """The tasks that need not run since what they lead to was restored, each with the reason.

    Nobody asks after most runs, so it is worked out when somebody does.
    """

    def __init__(self, plan: ExecutionPlan, shape: Shape, done: Restoration, sparing: str) -> None:
        self._plan = plan
        self._shape = shape
        self._done = done
        self._sparing = sparing

    @cached_property
    def _spared_by(self) -> dict[int, int]:
        """For each of them the restored task that it leads to first."""
        restored, passed = set(self._done.restored), set(self._done.passed)
        found: dict[int, int] = {}
        # A task comes after all that it waits for, so of those that follow it is known already what they lead to.
        for task in reversed(self._done.passed):
            after = self._shape.successors[task]
            by = next((other for other in after if other in restored), None)
            if by is None:
                by = next((found[other] for other in after if other in passed and other in found), None)
            if by is not None:
                found[task] = by
        return found

    def __getitem__(self, task: int) -> str:
        return f"Not needed: '{self._plan.tasks[self._spared_by[task]].calls[-1].node}' {self._sparing}."

    def __contains__(self, task: object) -> bool:
        return task in self._spared_by

    def __iter__(self) -> Iterator[int]:
        return iter(self._spared_by)

    def __len__(self) -> int:
        return len(self._spared_by)


class Unloaded:
    """The known values of a run, on their way into its slots. Any thread may use it."""

    def __init__(self, state: RunState, done: Restoration, kept: Collection[int]) -> None:
        self._state = state
        self._values = dict(done.values)
        self._kept = kept
        restored, writer = set(done.restored), done.shape.writer
        # Of a task that need not run, since what is needed of it is known, others may not be.
        self._unknown = [slot for slot in kept if writer[slot] in restored and slot not in self._values]
        self._lock = threading.Lock()
        needed = {slot for slots in done.shape.reads for slot in slots} | {*kept}
        for task in done.restored:
            if not self._note_number(task, needed):
                self._describe(task, needed)

    def load_for(self, task: int) -> None:
        """Put the values into their slots that a task reads.

        Raises
        ------
        ShtairirError
            When one of them cannot be had.
        """
        for slot in self._state.reads[task]:
            if slot in self._values:
                self._load(slot)

    def load_kept(self) -> list[int]:
        """Put those into their slots that are wanted in the end, and return which of them cannot be had."""
        lost = list(self._unknown)
        for slot in self._kept:
            if slot in self._values:
                try:
                    self._load(slot)
                except ShtairirError:
                    lost.append(slot)
        return lost

    def _load(self, slot: int) -> None:
        with self._lock:
            known = self._values.get(slot)
            if known is None:
                return  # by another worker meanwhile
            value = known.load()
            state = self._state
            task = state.shape.writer[slot]
            if type(value) not in SELF_DESCRIBING:
                state.memory.hold([value], state.plan.tasks[task].node)
            state.slots[slot] = value
            self._note(task, slot, value)
            del self._values[slot]

    def _note_number(self, task: int, needed: Collection[int]) -> bool:
        """Note the one output of a task if that is a number, of which there is no more to say."""
        state = self._state
        whole = state.plan.tasks[task]
        slot = whole.first_slot
        known = self._values.get(slot)
        if known is None or whole.parts or len(whole.definition.outputs) != 1 or known.nbytes > _AT_ONCE_BYTES:
            return False
        try:
            value = known.load()
        except ShtairirError:
            return False  # whoever needs it is told
        if type(value) not in SELF_DESCRIBING or value is None:
            return False
        state.records.outputs[task] = (value,)
        state.records.output_bytes[task] = known.nbytes
        if slot in needed:
            state.slots[slot] = value
            del self._values[slot]
        return True

    def _describe(self, task: int, needed: Collection[int]) -> None:
        """Note what can be said of the outputs of a task without reading them."""
        whole = self._state.plan.tasks[task]
        if whole.parts:
            self._describe_parts(task)
            return
        notes: list[Any] = []
        small: list[tuple[int, KnownValue]] = []
        total = 0
        for slot, port in enumerate(whole.definition.outputs, whole.first_slot):
            known = self._values.get(slot)
            if known is None:
                notes.append(ValueSummary(port.type.family, "not kept"))
                continue
            nbytes = known.nbytes
            total += nbytes
            if nbytes <= _AT_ONCE_BYTES:
                small.append((slot, known))
            notes.append(ValueSummary(port.type.family, "kept on disk", nbytes=nbytes))
        self._state.records.outputs[task] = tuple(notes)
        self._state.records.output_bytes[task] = total
        for slot, known in small:
            self._peek(task, slot, known, slot in needed)

    def _describe_parts(self, task: int) -> None:
        records = []
        for part in self._state.plan.tasks[task].parts:
            record = PartRecord(part.node, 0.0, status=NodeStatus.CACHED, reason=self._state.records.restored[task])
            known = self._values.get(part.first_slot)
            record.output_bytes = known.nbytes if known is not None else 0
            said = "kept on disk" if known is not None else "not kept"
            record.outputs = tuple(
                ValueSummary(port.type.family, said, nbytes=record.output_bytes) for port in part.definition.outputs
            )
            records.append(record)
        self._state.records.parts[task] = records

    def _peek(self, task: int, slot: int, known: KnownValue, is_needed: bool) -> None:
        try:
            if is_needed:
                self._load(slot)
            else:
                self._note(task, slot, known.load())
        except ShtairirError:
            return  # whoever needs it is told

    def _note(self, task: int, slot: int, value: Any) -> None:
        whole = self._state.plan.tasks[task]
        notes = self._state.records.outputs[task]
        if notes:
            place = slot - whole.first_slot
            family = whole.definition.outputs[place].type.family
            note = value if type(value) in SELF_DESCRIBING else described(value, family)
            self._state.records.outputs[task] = (*notes[:place], note, *notes[place + 1 :])
