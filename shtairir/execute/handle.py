"""What a caller holds of a run that goes on in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.ids import RunId
from shtairir.planning.plan import ExecutionPlan

if TYPE_CHECKING:
    from shtairir.execute.cancel import CancelToken
    from shtairir.execute.run import Run
    from shtairir.results.result import RunResult


class RunHandle:
    """A run: cancel it, wait for it, ask how long it has been going on. From any thread."""

    def __init__(self, run: Run, token: CancelToken) -> None:
        self._run = run
        self._token = token

    @property
    def run(self) -> RunId:
        """The run's number; every event of it bears it."""
        return self._run.id

    @property
    def plan(self) -> ExecutionPlan:
        """What is being run."""
        return self._run.plan

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._run.running

    @property
    def elapsed_s(self) -> float:
        """The time since it began; once it is over, the time it took."""
        return self._run.elapsed_s

    def cancel(self) -> None:
        """Ask for the end, and return at once. Other runs that share the token are cancelled too."""
        self._token.cancel()

    def wait(self, timeout: float | None = None) -> RunResult | None:
        """Return the result once the run is over, or ``None`` if it is not after ``timeout`` seconds."""
        return self._run.wait(timeout)
