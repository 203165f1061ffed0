"""What happens in a run as log records, for programs as objects of JSON; people read the lines that progress prints.

Each record says, where it is known, in which run it was, at which node, and in which attempt: ``run``, ``node`` and
``attempt``. That holds for what the run tells, for what blocks say through their context, and for what libraries log
on the thread of a worker.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shtairir import events as told
from shtairir.events import Event

LOGGER = "shtairir.run"

_log = logging.getLogger(__name__)

_FIELDS = ("run", "node", "attempt")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_THREAD = "shtairir "
"""What the names of worker threads begin with."""


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON.

    The fields: ``at`` (ISO 8601, UTC), ``level``, ``logger``, ``message``; ``run``, ``node``, ``attempt``, ``worker``
    where they are known; ``exception`` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in (*_FIELDS, "worker"):
            value = getattr(record, name, None)
            if value is not None:
                facts[name] = value
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False, default=str)


class RunLog:
    """Writes what happens in a run to a handler, and names the run and node of what libraries log meanwhile.

    Parameters
    ----------
    handler
        Where it goes; also what the program and libraries log is to go there, see `attached`.
    """

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler
        self._run: str | int | None = None
        self._attempts: dict[str, int] = {}
        self._at_work: dict[str, tuple[str, int]] = {}
        handler.addFilter(self._named)

    def on_event(self, event: Event) -> None:
        """Write an event."""
        if isinstance(event, told.RunStarted):
            self._run = event.key or event.run
        elif isinstance(event, told.NodeStarted):
            self._attempts[event.node] = event.attempt
            self._at_work[_THREAD + event.worker] = event.node, event.attempt
        worded = _WORDED.get(type(event))
        said = worded(event) if worded is not None else None
        if said is None:
            return
        level, message = said
        if level < self._handler.level:
            return
        node = getattr(event, "node", None)
        record = logging.LogRecord(LOGGER, level, "", 0, message, (), None)
        record.run, record.node, record.attempt = self._run, node, self._attempts.get(node) if node else None
        record.worker = getattr(event, "worker", None)
        self._handler.handle(record)

    def _named(self, record: logging.LogRecord) -> bool:
        """Say of a record on which node's behalf it was made: that which is at work on its thread."""
        if not hasattr(record, "run"):
            node, attempt = self._at_work.get(record.threadName or "", (None, None))
            record.run, record.node, record.attempt = self._run, node, attempt
        return True


class _LogFile(logging.FileHandler):
    """A file of which it is said once, and not with a traceback for each record, that no more can be written to it."""

    _is_given_up = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._is_given_up:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exception()
        if isinstance(error, OSError):
            self._give_up(error)
        else:
            super().handleError(record)

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if self._is_given_up:
            return
        self._is_given_up = True  # before the warning, which comes here as well
        reason = error.strerror or str(error)
        _log.warning("The log can no longer be written to %s: %s. The run goes on without.", self.baseFilename, reason)


def json_handler(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Return a handler that writes lines of JSON into a file.

    Raises
    ------
    OSError
        When the file cannot be opened.
    """
    handler = _LogFile(path, mode="w", encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(JsonFormatter())
    handler.setLevel(level)
    return handler


def _started(event: told.RunStarted) -> tuple[int, str]:
    return logging.INFO, f"'{event.graph_name}' began: {len(event.nodes)} nodes on {event.workers} workers."


def _finished(event: told.NodeFinished) -> tuple[int, str]:
    times = f", {event.count:,} times" if event.count != 1 else ""
    return logging.INFO, f"Done in {event.elapsed_s:.6f} s{times}."


def _retrying(event: told.NodeRetrying) -> tuple[int, str]:
    failure = event.failure
    return logging.WARNING, (
        f"Attempt {event.attempt} of {event.attempts} failed: {failure.error_type}: {failure.message} "
        f"The next begins in {event.delay_s:.2f} s."
    )


def _compensated(event: told.NodeCompensated) -> tuple[int, str]:
    if event.failure is None:
        return logging.INFO, "What it had done was undone."
    return logging.ERROR, f"What it had done could not be undone: {event.failure.message}"


_WORDED: Mapping[type, Callable[[Any], tuple[int, str]]] = {
    told.RunStarted: _started,
    told.NodeStarted: lambda event: (logging.DEBUG, "Began."),
    told.NodeLogged: lambda event: (_LEVELS.get(event.level, logging.INFO), event.message),
    told.NodeFinished: _finished,
    told.NodeFailed: lambda event: (logging.ERROR, f"{event.failure.error_type}: {event.failure.message}"),
    told.NodeRetrying: _retrying,
    told.NodeHeld: lambda event: (logging.INFO, event.reason),
    told.NodeRestored: lambda event: (logging.INFO, event.origin),
    told.NodeCompensated: _compensated,
    told.NodeSkipped: lambda event: (logging.INFO, f"Skipped: {event.reason}"),
    told.NodeCancelled: lambda event: (logging.INFO, "Cancelled."),
    told.WorkerReplaced: lambda event: (logging.WARNING, f"Worker {event.worker} was replaced: {event.reason}"),
    told.BreakerChanged: lambda event: (logging.WARNING, f"The circuit to '{event.dependency}' is now {event.state}."),
    told.RunPaused: lambda event: (logging.INFO, "Paused."),
    told.RunResumed: lambda event: (logging.INFO, "Resumed."),
    told.RunExtended: lambda event: (logging.INFO, f"It may take {event.timeout_s:g} s in all."),
    told.RunFinished: lambda event: (
        logging.INFO if event.status is told.RunStatus.DONE else logging.ERROR,
        f"The run is {event.status} after {event.elapsed_s:.3f} s.",
    ),
}
