"""Several runs at a time, under one hand."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from shtairir.control.crew import Crew
from shtairir.errors import ExecutionError
from shtairir.execute.handle import RunHandle
from shtairir.ids import RunId, RunKey
from shtairir.planning import ExecutionPlan
from shtairir.session.started import started
from shtairir.session.wishes import Source, wishes

AnyRun: TypeAlias = RunHandle | RunId | RunKey | int | str
"""A run: its handle, its number, or its key."""

_REMEMBERED = 100
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run stands.

    Attributes
    ----------
    key
        What names it in journal and history, if it is kept.
    status
        ``running``, ``paused``, or how it ended.
    elapsed_s
        Pauses not counted.
    remaining_s
        From where to where the time left may lie, in four of five cases; ``None`` while there is no ground to say, and
        of a run that is over.
    total, done, running, failed, skipped, cached
        Numbers of nodes.
    """

    run: RunId
    key: RunKey | None
    graph: str
    status: str
    elapsed_s: float
    remaining_s: tuple[float, float] | None
    total: int
    done: int
    running: int
    failed: int
    skipped: int
    cached: int


class ExecutionController:
    """Runs graphs side by side on one set of workers, each in its turn.

    May be used by several threads. To close it cancels its runs; as a context manager it is closed at the end.

    Parameters
    ----------
    workers
        Most nodes at a time, all runs together; the number of processors by default.

    Examples
    --------
    >>> import shtairir
    >>> graph = shtairir.Graph("demo")
    >>> number = graph.add("math.number", value=3)
    >>> with shtairir.ExecutionController(workers=2) as controller:
    ...     runs = [controller.start(graph) for _ in range(3)]
    ...     [run.wait()["number.out"] for run in runs]
    [3.0, 3.0, 3.0]
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ExecutionError(f"A controller needs at least one worker, not {workers}.")
        self.workers = workers if workers is not None else os.cpu_count() or 1
        self._crew = Crew(self.workers)
        self._lock = threading.Lock()
        self._handles: dict[RunId, RunHandle] = {}
        self._ended: dict[RunId, RunReport] = {}
        self._closed = self._paused = False

    # --- to start and to end ----------------------------------------------------------------------------------

    def start(self, graph_or_plan: Source | ExecutionPlan, **options: Any) -> RunHandle:
        """Start a run and return its handle.

        Parameters
        ----------
        options
            As for `shtairir.start`. ``workers`` is how many may work for this run at a time.

        Raises
        ------
        ExecutionError
            When the controller is closed.
        """
        self._refuse_if_closed()
        options.setdefault("workers", None if isinstance(graph_or_plan, ExecutionPlan) else self.workers)
        options |= {"crew": lambda plan: self._crew.share(plan.workers), "paused": self._paused}
        handle = started(graph_or_plan, wishes(**options))
        with self._lock:
            self._handles[handle.run] = handle
            closed = self._closed
        if closed:  # by another thread, meanwhile
            handle.cancel()
            self._refuse_if_closed()
        return handle

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ExecutionError("The controller is closed: it starts no more runs.")

    def close(self) -> None:
        """Cancel all runs, wait until they are over, and let the workers go."""
        with self._lock:
            self._closed = True
        runs = self.runs
        self.cancel()
        until_s = time.monotonic() + _PATIENCE_S
        for handle in runs:
            handle.wait(max(until_s - time.monotonic(), 0.0))
        self._crew.close()

    def __enter__(self) -> ExecutionController:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- to look at -------------------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[RunHandle, ...]:
        """The runs that go on, in the order in which they were started."""
        with self._lock:
            self._sort_out()
            return tuple(self._handles.values())

    def status(self) -> tuple[RunReport, ...]:
        """Return how all runs stand: those that have ended, as far as they are remembered, and those that go on."""
        with self._lock:
            self._sort_out()
            handles = tuple(self._handles.values())
            ended = tuple(self._ended.values())
        return (*ended, *map(report_of, handles))

    def _sort_out(self) -> None:
        """Keep of the runs that are over only how they ended: a result holds values. Called with the lock held."""
        for run, handle in [*self._handles.items()]:
            if not handle.running:
                del self._handles[run]
                self._ended[run] = report_of(handle)
        for run in [*self._ended][:-_REMEMBERED]:
            del self._ended[run]

    # --- to control -------------------------------------------------------------------------------------------

    def pause(self, run: AnyRun | None = None) -> None:
        """Start no more nodes of a run, or of any run; without one, those that are started later are paused, too."""
        self._paused |= run is None
        self._each(run, RunHandle.pause)

    def resume(self, run: AnyRun | None = None) -> None:
        """Let a run go on after a pause, or all of them."""
        self._paused &= run is not None
        self._each(run, RunHandle.resume)

    def cancel(self, run: AnyRun | None = None) -> None:
        """Ask a run to end, or all of them. Returns at once."""
        self._each(run, RunHandle.cancel)

    def extend(self, run: AnyRun | None, seconds: float) -> None:
        """Let a run take so much longer in all, or each of them."""
        self._each(run, lambda handle: handle.extend(seconds))

    def _each(self, run: AnyRun | None, verb: Callable[[RunHandle], None]) -> None:
        for handle in self.runs if run is None else (self._found(run),):
            verb(handle)

    def _found(self, run: AnyRun) -> RunHandle:
        """Return a run's handle.

        Raises
        ------
        ExecutionError
            When the controller has no such run.
        """
        if isinstance(run, RunHandle):
            return run
        with self._lock:
            for handle in self._handles.values():
                if run in (handle.run, handle.key):
                    return handle
        raise ExecutionError(f"The controller has no run {run} that goes on.")


def report_of(handle: RunHandle) -> RunReport:
    """Return how a run stands."""
    progress = handle.progress
    low_s, high_s = progress.remaining_low_s, progress.remaining_high_s
    status = "paused" if handle.paused else "running"
    if not handle.running:
        status = str(progress.status or "failed")
    return RunReport(
        run=handle.run,
        key=handle.key,
        graph=handle.plan.graph_name,
        status=status,
        elapsed_s=handle.elapsed_s,
        remaining_s=(low_s, high_s) if low_s is not None and high_s is not None and handle.running else None,
        total=progress.total,
        done=progress.done,
        running=progress.running,
        failed=progress.failed,
        skipped=progress.skipped,
        cached=progress.cached,
    )
