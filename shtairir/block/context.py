"""What a block may ask of the run that it is part of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from shtairir.ids import NodeId, RunId

if TYPE_CHECKING:
    import numpy


class Held(Protocol):
    """What is held from the beginning of a ``with``, or an ``async with``, to its end."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...

    async def __aenter__(self) -> None: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...


class Context(ABC):
    """The run, as a block sees it: an argument annotated ``Context`` receives it.

    It is given for the time of one call and must not be kept. All methods may be called from the thread
    that the block runs on; none of them blocks, but for `acquire`.
    """

    node: NodeId
    run: RunId
    base_dir: Path
    attempt: int = 1
    """Which attempt at this call it is, counted from 1: the node's policy may have it tried again."""

    @property
    def idempotency_key(self) -> str:
        """What an effect of this call can be recognised by: the same in all its attempts, also after a resume."""
        return f"{self.run}/{self.node}"

    @abstractmethod
    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array from the pool; it returns there when nothing can see it any more.

        Raises
        ------
        MemoryBudgetError
            When the budget does not hold it.
        """

    @abstractmethod
    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an array of zeros from the pool."""

    @abstractmethod
    def progress(self, fraction: float | None, message: str = "") -> None:
        """Say how far the work is: 0..1, or ``None`` when only the message is known."""

    @property
    @abstractmethod
    def cancelled(self) -> bool:
        """Whether the run was cancelled: a block in a loop should look and return soon."""

    @abstractmethod
    def check_cancelled(self) -> None:
        """Raise `RunCancelledError` if the run was cancelled."""

    @abstractmethod
    def log(self, message: str, level: Literal["debug", "info", "warning", "error"] = "info") -> None:
        """Write a line to the run's log."""

    @abstractmethod
    def preview(self, value: object) -> None:
        """Show a value on the node while the work goes on."""

    @abstractmethod
    def acquire(self, name: str, amount: int = 1, timeout_s: float | None = None) -> Held:
        """Hold some of a named resource for the time of a ``with``, or in a coroutine of an ``async with``, statement.

        Others wait meanwhile, in all runs of the program. A resource is there once unless it was given a capacity; a
        rate (so many in a time) is not held, but nobody begins before the rate allows. Several may be held at a time.

        Parameters
        ----------
        amount
            How much of it.
        timeout_s
            How long to wait for it at most; as long as it takes when ``None``.

        Raises
        ------
        ResourceError
            When there can never be so much.
        ResourceTimeoutError
            When it did not become free in time.
        DeadlockError
            When blocks wait for each other, and this one is to give way: let it pass, and the node is tried again.
        """

    def dependency(self, name: str) -> Held:
        """Ask something outside, a server for instance, for the time of a ``with`` or an ``async with`` statement.

        How it ends is noted for the name. When that has failed several times in a row, in whatever block and run of
        the program, nobody asks for a while, and then one tries whether it is there again (a circuit breaker).
        An error that may pass, such as a `ConnectionError`, is a failure; any other says nothing of the dependency.

        Raises
        ------
        CircuitOpenError
            On entering, when it is to be left in peace; a node that is retried waits as long.
        """
        return nullcontext()

    @abstractmethod
    def secret(self, name: str) -> str:
        """Return a secret by its name; it is never written to a file, a log or a cache.

        Raises
        ------
        ResourceError
            When there is no secret of that name.
        """
