"""The one place where worker threads and the Qt thread meet.

Worker threads append to a deque, which is atomic, and at most once per batch emit a queued signal.
The Qt thread drains the deque no more than once a frame. What belongs to an older run carries an
older number and is dropped here, so no widget has to ask whether an event is still of interest.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from shtairir.events import Event

log = logging.getLogger(__name__)

FRAME_S = 0.016
AT_ONCE = 256
"""So many things are handed on before the time is looked at."""
DRAIN_S = 0.008
"""Whoever hears of them has this long in a turn; the rest comes with the next frame, so that what is shown is drawn."""


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
        while self._queue and time.perf_counter() - began_s < DRAIN_S:
            if self._hand_on():
                break
        if self._queue:
            self._schedule()

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


class Background(QObject):
    """Runs small jobs off the Qt thread and hands their results back on it."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, workers: int = 2) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="shtairir-ui")
        self._closed = False
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
            self._pool.submit(self._perform, work, done, failed)

    def close(self) -> None:
        """Drop waiting jobs; results that are still on their way are not delivered."""
        with self._posting:
            self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _perform(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None,
    ) -> None:
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - a job's error belongs to whoever asked for the job
            self._post((failed or self._report, error))
        else:
            self._post((done, value))

    def _post(self, delivery: tuple[Callable[[Any], None], object]) -> None:
        with self._posting:
            if self._closed:
                return
            try:
                self._finished.emit(delivery)
            except RuntimeError:
                log.debug("a background result arrived after the window had closed")

    @Slot(object)
    def _deliver(self, delivery: tuple[Callable[[Any], None], object]) -> None:
        callback, value = delivery
        if not self._closed:
            callback(value)

    @staticmethod
    def _report(error: Exception) -> None:
        log.error("a background job failed: %s", error, exc_info=error)


def start_thread(work: Callable[[], None], name: str) -> threading.Thread:
    """A daemon thread for work that waits long, such as for the end of a run."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
