"""Loops that carry a state from turn to turn: Repeat, While and Reduce.

What is carried goes from the outputs of a turn into the inputs of the next without a copy, and nobody else holds on to
it: so a block that writes into its input may do so, and the memory of a turn is free once its last reader is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shtairir.block.expression import Expression, compile_expression
from shtairir.block.types import PortType
from shtairir.block.values import describe
from shtairir.errors import ExecutionError, RunCancelledError
from shtairir.events import NodeFailure, NodeStatus
from shtairir.execute.failure import failure_of
from shtairir.execute.loop import LoopRun
from shtairir.execute.loop_body import Lane
from shtairir.execute.loop_items import Source, fitting
from shtairir.execute.loop_steps import IterationFailedError
from shtairir.flow.loop_shape import INDEX, STOP, TURN

_WORTH_SHARING_S = 1e-3


class _Carrying(LoopRun):
    """A loop whose turns follow each other."""

    def _begin(self) -> None:
        self._turns = 0
        self._last_s = 0.0
        plan, memory = self.program.plan, self.state.memory
        # Side by side, nodes take more memory.
        self._can_be_shared = plan.workers > 1 and plan.parallelism > 1 and memory.limit_bytes is None
        self._lane_of_all: Lane = self._lane(lambda index: True)
        self._state: dict[str, Any] = {name: self.given.pop(name) for name in self.shape.carried}
        self._base = self._same_each_time()

    def _turn(self, items: Sequence[tuple[int, Any]], what: str) -> dict[str, Any]:
        """Run the body once, and return its outputs. The state has gone into it then."""
        record, clock, index = self.record, self.state.clock, self._turns
        if self.state.halt.closed and self._is_held:
            self._wait()
        self._check()
        began_s = clock()
        record.expect(index + 1)
        status = NodeStatus.FAILED
        try:
            given = [*self._base, *items]
            if self._numbers is not None:
                given.append((self.program.input_slots[INDEX], self._numbers(index)))
            owned = self._hand_over(given)
            lane = self._lane_of_all
            lane.together = self._can_be_shared and self._last_s > _WORTH_SHARING_S
            outputs = lane.run(index, given, owned)
            status = NodeStatus.DONE
        except IterationFailedError as error:
            record.failures[index] = error.failure.node, error.failure.message
            raise self._failed(error.failure, what) from None
        except RunCancelledError:
            status = NodeStatus.CANCELLED
            raise
        finally:
            self._last_s = clock() - began_s
            record.note(index, status, self._last_s)
        self._turns += 1
        self._bytes_alone = self._lane_of_all.peak_bytes
        return dict(zip(self.program.names, outputs, strict=True))

    def _hand_over(self, given: list[tuple[int, Any]]) -> list[int]:
        """Move the state into what a turn gets, and return the slots of what was made by the turn before."""
        owned = []
        while self._state:
            name, value = self._state.popitem()
            slot = self.program.input_slots[name]
            step = self.program.body.carry.get(name)
            if self._turns and step is None:
                owned.append(slot)
            elif self._turns and step is not None:
                self._lane_of_all.let_go(value)
                try:
                    value = step.apply(value)
                except (ValueError, TypeError) as error:
                    raise IterationFailedError(self._unfit(f"'{name}' cannot be carried on: {error}")) from None
            given.append((slot, value))
            del value
        return owned

    def _unfit(self, words: str) -> NodeFailure:
        return failure_of(self.task, ExecutionError(words), {})

    def _let_go(self, values: Mapping[str, Any]) -> None:
        if self._turns:
            for value in values.values():
                self._lane_of_all.let_go(value)


class Turns(_Carrying):
    """One run of a Repeat or a While."""

    def _outputs(self) -> list[Any]:
        self._begin()
        self._rest: dict[str, Any] = {}
        repeats = self.shape.kind == "repeat"
        self._most: int = self.options["times" if repeats else "limit"]
        self._expect(self._most, "turn")
        self._condition = self._compiled("until" if repeats else "condition")
        goes_on = self._has_times_left if repeats else self._holds
        try:
            while goes_on():
                self._let_go(self._rest)
                self._rest = self._turn((), f"Turn {self._turns + 1:,}")
                self._state = {name: self._rest.pop(name) for name in self.shape.carried}
                self._report(self._turns)
                if self._rest.pop(STOP, False) or (repeats and self._is_true()):
                    break
            return [*map(self._final, self.shape.outputs), self._turns]
        finally:
            self._let_go({**self._rest, **self._state})

    def _compiled(self, option: str) -> Expression | None:
        text = str(self.options[option]).strip()
        return compile_expression(text) if text else None

    def _has_times_left(self) -> bool:
        return self._turns < self._most

    def _holds(self) -> bool:
        """Whether the condition of a While holds.

        Raises
        ------
        ExecutionError
            When it does, and there are no turns left.
        """
        if not self._is_true():
            return False
        if self._turns >= self._most:
            condition = self._condition.text if self._condition is not None else ""
            raise ExecutionError(
                f"After {self._turns:,} turns, the condition '{condition}' still holds.",
                hint="Raise the limit, or see whether the condition can ever become false.",
            )
        return True

    def _is_true(self) -> bool:
        if self._condition is None:
            return False
        known = {**self.given, **self._rest, **self._state, TURN: self._turns}
        return self._condition.holds(known)

    def _final(self, name: str) -> Any:
        """Return an output of the last turn; where there was none, the state as it was given."""
        for values in (self._state, self._rest):
            if name in values:
                return values[name]
        raise ExecutionError(
            f"The loop took no turn, so there is no '{name}'.",
            hint=f"Give the body an input that is called '{name}' as well: it says where the loop begins.",
        )


class Reduce(_Carrying):
    """One run of a Reduce."""

    def _outputs(self) -> list[Any]:
        (accumulator,), (item,) = self.shape.carried, self.shape.iterated
        kind: PortType = self.program.body.types[item]
        items = Source(base_dir=self.state.base_dir).taken_from(self.given.pop(item), kind)
        slot = self.program.input_slots[item]
        self._expect(len(items), "item")
        self._begin()
        try:
            for index in range(len(items)):
                what = f"Item {index:,} of {len(items):,} (the first is 0), {describe(items[index])},"
                made = self._turn(((slot, self._fitting(items[index], kind, what)),), what)
                self._state = {accumulator: made.pop(self.shape.accumulated)}
                self._let_go(made)
                self._report(self._turns)
            return [self._state[accumulator]]
        finally:
            self._let_go(self._state)

    def _fitting(self, item: Any, kind: PortType, what: str) -> Any:
        try:
            return fitting(item, kind)
        except ExecutionError as error:
            raise self._failed(self._unfit(error.message), what) from None
