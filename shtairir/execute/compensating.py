"""Undoing what a run has done, when it fails or is cancelled (a saga: Garcia-Molina and Salem, 1987).

A block with an effect may declare what undoes it. The nodes of such blocks that are done are then undone, the last one
first, one after the other: each may count on what was there when it was done. What a compensation raises is tried again
as the policy of its node says, then told, and the others are undone all the same.

The journal is told before each, and after. So one that has ended is not called again, whenever the program is killed;
one that was killed in the middle is, since to undo too little is worse than to undo twice: its context has an
idempotency key of its own, which stays the same.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from shtairir.block.compensating import RESULT, Compensation
from shtairir.errors import AttemptTimeoutError, RunCancelledError
from shtairir.events import Event, NodeCompensated, NodeFailure, NodeRetrying
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_of

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task


_GIVEN_UP = "The undoing was given up; to resume the run finishes it."
_GRACE_S = 1.0
"""How long a compensation may go on when the undoing is given up."""


class RunJournal(Protocol):
    """What keeps a run, as the run sees it. What it is told of undoing is on the disk when it returns."""

    @property
    def opens_s(self) -> float:
        """From when on the run is worth being kept, by its clock."""

    def open(self) -> bool:
        """Keep it from now on."""

    def close(self, status: str, elapsed_s: float) -> None:
        """Take note how the run has ended."""

    def undoing(self, nodes: Sequence[NodeId], status: str) -> None:
        """Take note that these are about to be undone, in this order, since the run has ended so."""

    def undo_begun(self, node: NodeId) -> None:
        """Take note that the compensation of a node is about to be called."""

    def undone(self, node: NodeId, error: str | None) -> None:
        """Take note that it has ended; with an error, that it has not helped."""

    def undo_given_up(self) -> None:
        """Take note that the rest stays to be undone."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """What a node has done, and can be undone.

    Attributes
    ----------
    inputs
        Returns what its compensation asks for of the block's inputs; may raise a `ShtairirError` that says why not.
    outputs
        Returns what the block returned, as far as it is known.
    """

    task: Task
    inputs: Callable[[], Mapping[str, Any]]
    outputs: Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Undoing:
    """What a run is told about undoing.

    Attributes
    ----------
    earlier
        What was done before this run took over, in the order in which it was.
    already
        Nodes that were undone before.
    only
        How the run has ended before, if all that is left to do is to undo it.
    """

    earlier: Sequence[Undoable] = ()
    already: Sequence[NodeId] = ()
    only: str = ""


@dataclass(slots=True)
class Effects:
    """An `AttemptHook` that notes what has been done and can be undone, in the order in which it was."""

    done: list[Undoable] = field(default_factory=list)

    def begin(self, attempt: Attempt) -> None:
        """Nothing is done yet."""

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note of what a block has done."""
        task = attempt.task
        compensate = task.definition.traits.compensate
        if compensate is None or values is None:
            return
        asked = Compensation.of(compensate).names
        given = attempt.arguments or {}
        inputs = {name: given[name] for name in asked if name in given}
        outputs = tuple(values)
        self.done.append(Undoable(task, lambda: inputs, lambda: outputs))


