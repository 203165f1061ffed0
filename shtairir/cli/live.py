"""The live view of a run on a terminal: one bar, the nodes at work, and the clock.

Events only note what is going on; the picture is drawn ten times a second by rich's own thread, so
that a run of ten thousand quick nodes is not slowed by its progress bar.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from shtairir.cli.progress import LineWriter
from shtairir.cli.terminal import duration_text
from shtairir.events import (
    Event,
    NodeCancelled,
    NodeCompensated,
    NodeFailed,
    NodeFinished,
    NodeLogged,
    NodeProgressed,
    NodeRestored,
    NodeRetrying,
    NodeSkipped,
    NodeStarted,
    RunFinished,
    RunStarted,
    ValueWatched,
    WorkerReplaced,
)
from shtairir.monitor.progress import ExecutionProgress, Progress
from shtairir.planning.plan import ExecutionPlan

_SHOWN_NODES = 6
_APART_S = 1.0
_ONE_NUMBER = 1.4
"""A range is told as one number if its end is not more than so many times its beginning."""

_KEPT = (NodeFailed, NodeLogged, NodeRetrying, NodeCompensated, ValueWatched, WorkerReplaced)
"""What a person wants to read when the view is gone."""


class LiveProgress:
    """A bar that moves, with the running nodes under it.

    `on_event` is called on the run's controller thread, the drawing on rich's; what they share are
    plain attributes and a dict that is copied before it is read.
    """

    def __init__(self, stream: TextIO, verbosity: int = 0, plan: ExecutionPlan | None = None) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._lines = LineWriter(stream, verbosity)
        self._verbosity = verbosity
        self._running: dict[str, str] = {}
        self._total = 0
        self._ended = 0
        self._began_s: float | None = None
        self._title = ""
        self._progress = ExecutionProgress(plan) if plan is not None else None
        self._left = ""
        self._looked_s = -_APART_S

    def shown(self) -> AbstractContextManager[object]:
        """Return the context in which the bar is on the screen; it is wiped at the end."""
        return Live(
            get_renderable=self.picture,
            console=self._console,
            refresh_per_second=10,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def on_event(self, event: Event) -> None:
        """Note the event, and print its line above the bar if it is worth keeping."""
        if self._progress is not None:
            self._progress.on_event(event)
        line = self._lines.line(event)
        if line is not None and self._is_kept(event):
            self._console.print(Text.from_ansi(line))
        match event:
            case RunStarted():
                self._title, self._total, self._began_s = event.graph_name, len(event.nodes), time.perf_counter()
            case NodeStarted():
                self._running[event.node] = ""
            case NodeProgressed():
                share = "" if event.fraction is None else f"{event.fraction:.0%}"
                self._running[event.node] = f"{share} {event.message}".strip()
            case NodeRetrying():
                self._running[event.node] = f"waits for attempt {event.attempt + 1} of {event.attempts}"
            case NodeFinished() | NodeFailed() | NodeSkipped() | NodeCancelled() | NodeRestored():
                self._running.pop(event.node, None)
                self._ended += 1
            case RunFinished():
                self._running.clear()
            case _:
                pass

    def _is_kept(self, event: Event) -> bool:
        return self._verbosity > 0 or isinstance(event, _KEPT)

    def _time_left(self) -> str:
        """Return how long it may still take, worked out anew once a second: numbers that flicker are not read."""
        now_s = time.perf_counter()
        if self._progress is not None and now_s >= self._looked_s + _APART_S:
            self._looked_s = now_s
            self._left = time_left(self._progress.progress)
        return self._left

    def picture(self) -> RenderableType:
        """Return what the screen shows now."""
        if self._began_s is None:
            return Text("")
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            Text(self._title, style="bold"),
            ProgressBar(total=max(self._total, 1), completed=self._ended, width=32),
            f"{self._ended}/{self._total}",
            duration_text(time.perf_counter() - self._began_s),
            Text(self._time_left(), style="dim"),
        )
        nodes = Table.grid(padding=(0, 2))
        running = list(self._running.copy().items())
        for node, message in running[:_SHOWN_NODES]:
            nodes.add_row(Text(f"  {node}"), Text(message, style="dim"))
        if len(running) > _SHOWN_NODES:
            nodes.add_row(Text(f"  and {len(running) - _SHOWN_NODES} more", style="dim"))
        return Group(bar, nodes)


def time_left(progress: Progress) -> str:
    """Return how long a run may still take, as a range unless that is narrow; nothing while there is no ground to say.

    Examples
    --------
    >>> time_left(Progress(remaining_s=12.0, remaining_low_s=9.0, remaining_high_s=17.0))
    '9.0 s to 17.0 s left'
    >>> time_left(Progress(remaining_s=12.0, remaining_low_s=11.0, remaining_high_s=13.0))
    'about 12.0 s left'
    """
    likely_s, low_s, high_s = progress.remaining_s, progress.remaining_low_s, progress.remaining_high_s
    if not likely_s or low_s is None or high_s is None:
        return ""
    if low_s > 0 and high_s / low_s <= _ONE_NUMBER:
        return f"about {duration_text(likely_s)} left"
    return f"{duration_text(low_s)} to {duration_text(high_s)} left"
