"""How well runs are foreseen: the experiment behind the figures on forecasts.

For each graph, the first runs train; all later ones are held out: each is foreseen before it begins, and then counts
as a hit if its time lies within the range that was to hold four of five. The memory is compared with what was held.

Made graphs have blocks that take a random time: now steadier, now wilder, some now and then ten times as long, side by
side, one after the other, with cheap and dear nodes, with a parameter that changes how much there is to do. They wait
or compute; so the machine's own unrest is in it. The bundled examples are run as they are.

``python -m tests.benchmarks.forecasts [--runs N] [--examples N] [--programs N]`` writes a table. ``--programs`` runs
the examples in as many programs, one after the other, as the shell does.
"""

from __future__ import annotations

import argparse
import atexit
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import shtairir
from shtairir.block import block

if TYPE_CHECKING:
    from shtairir.results import RunResult

TRAINING = 3
"""So many runs of each graph come before those that count."""

EXAMPLES = Path(__file__).parents[2] / "assets" / "shtairir_assets" / "examples"
_chance = random.Random()


# --- blocks whose time nobody can foresee exactly -------------------------------------------------------------


@block(id="forecasts.wait", pure=False)
def wait(x: float = 0.0, seconds: float = 0.01, scatter: float = 0.2, slips: float = 0.0) -> float:
    """Wait for a random time: log-normal about ``seconds``, and ten times as long in a share of cases."""
    time.sleep(seconds * _chance.lognormvariate(0.0, scatter) * (10.0 if _chance.random() < slips else 1.0))
    return x


@block(id="forecasts.compute", pure=False)
def compute(x: float = 0.0, seconds: float = 0.01, scatter: float = 0.2) -> float:
    """Compute for a random time."""
    left = seconds * _chance.lognormvariate(0.0, scatter)
    data = bytes(1 << 16)
    began = time.thread_time()
    while time.thread_time() - began < left:
        hashlib.sha256(data).digest()
    return x


@block(id="forecasts.two_ways", pure=False)
def two_ways(x: float = 0.0, seconds: float = 0.01) -> float:
    """Wait for a short time, or, in a third of the cases, for three times as long: as a service with a cache does."""
    time.sleep(seconds * (3.0 if _chance.random() < 1 / 3 else 1.0) * _chance.lognormvariate(0.0, 0.05))
    return x


def _chain(kind: object, count: int, **values: float) -> shtairir.Graph:
    graph = shtairir.Graph(f"chain of {count} {kind.__name__}, {values}")  # type: ignore[attr-defined]
    last = None
    for _ in range(count):
        node = graph.add(kind, **values)
        if last is not None:
            graph.link(last["out"], node["x"])
        last = node
    return graph


def _beside(kind: object, count: int, **values: float) -> shtairir.Graph:
    graph = shtairir.Graph(f"{count} {kind.__name__} side by side, {values}")  # type: ignore[attr-defined]
    for _ in range(count):
        graph.add(kind, **values)
    return graph


def _diamonds() -> shtairir.Graph:
    graph = shtairir.Graph("diamonds, cheap and dear")
    last = graph.add(wait, seconds=0.002)
    for number in range(5):
        left = graph.add(wait, seconds=0.004 * (number + 1), scatter=0.3)
        right = graph.add(compute, seconds=0.006, scatter=0.1)
        graph.link(last["out"], left["x"])
        graph.link(last["out"], right["x"])
        last = graph.add(wait, seconds=0.001)
        graph.link(left["out"], last["x"])
        after = graph.add(two_ways, seconds=0.003)
        graph.link(right["out"], after["x"])
    return graph


def made_graphs(scale: float = 1.0) -> Iterator[shtairir.Graph]:
    """Yield the graphs that are run beside the examples; ``scale`` makes all of it longer or shorter."""
    yield _chain(wait, 6, seconds=0.01 * scale, scatter=0.05)
    yield _chain(wait, 3, seconds=0.02 * scale, scatter=0.6)
    yield _chain(compute, 5, seconds=0.006 * scale, scatter=0.2)
    yield _chain(two_ways, 2, seconds=0.015 * scale)
    yield _chain(wait, 4, seconds=0.01 * scale, scatter=0.2, slips=0.05)
    yield _beside(wait, 12, seconds=0.01 * scale, scatter=0.3)
    yield _beside(compute, 8, seconds=0.006 * scale, scatter=0.3)
    yield _beside(wait, 1, seconds=0.03 * scale, scatter=0.4)
    yield _diamonds()


