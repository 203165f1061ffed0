"""Observers that show a run on standard error: a line per finished node, or a live view on a terminal."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol, TextIO

from shtairir.block.values import summarize
from shtairir.cli.terminal import duration_text, is_terminal, plural, styled
from shtairir.events import (
    Event,
    Instrument,
    NodeCancelled,
    NodeCompensated,
    NodeFailed,
    NodeFinished,
    NodeHeld,
    NodeLogged,
    NodeRestored,
    NodeRetrying,
    NodeSkipped,
    NodeStarted,
    RunExtended,
    RunPaused,
    RunResumed,
    RunStarted,
    ValueWatched,
    WorkerReplaced,
)

if TYPE_CHECKING:
    from shtairir.planning import ExecutionPlan

_LOUD = {"warning", "error"}


class ProgressView(Instrument, Protocol):
    """An observer that is shown for as long as it is entered."""

    def shown(self) -> AbstractContextManager[object]:
        """Return the context in which the view is on the screen."""


def progress_view(verbosity: int, plan: ExecutionPlan | None = None) -> ProgressView:
    """Return the view that suits standard error and how much the caller wants to read.

    Parameters
    ----------
    plan
        What will run: with it, a live view tells how long it still takes.
    """
    if verbosity < 0:
        return QuietProgress(sys.stderr)
    if is_terminal(sys.stderr):
        from shtairir.cli.live import LiveProgress

        return LiveProgress(sys.stderr, verbosity, plan)
    return PlainProgress(sys.stderr, verbosity)


class QuietProgress:
    """Nothing, except what a block says is wrong."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def shown(self) -> AbstractContextManager[object]:
        """Return a context that shows nothing of itself."""
        return nullcontext()

    def on_event(self, event: Event) -> None:
        """Print warnings and errors of blocks."""
        if isinstance(event, NodeLogged) and event.level in _LOUD:
            self._stream.write(f"{log_line(event, self._stream)}\n")


class PlainProgress:
    """A line for each node that ends: for logs and pipes."""

    def __init__(self, stream: TextIO, verbosity: int = 0) -> None:
        self._stream = stream
        self._lines = LineWriter(stream, verbosity)

    def shown(self) -> AbstractContextManager[object]:
        """Return a context; the lines stay when it is left."""
        return nullcontext()

    def on_event(self, event: Event) -> None:
        """Print the line that belongs to the event, if any."""
        line = self._lines.line(event)
        if line is not None:
            self._stream.write(f"{line}\n")
            self._stream.flush()


class LineWriter:
    """Words an event as one line, and counts the nodes that have ended."""

    def __init__(self, stream: TextIO, verbosity: int = 0) -> None:
        self._stream = stream
        self._verbosity = verbosity
        self._ended = 0
        self._nodes: tuple[str, ...] = ()

    def line(self, event: Event) -> str | None:
        """Return the line for an event, or ``None`` for one that is not told at this verbosity."""
        match event:
            case RunStarted():
                self._nodes = event.nodes
                return f"{event.graph_name}: {plural(len(event.nodes), 'node')}, {plural(event.workers, 'worker')}"
            case NodeStarted() if self._verbosity > 1:
                return f"{'':>{self._width}} {event.node} started on {event.worker}"
            case NodeLogged() if event.level in _LOUD or event.level == "info" or self._verbosity > 0:
                return f"{'':>{self._width}} {log_line(event, self._stream)}"
            case NodeFinished():
                outputs = ", ".join(summary.text for summary in event.outputs.values()) or _times(event)
                return self._ending(event.node, duration_text(event.elapsed_s), outputs)
            case NodeFailed():
                failed = styled("failed", "bad", self._stream)
                return self._ending(event.node, failed, f"{event.failure.error_type}: {event.failure.message}")
            case NodeRetrying():
                failure = event.failure
                following = f"attempt {event.attempt + 1} of {event.attempts} in {duration_text(event.delay_s)}"
                message = failure.message.partition("\n")[0].rstrip(".")
                return f"{'':>{self._width}} {event.node}: {failure.error_type}: {message}; {following}"
            case WorkerReplaced():
                return f"{'':>{self._width}} {styled(f'{event.worker}:', 'warn', self._stream)} {event.reason}"
            case NodeRestored():
                return self._ending(event.node, "restored", event.origin)
            case NodeHeld() if event.paused:
                return f"{'':>{self._width}} {styled(f'{event.node} is held:', 'warn', self._stream)} {event.reason}"
            case NodeHeld() if self._verbosity > 0:
                return f"{'':>{self._width}} {event.node}: {event.reason}"
            case ValueWatched():
                return f"{'':>{self._width}} {event.port} = {summarize(event.value).text}"
            case NodeCompensated():
                return f"{'':>{self._width}} {self._undone(event)}"
            case RunPaused() | RunResumed():
                return "paused" if isinstance(event, RunPaused) else "resumed"
            case RunExtended():
                return f"it may take {duration_text(event.timeout_s)} now"
            case NodeSkipped():
                return self._ending(event.node, styled("skipped", "warn", self._stream), event.reason)
            case NodeCancelled():
                return self._ending(event.node, styled("cancelled", "warn", self._stream), "")
            case _:
                return None

    def _undone(self, event: NodeCompensated) -> str:
        if event.failure is None:
            return f"{event.node}: undone"
        failed = styled(f"{event.node}: cannot be undone:", "bad", self._stream)
        return f"{failed} {event.failure.error_type}: {event.failure.message}"

    def _ending(self, node: str, how: str, rest: str) -> str:
        self._ended += 1
        total = len(self._nodes)
        name = node.ljust(min(24, max(map(len, self._nodes), default=0)))
        first_line = rest.partition("\n")[0]
        return f"[{self._ended:>{len(str(total))}}/{total}] {name}  {how:<9}  {first_line}".rstrip()

    @property
    def _width(self) -> int:
        return 2 * len(str(len(self._nodes))) + 3


def _times(event: NodeFinished) -> str:
    """Return how often a node in a loop has run."""
    if event.count == 1:
        return ""
    failed = f", {event.failed:,} failed" if event.failed else ""
    return f"{event.count:,} times{failed}"


def log_line(event: NodeLogged, stream: TextIO) -> str:
    """Return what a block said, with its name and, when it is a complaint, how bad."""
    if event.level in _LOUD:
        role = "bad" if event.level == "error" else "warn"
        return f"{event.node}: {styled(event.level + ':', role, stream)} {event.message}"
    return f"{event.node}: {event.message}"
