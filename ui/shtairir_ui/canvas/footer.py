"""The last line of a node: its id, and what it cost in the last run."""

from __future__ import annotations

from shtairir.events import NodeStatus
from shtairir_ui.canvas.face import NodeFace
from shtairir_ui.runtime import NodeRuntime

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


def footer_texts(face: NodeFace, runtime: NodeRuntime) -> tuple[str, str]:
    """Return what stands left (the id, by which the command line sets values) and right (state and cost)."""
    return face.id, _cost(runtime)


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> duration(0.0004), duration(0.0123), duration(1.5), duration(75)
    ('<1 ms', '12 ms', '1.5 s', '1 min 15 s')
    """
    if seconds < 0.001:
        return "<1 ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def amount(nbytes: int) -> str:
    """Return a size in memory in the unit that suits it.

    Examples
    --------
    >>> amount(120), amount(30_000), amount(3_140_000)
    ('120 B', '30 kB', '3.1 MB')
    """
    size = float(nbytes)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit != "MB" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _cost(runtime: NodeRuntime) -> str:
    if runtime.status is None:
        return ""
    if runtime.stale:
        return "out of date"
    if runtime.status is NodeStatus.RUNNING:
        return "running" if runtime.progress is None else f"{runtime.progress:.0%}"
    if runtime.status is not NodeStatus.DONE:
        return _WORDS[runtime.status]
    parts = [] if runtime.elapsed_s is None else [duration(runtime.elapsed_s)]
    if runtime.output_bytes > 0:
        parts.append(amount(runtime.output_bytes))
    return "  ·  ".join(parts)
