"""What an attempt at a task holds of the program's resources, in whatever thread or coroutine it takes it."""

from __future__ import annotations

import functools
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from shtairir.errors import ResourceError
from shtairir.events import NodeHeld, NodeProgressed
from shtairir.resources.owner import Owner

if TYPE_CHECKING:
    from shtairir.execute.context import TaskContext
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task
    from shtairir.resources.hold import Hold
    from shtairir.resources.manager import ResourceManager


class Holder:
    """The owners that an attempt is to others: one for each thread or coroutine in it that takes something.

    For if two of them were one, a wait of the one would look like a wait of the other.

    Parameters
    ----------
    manager
        Who knows what they hold.
    owner
        The first, which holds what the block declares. The thread that asks first goes on as that one.
    """

    __slots__ = ("_closed", "_first", "_manager", "_owners")

    def __init__(self, manager: ResourceManager, owner: Owner) -> None:
        self._manager = manager
        self._first = owner
        self._owners: dict[int, Owner] = {}
        self._closed = False

    def owner(self) -> Owner:
        """Return the owner for what calls."""
        place = _place()
        owner = self._owners.get(place)
        if owner is None:
            first = self._first
            owner = first if not self._owners else replace(first, held={}, begun=True, closed=self._closed)
            owner = self._owners.setdefault(place, owner)
        return owner

    def release(self) -> None:
        """Take back all that they hold, and give them nothing any more."""
        self._closed = True
        if len(self._owners) < 2:
            self._manager.release_all(self._first)
            return
        for owner in {id(one): one for one in (self._first, *self._owners.copy().values())}.values():
            self._manager.release_all(owner)


def _place() -> int:
    """Return what tells threads and coroutines apart."""
    return id(sys.modules["asyncio"].current_task()) if _in_coroutine() else threading.get_ident()


def _in_coroutine() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def new_owner(state: RunState, task: Task, attempt: int, *, begun: bool) -> Owner:
    """Return what stands for an attempt at a task among the owners of resources."""
    policy = task.policy
    return Owner(
        run=state.id,
        node=task.node,
        attempt=attempt,
        priority=policy.priority,
        criticality=policy.criticality,
        may_retry=attempt <= policy.retries,
        key=state.key,
        born_s=state.born.setdefault(task.node, state.resources.clock()),
        begun=begun,
    )


@functools.lru_cache(maxsize=1024)
def counted(names: tuple[str, ...]) -> Mapping[str, int]:
    """Return how much of what is wanted, by names of which each stands for one."""
    return Counter(names)


def taken(context: TaskContext, name: str, amount: int, timeout_s: float | None) -> Hold:
    """Return what holds a resource for a block for the time of a ``with``.

    Raises
    ------
    ResourceError
        When that is nothing that can be held.
    """
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise ResourceError(f"'{context.node}' asks for {amount!r} of '{name}'.", hint="Ask for 1 of it, or more.")
    if timeout_s is not None and not timeout_s >= 0:
        raise ResourceError(f"'{context.node}' would wait {timeout_s!r} s for '{name}'.", hint="Give seconds, from 0.")
    state = context.run_state
    return state.resources.hold(
        context.holder().owner(),
        {name: amount},
        limits=state.limits,
        timeout_s=timeout_s,
        check=context.check_cancelled,
        on_wait=_teller(state, context.node),
    )


def declared(context: TaskContext, names: tuple[str, ...], check: Callable[[], None]) -> Hold:
    """Return what holds what a block in a loop declares, all of it together."""
    state = context.run_state
    owner, wanted = context.holder().owner(), counted(names)
    return state.resources.hold(owner, wanted, limits=state.limits, check=check, on_wait=_teller(state, context.node))


def _teller(state: RunState, node: NodeId) -> Callable[[str], Callable[[], None]]:
    """Return what is called when a node waits in the middle of its work; what that returns, when it goes on.

    The observers are told, and meanwhile another worker takes the place of the one that waits.
    """

    def tell(reason: str) -> Callable[[], None]:
        state.observe(NodeHeld(state.id, state.clock(), node, reason))
        # A coroutine holds no worker.
        left = nullcontext() if _in_coroutine() else state.away()
        left.__enter__()

        def over() -> None:
            left.__exit__(None, None, None)
            state.observe(NodeProgressed(state.id, state.clock(), node, None, ""))

        return over

    return tell