class Undo:
    """Undoes what a run has done. All of it happens on the thread that calls, or is waited for there.

    Parameters
    ----------
    tell
        Hands events to the observers.
    wait
        Lets so many seconds pass, between two attempts; waits itself when ``None``.
    """

    def __init__(
        self,
        state: RunState,
        journal: RunJournal | None,
        tell: Callable[[Event], None],
        wait: Callable[[float], None] | None,
    ) -> None:
        self._state = state
        self._journal = journal
        self._tell = tell
        self._wait = wait if wait is not None else self._pause
        self._woken = threading.Event()
        self.given_up = False

    def give_up(self) -> None:
        """Undo nothing more, and wait no longer for what is being undone. Any thread may call."""
        self.given_up = True
        self._woken.set()

    def _pause(self, seconds: float) -> None:
        self._woken.clear()
        if not self.given_up:
            self._woken.wait(seconds)

    def all(self, effects: Sequence[Undoable], status: str) -> bool:
        """Undo effects, the last one first, and return whether that went well."""
        last_first = list(reversed(effects))
        if self._journal is not None:
            self._journal.undoing([effect.task.node for effect in last_first], status)
        went_well = [self._undo(effect) for effect in last_first]
        if self.given_up and self._journal is not None:
            self._journal.undo_given_up()
        return all(went_well)

    def _undo(self, effect: Undoable) -> bool:
        state, node = self._state, effect.task.node
        if self.given_up:
            return self._left(effect)
        if self._journal is not None:
            self._journal.undo_begun(node)
        started_s = state.clock()
        failure = self._attempted(effect)
        number = state.plan.task(node)
        if number is not None:
            state.records.undone[number.number] = failure
        if self._journal is not None and not (self.given_up and failure is not None):
            self._journal.undone(node, failure.message if failure is not None else None)
        elapsed_s = state.clock() - started_s
        for name in (node, *effect.task.aliases):
            self._tell(NodeCompensated(state.id, state.clock(), name, elapsed_s, failure))
        return failure is None

    def _left(self, effect: Undoable) -> bool:
        """Note of an effect that it was not undone, since that was given up."""
        task = self._state.plan.task(effect.task.node)
        if task is not None:
            error = RunCancelledError(_GIVEN_UP)
            self._state.records.undone[task.number] = failure_of(effect.task, error, {})
        return False

    def _attempted(self, effect: Undoable) -> NodeFailure | None:
        """Call a compensation as often as its node's policy says, and return why it has not helped."""
        from shtairir.policy import delays

        state, task = self._state, effect.task
        waits = list(islice(delays(task.policy.backoff, state.random), task.policy.retries))
        for number, wait_s in enumerate([*waits, None], start=1):
            arguments: dict[str, Any] = {}
            try:
                arguments = self._arguments(effect, number)
                self._called(task, arguments)
            except BaseException as error:  # noqa: BLE001 - the boundary to foreign code
                failure = failure_of(task, error, arguments, number)
                if wait_s is None or self.given_up or failure.category not in ("retryable", "conditional"):
                    return failure
                most = task.policy.retries + 1
                self._tell(NodeRetrying(state.id, state.clock(), task.node, number, most, wait_s, failure))
                self._wait(wait_s)
            else:
                return None
        return None

    def _arguments(self, effect: Undoable, number: int) -> dict[str, Any]:
        compensate = effect.task.definition.traits.compensate
        assert compensate is not None  # or there would be nothing to undo
        asked = Compensation.of(compensate)
        given = dict(effect.inputs())
        arguments = {name: given[name] for name in asked.names if name in given}
        if RESULT in asked.names:
            outputs = tuple(effect.outputs())
            arguments[RESULT] = outputs[0] if len(outputs) == 1 else outputs
        if asked.context_argument is not None:
            arguments[asked.context_argument] = UndoContext(self, self._state, effect.task, number)
        return arguments

    def _called(self, task: Task, arguments: dict[str, Any]) -> None:
        """Call a compensation, and give it up when it takes longer than its node may."""
        compensate = task.definition.traits.compensate
        assert compensate is not None
        limit_s = task.policy.timeout_s
        ended: list[BaseException | None] = []

        def call() -> None:
            try:
                returned = compensate(**arguments)
                if inspect.iscoroutine(returned):
                    import asyncio

                    asyncio.run(returned)
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                ended.append(error)
            else:
                ended.append(None)
            self._woken.set()

        self._woken.clear()
        thread = threading.Thread(target=call, name=f"shtairir undoing {task.node}", daemon=True)
        thread.start()
        if not self.given_up:
            self._woken.wait(limit_s)
        if self.given_up:
            thread.join(_GRACE_S)
        if not ended and self.given_up:
            raise RunCancelledError(_GIVEN_UP)
        if not ended:
            raise AttemptTimeoutError(f"Its compensation was given up after {limit_s:g} s.")
        if ended[0] is not None:
            raise ended[0]


class UndoContext(TaskContext):
    """The run as a compensation sees it: it goes on although the run was cancelled."""

    def __init__(self, undo: Undo, run: RunState, task: Task, number: int) -> None:
        super().__init__(run, task)
        self._undo = undo
        self.attempt = number

    @property
    def idempotency_key(self) -> str:
        """What the undoing of this node in this run can be recognised by."""
        return f"{super().idempotency_key}/undo"

    @property
    def cancelled(self) -> bool:
        """Whether it is given up; else what was done is undone to the end."""
        return self._undo.given_up
