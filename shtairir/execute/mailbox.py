"""One thread at a time inside the run's state, without anybody waiting for a lock.

Whoever has something to tell puts it into the mailbox. If nobody is at work there, the poster is: it handles all
messages that are there, its own and those that others put in meanwhile, and goes on with what it was doing.
If somebody is, the poster goes on at once. So a worker that ends a task finds out by itself what comes next,
without a switch to another thread, which would cost forty times what a trivial task does. (This is flat
combining: Hendler, Incze, Shavit, Tzafrir, 2010.)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Mailbox:
    """Calls what is posted, never two at a time, in the order of arrival.

    Parameters
    ----------
    on_error
        Is told what a handler raised; handlers are not expected to.
    """

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._on_error = on_error
        self._messages: deque[tuple[Callable[[int], None], int]] = deque()
        self._at_work = threading.Lock()

    def post(self, handler: Callable[[int], None], task: int = -1) -> None:
        """Have ``handler(task)`` called, here and now unless somebody is at work. Never waits; from any thread."""
        messages = self._messages
        messages.append((handler, task))
        # A message that arrives after the inner loop has seen the box empty, but before the lock is free, finds the
        # lock taken and is left behind: hence the outer loop.
        while messages and self._at_work.acquire(blocking=False):
            try:
                while messages:
                    handler, task = messages.popleft()
                    handler(task)
            except BaseException as error:  # noqa: BLE001 - without this the run would wait for ever
                self._on_error(error)
            finally:
                self._at_work.release()
