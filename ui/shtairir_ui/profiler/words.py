"""What the profiler says in words: tooltips and the line above the timeline."""

from __future__ import annotations

from html import escape

from shtairir.events import NodeStatus, RunStatus
from shtairir.memory.profiler import Profile
from shtairir.memory.timeline import MemorySample
from shtairir_ui.profiler.lanes import Bar
from shtairir_ui.quantities import count, duration, size

_LEADS = {
    None: "Running for",
    RunStatus.DONE: "Done in",
    RunStatus.FAILED: "Failed after",
    RunStatus.CANCELLED: "Stopped after",
    RunStatus.TIMED_OUT: "Timed out after",
}


def bar_tip(bar: Bar, title: str, busy_s: float) -> str:
    """Return the tooltip of a bar, as rich text."""
    lines = [f"<b>{escape(bar.node)}</b>" + (f" &nbsp;{escape(title)}" if title and title != bar.node else "")]
    lines += [escape(line) for line in bar_lines(bar, busy_s)]
    return "<br>".join(lines)


def bar_lines(bar: Bar, busy_s: float) -> list[str]:
    """Return what there is to say of a bar, line by line."""
    node = bar.profile
    share = f" · {node.elapsed_s / busy_s:.1%} of all" if busy_s else ""
    lines = [f"{duration(node.elapsed_s)}{share} · from {duration(node.started_s)} on {node.worker}"]
    if node.peak_bytes:
        lines.append(f"peak {size(node.peak_bytes)} · output {size(node.output_bytes)}")
    if node.allocated_bytes:
        lent = node.hits + node.misses
        pool = f" · {node.hits} of {count(lent, 'buffer')} from the pool" if lent else ""
        lines.append(f"allocated {size(node.allocated_bytes)}{pool}")
    if node.part_of is not None:
        lines.append(f"One task with '{node.part_of}': its time is a share of the task's.")
    if node.status is not NodeStatus.DONE:
        lines.append(str(node.status).replace("_", " "))
    if bar.critical:
        lines.append("On the critical path.")
    return lines


def memory_tip(sample: MemorySample) -> str:
    """Return the tooltip of the memory lane, as rich text."""
    return (
        f"<b>{duration(sample.at_s)}</b><br>values {size(sample.live_bytes)}<br>"
        f"pool, idle {size(sample.idle_bytes)}<br>process {size(sample.resident_bytes)}"
    )


def summary(profile: Profile) -> str:
    """Return a run in one line."""
    facts = [f"{_LEADS[profile.status]} {duration(profile.elapsed_s)}"]
    facts.append(f"{count(profile.workers, 'worker')}, {profile.utilisation:.0%} busy")
    if profile.peak_bytes:
        facts.append(f"peak {size(profile.peak_bytes)}")
    memory = profile.memory
    if memory is not None and memory.hits + memory.misses:
        facts.append(f"pool {memory.hits} of {count(memory.hits + memory.misses, 'buffer')}")
    return " · ".join(facts)
