"""Lets contestants take turns, and returns what each needed."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.contest import WORKERS, Contest, Contestant

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Standing:
    """What came of one contestant: the measurements of its turns, or why there are none."""

    turns: list[Mapping[str, float]] = field(default_factory=list)
    absent: str = ""

    def median(self, key: str) -> float | None:
        """Return the median of a measurement over all turns."""
        values = [each[key] for each in self.turns if key in each]
        return statistics.median(values) if values else None

    def ratio(self, other: Standing, key: str) -> float | None:
        """Return how many times as much as the other's this is: the median of the ratios, round by round.

        What both suffer in a round from something else on the machine falls out of it.
        """
        if len(self.turns) != len(other.turns):
            mine, its = self.median(key), other.median(key)
            return mine / its if mine is not None and its else None
        pairs = zip(self.turns, other.turns, strict=True)
        ratios = [one[key] / two[key] for one, two in pairs if key in one and two.get(key)]
        return statistics.median(ratios) if ratios else None


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """Yield the environment of all contestants: as many threads for each, and nothing of the person's own."""
    with tempfile.TemporaryDirectory(prefix="shtairir-benchmarks-") as home:
        threads = str(WORKERS)
        inherited = dict(os.environ)
        # As installed packages are; otherwise ours alone would be compiled anew in each process.
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        yield {
            **inherited,
            "NUMBA_NUM_THREADS": threads,
            "NUMEXPR_NUM_THREADS": threads,
            "NUMEXPR_MAX_THREADS": threads,
            "HAMILTON_TELEMETRY_ENABLED": "false",
            "SHTAIRIR_BLOCKS_PATH": "",
            "SHTAIRIR_CACHE_PATH": str(Path(home, "cache")),
            "SHTAIRIR_LEARNED_PATH": str(Path(home, "learned")),
            "XDG_CONFIG_HOME": home,
            "XDG_DATA_HOME": home,
            "XDG_STATE_HOME": home,
        }


class _Process:
    def __init__(self, module: str, scale: float, contest: Contest, name: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.arena", module, str(scale), contest.name, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=dict(environment),
        )

    def turn(self) -> Mapping[str, float] | None:
        """Ask for a turn; ``None`` if the contestant broke down."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write("turn\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline()
        measured: Mapping[str, float] | None = json.loads(line) if line else None
        return measured

    def close(self) -> str:
        """End it, and return its last words."""
        _, said = self._process.communicate()
        lines = [line for line in said.splitlines() if line.strip()]
        # The page tells nobody where things lie on this machine.
        return re.sub(r"(?<!\w)/[\w./-]+", "…", lines[-1]) if lines else ""


def contend(
    module: str,
    scale: float,
    contest: Contest,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    who: Sequence[str] = ("",),
) -> dict[str, Standing]:
    """Run a contest and return how each contestant stands; who is not asked for is left out."""
    standings = {each.name: Standing(absent=_absence(each)) for each in contest.contestants}
    for name, standing in standings.items():
        if not any(part in name for part in who):
            standing.absent = "left out"
    with ExitStack() as stack:
        processes = {}
        for name, standing in standings.items():
            if not standing.absent:
                processes[name] = _Process(module, scale, contest, name, environment)
                stack.callback(processes[name].close)
                # The first turn is long for some; nobody starts while another is measured.
                _take(processes, name, standing, contest, 0)
                tell(name)
        for number in range(1, contest.rounds):
            for name in list(processes):
                _take(processes, name, standings[name], contest, number)
    return standings


def _take(processes: dict[str, _Process], name: str, standing: Standing, contest: Contest, number: int) -> None:
    if contest.contestant(name).once and number:
        return
    measured = processes[name].turn()
    if measured is None:
        standing.absent = f"broke down: {processes.pop(name).close()}"
    else:
        standing.turns.append(measured)


def _absence(contestant: Contestant) -> str:
    return f"not installed: {', '.join(contestant.missing)}" if contestant.missing else ""
