"""For each: the iterations of a loop, spread over the workers, their results in the order of the items.

The worker that has the task begins alone, and measures. Items that take a few microseconds are Python more than
anything else, of which only one worker can run at a time: it goes on alone with them. If they take longer, idle
workers join in, and each takes some items at a time, so many that to take them costs nothing beside them, and so few
that all end together.

What comes out does not depend on the number of workers: results are put in their places; where the loop ends early,
because an item failed or asked for it, it ends after the first item in order of which that is true, and what others
have done beyond it meanwhile is thrown away.

Glossary
--------
last
    The index after which nothing is wanted.
again
    Items that found too little memory beside others; they run once more, one at a time.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any, Final

from shtairir.block.types import PortType
from shtairir.block.values import describe
from shtairir.errors import ExecutionError, RunCancelledError
from shtairir.events import NodeFailure, NodeStatus
from shtairir.execute.call import exact_type
from shtairir.execute.failure import failure_of
from shtairir.execute.loop import LoopRun
from shtairir.execute.loop_body import Lane
from shtairir.execute.loop_gather import joined
from shtairir.execute.loop_items import Source, fitting
from shtairir.execute.loop_steps import IterationFailedError
from shtairir.flow.loop_shape import INDEX, KEEP, STOP
from shtairir.planning.passes.coarsen import PYTHON_S
from shtairir.results.iterations import MOST_FAILURES

_LOOK_S = 1e-3
_LOOK_AGAIN_S = 20e-3
_WORTH_SHARING_S = 1e-3
_CHUNK_S = 0.5e-3

_ABSENT: Final = object()
"""In the place of a result that there is none of."""


class ForEach(LoopRun):
    """One run of a For each."""

    def _outputs(self) -> list[Any]:
        self._iterated = self._taken()
        self._exact = [exact_type(kind) for _, _, kind in self._iterated]  # of which no item needs a look
        self._count = len(self._iterated[0][1])
        self._number_slot = self.program.input_slots.get(INDEX, -1)
        self._messages: dict[str, str] = {}
        self._next = 0
        self._expect(self._count, "item")
        self._last: float = math.inf
        self._again: list[int] = []
        self._first_failure: NodeFailure | None = None
        self._fault: BaseException | None = None
        self._lock = threading.Lock()
        self._mean_s = 0.0
        self._lanes_allowed = self.state.plan.workers
        self._lanes_inside = 0
        self._free_lanes: list[Lane] = []
        self._home = threading.get_ident()
        self._results: dict[str, list[Any]] = {name: [_ABSENT] * self._count for name in self.shape.outputs}
        self._base = self._same_each_time()
        self._on_error = self.options["on_error"]
        self.record.expect(self._count)
        try:
            self._run_all()
            return self._gathered()
        finally:
            for values in self._results.values():
                for value in values:
                    if value is not _ABSENT:
                        self._lanes[0].let_go(value)

    def _taken(self) -> list[tuple[int, Sequence[Any], PortType]]:
        """Return the slot of each input that is gone through, its items, and the type that the body takes."""
        options = self.options
        source = Source(
            options["items"], options["by"], options["pattern"], options["axis"], base_dir=self.state.base_dir
        )
        types, slots = self.program.body.types, self.program.input_slots
        taken = {name: source.taken_from(self.given[name], types[name]) for name in self.shape.iterated}
        lengths = {name: len(items) for name, items in taken.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"'{name}' has {length:,}" for name, length in lengths.items())
            raise ExecutionError(
                f"The inputs that are gone through side by side differ in length: {listed}.",
                hint="Give them equally many items, or take one of them out of 'over'.",
            )
        return [(slots[name], items, types[name]) for name, items in taken.items()]

    # --- the course of the loop -------------------------------------------------------------------------------

    def _run_all(self) -> None:
        lane = self._lane(self._is_wanted)
        may_share = bool(self.options["parallel"]) and self.state.plan.workers > 1
        look_s = _LOOK_S
        while self._goes_on():
            self._alone(lane, look_s if may_share else math.inf)
            left_s = (self._count - self._next) * self._mean_s
            if may_share and self._goes_on() and left_s > _WORTH_SHARING_S and self._mean_s > self._python_s:
                self._limit_lanes(lane)
                self._free_lanes = [lane]
                self.state.share(self._work)
            look_s = _LOOK_AGAIN_S
            if self._fault is not None:
                raise self._fault
        while self._again and not self.state.stopping:
            self._iterate(lane, self._again.pop(), alone=True)
        self._check()
        if self._first_failure is not None:
            raise self._failed(self._first_failure, self._named(int(self._last)))

    @property
    def _python_s(self) -> float:
        """Below this, an iteration is Python more than anything else."""
        return PYTHON_S * max(len(self.program.steps), 1)

    def _goes_on(self) -> bool:
        return self._next < self._count and self._next <= self._last and not self.state.stopping

    def _is_wanted(self, index: int) -> bool:
        return index <= self._last

    def _alone(self, lane: Lane, look_s: float) -> None:
        """Run items one after the other for a while."""
        clock, first = self.state.clock, self._next
        began_s = now_s = clock()
        while self._goes_on() and now_s - began_s < look_s:
            index = self._next
            self._next += 1
            now_s = self._iterate(lane, index, began_s=now_s)
        self._bytes_alone = max(self._bytes_alone, lane.peak_bytes)
        done = self._next - first
        self._mean_s = (now_s - began_s) / done if done else self._mean_s

    def _limit_lanes(self, lane: Lane) -> None:
        """Let only so many workers in as there is memory for."""
        memory = self.state.memory
        if memory.limit_bytes is not None and lane.peak_bytes:
            room = memory.limit_bytes - memory.live_bytes
            self._lanes_allowed = max(min(self.state.plan.workers, room // lane.peak_bytes), 1)

    def _work(self) -> bool:
        """Take items and run them until there are none left. Several workers are in here at a time.

        Returns
        -------
        bool
            Whether there are some left, for which a worker that helps shall come back: a task waits for it.
        """
        with self._lock:
            if self._lanes_inside >= self._lanes_allowed:
                return False
            self._lanes_inside += 1
            lane = self._free_lanes.pop() if self._free_lanes else None
        helps = threading.get_ident() != self._home
        try:
            lane = lane if lane is not None else self._lane(self._is_wanted)
            while (chunk := self._take()) and self._fault is None:
                now_s = began_s = self.state.clock()
                for index in chunk:
                    if index > self._last or self.state.stopping:
                        break
                    now_s = self._iterate(lane, index, began_s=now_s)
                self._mean_s = (now_s - began_s) / len(chunk)
                if helps and self.state.has_waiting():
                    self._free_lanes.append(lane)
                    return True
        except BaseException as fault:  # noqa: BLE001 - told by the worker whose task it is
            self._fault = fault
        finally:
            with self._lock:
                self._lanes_inside -= 1
        return False

    def _take(self) -> range:
        """Return the items to run next; none when there are none left, or too many workers for the memory."""
        with self._lock:
            if not self._goes_on() or self._lanes_inside > self._lanes_allowed:
                return range(0)
            fair = (self._count - self._next) // (2 * self._lanes_allowed)
            some = max(min(int(_CHUNK_S / self._mean_s) if self._mean_s else fair, fair), 1)
            first = self._next
            self._next = min(first + some, self._count)
            return range(first, self._next)

    # --- one iteration ----------------------------------------------------------------------------------------

    def _iterate(self, lane: Lane, index: int, *, began_s: float | None = None, alone: bool = False) -> float:
        """Run an iteration, take note of it, and return when it was over."""
        record, clock = self.record, self.state.clock
        if self.state.halt.closed and self._is_held:
            self._wait()
            began_s = None
        if began_s is None:
            began_s = clock()
        status = NodeStatus.DONE
        try:
            given = self._given(index)
            outputs = lane.run(index, given)
        except IterationFailedError as error:
            if error.short_of_memory and not alone and self._may_repeat(index):
                return clock()
            status = self._note_failure(index, error.failure)
        except RunCancelledError:
            status = NodeStatus.CANCELLED
        else:
            self._put(lane, index, outputs)
            del outputs
        ended_s = clock()
        record.note(index, status, ended_s - began_s)
        self._report(self._done + 1)
        return ended_s

    def _given(self, index: int) -> list[tuple[int, Any]]:
        """Return the slots and values of all inputs for one iteration.

        Raises
        ------
        IterationFailedError
            When the body cannot take the item.
        """
        given = list(self._base)
        try:
            for (slot, items, kind), exact in zip(self._iterated, self._exact, strict=True):
                item = items[index]
                given.append((slot, item if type(item) is exact else fitting(item, kind)))
        except ExecutionError as error:
            raise IterationFailedError(failure_of(self.task, error, {})) from None
        if self._numbers is not None:
            given.append((self._number_slot, self._numbers(index)))
        return given

    def _may_repeat(self, index: int) -> bool:
        """Whether an iteration that found too little memory shall run again, when the others are done."""
        if not self.program.body.pure:
            return False
        with self._lock:
            if self._lanes_inside < 2:
                return False
            self._lanes_allowed = max(self._lanes_allowed - 1, 1)
            self._again.append(index)
            return True

    def _note_failure(self, index: int, failure: NodeFailure) -> NodeStatus:
        with self._lock:
            if len(self.record.failures) < MOST_FAILURES or self._on_error != "skip":
                message = self._messages.setdefault(failure.message, failure.message)
                self.record.failures[index] = failure.node, message
            if self._on_error == "stop" and index <= self._last:
                self._first_failure = failure
                self._last = index
        if self._on_error == "stop":
            self.state.wake_waiting()  # for iterations that nobody wants any more
        return NodeStatus.FAILED

    def _put(self, lane: Lane, index: int, outputs: list[Any]) -> None:
        """Put the results of an iteration in their places."""
        keeps = True
        for name, value in zip(self.program.names, outputs, strict=True):
            if name == STOP and value:
                with self._lock:
                    if index < self._last:
                        self._last, self._first_failure = index, None
            elif name == KEEP:
                keeps = bool(value)
        for name, value in zip(self.program.names, outputs, strict=True):
            column = self._results.get(name)
            if column is not None and keeps:
                column[index] = value
            else:
                lane.let_go(value)

    # --- afterwards -------------------------------------------------------------------------------------------

    def _gathered(self) -> list[Any]:
        """Return the outputs of the loop: all results up to where it ended, in order."""
        record, end = self.record, min(self._count, int(min(self._last, self._count)) + 1)
        for index in range(end, self._next):
            record.forget(index)
        outputs: list[Any] = []
        ports = self.task.definition.outputs
        for port, column in zip(ports, self._results.values(), strict=False):
            values = [value for value in column[:end] if value is not _ABSENT]
            outputs.append(joined(values, port.type, self.context.empty) if self._is_joined else values)
        if len(ports) > len(outputs):
            outputs.append(self._errors())
        return outputs

    @property
    def _is_joined(self) -> bool:
        return bool(self.options["gather"] == "concat")

    def _errors(self) -> list[dict[str, Any]]:
        """Return what went wrong, item by item."""
        return [
            {
                "index": index,
                "node": str(node).removeprefix(f"{self.task.node}/"),
                "error": message,
                "item": self._in_brief(index),
            }
            for index, (node, message) in sorted(self.record.failures.items())
        ]

    def _in_brief(self, index: int) -> str:
        _, items, _ = self._iterated[0]
        return describe(items[index])

    def _named(self, index: int) -> str:
        return f"Item {index:,} of {self._count:,} (the first is 0), {self._in_brief(index)},"
