"""Has the blocks of a run called in worker processes, as far as they are to be.

A task that goes to a process is still taken up by one of the run's threads, which waits for the answer. So as many
tasks run at a time as the run has workers, wherever they run, and whatever holds for a task (its attempts, its time,
what it waits for) holds for it all the same.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from shtairir.block.values import read_only
from shtairir.errors import ExecutionError, MemoryBudgetError, PoisonError, RunCancelledError, WorkerLostError
from shtairir.events import IN_LOOP, NodeLogged, WorkerReplaced
from shtairir.execute.call import Call
from shtairir.execute.elsewhere import Whereabouts, mark
from shtairir.execute.processes.callees import Sender, has_kernel
from shtairir.execute.processes.causes import OUT_OF_MEMORY, crash_line, hint_for_death
from shtairir.execute.processes.channel import ClosedError
from shtairir.execute.processes.errands import Errand
from shtairir.execute.processes.exceptions import unpack_error
from shtairir.execute.processes.hosting import CallHost, is_to_be_shared
from shtairir.execute.processes.kinds import Kind, Kinds
from shtairir.execute.processes.messages import (
    FAILED,
    LOST,
    STUCK,
    Request,
    Situation,
    Unknown,
)
from shtairir.execute.processes.packing import pack, unpack
from shtairir.execute.processes.pool import ProcessPool
from shtairir.execute.processes.surroundings import current
from shtairir.execute.processes.worker import Worker

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId

_TRIALS = 3
"""If workers die before they have begun, for no fault of the block."""

_MOMENT_S = 1.0
"""After the connection has broken, a worker that dies is dead by then."""

MOST_DEATHS = 3
"""A node whose block has killed so many workers is not tried again."""


class ProcessInvoker:
    """Calls the blocks of one run, in processes or in the thread that calls; any thread may.

    Parameters
    ----------
    kinds
        Says which task goes where.
    limit_bytes
        The most memory of its own that a worker may take.

    Attributes
    ----------
    sends_all
        Whether tasks go to processes of which nobody has said anything.
    """

    def __init__(self, state: RunState, pool: ProcessPool, kinds: Kinds, limit_bytes: int | None = None) -> None:
        self.sends_all = kinds.sends_all
        self._state = state
        self._pool = pool
        self._kinds = kinds
        self._limit_bytes = limit_bytes
        self._sender = Sender()
        self._deaths: Counter[NodeId] = Counter()
        self._inner: set[Errand] = set()
        self._sharing = threading.Lock()

    def __call__(self, attempt: Attempt, call: Call, arguments: dict[str, Any]) -> Any:
        kind = self._kinds.of(call, attempt)
        if not kind.is_process:
            return self._tried(call, arguments) if kind.is_tried else call.function(**arguments)
        host = CallHost(self._state, call.task.node, arguments.get(call.context_argument or ""), attempt)
        try:
            if attempt.worker != IN_LOOP:
                self._share(call, arguments)
            request = self._request(attempt, call, arguments, host)
        except MemoryBudgetError:
            raise  # there may be more later
        except Exception as error:  # noqa: BLE001 - foreign classes may raise what they like when they are pickled
            self._stay(call, kind, "its inputs", error)
            return call.function(**arguments)
        return self._sent(attempt, call, arguments, request, host, kind)

    def _tried(self, call: Call, arguments: dict[str, Any]) -> Any:
        began_s = self._state.clock()
        returned = call.function(**arguments)
        self._kinds.settle(call, self._state.clock() - began_s)
        return returned

    def _share(self, call: Call, arguments: dict[str, Any]) -> None:
        """Put arrays that others will read as well into shared memory for good: so they are copied once only."""
        state = self._state
        for name, _, slot, conversion, _ in call.task.inputs:
            value = arguments[name]
            if conversion is None and state.shape.readers[slot] > 1 and is_to_be_shared(value):
                with self._sharing:
                    if is_to_be_shared(state.slots[slot]):
                        self._move(slot)
                    arguments[name] = read_only(state.slots[slot])

    def _move(self, slot: int) -> None:
        """Put the array in a slot into shared memory. Readers that have it in hand go on with what they have."""
        state = self._state
        value = state.slots[slot]
        node = state.port(slot).node
        from shtairir.execute.processes.sharing import copied  # NumPy is there by now

        moved = copied(value, CallHost(state, node))
        state.memory.hold((moved,), node)
        state.slots[slot] = moved
        state.memory.drop(value)

    # --- there ------------------------------------------------------------------------------------------------

    def _request(self, attempt: Attempt, call: Call, arguments: dict[str, Any], host: CallHost) -> Request:
        definition = call.task.definition
        situation = None
        if call.context_argument is not None:
            node, run = str(call.task.node), int(self._state.id)
            base_dir, key = self._state.base_dir, attempt.key or self._state.effect_key(call.task.node)
            situation = Situation(call.context_argument, node, run, base_dir, attempt.number, key)
            arguments = {name: value for name, value in arguments.items() if name != call.context_argument}
        callee = self._sender.callee(definition)
        # A function that is sent goes without what was declared of it.
        writes_into = bool(callee.block) and has_kernel(definition)
        packed = pack(arguments, host)
        return Request(callee, packed, situation, attempt.fault, writes_into, limit_bytes=self._limit_bytes)

    def _sent(
        self, attempt: Attempt, call: Call, arguments: dict[str, Any], request: Request, host: CallHost, kind: Kind
    ) -> Any:
        for trial in range(_TRIALS):
            with self._errand(attempt, call, request, host) as errand:
                try:
                    how, content = self._asked(errand.worker, call, request, host)
                except ClosedError:
                    if errand.was_ended or errand.worker.has_begun or trial + 1 == _TRIALS:
                        raise self._loss(attempt, call, errand) from None
                    self._tell_replaced(call, errand.worker, "It died before it had begun.")
                else:
                    return self._result(call, arguments, how, content, host, kind)
        raise AssertionError("The last trial ends in one way or the other.")

    @contextmanager
    def _errand(self, attempt: Attempt, call: Call, request: Request, host: CallHost) -> Iterator[Errand]:
        """Have a worker for the time of a call, and let those know who may want to end that."""
        worker = self._pool.take()
        worker.begin(call.task.node)
        host.worker = worker
        errand = Errand(worker, listens=request.situation is not None or not call.task.definition.traits.pure)
        attempt.cancel, attempt.end = errand.cancel, errand.end
        if attempt.worker == IN_LOOP:
            self._note_inner(errand)
        if self._state.stopping:
            errand.cancel()
        try:
            yield errand
        finally:
            errand.close()
            self._inner.discard(errand)
            attempt.cancel = attempt.end = None
            host.release()
            self._pool.give_back(worker)

    def _asked(self, worker: Worker, call: Call, request: Request, host: CallHost) -> tuple[str, Any]:
        how, content = worker.call(request, host, current())
        if isinstance(content, Unknown):
            callee = self._sender.send_code(call.task.definition)
            how, content = worker.call(request._replace(callee=callee), host, current())
        return how, content

    def _note_inner(self, errand: Errand) -> None:
        """Have a call in the body of a loop end with the attempt at the loop, of which alone the run knows."""
        self._inner.add(errand)
        for attempt in list(self._state.in_hand.values()):
            if attempt.task.body is not None:
                attempt.cancel, attempt.end = self._cancel_inner, self._end_inner

    def _cancel_inner(self) -> None:
        for errand in tuple(self._inner):
            errand.cancel()

    def _end_inner(self) -> None:
        for errand in tuple(self._inner):
            errand.end()

    def _result(self, call: Call, arguments: dict[str, Any], how: str, content: Any, host: CallHost, kind: Kind) -> Any:
        if how == FAILED:
            raise unpack_error(content)
        if how == LOST:
            worker = host.worker
            assert worker is not None
            worker.kill()
            raise self._death(call, worker, f"{OUT_OF_MEMORY} (its limit)", content.whereabouts)
        if how == STUCK:
            error = unpack_error(content)
            self._stay(call, kind, "its result", error)
            if call.task.definition.traits.pure:
                return call.function(**arguments)
            raise ExecutionError(
                f"What the block returned cannot leave its process: {error}",
                hint="Have it run in a thread: set the worker of the node's policy to 'thread'.",
            )
        if isinstance(content, Unknown):
            raise ExecutionError(f"A worker process cannot find the block '{content.block}'.")
        return unpack(content, host)

    def _stay(self, call: Call, kind: Kind, what: str, error: BaseException) -> None:
        """Have a block called in threads from now on, since what belongs to it cannot travel.

        Raises
        ------
        ExecutionError
            When somebody has said that it shall run in a process.
        """
        if kind.is_wanted:
            raise ExecutionError(
                f"It is to run in a process of its own, but {what} cannot go there: {error}",
                hint="Have it run in a thread: set the worker of the node's policy to 'thread'.",
            ) from error
        self._kinds.stay(call, f"In a thread, since {what} cannot go to another process.")
        message = f"Runs in a thread, since {what} cannot go to another process: {error}"
        self._state.observe(NodeLogged(self._state.id, self._state.clock(), call.task.node, "info", message))

    # --- deaths -----------------------------------------------------------------------------------------------

    def _loss(self, attempt: Attempt, call: Call, errand: Errand) -> ExecutionError:
        """Return how a worker was lost, having waited for the system's account of it."""
        worker = errand.worker
        is_dead = worker.wait(_MOMENT_S)
        worker.kill()
        cause = worker.cause() if is_dead else "the connection to it broke"
        if errand.was_cancelled:
            return RunCancelledError("The run was cancelled.")
        if errand.was_ended:
            self._tell_replaced(call, worker, "It was ended, since its time was up.")
            return WorkerLostError("The worker was ended.", cause="ended")
        if attempt.fault == "oom":
            cause = f"{OUT_OF_MEMORY} (rehearsed)"
        said = worker.last_words()
        return self._death(call, worker, cause, Whereabouts(crash_line(said, call.task.definition.file), said))

    def _death(self, call: Call, worker: Worker, cause: str, whereabouts: Whereabouts) -> WorkerLostError:
        node = call.task.node
        self._deaths[node] += 1
        self._tell_replaced(call, worker, f"It died: {cause}.")
        if self._deaths[node] >= MOST_DEATHS:
            error: WorkerLostError = PoisonError(
                f"The block has killed {MOST_DEATHS} worker processes; the last died of {cause}.",
                cause=cause,
                hint="It is not tried again. Look at the line where it died, or at the library that it calls.",
            )
        else:
            error = WorkerLostError(
                f"The worker process died while the block ran in it: {cause}.", cause=cause, hint=hint_for_death(cause)
            )
        mark(error, whereabouts)
        return error

    def _tell_replaced(self, call: Call, worker: Worker, reason: str) -> None:
        state = self._state
        state.observe(WorkerReplaced(state.id, state.clock(), worker.name, reason, call.task.node))
