"""The run as a block sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal

from shtairir.block.context import Context
from shtairir.block.standalone import secret
from shtairir.errors import RunCancelledError
from shtairir.events import NodeLogged, NodePreviewed, NodeProgressed
from shtairir.ids import NodeId

if TYPE_CHECKING:
    import numpy

    from shtairir.execute.state import RunState

PROGRESS_INTERVAL_S = 0.02
"""Reports that follow faster are left out, but for the last: nobody could see them."""


class TaskContext(Context):
    """One call's view of its run."""

    def __init__(self, run: RunState, node: NodeId, attempt: int = 1) -> None:
        self._run = run
        self.node = node
        self.attempt = attempt
        self.run = run.id
        self.base_dir = run.base_dir
        self.peak_bytes = 0
        self._reported_at = -1.0

    @property
    def run_state(self) -> RunState:
        """What the executor knows of the run; not for blocks."""
        return self._run

    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array from the pool."""
        memory = self._run.memory
        array = memory.empty(shape, dtype, self.node)
        self.peak_bytes = max(self.peak_bytes, memory.borrowed_by(self.node))
        return array

    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Lend an array of zeros from the pool."""
        array = self.empty(shape, dtype)
        array.fill(0)
        return array

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Say how far the work is."""
        now = self._run.clock()
        if fraction is not None:
            fraction = min(max(float(fraction), 0.0), 1.0)
        if now - self._reported_at < PROGRESS_INTERVAL_S and fraction != 1.0:
            return
        self._reported_at = now
        self._run.observe(NodeProgressed(self.run, now, self.node, fraction, message))

    @property
    def idempotency_key(self) -> str:
        """What an effect of this node in this run can be recognised by."""
        return self._run.effect_key(self.node)

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled, or its time is up."""
        return self._run.stopping

    def check_cancelled(self) -> None:
        """Raise `RunCancelledError` if the run was cancelled."""
        if self._run.stopping:
            raise RunCancelledError("The run was cancelled.")

    def log(self, message: str, level: Literal["debug", "info", "warning", "error"] = "info") -> None:
        """Write a line to the run's log."""
        self._run.observe(NodeLogged(self.run, self._run.clock(), self.node, level, str(message)))

    def preview(self, value: object) -> None:
        """Show a value on the node while the work goes on."""
        self._run.observe(NodePreviewed(self.run, self._run.clock(), self.node, value))

    def acquire(self, name: str) -> AbstractContextManager[None]:
        """Hold a named resource for the time of a ``with`` statement."""
        return self._run.locks.hold((name,), self.check_cancelled)

    def secret(self, name: str) -> str:
        """Return a secret from the environment: ``openai key`` is read from ``SHTAIRIR_SECRET_OPENAI_KEY``."""
        return secret(name)
