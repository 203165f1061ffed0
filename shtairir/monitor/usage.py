"""What a run takes of the machine and of shared resources."""

from __future__ import annotations

import sys
import time

from shtairir.monitor.past import INTERRUPTIONS, PROCESSOR, ResourceUse

if sys.platform != "win32":
    import resource


def spent() -> tuple[float, int]:
    """Return the processor time of this program so far, and how often it had to leave a processor to another."""
    if sys.platform == "win32":
        return time.process_time(), 0
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_nivcsw


def spent_since(before: tuple[float, int], capacity_s: float) -> list[ResourceUse]:
    """Return what the program has taken of the processors since then; all of its runs together."""
    busy_s, interruptions = spent()
    return [
        ResourceUse(PROCESSOR, "s", capacity_s, busy_s - before[0]),
        ResourceUse(INTERRUPTIONS, "times", 0.0, float(interruptions - before[1])),
    ]


def shared_use(elapsed_s: float) -> list[ResourceUse]:
    """Return what was taken of shared resources in the last seconds, by all runs together, and how long they waited."""
    module = sys.modules.get("shtairir.resources.shared")
    if module is None:  # nobody has asked for one yet
        return []
    found = []
    for one in module.shared_resources().usage():
        since_s = one.at_s - elapsed_s
        points = [point for point in one.series if point.at_s >= since_s]
        ends = [*(point.at_s for point in points[1:]), one.at_s]
        waited_s = sum(point.waiting * (end_s - point.at_s) for point, end_s in zip(points, ends, strict=False))
        peak = max((point.used for point in points), default=one.used)
        if peak or waited_s:
            found.append(ResourceUse(one.name, one.kind, float(one.capacity), float(peak), waited_s))
    return found
