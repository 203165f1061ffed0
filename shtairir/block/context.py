"""What a block may ask of the run that it is part of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shtairir.ids import NodeId, RunId

if TYPE_CHECKING:
    import numpy


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
    def acquire(self, name: str) -> AbstractContextManager[None]:
        """Hold a named resource for the time of a ``with`` statement."""

    @abstractmethod
    def secret(self, name: str) -> str:
        """Return a secret by its name; it is never written to a file, a log or a cache.

        Raises
        ------
        ResourceError
            When there is no secret of that name.
        """
