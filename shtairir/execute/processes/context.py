"""The run, as a block in a worker process sees it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from shtairir.block.context import Context, Held
from shtairir.errors import RunCancelledError
from shtairir.execute.processes.messages import Situation
from shtairir.execute.processes.packing import SHARED_FROM_BYTES, Array
from shtairir.ids import NodeId, RunId

if TYPE_CHECKING:
    from types import TracebackType

    import numpy

PROGRESS_INTERVAL_S = 0.02
"""Reports that follow faster are left out, but for the last: nobody could see them."""


class Line(Protocol):
    """The way to the program."""

    def lend(self, nbytes: int) -> Array:
        """Return so many bytes of shared memory."""

    def ask(self, what: str, *arguments: Any) -> Any:
        """Have the program call a method of the context, and return what it returns or raise what it raises."""

    def tell(self, what: str, *arguments: Any) -> None:
        """Have the program call a method of the context, without waiting for it."""


class WorkerContext(Context):
    """One call's view of its run, from another process."""

    def __init__(self, situation: Situation, line: Line, is_cancelled: Callable[[], bool]) -> None:
        self.node = NodeId(situation.node)
        self.run = RunId(situation.run)
        self.base_dir = situation.base_dir
        self.attempt = situation.attempt
        self._key = situation.key
        self._line = line
        self._is_cancelled = is_cancelled
        self._reported_at = -1.0

    @property
    def idempotency_key(self) -> str:
        """What an effect of this call can be recognised by."""
        return self._key

    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array from the program's pool."""
        import numpy as np

        kind = np.dtype(dtype)
        nbytes = (shape if isinstance(shape, int) else math.prod(shape)) * kind.itemsize
        if nbytes < SHARED_FROM_BYTES or kind.hasobject:
            return np.empty(shape, kind)
        return np.ndarray(shape, kind, self._line.lend(nbytes))

    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an array of zeros from the program's pool."""
        array = self.empty(shape, dtype)
        array.fill(0)
        return array

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Say how far the work is."""
        now = time.perf_counter()
        if fraction is not None:
            fraction = min(max(float(fraction), 0.0), 1.0)
        if now - self._reported_at < PROGRESS_INTERVAL_S and fraction != 1.0:
            return
        self._reported_at = now
        self._line.tell("progress", fraction, message)

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled, or the time of the block is up."""
        return self._is_cancelled()

    def check_cancelled(self) -> None:
        """Raise `RunCancelledError` if the run was cancelled."""
        if self._is_cancelled():
            raise RunCancelledError("The run was cancelled.")

    def log(self, message: str, level: Literal["debug", "info", "warning", "error"] = "info") -> None:
        """Write a line to the run's log."""
        self._line.tell("log", str(message), level)

    def preview(self, value: object) -> None:
        """Show a value on the node while the work goes on."""
        self._line.tell("preview", value)

    def acquire(self, name: str, amount: int = 1, timeout_s: float | None = None) -> Held:
        """Hold some of a named resource for the time of a ``with`` statement."""
        return _HeldByProgram(self._line, (name, amount, timeout_s))

    def dependency(self, name: str) -> Held:
        """Ask something outside for the time of a ``with`` statement, unless it is to be left in peace."""
        return _AskedByProgram(self._line, str(name))

    def secret(self, name: str) -> str:
        """Return a secret, which the program looks up."""
        secret: str = self._line.ask("secret", name)
        return secret


class _AskedByProgram:
    """Leave to ask something outside, which the program gives to a block of this process."""

    def __init__(self, line: Line, name: str) -> None:
        self._line = line
        self._name = name
        self._asked = 0

    def __enter__(self) -> None:
        self._asked = self._line.ask("depend", self._name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        from shtairir.policy import NodePolicy  # what a node says besides, the program knows
        from shtairir.resources.breaker import outcome_of

        self._line.ask("heard", self._asked, outcome_of(error, NodePolicy()), str(error or ""))

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.__exit__(kind, error, traceback)


class _HeldByProgram:
    """What the program holds for a block of this process."""

    def __init__(self, line: Line, wanted: tuple[str, int, float | None]) -> None:
        self._line = line
        self._wanted = wanted
        self._held = 0

    def __enter__(self) -> None:
        self._held = self._line.ask("acquire", *self._wanted)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self._line.ask("release", self._held)

    async def __aenter__(self) -> None:
        import asyncio

        await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.__exit__(kind, error, traceback)
