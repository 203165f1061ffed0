"""The run as a block sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from shtairir.block.context import Context
from shtairir.block.standalone import secret
from shtairir.errors import RunCancelledError
from shtairir.events import NodeLogged, NodePreviewed, NodeProgressed

if TYPE_CHECKING:
    import numpy

    from shtairir.events import Event
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.holding import Holder
    from shtairir.execute.state import RunState
    from shtairir.planning.plan import Task
    from shtairir.resources.breaker import Asking
    from shtairir.resources.hold import Hold

PROGRESS_INTERVAL_S = 0.02
"""Reports that follow faster are left out, but for the last: nobody could see them."""


class TaskContext(Context):
    """One call's view of its run."""

    def __init__(self, run: RunState, task: Task, attempt: Attempt | None = None) -> None:
        self._run = run
        self._task = task
        self._attempt = attempt
        self._holder: Holder | None = None
        self.node = task.node
        self.attempt = attempt.number if attempt is not None else 1
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
        self._tell(NodeProgressed(self.run, now, self.node, fraction, message))

    @property
    def idempotency_key(self) -> str:
        """What an effect of this node in this run can be recognised by."""
        return self._run.effect_key(self.node)

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled, or its time is up, or that of this call."""
        attempt = self._attempt
        return self._run.stopping or (attempt is not None and (attempt.is_overdue or attempt.is_over))

    def check_cancelled(self) -> None:
        """Raise `RunCancelledError` if the run was cancelled."""
        if self.cancelled:
            raise RunCancelledError("The run was cancelled, or the time of this call is up.")

    def log(self, message: str, level: Literal["debug", "info", "warning", "error"] = "info") -> None:
        """Write a line to the run's log."""
        self._tell(NodeLogged(self.run, self._run.clock(), self.node, level, str(message)))

    def preview(self, value: object) -> None:
        """Show a value on the node while the work goes on."""
        self._tell(NodePreviewed(self.run, self._run.clock(), self.node, value))

    def _tell(self, event: Event) -> None:
        """Hand on what the block says, unless it was given up: the node may be running again."""
        if self._attempt is None or not self._attempt.is_over:
            self._run.observe(event)

    def acquire(self, name: str, amount: int = 1, timeout_s: float | None = None) -> Hold:
        """Hold some of a named resource for the time of a ``with`` statement."""
        from shtairir.execute.holding import taken  # few blocks hold anything

        return taken(self, name, amount, timeout_s)

    def dependency(self, name: str) -> Asking:
        """Ask something outside for the time of a ``with`` statement, unless it is to be left in peace."""
        from shtairir.execute.asking import asking  # few blocks ask anything

        return asking(self._run, (str(name),), self._task.policy)

    def holder(self) -> Holder:
        """Return what the call holds; made when something is first asked for, unless its block declares some."""
        attempt = self._attempt
        holder = self._holder if attempt is None else attempt.holder
        if holder is None:
            from shtairir.execute.holding import Holder, new_owner

            holder = Holder(self._run.resources, new_owner(self._run, self._task, self.attempt, begun=True))
            self._holder = holder
            if attempt is not None:
                attempt.holder = holder
                if attempt.is_over:  # it was given up this very moment
                    holder.release()
        return holder

    def end(self) -> None:
        """Give back what the call still holds; where it is an attempt, that does so itself."""
        if self._attempt is None and self._holder is not None:
            self._holder.release()

    def secret(self, name: str) -> str:
        """Return a secret from the environment: ``openai key`` is read from ``SHTAIRIR_SECRET_OPENAI_KEY``."""
        return secret(name)
