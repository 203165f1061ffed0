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
from typing import Generic, TypeVar

_Message = TypeVar("_Message")


class Mailbox(Generic[_Message]):
    """Hands messages to one function, never two at a time, in the order of arrival.

    Parameters
    ----------
    handle
        Must not raise.
    """

    def __init__(self, handle: Callable[[_Message], None]) -> None:
        self._handle = handle
        self._messages: deque[_Message] = deque()
        self._at_work = threading.Lock()

    def post(self, message: _Message) -> None:
        """Put a message in, and handle what is there unless somebody does. Never waits; any thread may call."""
        messages = self._messages
        messages.append(message)
        # A message that arrives after the inner loop has seen the box empty, but before the lock is free, finds the
        # lock taken and is left behind: hence the outer loop.
        while messages and self._at_work.acquire(blocking=False):
            try:
                while messages:
                    self._handle(messages.popleft())
            finally:
                self._at_work.release()
