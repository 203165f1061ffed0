"""Run the coins graph with several widths of blur and see whether the count holds.

How a graph is driven from Python: load it, set a published parameter, run it, read the results.

    python -m shtairir_assets.examples.sweep
"""

from __future__ import annotations

import sys
from pathlib import Path

import shtairir

SIGMAS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


def main() -> None:
    """Write a line for each width of blur."""
    graph = shtairir.load(Path(__file__).with_name("coins.shtairir"))
    for sigma in SIGMAS:
        graph.set("sigma", sigma)
        result = shtairir.run(graph, keep=["count.count", "measure.out"])
        result.raise_for_status()
        diameter = result["measure.out"]["diameter"].mean()
        sys.stdout.write(f"sigma {sigma:3.1f}   {result['count.count']} coins, {diameter:.1f} px wide on average\n")


if __name__ == "__main__":
    main()
