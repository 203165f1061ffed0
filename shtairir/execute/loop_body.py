"""The body of a loop, walked through by one worker at a time, as often as there are items.

A worker has a `Lane`: slots of its own, which it fills in each iteration anew. Where nothing is chosen there is no
scheduler inside: the tasks come in the order of the plan, each behind what it waits for, and a value is let go behind
its last reader. What an iteration costs besides the blocks is a microsecond a node, and two for the iteration.

A node that fails does not keep those from running that do not need it, as in a run; the iteration has failed all the
same. Of several failures, the one of the node that comes first in the body is told, whatever the order of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from shtairir.execute.choosing import ChoosingScheduler, scheduler_of
from shtairir.execute.loop_program import BodyProgram, Once, Step
from shtairir.execute.loop_state import BodyState, Telling
from shtairir.execute.loop_steps import IterationFailedError, StepPerformer
from shtairir.execute.loop_walk import Walk

if TYPE_CHECKING:
    from shtairir.execute.scheduler import Scheduler
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.results.iterations import Tally


class Lane(StepPerformer):
    """One worker's way through the body, time and again.

    Attributes
    ----------
    index
        The iteration that is on its way.
    together
        Whether idle workers may join in: for turns, of which only one is on its way at a time.
    loop, given_up
        See `shtairir.execute.inside`.
    """

    def __init__(
        self,
        outer: RunState,
        program: BodyProgram,
        tell: Telling,
        once: Once,
        wanted: Callable[[int], bool],
        loop: int,
    ) -> None:
        steps = program.steps  # before the state, which takes the constants that these bring
        super().__init__(program, BodyState(outer, program, tell, self._is_stopping))
        self._once = once
        self._outer = outer
        self._branching = program.plan.branching
        self._wanted = wanted
        self._steps = steps
        self._blank = list(self._slots)
        self._take_what_is_there()
        self.together = False
        self.loop = self._state.loop = loop
        self.given_up = False
        outer.inside.lanes.add(self)

    def _is_stopping(self) -> bool:
        return self._outer.stopping or self.given_up or not self._wanted(self.index)

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
        self.index = self._state.index = index
        slots, program = self._slots, self._program
        slots[:] = self._blank
        while given:
            _move(given, slots)
        self._held.update(owned)
        self._base_bytes = self._state.memory.live_bytes
        self._failures.clear()
        if program.has_conditions:
            self._skipped.clear()
            self._passed.clear()
        self._state.records.parts.clear()
        self._step, self._is_alone = None, not self.together
        try:
            if self._once.is_open:
                self._settle()
            if self._branching is not None or self.together:
                self._walk_as_scheduled()
            else:
                self._walk(self._steps)
            if self._skipped:
                self._refuse_gaps(program.body.invariant if self._once.is_settled else ())
            outputs = [slots[slot] for slot in program.outputs]
            self._held.difference_update(program.outputs)
            return outputs
        finally:
            self._is_alone = False
            for slot in self._held:
                self.let_go(slots[slot])
            self._held.clear()
            slots[:] = self._blank

    def _take_what_is_there(self) -> None:
        if self._once.is_settled:
            for slot, value in self._once.values.items():
                self._blank[slot] = value
            self._steps = self._program.steps_each

    def _settle(self) -> None:
        """Compute what is the same in every iteration, and keep it for all."""
        once, slots, program = self._once, self._slots, self._program
        once.is_open = False
        before, given = set(self._held), list(slots)
        try:
            self._walk(program.steps_once, keep=program.read_each_time)
        except IterationFailedError:
            for slot in self._held - before:
                self.let_go(slots[slot])
            self._held = before
            self._failures.clear()
            slots[:] = given
        else:
            once.values = {slot: slots[slot] for slot in program.slots_once}
            once.held = self._held - before
            once.is_settled = True
            self._held = before
            self._take_what_is_there()

    # --- the way ----------------------------------------------------------------------------------------------

    def _walk(self, steps: Sequence[Step], keep: Collection[int] = ()) -> None:
        """Perform steps in their order, and let go of each value behind its last reader."""
        lost: set[int] = set()
        self._now_s = self._state.clock()
        for step in steps:
            if lost and not lost.isdisjoint(step.reads):
                lost.update(self._state.shape.writes[step.task])
            elif not self._perform(step, self._now_s):
                lost.update(self._missing(step))
            for slot in step.ends:
                if slot not in keep:
                    self._release(slot)
        if self._failures:
            raise IterationFailedError(min(self._failures.values(), key=self._position))

    def _walk_as_scheduled(self) -> None:
        """Perform the steps as a scheduler says: where something is chosen, or several can be done side by side."""
        state, program = self._state, self._program
        self._now_s = state.clock()
        scheduler = scheduler_of(program.shape, self._branching, program.readers)
        if isinstance(scheduler, ChoosingScheduler):
            scheduler.values, state.chosen = self._slots, scheduler.chosen
        state.records.causes, state.records.failures = scheduler.causes, {}
        there = program.given if not self._once.is_settled else program.given | program.body.invariant
        Walk(self, scheduler, there).go(self._outer.share if self.together else None)
        failed = list(self._failures.values())
        if isinstance(scheduler, ChoosingScheduler):
            failed = [
                failure
                for task, failure in self._failures.items()
                if scheduler.takers(task, self._missing(program.step_of[task])) is None
            ]
        if failed:
            raise IterationFailedError(min(failed, key=self._position))

    def take_note(self, scheduler: Scheduler, task: int, *, complete: bool) -> list[int]:
        """Take note of how a step ended, let go of what nobody reads any more, and return what may be done now."""
        records = self._state.records
        if complete:
            ready = scheduler.done(task)
        elif task in records.parts:
            _, ready = scheduler.partly_done(task, records.missing(task))
        else:
            _, ready = scheduler.failed(task)
        for slot in scheduler.released:
            self._release(slot)
        scheduler.released.clear()
        return ready

    def perform(self, task: int) -> bool:
        """Perform the step of a task, and say whether it made all of its outputs."""
        return self._perform(self._program.step_of[task], self._state.clock())

    # --- afterwards -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of what refers back here: a ring would keep its values until garbage is collected."""
        self._outer.inside.lanes.discard(self)
        self._attempts.clear()
        del self._state, self._wanted, self._outer
        self._slots, self._blank, self._failures = [], [], {}

    def tallies(self) -> Iterable[tuple[NodeId, Tally]]:
        """Yield what each node of the body took."""
        yield from zip(self._program.nodes, self._tallies, strict=True)
        yield from self._nested.items()


def _move(given: list[tuple[int, Any]], slots: list[Any]) -> None:
    """Put the last of some values into its slot, so that nothing else refers to it."""
    slot, value = given.pop()
    slots[slot] = value