# --- what is counted ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """How the held-out runs of one graph were foreseen.

    Attributes
    ----------
    held
        For each, whether its time lay within the range.
    widths
        The upper end of each range divided by the lower.
    off
        By which part the memory was foreseen too high or too low.
    """

    name: str
    held: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)

    def add(self, result: RunResult) -> None:
        """Count a run."""
        review = result.review
        assert review is not None
        if review.time_held is not None and review.forecast.seconds is not None:
            self.held.append(review.time_held)
            self.widths.append(review.forecast.seconds.high / max(review.forecast.seconds.low, 1e-9))
        if review.peak_off is not None:
            self.off.append(review.peak_off)

    @property
    def coverage(self) -> float:
        """The share of the runs that the range has held."""
        return sum(self.held) / len(self.held) if self.held else float("nan")

    @property
    def line(self) -> str:
        """All of it in a line of a table."""
        width = f"{median(self.widths):5.2f}" if self.widths else "    -"
        off = f"{max(map(abs, self.off)):6.1%}, usually {median(map(abs, self.off)):.1%}" if self.off else "-"
        return f"{self.name[:58]:58} {len(self.held):4} {self.coverage:6.0%}  × {width}  {off}"


def together(tallies: Iterable[Tally], name: str) -> Tally:
    """Return what was counted of all graphs."""
    whole = Tally(name)
    for each in tallies:
        whole.held += each.held
        whole.widths += each.widths
        whole.off += each.off
    return whole


def tried(name: str, run: Callable[[], RunResult], runs: int) -> Tally:
    """Run a graph so many times, and count those after the first few."""
    tally = Tally(name)
    for number in range(runs):
        result = run()
        assert result.forecast is not None  # made now, as if somebody had asked before the run: nothing of it is known
        if number >= TRAINING:
            tally.add(result)
    return tally


def made(runs: int, seed: int = 1, scale: float = 1.0) -> list[Tally]:
    """Run the made graphs."""
    _chance.seed(seed)
    graphs = made_graphs(scale)
    return [tried(graph.name, lambda graph=graph: shtairir.run(graph, workers=2), runs) for graph in graphs]  # type: ignore[misc]


def bundled(runs: int) -> list[Tally]:
    """Run the bundled examples."""
    files = sorted(EXAMPLES.glob("*.shtairir"))
    return [tried(file.stem, lambda file=file: shtairir.run(file, workers=2), runs) for file in files]  # type: ignore[misc]


def in_programs(programs: int) -> list[Tally]:
    """Run the bundled examples in programs of their own."""
    tallies = {file.stem: Tally(f"{file.stem}, a program each") for file in sorted(EXAMPLES.glob("*.shtairir"))}
    code = (
        "import sys, shtairir\n"
        "review = shtairir.run(sys.argv[1], workers=2).review\n"
        "seconds = review.forecast.seconds\n"
        "print(review.time_held, seconds.high / seconds.low if seconds else 1, review.peak_off)\n"
    )
    for number in range(programs):
        for name, tally in tallies.items():
            command = [sys.executable, "-c", code, str(EXAMPLES / f"{name}.shtairir")]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1].split()
            if number >= TRAINING:
                if said[0] != "None":
                    tally.held.append(said[0] == "True")
                    tally.widths.append(float(said[1]))
                if said[2] != "None":
                    tally.off.append(float(said[2]))
    return list(tallies.values())


def main() -> None:
    """Run all of it, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=40, help="runs of each made graph")
    parser.add_argument("--examples", type=int, default=15, help="runs of each bundled example in one program")
    parser.add_argument("--programs", type=int, default=0, help="runs of each bundled example in programs of their own")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    home = tempfile.mkdtemp(prefix="shtairir-forecasts-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # the first to be registered runs last: after the saving
    os.environ["SHTAIRIR_LEARNED_PATH"] = os.path.join(home, "learned.json")
    os.environ["SHTAIRIR_STATE_PATH"] = os.environ["SHTAIRIR_CACHE_PATH"] = ""
    sys.stdout.write(f"{'graph':58} {'runs':>4} {'held':>6}  {'range':>7}  memory off at most\n")
    _tell("made graphs", made(options.runs, options.seed))
    if options.examples:
        _tell("bundled examples", bundled(options.examples))
    if options.programs:
        _tell("bundled examples, a program each", in_programs(options.programs))


def _tell(name: str, tallies: list[Tally]) -> None:
    for tally in (*tallies, together(tallies, f"all {name}")):
        sys.stdout.write(f"{tally.line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
