"""The program's side of one call: the memory that it sees, and the context that its block speaks to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shtairir.block.values import loaded_class
from shtairir.events import IN_LOOP
from shtairir.execute.context import TaskContext
from shtairir.execute.processes.packing import SHARED_FROM_BYTES, Array, Packed, unpack
from shtairir.memory.shared import (
    Reference,
    array_on,
    base_of,
    reference_to,
    shared_memory_pool,
)

if TYPE_CHECKING:
    from shtairir.block.context import Held
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.processes.worker import Worker
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.resources.breaker import Asking


def is_to_be_shared(value: object) -> bool:
    """Whether a value is an array that must be copied into shared memory before another process sees it."""
    if type(value) is not loaded_class("numpy", "ndarray"):
        return False
    array: Any = value
    return array.nbytes >= SHARED_FROM_BYTES and not array.dtype.hasobject and base_of(array) is None


class CallHost:
    """Answers what a block asks from its worker process.

    Parameters
    ----------
    context
        What the block would have been given in a thread; nothing if it takes no context.
    attempt
        What is tried by it.

    Attributes
    ----------
    worker
        Who calls the block.
    """

    def __init__(
        self, state: RunState, node: NodeId, context: TaskContext | None = None, attempt: Attempt | None = None
    ) -> None:
        self.worker: Worker | None = None
        self._state = state
        self._attempt = attempt
        self._memory = state.memory
        self._node = node
        self._context = context
        self._bases: dict[int, Array] = {}
        self._held: dict[int, Held] = {}
        self._asked: dict[int, Asking] = {}

    # --- memory -----------------------------------------------------------------------------------------------

    def find(self, array: Array) -> Reference | None:
        """Return how the worker finds an array, and keep its buffer from others as long as the call lasts."""
        base = base_of(array)
        if base is None:
            return None
        reference = reference_to(array, base)
        self._bases[reference.buffer] = base
        return reference

    def lend(self, nbytes: int) -> Array:
        """Return so many bytes of shared memory, in the account of the node."""
        import numpy as np

        wanted = max(nbytes, SHARED_FROM_BYTES)
        if self._context is not None:
            array = self._context.empty(wanted, np.uint8)
        else:
            array = self._memory.empty(wanted, np.uint8, self._node)
        base = base_of(array)
        if base is None:  # the run borrows from a pool that processes do not see
            array = shared_memory_pool().empty(wanted, np.uint8, owner=(self._memory, str(self._node)))
            base = base_of(array)
            assert base is not None
        return base

    def array(self, reference: Reference) -> Array:
        """Return the array that the worker means."""
        base = self.base(reference.buffer)
        assert base is not None  # a worker refers to nothing else
        return array_on(base, reference)

    def base(self, buffer: int) -> Array | None:
        """Return the bytes of a buffer that the call has seen, or that a block in the worker has kept."""
        base = self._bases.get(buffer)
        return base if base is not None or self.worker is None else self.worker.kept.get(buffer)

    def begin(self) -> None:
        """Have the time of the attempt begin now: what it takes to start a worker is not the block's."""
        attempt = self._attempt
        if attempt is None:
            return
        attempt.started_s = self._state.clock()
        if attempt.worker != IN_LOOP:
            self._state.records.started_s[attempt.task.number] = attempt.started_s

    # --- what the worker asks ---------------------------------------------------------------------------------

    def borrow(self, nbytes: int) -> Reference:
        """Return where so many bytes of shared memory are."""
        reference = self.find(self.lend(nbytes))
        assert reference is not None
        return reference

    def ask(self, what: str, arguments: tuple[Any, ...]) -> Any:
        """Do what a block asks of its context."""
        context = self._context
        assert context is not None  # or there would be nobody to ask
        if what == "acquire":
            holding = context.acquire(*arguments)
            holding.__enter__()
            self._held[id(holding)] = holding
            return id(holding)
        if what == "release":
            return self._held.pop(arguments[0]).__exit__(None, None, None)
        if what == "depend":
            asking = context.dependency(*arguments)
            asking.__enter__()
            self._asked[id(asking)] = asking
            return id(asking)
        if what == "heard":
            number, outcome, why = arguments
            return self._asked.pop(number).end(outcome, why)
        return getattr(context, what)(*arguments)

    def tell(self, what: str, arguments: Packed) -> None:
        """Do what a block tells its context."""
        getattr(self._context, what)(*unpack(Packed(*arguments), self))

    def release(self) -> None:
        """Give back what the block held when it ended, or died."""
        while self._held:
            _, holding = self._held.popitem()
            with suppress(Exception):
                holding.__exit__(None, None, None)
        while self._asked:
            self._asked.popitem()[1].end(None)  # that the worker died says nothing of what it asked
