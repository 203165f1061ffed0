"""Ctrl-C and SIGTERM end a run cleanly; a second Ctrl-C ends the process at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from shtairir.cli.outcome import ExitStatus


@contextmanager
def cancelled_by_signals(cancel: Callable[[], object]) -> Iterator[None]:
    """Call ``cancel`` at the first signal that asks the process to end, and leave hard at the second.

    Signal handlers belong to the main thread; elsewhere (in a test, say) this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            # Blocks may hold locks that an orderly exit would wait for: leave without one.
            os._exit(ExitStatus.CANCELLED)
        asked = True
        sys.stderr.write("\nCancelling; once more ends the process at once.\n")
        cancel()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
