"""``python -m tests.benchmarks [MODULE]...``: run the contests, print their tables, write docs/benchmarks.md.

The page is written only by a run of all of them, since ratios between figures of different days say little.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import machine, report
from tests.benchmarks.contend import ROOT, contend, surroundings
from tests.benchmarks.rows import MODULES, contests_of

PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"one of {', '.join(MODULES)}; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the sizes, for a quick look: 0.1")
    parser.add_argument("--only", default="", help="only contests whose names contain this")
    parser.add_argument("--who", default="", help="only contestants whose names contain one of these: shtairir,numba")
    parser.add_argument("--output", type=Path, help="where to write the page instead of docs/benchmarks.md")
    given = parser.parse_args()
    for module in given.modules:
        if module not in MODULES:
            parser.error(f"there is no '{module}'; there are: {', '.join(MODULES)}")
    complete = not given.modules and not given.only and not given.who and given.scale == 1.0
    began = time.monotonic()
    text = run(given.modules or MODULES, given.scale, given.only, given.who.split(","))
    sys.stdout.write(f"\nAll of it took {(time.monotonic() - began) / 60:.1f} minutes.\n")
    output = given.output or (PAGE if complete else None)
    if output is not None:
        output.write_text(text, encoding="utf-8")


def run(modules: Sequence[str], scale: float, only: str, who: Sequence[str]) -> str:
    """Run the contests of some modules, print each table when it is there, and return the page."""
    results = []
    with surroundings() as environment:
        for module in modules:
            for contest in contests_of(module, scale):
                if only not in contest.name:
                    continue
                sys.stdout.write(f"\n{contest.name}: {contest.title}\n")
                standings = contend(module, scale, contest, environment, _tell, who)
                sys.stderr.write("\r" + " " * 70 + "\r")
                results.append((module, contest, standings))
                sys.stdout.write("\n".join(report.table(contest, standings)) + "\n")
                for target in contest.targets if scale == 1.0 else ():
                    reached, wanted, words = report.verdict(contest, standings, target)
                    state = report.state(reached, wanted)
                    number = "" if reached is None else f" {reached:.3g}"
                    sys.stdout.write(f"  {target.contestant} {words}:{number} {state}\n")
                sys.stdout.flush()
    return report.page(results, machine.description(), {module: _note(module) for module in modules})


def _note(module: str) -> str:
    text = importlib.import_module(f"tests.benchmarks.{module}").__doc__ or ""
    return text.strip()


def _tell(name: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r  {name:68}")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
