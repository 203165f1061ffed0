"""The last line of a node: its id, and what it cost in the last run."""

from __future__ import annotations

import math

from shtairir.document.model import ACTIVE
from shtairir.events import NodeStatus
from shtairir_ui.canvas.face import NodeFace
from shtairir_ui.quantities import duration, size
from shtairir_ui.runtime import NodeRuntime, tries

_WORDS = {
    NodeStatus.WAITING: "waiting",
    NodeStatus.READY: "ready",
    NodeStatus.CACHED: "cached",
    NodeStatus.SKIPPED: "skipped",
    NodeStatus.FAILED: "failed",
    NodeStatus.TIMED_OUT: "timed out",
    NodeStatus.CANCELLED: "cancelled",
    NodeStatus.PAUSED: "paused",
    NodeStatus.COMPENSATED: "undone",
}


def footer_texts(face: NodeFace, runtime: NodeRuntime, running_s: float = 0.0, wait_s: float = 0.0) -> tuple[str, str]:
    """Return what stands left (the id, by which the command line sets values) and right (state and cost).

    `running_s` is for how long the node has been at work; a short while is not worth telling. `wait_s` is how long it
    still waits for its next attempt.
    """
    if face.state != ACTIVE:
        return face.id, face.state
    return face.id, _cost(runtime, running_s, wait_s)


def _cost(runtime: NodeRuntime, running_s: float, wait_s: float) -> str:
    if runtime.status is None:
        return ""
    if runtime.stale:
        return "out of date"
    if runtime.due_s is not None:
        return f"{tries(runtime)}  ·  {until(wait_s)}"
    if runtime.status is NodeStatus.RUNNING:
        state = "running" if runtime.progress is None else f"{runtime.progress:.0%}"
        parts = [part for part in (tries(runtime), state) if part]
        return "  ·  ".join([*parts, _so_far(running_s)] if running_s >= 1 else parts)
    if runtime.held and runtime.status is NodeStatus.WAITING:
        return runtime.reason.rstrip(".")
    if runtime.status is not NodeStatus.DONE:
        return _WORDS[runtime.status]
    if runtime.coarse:
        return "a quick look"
    parts = [] if runtime.elapsed_s is None else [duration(runtime.elapsed_s)]
    if runtime.output_bytes > 0:
        parts.append(size(runtime.output_bytes))
    return "  ·  ".join(parts)


def until(seconds: float) -> str:
    """How long something still waits, counting down in whole seconds.

    Examples
    --------
    >>> until(2.4), until(0.0), until(75)
    ('in 3 s', 'now', 'in 1 min 15 s')
    """
    whole = math.ceil(seconds)
    if whole <= 0:
        return "now"
    return f"in {whole} s" if whole < 60 else f"in {duration(whole)}"


def _so_far(seconds: float) -> str:
    """A time that goes on, in whole seconds."""
    return f"{math.floor(seconds)} s" if seconds < 60 else duration(math.floor(seconds))
