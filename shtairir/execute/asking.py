"""What a run tells the circuit breakers, and they tell it; see `shtairir.resources.breaker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.events import BreakerChanged
from shtairir.resources.breaker import Asking, BreakerHook, BreakerState, Tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shtairir.execute.state import RunState
    from shtairir.policy import NodePolicy


def minding(state: RunState) -> BreakerHook:
    """Return what minds the circuits to what the nodes of a run depend on."""
    return BreakerHook(state.breakers, _teller(state))


def asking(state: RunState, names: Sequence[str], policy: NodePolicy) -> Asking:
    """Return what asks dependencies for a part of a block's work."""
    return Asking(state.breakers, names, policy, _teller(state))


def _teller(state: RunState) -> Tell:
    """Return what tells the observers that a circuit has changed; it does not keep the run."""
    run, clock, queue = state.id, state.clock, state.queue

    def tell(name: str, now: BreakerState) -> None:
        queue.put(BreakerChanged(run, clock(), name, now))

    return tell
