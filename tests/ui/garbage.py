"""Where the garbage of tests with widgets is collected: between them, on Qt's thread.

Tests make Qt objects without a parent and leave them in circles. Python's collector runs on whatever thread asks for
memory next, and a worker's thread is none to delete them on: a file watcher that dies there closes a socket that Qt's
loop goes on polling, for ever.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collected_afterwards(*, wholly: bool) -> Iterator[None]:
    """Let the body run without collections, then collect what it left.

    Only what is new is looked at, which takes milliseconds, unless all is asked for: before tests without widgets.
    """
    gc.disable()
    try:
        yield
    finally:
        _delete_what_is_due()
        gc.collect(2 if wholly else 1)
        gc.enable()


def _delete_what_is_due() -> None:
    """Closed widgets wait for an event loop, and keep alive what they refer to."""
    core = sys.modules.get("PySide6.QtCore")
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
