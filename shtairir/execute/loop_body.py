"""The body of a loop, walked through by one worker at a time, as often as there are items.

All that can be decided once is decided once, in a `BodyProgram`. A worker has a `Lane`: slots of its own, which it
fills in each iteration anew. There is no scheduler inside: the tasks come in the order of the plan, each behind what
it waits for, and a value is let go after its last reader. What an iteration costs besides the blocks is a microsecond
a node, and two for the iteration.

A node that fails does not keep those from running that do not need it, as in a run; the iteration has failed all the
same. Of several failures, the one of the node that comes first in the body is told, whatever the order of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shtairir.errors import MemoryBudgetError, RunCancelledError
from shtairir.events import Event, NodeFailure, NodeLogged, NodePreviewed, NodeProgressed
from shtairir.execute.burst import GENERAL, Row
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_of
from shtairir.execute.grouping import RowMaker
from shtairir.execute.parts import Performance
from shtairir.execute.program import program_of
from shtairir.execute.state import RunState
from shtairir.planning.passes.coarsen import is_simple
from shtairir.results.iterations import Tally
from shtairir.results.records import SELF_DESCRIBING

if TYPE_CHECKING:
    from shtairir.ids import NodeId
    from shtairir.planning.bodies import BodyPlan
    from shtairir.planning.plan import Task

_LIGHT_TEXT = 1000
_TOLD_EVERY_S = 0.05
_MOST_LINES = 200


class IterationFailedError(Exception):
    """A node of the body failed; for want of memory perhaps, of which there may be more later."""

    def __init__(self, failure: NodeFailure, *, short_of_memory: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.short_of_memory = short_of_memory


@dataclass(frozen=True, slots=True)
class Step:
    """One task of the body.

    Attributes
    ----------
    row
        For a task that takes and gives numbers only.
    waits
        The steps that it waits for, by place.
    ends
        The slots that nobody reads after it.
    places
        Where the tallies of its nodes are.
    """

    task: int
    call: Call | Composite
    row: Row | None
    waits: frozenset[int]
    ends: tuple[int, ...]
    places: tuple[int, ...]


class BodyProgram:
    """What all iterations of all loops over a body share; holds nothing of a run.

    Attributes
    ----------
    outputs
        The slots of the body's outputs, in the order of `names`.
    """

    def __init__(self, body: BodyPlan) -> None:
        self.body = body
        self.plan = body.plan
        self.program = program_of(body.plan)
        self.shape = self.program.shape
        self.names = tuple(body.outputs)
        self.outputs = tuple(body.outputs.values())
        self.kept = frozenset(self.outputs)
        self.input_slots = {name: self.plan.tasks[task].first_slot for name, task in body.inputs.items()}
        self._rows = RowMaker(self.plan.tasks, self.shape)

    @cached_property
    def nodes(self) -> list[NodeId]:
        """The nodes whose tallies are kept, by place: the first names of tasks and of their parts."""
        given = set(self.body.inputs.values())
        return [call.node for task in self.plan.tasks if task.number not in given for call in task.calls]

    @cached_property
    def steps(self) -> list[Step]:
        """The tasks of an iteration."""
        given = set(self.body.inputs.values())
        order = [task for task in self.plan.tasks if task.number not in given]
        place_of = {task.number: place for place, task in enumerate(order)}
        ends = self._ends(order)
        node_places = iter(range(len(self.nodes)))
        return [
            Step(
                task.number,
                self.program.call(task.number),
                self._row(task),
                frozenset(place_of[other] for other in task.waits_for if other in place_of),
                tuple(ends.get(task.number, ())),
                tuple(next(node_places) for _ in task.calls),
            )
            for task in order
        ]

    @property
    def constants(self) -> list[Any]:
        """The values for the slots behind those of the tasks."""
        return self._rows.constants

    def _row(self, task: Task) -> Row | None:
        call = self.program.call(task.number)
        if not isinstance(call, Call) or not is_simple(task, call.resources):
            return None
        row = self._rows.row(task.number, ())
        return row if row.arity != GENERAL else None

    def _ends(self, order: Sequence[Task]) -> dict[int, list[int]]:
        """Return the slots that end with each task; those of inputs that nobody reads end with none."""
        last: dict[int, int] = {}
        for task in order:
            for slot in (*self.shape.reads[task.number], *self.shape.writes[task.number]):
                last[slot] = task.number
        ends: dict[int, list[int]] = {}
        for slot, number in last.items():
            if slot not in self.kept:
                ends.setdefault(number, []).append(slot)
        return ends


class Telling:
    """Lets through what blocks of a body say, as far as a person could follow it.

    A loop may have ten thousand iterations, in each of which a block logs a line.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._told_s: dict[tuple[type, NodeId], float] = {}
        self._lines = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, NodeLogged):
            self._lines += 1
            if self._lines <= _MOST_LINES:
                self._state.observe(event)
        elif isinstance(event, NodeProgressed | NodePreviewed):
            key = type(event), event.node
            if event.at_s - self._told_s.get(key, -1.0) >= _TOLD_EVERY_S:
                self._told_s[key] = event.at_s
                self._state.observe(event)

    @property
    def left_out(self) -> int:
        """How many lines were not let through."""
        return max(self._lines - _MOST_LINES, 0)


