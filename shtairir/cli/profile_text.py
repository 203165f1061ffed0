"""A profile as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled
from shtairir.events import NodeStatus
from shtairir.monitor.profile import ProfileRow, profile_rows

if TYPE_CHECKING:
    from shtairir.memory.profiler import Profile
    from shtairir.planning import ExecutionPlan

_LISTED_NODES = 40
_NUMBERS = range(2, 8)
"""The columns that are flush right."""


def profile_text(profile: Profile, plan: ExecutionPlan, stream: TextIO) -> str:
    """Return a table of nodes, the slowest first, the totals, and who held most at the peak."""
    rows = profile_rows(profile, plan)
    head = ("node", "block", "time", "share", "peak", "output", "allocated", "pool hits")
    table = _aligned([head, *map(_cells, rows[:_LISTED_NODES])])
    lines = [styled(table[0], "dim", stream), *table[1:]]
    if len(rows) > _LISTED_NODES:
        rest = rows[_LISTED_NODES:]
        taken = duration_text(sum(row.node.elapsed_s for row in rest))
        lines.append(f"and {plural(len(rest), 'quicker node')}, {taken} together; --json lists them all")
    if any(row.critical for row in rows):
        lines.append(
            styled("* on the critical path: no number of workers makes the run quicker than it", "dim", stream)
        )
    parts = ["\n".join(lines), _totals(profile)]
    if profile.owners:
        held = columns([(name, size_text(nbytes)) for name, nbytes in profile.owners], indent=2)
        parts.append(f"largest owners at the peak:\n{held}")
    return "\n\n".join(parts)


def _cells(row: ProfileRow) -> tuple[str, ...]:
    node = row.node
    status = "" if node.status is NodeStatus.DONE else f" ({node.status})"
    lent = node.hits + node.misses
    return (
        f"{'*' if row.critical else ' '} {node.node}{status}",
        row.block,
        duration_text(node.elapsed_s),
        f"{row.share:.1%}",
        size_text(node.peak_bytes),
        size_text(node.output_bytes),
        size_text(node.allocated_bytes),
        f"{node.hits} of {lent}" if lent else "-",
    )


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table; numbers are flush right, so that they can be compared at a glance."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    table = [("  " + table[0][0], *table[0][1:]), *table[1:]]
    widths[0] = max(widths[0], len(table[0][0]))
    return [
        "  ".join(
            cell.rjust(width) if place in _NUMBERS else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _totals(profile: Profile) -> str:
    rows = [
        ("all nodes", f"{duration_text(profile.busy_s)} in {duration_text(profile.elapsed_s)} of the run"),
        ("workers", f"{profile.workers}, {profile.utilisation:.0%} busy"),
    ]
    peak = size_text(profile.peak_bytes)
    when = "" if profile.peak_at_s is None else f" at {duration_text(profile.peak_at_s)}"
    rows.append(("peak", f"{peak} of values and borrowed buffers{when}"))
    memory = profile.memory
    if memory is not None:
        asked = memory.hits + memory.misses
        if asked:
            rows.append(
                ("pool", f"{memory.hits:,} of {asked:,} buffers were there already ({memory.hits / asked:.0%})")
            )
        if memory.spilled_bytes:
            rows.append(("spilled", f"{size_text(memory.spilled_bytes)} written to disk for want of memory"))
    resident = max((sample.resident_bytes for sample in profile.timeline), default=0)
    if resident:
        rows.append(("process", f"at most {size_text(resident)} in RAM"))
    return columns(rows)
