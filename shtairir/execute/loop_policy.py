"""What the policy of a node in the body of a loop leads to: it is tried again, falls back, or is left out.

An item is on its way with one worker, which waits with it between two attempts while another takes its place; a cancel
ends the wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.events import NodeFailure, NodeLogged

if TYPE_CHECKING:
    from shtairir.execute.call import Call
    from shtairir.execute.state import RunState

_LOOKED_EVERY_S = 0.05


class Trial:
    """A node of which an attempt has failed, and what its policy makes of that.

    Parameters
    ----------
    attempt
        Makes another attempt, of which it gets the number, and returns why it failed.
    check
        Raises when nobody wants it any more.
    """

    def __init__(
        self, state: RunState, call: Call, attempt: Callable[[int], NodeFailure | None], check: Callable[[], None]
    ) -> None:
        self._state = state
        self._call = call
        self._attempt = attempt
        self._check = check

    def end(self, failure: NodeFailure, retry_in_s: Callable[[], float]) -> NodeFailure | None:
        """Return why the node has failed for good, or ``None`` when an attempt was good.

        Parameters
        ----------
        retry_in_s
            Tells how long the last error asks to be waited at least.
        """
        from shtairir.policy import delays

        policy = self._call.task.policy
        waits = delays(policy.backoff, self._state.random)
        for number in range(2, policy.retries + 2):
            if failure.category not in ("retryable", "conditional"):
                break
            self._wait(max(next(waits), retry_in_s()))
            again = self._attempt(number)
            if again is None:
                return None
            failure = replace(again, attempts=number)
        return failure

    def fallback(self, failure: NodeFailure) -> tuple[Any, ...] | None:
        """Return the values that take the place of the node's outputs, if its policy names any."""
        policy = self._call.task.policy
        if policy.on_failure != "fallback":
            return None
        from shtairir.policy import fallback_values

        values = fallback_values(policy, self._call.task.definition, self._state.base_dir)
        state, why = self._state, f"Took its fallback: {failure.message}"
        state.observe(NodeLogged(state.id, state.clock(), self._call.task.node, "warning", why))
        return values

    def _wait(self, wait_s: float) -> None:
        ends_s = time.monotonic() + wait_s
        with self._state.away():
            while (left_s := ends_s - time.monotonic()) > 0:
                self._check()
                time.sleep(min(left_s, _LOOKED_EVERY_S))
        self._check()


def left_out(call: Call) -> NodeFailure:
    """Return why an item has no result of which a node was not to run."""
    task = call.task
    message = f"Its condition '{task.policy.condition}' is false, and the result of the body needs it."
    return NodeFailure(task.node, task.definition.id, "Skipped", message, "Have the body need it in no case.")
