"""Run twenty elementwise nodes over ten million numbers at every optimization level, side by side.

python -m shtairir_assets.examples.levels [COUNT]
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import shtairir

TURNS = 3


def main() -> None:
    """Write a line for each level: how many tasks it made of the nodes, how long they took, what they held at most."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    graph = shtairir.load(Path(__file__).with_name("elementwise.shtairir"))
    out = sys.stdout.write
    out(f"{count:,} numbers\n\n{'level':12}{'tasks':>6}{'time':>10}{'peak':>10}   result\n")
    for level in shtairir.OptimizationLevel:
        # The chart is left out: drawing it takes the same time at each level.
        plan = shtairir.plan(graph, level=level, parameters={"count": count}, targets=["report"])
        results = [shtairir.run(plan).raise_for_status() for _ in range(TURNS)]
        elapsed_ms = 1000 * statistics.median(result.elapsed_s for result in results)
        peak_mb = max(result.memory.peak_bytes for result in results) / 1e6
        out(f"{level:12}{len(plan.tasks):6}{elapsed_ms:7.0f} ms{peak_mb:7.0f} MB   {results[-1]['report.out']}\n")


if __name__ == "__main__":
    main()
