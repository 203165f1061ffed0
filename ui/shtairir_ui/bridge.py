"""The one place where worker threads and the Qt thread meet.

Worker threads append to a deque, which is atomic, and at most once per batch emit a queued signal.
The Qt thread drains the deque no more than once a frame. What belongs to an older run carries an
older number and is dropped here, so no widget has to ask whether an event is still of interest.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from shtairir.events import Event, NodeProgressed
from shtairir.ids import NodeId

log = logging.getLogger(__name__)

FRAME_S = 0.016
AT_ONCE = 256
"""So many things are handed on before the time is looked at."""
DRAIN_S = 0.008
"""Whoever hears of them has this long in a turn; the rest comes with the next frame, so that what is shown is drawn."""
CROWDED = 2048
"""With more waiting, of what nodes say about their progress only the newest is handed on."""


class RunSink:
    """The instrument of one run: any thread may put things in, the bridge hands them on in order."""

    samples_memory = True

    def __init__(self, bridge: EventBridge, number: int) -> None:
        self._bridge = bridge
        self.number = number

    def on_event(self, event: Event) -> None:
        """Take an event from the run's controller thread."""
        self._bridge.put(self.number, event)

    def put(self, item: object, *, alone: bool = False) -> None:
        """Take anything else that must arrive in order with the events, such as the result.

        What takes long to show comes `alone`: in a turn of Qt's loop of its own.
        """
        self._bridge.put(self.number, item, alone=alone)


class EventBridge(QObject):
    """Carries what a run says to the Qt thread, in batches, at most once a frame."""

    arrived = Signal(list)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[tuple[int, object, bool]] = deque()
        self._awake = False
        self._putting = threading.Lock()
        self._number = 0
        self._drained_s = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._schedule, Qt.ConnectionType.QueuedConnection)

    def open_run(self) -> RunSink:
        """A sink for a new run; whatever older sinks still put in is dropped."""
        with self._putting:
            self._number += 1
        return RunSink(self, self._number)

    def put(self, number: int, item: object, *, alone: bool = False) -> None:
        """Queue `item` of run `number`; called from any thread."""
        # Under the lock, for Qt may delete the bridge once `open_run` has ended the last run that is of interest.
        with self._putting:
            if number != self._number:
                return
            self._queue.append((number, item, alone))
            if self._awake:
                return
            self._awake = True
            try:
                self._woken.emit()
            except RuntimeError:  # the window closed and took the bridge with it
                log.debug("an event arrived after the window had closed")

    @Slot()
    def _schedule(self) -> None:
        if not self._timer.isActive():
            wait_s = max(0.0, FRAME_S - (time.perf_counter() - self._drained_s))
            self._timer.start(round(wait_s * 1000))

    @Slot()
    def _drain(self) -> None:
        # Cleared before reading: an item put in after the last popleft wakes us again.
        self._awake = False
        self._drained_s = began_s = time.perf_counter()
        if len(self._queue) > CROWDED:
            self._thin_out()
        while self._queue and time.perf_counter() - began_s < DRAIN_S:
            if self._hand_on():
                break
        if self._queue:
            self._schedule()

    def _thin_out(self) -> None:
        """Drop what is out of date before it was heard; others go on putting things in meanwhile."""
        waiting = [self._queue.popleft() for _ in range(len(self._queue))]
        kept: list[tuple[int, object, bool]] = []
        told: set[NodeId] = set()
        for entry in reversed(waiting):
            event = entry[1]
            if isinstance(event, NodeProgressed):
                if event.node in told:
                    continue
                told.add(event.node)
            kept.append(entry)
        self._queue.extendleft(kept)

    def _hand_on(self) -> bool:
        """Hand on some of what waits; returns whether the turn is to end: for what was, or is next, comes alone."""
        alone = self._queue[0][2]
        batch: list[object] = []
        while self._queue and len(batch) < (1 if alone else AT_ONCE) and self._queue[0][2] == alone:
            number, item, _ = self._queue.popleft()
            if number == self._number:
                batch.append(item)
        if batch:
            self.arrived.emit(batch)
        return alone or bool(self._queue and self._queue[0][2])


class Job:
    """A job for a worker, with all that it refers to; whoever empties it is the one who lets go of that."""

    __slots__ = ("done", "failed", "outcome", "work")

    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.work: Callable[[], Any] | None = work
        self.done: Callable[[Any], None] | None = done
        self.failed: Callable[[Exception], None] | None = failed
        self.outcome: Any = None

    def perform(self) -> None:
        """Do the work; on a worker."""
        assert self.work is not None  # it is done once
        try:
            self.outcome = self.work()
        except Exception as error:  # noqa: BLE001 - a job's error belongs to whoever asked for the job
            self.outcome, self.done = error, self.failed

    def take(self) -> tuple[Callable[[Any], None] | None, Any]:
        """Empty the job; returns who wants to hear of it, and what."""
        told, outcome = self.done, self.outcome
        self.work = self.done = self.failed = self.outcome = None
        return told, outcome


class Leftovers(QObject):
    """Empties, on the Qt thread, jobs whose outcome nobody wants any more.

    A job often holds a widget or an editor, perhaps as the last one: Qt's objects must not end on a worker.
    """

    _left = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._left.connect(self._empty, Qt.ConnectionType.QueuedConnection)

    def leave(self, job: Job) -> None:
        """Take a job; called from any thread."""
        try:
            self._left.emit(job)
        except RuntimeError:
            log.debug("a job ended after the program")

    @Slot(object)
    def _empty(self, job: Job) -> None:
        job.take()


@functools.cache
def leftovers() -> Leftovers:
    """The one of the process; asked for first on the Qt thread."""
    return Leftovers()


class Background(QObject):
    """Runs small jobs off the Qt thread and hands their results back on it."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, workers: int = 2) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="shtairir-ui")
        self._closed = False
        self._leftovers = leftovers()
        # A result that arrives while Qt deletes this object would end the program: `close` waits for who is posting.
        self._posting = threading.Lock()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` on a worker, then `done` with its result (or `failed`) on the Qt thread."""
        if not self._closed:
            self._pool.submit(self._perform, Job(work, done, failed or self._report))

    def close(self) -> None:
        """Drop waiting jobs; results that are still on their way are not delivered."""
        with self._posting:
            self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _perform(self, job: Job) -> None:
        job.perform()
        with self._posting:
            if not self._closed:
                with suppress(RuntimeError):  # the window closed and took this object with it
                    self._finished.emit(job)
                    return
        self._leftovers.leave(job)

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        told, outcome = job.take()
        if told is not None and not self._closed:
            told(outcome)

    @staticmethod
    def _report(error: Exception) -> None:
        log.error("a background job failed: %s", error, exc_info=error)


def start_thread(work: Callable[[], None], name: str) -> threading.Thread:
    """A daemon thread for work that waits long, such as for the end of a run."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