class BodyState(RunState):
    """The state of the run as the blocks of one lane see it: slots of their own, the memory and locks of the run."""

    __slots__ = ("_is_stopping", "_tell")

    def __init__(self, outer: RunState, program: BodyProgram, tell: Telling, is_stopping: Callable[[], bool]) -> None:
        self._is_stopping = is_stopping
        self._tell = tell
        shape = program.shape
        super().__init__(
            id=outer.id,
            plan=program.plan,
            call=program.program.call,
            shape=shape,
            constants=program.constants,
            states=bytearray(len(shape.waits)),
            kept=program.kept,
            memory=outer.memory,
            locks=outer.locks,
            clock=outer.clock,
            observed=False,
            share=outer.share,
        )

    @property
    def stopping(self) -> bool:
        """Whether the run is to end, or nobody wants this iteration any more."""
        return self._is_stopping()

    @stopping.setter
    def stopping(self, value: bool) -> None:
        """Do nothing: others decide that."""

    def observe(self, event: Event) -> None:
        """Hand on what a block says; what becomes of the nodes is told for all iterations together."""
        self._tell(event)


class Lane:
    """One worker's way through the body, time and again.

    Attributes
    ----------
    index
        The iteration that is on its way.
    """

    def __init__(self, outer: RunState, program: BodyProgram, tell: Telling, wanted: Callable[[int], bool]) -> None:
        self.index = 0
        self._outer = outer
        self._program = program
        self._wanted = wanted
        self._steps = program.steps  # before the state, which takes the constants that they bring
        self._state = BodyState(outer, program, tell, self._is_stopping)
        self._slots = self._state.slots
        self._blank = list(self._slots)
        self._tallies = [Tally() for _ in program.nodes]
        self._nested: dict[NodeId, Tally] = {}
        self._held: set[int] = set()
        self._check = self._refuse_to_go_on
        self._base_bytes = 0
        self.peak_bytes = 0

    def _is_stopping(self) -> bool:
        return self._outer.stopping or not self._wanted(self.index)

    def _refuse_to_go_on(self) -> None:
        if self._is_stopping():
            raise RunCancelledError("The run was cancelled.")

    def run(self, index: int, given: list[tuple[int, Any]], owned: Iterable[int] = ()) -> list[Any]:
        """Return the outputs of one iteration. Whoever gets them lets go of them with `let_go`.

        Parameters
        ----------
        given
            Slots and values of the inputs. The list is emptied, so that nobody holds on to them.
        owned
            Those of the slots whose values are counted and let go here.

        Raises
        ------
        IterationFailedError
            When a node failed.
        RunCancelledError
            When the run is to end, or the iteration is not wanted any more.
        """
        self.index = index
        slots = self._slots
        slots[:] = self._blank
        for slot, value in given:
            slots[slot] = value
        given.clear()
        self._held.update(owned)
        self._base_bytes = self._state.memory.live_bytes
        try:
            self._walk()
            outputs = [slots[slot] for slot in self._program.outputs]
            self._held.difference_update(self._program.outputs)
            return outputs
        finally:
            for slot in self._held:
                self.let_go(slots[slot])
            self._held.clear()
            slots[:] = self._blank

    def _walk(self) -> None:
        slots, clock, tallies, index = self._slots, self._state.clock, self._tallies, self.index
        lost: set[int] = set()
        failures: dict[int, NodeFailure] = {}
        began_s = clock()
        for place, step in enumerate(self._steps):
            if lost and not lost.isdisjoint(step.waits):
                lost.add(place)
                continue
            if self._is_stopping():
                raise RunCancelledError("The run was cancelled.")
            if step.row is not None:
                failure = self._call_row(step, step.row)
            elif isinstance(step.call, Call):
                failure = self._call(step, step.call)
            else:
                failure = self._perform_parts(step, step.call)
            ended_s = clock()
            tally = tallies[step.places[-1]]
            tally.count += 1
            elapsed_s = ended_s - began_s
            began_s = ended_s
            tally.total_s += elapsed_s
            if elapsed_s > tally.slowest_s:
                tally.slowest_s, tally.slowest = elapsed_s, index
            if failure is not None:
                self._note_failure(tally, failure)
                failures[place] = failure
                lost.add(place)
            for slot in step.ends:
                if slot in self._held:
                    self._held.discard(slot)
                    self.let_go(slots[slot])
                slots[slot] = None
        if failures:
            raise IterationFailedError(min(failures.values(), key=self._position))

    def _position(self, failure: NodeFailure) -> int:
        return self._program.plan.nodes.index(failure.node)

    @staticmethod
    def _note_failure(tally: Tally, failure: NodeFailure) -> None:
        tally.failed += 1
        if tally.failure is None:
            tally.failure = failure

    # --- one step ---------------------------------------------------------------------------------------------

    def _call_row(self, step: Step, row: Row) -> NodeFailure | None:
        slots = self._slots
        try:
            arity = row.arity
            if arity == 1:
                value = row.function(slots[row.a])
            elif arity == 2:
                value = row.function(slots[row.a], slots[row.b])
            elif arity == 3:
                value = row.function(slots[row.a], slots[row.b], slots[row.c])
            else:
                value = row.function(*[slots[slot] for slot in row.a or ()])
            if type(value) is row.kind:
                slots[row.slot] = value
            else:
                assert isinstance(step.call, Call)
                self._publish(step.call, step.call.outputs(value))
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            return self._failure(step, error)
        return None

    def _call(self, step: Step, call: Call) -> NodeFailure | None:
        state = self._state
        arguments: dict[str, Any] = {}
        try:
            arguments = call.arguments(self._slots, self._is_sole)
            if call.context_argument is not None:
                arguments[call.context_argument] = TaskContext(state, call.task.node)
            if call.resources:
                with state.locks.hold(call.resources, self._check, state.plan.limits.capacity()):
                    returned = call.function(**arguments)
            else:
                returned = call.function(**arguments)
            if type(returned) is call.plain_output:
                self._slots[call.first_slot] = returned
            else:
                self._publish(call, call.outputs(returned))
        except BaseException as error:  # noqa: BLE001 - as above
            return self._failure(step, error, arguments)
        finally:
            if call.task.body is not None:
                self._add_nested(step.task)
        return None

    def _is_sole(self, slot: int) -> bool:
        return self._state.shape.readers[slot] == 1 and slot not in self._state.kept

    def _publish(self, call: Call, values: Sequence[Any]) -> None:
        for slot, value in enumerate(values, call.first_slot):
            if not _is_light(value):
                self._state.memory.hold((value,), call.task.node)
                self._held.add(slot)
                self.peak_bytes = max(self.peak_bytes, self._state.memory.live_bytes - self._base_bytes)
            self._slots[slot] = value

    def _failure(self, step: Step, error: BaseException, arguments: dict[str, Any] | None = None) -> NodeFailure:
        """Return why a step failed, unless the whole iteration is to end."""
        state = self._state
        if isinstance(error, RunCancelledError) and self._is_stopping():
            raise error
        call = step.call
        assert isinstance(call, Call)
        if arguments is None:
            try:
                arguments = call.arguments(self._slots, _never)
            except Exception:  # noqa: BLE001 - a conversion is foreign code; it is what failed
                arguments = {}
        failure = failure_of(state.plan.tasks[step.task], error, arguments)
        if isinstance(error, MemoryBudgetError):
            raise IterationFailedError(failure, short_of_memory=True)
        return failure

    def _perform_parts(self, step: Step, composite: Composite) -> NodeFailure | None:
        performance = Performance(self._state, composite, "")
        performance.together()
        failure = None
        for place, record in zip(step.places[:-1], performance.records[:-1], strict=True):
            tally = self._tallies[place]
            tally.count += 1
            tally.total_s += record.elapsed_s
        for place, record in zip(step.places, performance.records, strict=True):
            if record.failure is not None:
                self._note_failure(self._tallies[place], record.failure)
                failure = failure or record.failure
        self._held.update(slot for slot in self._state.shape.writes[step.task] if self._slots[slot] is not None)
        return failure

    def _add_nested(self, task: int) -> None:
        record = self._state.records.loops.pop(task, None)
        for node, tally in record.nodes.items() if record is not None else ():
            self._nested.setdefault(node, Tally()).add(tally)

    # --- afterwards -------------------------------------------------------------------------------------------

    def let_go(self, value: Any) -> None:
        """Count an output no longer."""
        if not _is_light(value):
            self._state.memory.drop(value)

    def tallies(self) -> Iterable[tuple[NodeId, Tally]]:
        """Yield what each node of the body took."""
        yield from zip(self._program.nodes, self._tallies, strict=True)
        yield from self._nested.items()


def _is_light(value: Any) -> bool:
    kind = type(value)
    return kind in SELF_DESCRIBING or (kind is str and len(value) < _LIGHT_TEXT)


def _never(slot: int) -> bool:
    return False
