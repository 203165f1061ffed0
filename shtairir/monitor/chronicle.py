"""What history needs of one run: who started it, what happened besides the nodes' starts and ends, and its result.

While the run goes, nothing is written, and an attempt that succeeds costs one call that returns at once. When it is
over, its records are handed to the history's own thread, which writes them in one transaction.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.events import Event
from shtairir.ids import NodeId, RunKey
from shtairir.keeping import state_folder
from shtairir.monitor.happenings import WORDED
from shtairir.monitor.past import (
    FailedAttempt,
    Origin,
    PastEvent,
    Regression,
    ResourceUse,
)
from shtairir.monitor.usage import shared_use, spent, spent_since
from shtairir.monitor.writer import writer

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.forecasting.foresight import Foresight
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.recovery.folder import RunFolder
    from shtairir.results.result import RunResult

WORTH_S = 0.05
"""A run that a program started by itself is recorded if it lasted so long; a shorter one may be one of thousands."""

_MOST_EVENTS = 2_000
_MOST_INPUTS = 32
"""Of so many nodes that fail the inputs are kept: where more do, the first tell enough."""

_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run that is in the history.

    Attributes
    ----------
    regressions
        The nodes that took more than they usually do.
    """

    key: RunKey
    regressions: tuple[Regression, ...] = ()


class Chronicle:
    """Follows one run: a hook of its attempts, and an observer of it if it is observed anyway.

    Parameters
    ----------
    folder
        The state folder.
    key
        What names the run, if that is known already.
    """

    def __init__(self, folder: Path, origin: Origin, key: RunKey | None) -> None:
        self._folder = folder
        self._origin = origin
        self._key = key
        self._started_at = time.time()
        self._began_s = time.perf_counter()
        self._spent = spent()
        self._attempts: list[FailedAttempt] = []
        self._events: list[PastEvent] = []
        self._left_out = 0
        self._first_s: float | None = None
        self._saved: set[NodeId] = set()
        self._waiting: deque[Callable[[], None]] = deque()
        self._written: threading.Event | None = (
            None  # made when there is something to write: it costs more than the rest
        )
        self._recorded: Recorded | None = None

    # --- while it runs ----------------------------------------------------------------------------------------

    def begin(self, attempt: Attempt) -> None:
        """Do nothing: what begins is known from what ends."""

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note of an attempt that failed, and keep what it was called with. Called on workers."""
        if error is None or len(self._attempts) >= _MOST_EVENTS:
            return
        now_s = time.perf_counter()
        kind, said = type(error).__name__, _words(error)[:_LONGEST_TEXT]
        self._attempts.append(FailedAttempt(attempt.node, attempt.number, now_s, attempt.worker, kind, said))
        if attempt.arguments is not None and attempt.node not in self._saved and len(self._saved) < _MOST_INPUTS:
            self._saved.add(attempt.node)
            task, arguments = attempt.task, attempt.arguments

            def save() -> None:
                from shtairir.monitor.failures import save_inputs

                save_inputs(self._folder, self.key(), task, arguments, kind, said)

            self._waiting.append(save)
            if self._is_worth(now_s - self._began_s):
                self._save_waiting()

    def _save_waiting(self) -> None:
        """Have the inputs written that were put aside; they are held no longer than until then."""
        with suppress(IndexError):  # several workers may be at it
            while True:
                writer().submit(self._waiting.popleft())

    def _is_worth(self, elapsed_s: float) -> bool:
        """Whether the run is recorded, if it lasts so long."""
        return self._origin != "api" or elapsed_s >= WORTH_S

    def _has_journal(self) -> bool:
        """Whether the run was worth a folder, since it did something that cannot be done twice."""
        return self._key is not None and os.path.exists(f"{self._folder}{os.sep}runs{os.sep}{self._key}")

    def key(self) -> RunKey:
        """What names the run; made up when it is first needed. On the history's thread."""
        if self._key is None:
            from shtairir.recovery.keys import new_run_key

            self._key = new_run_key(lambda: self._started_at)
        return self._key

    def on_event(self, event: Event) -> None:
        """Take note of what the records do not tell."""
        worded = WORDED.get(type(event))
        if worded is None:
            if self._first_s is None:
                self._first_s = event.at_s
            return
        found = worded(event)
        if found is None:
            return
        if len(self._events) >= _MOST_EVENTS:
            self._left_out += 1
            return
        kind, node, text = found
        at_s = event.at_s - (self._first_s if self._first_s is not None else event.at_s)
        self._events.append(PastEvent(at_s, kind, node, text[:_LONGEST_TEXT]))

    # --- when it is over --------------------------------------------------------------------------------------

    def on_result(self, result: RunResult) -> None:
        """Have the run written, if it is worth it. Called on the run's controller thread."""
        if not self._is_worth(result.elapsed_s) and not self._has_journal():
            self._waiting.clear()
            return
        outline = Outline.of(result)
        written = self._written = threading.Event()
        self._save_waiting()
        uses = [*spent_since(self._spent, result.plan.workers * result.elapsed_s), *shared_use(result.elapsed_s)]

        def write() -> None:
            try:
                self._write(outline, uses)
            finally:
                written.set()

        writer().submit(write)

    def _write(self, outline: Outline, uses: Sequence[ResourceUse]) -> None:
        # Here, on its own thread, and not sooner: SQLite takes as long to import as a small run takes.
        from shtairir.monitor.failures import keep_few
        from shtairir.monitor.history import history
        from shtairir.monitor.recording import record
        from shtairir.monitor.rows import graph_text, rows_of
        from shtairir.recovery.folder import RUNS, RunFolder

        folder = RunFolder(self._folder / RUNS / self.key())
        found = history(self._folder)
        assert found is not None  # there is a folder
        if self._left_out:
            note = f"And {self._left_out:,} more events, which are not kept."
            self._events.append(PastEvent(outline.elapsed_s, "note", None, note))
        rows = rows_of(
            outline,
            key=self.key(),
            started_at=self._started_at,
            origin=self._origin,
            text=graph_text(outline.plan, folder.graph),
            resumed_from=_origin_of(folder),
            attempts=_counted_from(outline.nodes.run_started_s, self._attempts),
            events=self._events,
            resources=uses,
        )
        regressions = record(found.database, rows)
        if regressions is not None:
            self._recorded = Recorded(rows.summary.key, regressions)
        if self._attempts:
            keep_few(self._folder)

    def recorded(self, timeout_s: float | None = None) -> Recorded | None:
        """Wait until the run, which must be over, is in the history.

        Returns
        -------
        Recorded or None
            ``None`` when it is not there: it takes longer, is not worth it, or is impossible.
        """
        if self._written is not None:
            self._written.wait(timeout_s)
        return self._recorded


