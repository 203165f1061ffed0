"""Events that are worth a line in the history, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from shtairir import events as told
from shtairir.ids import NodeId

Worded: TypeAlias = tuple[str, NodeId | None, str]
"""The kind of an event, its node, and a sentence."""


def _logged(event: told.NodeLogged) -> Worded | None:
    return (event.level, event.node, event.message) if event.level in ("warning", "error") else None


def _retrying(event: told.NodeRetrying) -> Worded:
    said = event.failure.message.partition("\n")[0].rstrip(".")
    return "retry", event.node, f"Attempt {event.attempt} failed: {said}. The next begins in {event.delay_s:.2f} s."


def _compensated(event: told.NodeCompensated) -> Worded:
    if event.failure is None:
        return "compensated", event.node, "What it had done was undone."
    return "not_compensated", event.node, f"It could not be undone: {event.failure.message}"


WORDED: Mapping[type, Callable[[Any], Worded | None]] = {
    told.NodeLogged: _logged,
    told.NodeRetrying: _retrying,
    told.NodeHeld: lambda event: ("held", event.node, event.reason),
    told.NodeRestored: lambda event: ("restored", event.node, event.origin),
    told.NodeCompensated: _compensated,
    told.WorkerReplaced: lambda event: ("worker", event.node, f"{event.worker}: {event.reason}"),
    told.BreakerChanged: lambda event: ("breaker", None, f"'{event.dependency}' is now {event.state}."),
    told.RunPaused: lambda event: ("paused", None, "The run was paused."),
    told.RunResumed: lambda event: ("resumed", None, "The run went on."),
    told.RunExtended: lambda event: ("extended", None, f"The run may take {event.timeout_s:g} s in all."),
}
