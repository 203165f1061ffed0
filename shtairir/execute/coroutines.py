"""Async blocks: coroutines that all go on in one event loop, and hold no worker while they wait.

The loop has a thread of its own, which is started when it is first needed and shared by all runs of the program. A
block that holds the loop, since it computes or sleeps without awaiting, keeps all others waiting. When it is given up,
the loop is left to it, and whoever comes later gets a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import asyncio

Land: TypeAlias = Callable[[Any, BaseException | None], None]
"""Is told what a coroutine returned, or raised, on the loop's thread; must not raise."""

Outcome: TypeAlias = tuple[Any, BaseException | None]


class Coroutines:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def flight(self) -> Flight:
        """Return what a coroutine is sent on its way with."""
        with self._lock:
            loop = self._loop = self._loop or _started()
        return Flight(loop)

    def abandon(self, flight: Flight) -> None:
        """Give up a coroutine that does not end; if it holds its loop, the loop is left to it."""
        with self._lock:
            if self._loop is flight.loop and not flight.was_heard:
                self._loop = None


class Flight:
    """A coroutine on its way.

    Attributes
    ----------
    was_heard
        Whether the loop has come to cancel it, when it was asked to.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.was_heard = False
        self._task: asyncio.Task[Outcome] | None = None
        self._cancelled = False

    def send(self, function: Callable[..., Any], arguments: Mapping[str, Any], land: Land) -> None:
        """Have a coroutine function called and awaited in the loop, and return at once."""
        self.loop.call_soon_threadsafe(self._begin, function, arguments, land)

    def _begin(self, function: Callable[..., Any], arguments: Mapping[str, Any], land: Land) -> None:
        # Python keeps no reference to a task by itself.
        self._task = self.loop.create_task(_flown(function, arguments))
        self._task.add_done_callback(lambda task: _landed(task, land))
        if self._cancelled:
            self._task.cancel()

    def cancel(self) -> None:
        """Have `asyncio.CancelledError` raised where the coroutine waits. Any thread may call; never waits."""
        self._cancelled = True
        self.loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        self.was_heard = True
        if self._task is not None:
            self._task.cancel()


async def _flown(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Outcome:
    """Await a coroutine, and return what came of it: whatever it raises, the loop goes on."""
    try:
        return await function(**arguments), None
    except GeneratorExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
        return None, error


def _landed(task: asyncio.Task[Outcome], land: Land) -> None:
    if not task.cancelled():
        land(*task.result())
        return
    import asyncio

    land(None, asyncio.CancelledError())  # before its first step


def _started() -> asyncio.AbstractEventLoop:
    import asyncio  # brings sockets and TLS with it, which a run without coroutines need not wait for

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="shtairir event loop", daemon=True).start()
    return loop


coroutines = Coroutines()
"""Those of the program."""