@dataclass(frozen=True, slots=True)
class Outline:
    """A result without its values, which need not stay because somebody writes how they were made."""

    plan: ExecutionPlan
    status: str
    elapsed_s: float
    nodes: Any
    memory: Any
    foresight: Foresight | None = None

    @classmethod
    def of(cls, result: RunResult) -> Outline:
        """Return what is needed of a result."""
        return cls(result.plan, str(result.status), result.elapsed_s, result.nodes, result.memory, result.foresight)


def chronicle_of(origin: Origin = "api", key: RunKey | None = None) -> Chronicle | None:
    """Return who follows a run that is about to begin; ``None`` when nothing is kept.

    Parameters
    ----------
    key
        What names the run, if that is known already.
    """
    folder = state_folder()
    return Chronicle(folder, origin, key) if folder is not None else None


def _counted_from(started_s: float, attempts: Sequence[FailedAttempt]) -> list[FailedAttempt]:
    """Return attempts with their times counted from the start of the run, of which a hook knows nothing."""
    return [replace(one, at_s=max(one.at_s - started_s, 0.0)) for one in attempts]


def _origin_of(folder: RunFolder) -> RunKey | None:
    """Return the run that one goes on from, as its journal has it."""
    from shtairir.errors import RecoveryError

    try:
        return folder.facts().origin if folder.exists else None
    except RecoveryError:
        return None


def _words(error: BaseException) -> str:
    try:
        return str(getattr(error, "message", None) or error)
    except Exception:  # noqa: BLE001 - the error is foreign code
        return ""
