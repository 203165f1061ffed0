"""Makes bursts of the groups that the rules of `shtairir.planning.passes.coarsen` give.

Tasks of a few microseconds are Python more than anything else, of which only one can run at a time; bursts of such
are marked to be run in single file. Bursts of heavier tasks, which may well compute outside of Python's lock, run side
by side.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.execute.burst import GENERAL, Burst, Row
from shtairir.execute.call import NUMBERS, PLAIN, exact_type
from shtairir.execute.scheduler import NEVER, Shape
from shtairir.planning.passes.coarsen import PYTHON_S, groups

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.planning.plan import Task

_LEAST_PATIENCE_S = 20e-3
_PATIENCE = 8


def with_bursts(
    tasks: Sequence[Task],
    shape: Shape,
    costs: Sequence[float | None],
    simple: Sequence[bool],
    rows: RowMaker,
) -> Shape:
    """Return the shape with the bursts that pay; of one task alone there is none.

    Parameters
    ----------
    costs
        The expected seconds of each task, or ``None``.
    simple
        Whether a task needs nothing but a call.
    """
    ranges = list(groups(tasks, costs, simple))
    if not ranges:
        return shape
    waits, stands_for = list(shape.waits), list(range(len(tasks)))
    for first, end in ranges:
        stands_for[first:end] = [first] * (end - first)
        waits[first:end] = [NEVER] * (end - first)
    bursts = {}
    for first, end in ranges:
        bursts[first], inside = _burst(first, end, shape, stands_for, costs, rows.row)
        waits[first] = sum(shape.waits[first:end]) - inside
    starts = [task for task, count in enumerate(waits) if not count]
    return replace(shape, waits=waits, stands_for=stands_for, bursts=bursts, starts=starts)


def with_rows(shape: Shape, rows: RowMaker, changed: Iterable[int]) -> Shape:
    """Return the shape with the rows of some tasks made anew."""
    if shape.stands_for is None:
        return shape
    bursts = dict(shape.bursts)
    for task in changed:
        burst = bursts.get(shape.stands_for[task])
        if burst is not None:
            fresh = list(burst.rows)
            fresh[task - burst.first] = rows.row(task, burst.ends.get(task, ()))
            bursts[burst.first] = replace(burst, rows=fresh)
    return replace(shape, bursts=bursts)


def _burst(
    first: int,
    end: int,
    shape: Shape,
    stands_for: Sequence[int],
    costs: Sequence[float | None],
    row: Callable[[int, Sequence[int]], Row],
) -> tuple[Burst, int]:
    """Return a burst, and the number of links inside it."""
    inside = 0
    exits: dict[int, int] = {}
    read: dict[int, int] = {}
    last: dict[int, int] = {}
    for task in range(first, end):
        for successor in shape.successors[task]:
            if successor < end:
                inside += 1
            else:
                exits[stands_for[successor]] = exits.get(stands_for[successor], 0) + 1
        for slot in shape.reads[task]:
            read[slot] = read.get(slot, 0) + 1
            last[slot] = task
        for slot in shape.writes[task]:
            read[slot] = 0
            last[slot] = task
    ends: dict[int, list[int]] = {}
    reads = []
    for slot, count in read.items():
        if count == shape.readers[slot]:
            ends.setdefault(last[slot], []).append(slot)
        else:
            reads.append((slot, count))
    expected_s = sum(costs[task] or 0.0 for task in range(first, end))
    burst = Burst(
        first,
        end,
        rows=[row(task, ends.get(task, ())) for task in range(first, end)],
        exits=list(exits.items()),
        reads=reads,
        ends=ends,
        patience_s=max(_PATIENCE * expected_s, _LEAST_PATIENCE_S),
        single_file=expected_s <= PYTHON_S * (end - first),
    )
    return burst, inside


class RowMaker:
    """Makes rows, and gives constants their slots.

    Attributes
    ----------
    constants
        The values for the slots behind those of the tasks.
    """

    def __init__(self, tasks: Sequence[Task], shape: Shape) -> None:
        self.constants: list[Any] = []
        self._tasks = tasks
        self._shape = shape
        self._first_constant = len(shape.writer)
        # One object for each number, side by side: with copies of its own in each row, a run reads five times the
        # memory for numbers.
        self._numbers = list(range(max(len(tasks), len(shape.writer))))
        self._slots_of_constants: dict[int, int] = {}
        self._kinds: dict[int, type | None] = {}
        self._rows: dict[int, Row] = {}

    def adapted(self, tasks: Sequence[Task], changed: Iterable[int]) -> RowMaker:
        """Return one for tasks of which some are different."""
        other = copy.copy(self)
        other.constants = list(self.constants)
        other._tasks = tasks
        other._slots_of_constants = {}
        other._rows = dict(self._rows)
        for number in changed:
            other._rows.pop(number, None)
        return other

    def row(self, number: int, ends: Sequence[int]) -> Row:
        """Return the row of a task."""
        row = self._rows.get(number)
        if row is None:
            row = self._rows[number] = self._row(self._tasks[number])
        return row if row.arity != GENERAL else row._replace(a=tuple(ends))

    def _row(self, task: Task) -> Row:
        function = task.definition.function
        number, first_slot = self._numbers[task.number], self._numbers[task.first_slot]
        kind = self._kind(task.definition)
        slots = self._arguments(task) if kind is not None else None
        if slots is None:
            return Row(number, first_slot, None, function, GENERAL)
        if len(slots) > 3:
            return Row(number, first_slot, kind, function, len(slots), tuple(slots))
        return Row(number, first_slot, kind, function, len(slots), *slots)

    def _kind(self, definition: BlockDefinition) -> type | None:
        """Return the type of a block's only number, or ``None`` if it cannot be called by position."""
        key = id(definition)
        if key not in self._kinds:
            kind = exact_type(definition.outputs[0].type) if len(definition.outputs) == 1 else None
            fits = kind in NUMBERS and _by_position(definition)
            self._kinds[key] = kind if fits else None
        return self._kinds[key]

    def _arguments(self, task: Task) -> list[int] | None:
        """Return the slots of a task's arguments, or ``None`` if they are not all plain."""
        linked: dict[str, int] = {}
        for port, _, slot, conversion, checked in task.inputs:
            source = self._tasks[self._shape.writer[slot]]
            if conversion is not None or checked is not None or self._kind(source.definition) is None:
                return None
            linked[port] = self._numbers[slot]
        slots = []
        for argument in task.definition.inputs:
            if argument.name in linked:
                slots.append(linked[argument.name])
                continue
            value = task.values[argument.name]
            if type(value) not in PLAIN:
                return None
            slots.append(self._constant(value))
        return slots

    def _constant(self, value: object) -> int:
        # By identity: the plan keeps the values, and 1, 1.0 and True must not be taken for one another.
        slot = self._slots_of_constants.get(id(value))
        if slot is None:
            slot = self._slots_of_constants[id(value)] = self._first_constant + len(self.constants)
            self.constants.append(value)
        return slot


def _by_position(definition: BlockDefinition) -> bool:
    """Whether the inputs are the arguments of a plain function, in their order."""
    code = getattr(definition.function, "__code__", None)
    return (
        code is not None
        and not code.co_kwonlyargcount
        and code.co_varnames[: code.co_argcount] == tuple(port.name for port in definition.inputs)
        and not hasattr(definition.function, "__wrapped__")
    )
