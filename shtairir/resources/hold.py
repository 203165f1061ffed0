"""Holds resources for the time of a ``with`` statement, having waited for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from shtairir.errors import ResourceError

if TYPE_CHECKING:
    from shtairir.resources.manager import ResourceManager
    from shtairir.resources.owner import Owner, Wait

_A_MOMENT_S = 0.02
"""Of a shorter wait nobody is told."""


class Hold:
    """What `ResourceManager.hold` returns. It can be entered once at a time."""

    __slots__ = ("_check", "_limits", "_manager", "_on_wait", "_owner", "_timeout_s", "_wanted")

    def __init__(
        self,
        manager: ResourceManager,
        owner: Owner,
        wanted: Mapping[str, int],
        limits: Mapping[str, int],
        timeout_s: float | None,
        check: Callable[[], None],
        on_wait: Callable[[str], Callable[[], None]] | None,
    ) -> None:
        self._manager = manager
        self._owner = owner
        self._wanted = wanted
        self._limits = limits
        self._timeout_s = timeout_s
        self._check = check
        self._on_wait = on_wait

    # --- in a thread ------------------------------------------------------------------------------------------

    def __enter__(self) -> None:
        asyncio = sys.modules.get("asyncio")
        if asyncio is not None and asyncio._get_running_loop() is not None:
            raise ResourceError(
                f"'{self._owner.node}' would stop all coroutines while it waits for {self._names()}.",
                hint="Write `async with` instead of `with`.",
            )
        self._check()
        if not self._manager.take(self._owner, self._wanted, self._limits):
            self._wait()

    def _wait(self) -> None:
        changed = threading.Event()
        wait = self._ask(changed.set)
        over: Callable[[], None] | None = None
        try:
            if wait.waits and not changed.wait(_A_MOMENT_S) and self._on_wait is not None:
                over = self._on_wait(self._manager.why(wait))
            while wait.waits:
                changed.wait()
                changed.clear()
                self._check()
            if wait.error is not None:
                raise wait.error
        except BaseException:
            self._manager.withdraw(wait)
            raise
        finally:
            if over is not None:
                over()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._manager.release(self._owner, self._wanted)

    # --- in a coroutine ---------------------------------------------------------------------------------------

    async def __aenter__(self) -> None:
        self._check()
        if not self._manager.take(self._owner, self._wanted, self._limits):
            await self._wait_for()

    async def _wait_for(self) -> None:
        import asyncio

        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        wait = self._ask(wake)
        over = self._on_wait(self._manager.why(wait)) if wait.waits and self._on_wait is not None else None
        try:
            while wait.waits:
                await changed.wait()
                changed.clear()
                self._check()
            if wait.error is not None:
                raise wait.error
        except BaseException:
            self._manager.withdraw(wait)
            raise
        finally:
            if over is not None:
                over()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._manager.release(self._owner, self._wanted)

    # --- both -------------------------------------------------------------------------------------------------

    def _ask(self, wake: Callable[[], None]) -> Wait:
        return self._manager.ask(
            self._owner,
            self._wanted,
            limits=self._limits,
            timeout_s=self._timeout_s,
            on_settled=lambda _: wake(),
            on_woken=wake,
        )

    def _names(self) -> str:
        return " and ".join(f"'{name}'" for name in self._wanted)
