"""How often Python lets another thread have a turn, while runs last.

A block in pure Python would let a short NumPy call in another thread, or the window, wait for five milliseconds
before each turn. A shorter interval costs the pure Python block a few percent.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERVAL_S = 0.00002
"""A thread that wants a turn asks for it after this time; at ten times this, the short call waits twice as long."""

_lock = threading.Lock()
_runs = 0
_before = 0.0


@contextmanager
def short_turns() -> Iterator[None]:
    """Keep the interval short; the last of several runs restores it, unless somebody else has set it."""
    global _runs, _before
    with _lock:
        _runs += 1
        if _runs == 1:
            _before = sys.getswitchinterval()
            sys.setswitchinterval(min(INTERVAL_S, _before))
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if not _runs and sys.getswitchinterval() <= INTERVAL_S:
                sys.setswitchinterval(_before)
