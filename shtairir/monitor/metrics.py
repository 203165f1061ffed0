"""The figures of a run as lines of JSON: one for each sample or event, for whatever draws or alerts.

Every line is an object with ``at_s`` (seconds after the start of the run), ``run`` (its key, or its number in this
program while it has none), ``metric``, ``value`` and ``unit``; lines of one node have ``node`` too, and those of one
attempt ``attempt``.

| metric | unit | what |
|---|---|---|
| ``run.nodes`` | nodes | how many there are, when it begins |
| ``run.workers`` | workers | how many may run at a time |
| ``run.elapsed`` | s | the time of the run, when it is over |
| ``run.done`` | 0 or 1 | whether it ended well |
| ``run.paused`` | 0 or 1 | whether it is held |
| ``memory.live`` | bytes | values and borrowed buffers now |
| ``memory.peak`` | bytes | the most of these so far |
| ``memory.idle`` | bytes | what the pool holds for the next who asks |
| ``memory.resident`` | bytes | what of the process is in RAM |
| ``node.started`` | 1 | a worker took up a node |
| ``node.progress`` | 0..1 | how far a node says it is |
| ``node.elapsed`` | s | the time of a node that is done or failed |
| ``node.output`` | bytes | the size of its outputs |
| ``node.peak`` | bytes | the most memory that it held |
| ``node.failed`` | 1 | it failed for good |
| ``node.retry`` | s | an attempt failed; the wait until the next |
| ``node.held`` | 1 | it could start but waits for a resource |
| ``node.skipped`` | 1 | it did not run |
| ``node.cancelled`` | 1 | it was stopped |
| ``node.restored`` | bytes | its result was there already; the size |
| ``node.compensated`` | 0 or 1 | what it had done was undone, or could not be |
| ``node.attempts`` | attempts | how often it was tried (of past runs) |
| ``worker.replaced`` | 1 | a worker was lost or given up |
| ``breaker.open`` | 0, 0.5 or 1 | the circuit to ``dependency``: closed, half open, open |
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from shtairir import events as told
from shtairir.events import Event

if TYPE_CHECKING:
    from shtairir.monitor.history import RunRecord

_Figure = tuple[str, float, str]

_log = logging.getLogger(__name__)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class MetricsFile:
    """Writes the figures of runs into a file while they go on, a line for each; any number of runs, one after another.

    When no more can be written, as on a full disk, this is logged once, and the runs go on.

    Raises
    ------
    OSError
        When the file cannot be opened.
    """

    samples_memory = True

    def __init__(self, path: Path) -> None:
        self._stream: TextIO = path.open("w", encoding="utf-8", errors="backslashreplace", buffering=1 << 16)
        self._path = path
        self._started_s = 0.0
        self._run: str | int = 0

    def on_event(self, event: Event) -> None:
        """Write the figures of an event."""
        figures = _FIGURES.get(type(event))
        if figures is None or self._stream.closed:
            return
        try:
            self._write(event, figures)
        except OSError as error:
            self._give_up(error)

    def _write(self, event: Event, figures: Callable[[Any], list[_Figure]]) -> None:
        if isinstance(event, told.RunStarted):
            self._started_s, self._run = event.at_s, event.key or event.run
        at_s = round(event.at_s - self._started_s, 6)
        more = _more(event)
        for metric, value, unit in figures(event):
            line = {"at_s": at_s, "run": self._run, "metric": metric, "value": value, "unit": unit, **more}
            self._stream.write(_encode(line) + "\n")
        if isinstance(event, told.RunFinished):
            self._stream.flush()  # whoever reads along has all of a run when it is over

    def close(self) -> None:
        """Close the file; what is told after that is not written."""
        try:
            self._stream.close()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        with suppress(OSError):  # what is still to be written has no room either
            self._stream.close()
        reason = error.strerror or str(error)
        _log.warning("Metrics can no longer be written to %s: %s. The run goes on without.", self._path, reason)


def _more(event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in ("node", "attempt", "worker", "dependency"):
        value = getattr(event, name, None)
        if value is not None:
            facts[name] = value
    return facts


def _finished(event: told.NodeFinished) -> list[_Figure]:
    return [
        ("node.elapsed", event.elapsed_s, "s"),
        ("node.output", event.output_bytes, "bytes"),
        ("node.peak", event.peak_bytes, "bytes"),
    ]


def _failed(event: told.NodeFailed) -> list[_Figure]:
    return [("node.failed", 1, "1"), ("node.elapsed", event.elapsed_s, "s")]


def _sampled(event: told.MemorySampled) -> list[_Figure]:
    return [
        ("memory.live", event.live_bytes, "bytes"),
        ("memory.peak", event.peak_bytes, "bytes"),
        ("memory.idle", event.idle_bytes, "bytes"),
        ("memory.resident", event.resident_bytes, "bytes"),
    ]


def _over(event: told.RunFinished) -> list[_Figure]:
    return [
        ("run.elapsed", event.elapsed_s, "s"),
        ("run.done", int(event.status is told.RunStatus.DONE), "1"),
        ("memory.peak", event.peak_bytes, "bytes"),
    ]


def _progressed(event: told.NodeProgressed) -> list[_Figure]:
    return [("node.progress", event.fraction, "1")] if event.fraction is not None else []


_OPEN = {"closed": 0.0, "half_open": 0.5, "open": 1.0}

_FIGURES: Mapping[type, Callable[[Any], list[_Figure]]] = {
    told.RunStarted: lambda event: [
        ("run.nodes", len(event.nodes), "nodes"),
        ("run.workers", event.workers, "workers"),
    ],
    told.NodeStarted: lambda event: [("node.started", 1, "1")],
    told.NodeProgressed: _progressed,
    told.NodeFinished: _finished,
    told.NodeFailed: _failed,
    told.NodeRetrying: lambda event: [("node.retry", event.delay_s, "s")],
    told.NodeHeld: lambda event: [("node.held", 1, "1")],
    told.NodeSkipped: lambda event: [("node.skipped", 1, "1")],
    told.NodeCancelled: lambda event: [("node.cancelled", 1, "1")],
    told.NodeRestored: lambda event: [("node.restored", event.output_bytes, "bytes")],
    told.NodeCompensated: lambda event: [("node.compensated", int(event.failure is None), "1")],
    told.WorkerReplaced: lambda event: [("worker.replaced", 1, "1")],
    told.BreakerChanged: lambda event: [("breaker.open", _OPEN.get(event.state, 1.0), "1")],
    told.RunPaused: lambda event: [("run.paused", 1, "1")],
    told.RunResumed: lambda event: [("run.paused", 0, "1")],
    told.MemorySampled: _sampled,
    told.RunFinished: _over,
}


def lines_of(record: RunRecord) -> Iterator[str]:
    """Yield the lines of a run of the past, in the order of time; without samples, which history does not keep."""
    summary = record.summary
    lines: list[tuple[float, str, float, str, dict[str, Any]]] = [
        (0.0, "run.nodes", summary.nodes, "nodes", {}),
        (0.0, "run.workers", summary.workers, "workers", {}),
        (summary.elapsed_s, "run.elapsed", summary.elapsed_s, "s", {}),
        (summary.elapsed_s, "run.done", int(summary.status == "done"), "1", {}),
        (summary.elapsed_s, "memory.peak", summary.peak_bytes, "bytes", {}),
    ]
    for node in record.nodes:
        if node.parts:
            continue
        name = {"node": node.node}
        if node.started_s is None:
            lines.append((0.0, f"node.{node.status}", 1, "1", name))
            continue
        end_s = node.started_s + node.elapsed_s
        lines += [
            (node.started_s, "node.started", 1, "1", name),
            (end_s, "node.elapsed", node.elapsed_s, "s", name),
            (end_s, "node.output", node.output_bytes, "bytes", name),
            (end_s, "node.peak", node.peak_bytes, "bytes", name),
            (end_s, "node.attempts", node.attempts, "attempts", name),
        ]
        if node.error is not None:
            lines.append((end_s, "node.failed", 1, "1", name))
    for at_s, metric, value, unit, more in sorted(lines, key=lambda line: line[0]):
        yield _encode({"at_s": at_s, "run": record.key, "metric": metric, "value": value, "unit": unit, **more})
