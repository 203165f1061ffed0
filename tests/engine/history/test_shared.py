"""What a run took of shared resources, and what it goes on from, stands in its record."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import shtairir
from shtairir.block import block
from shtairir.monitor.history import History
from shtairir.recovery.folder import RUNS, RunFolder
from shtairir.results import RunResult
from tests.engine.history.conftest import put, rows


@block(resources={"history test": 1})
def exclusive(x: float = 1.0) -> float:
    """Hold a resource for a moment."""
    time.sleep(0.05)
    return x


def test_use_and_wait_of_a_shared_resource_are_told(ran: Callable[..., RunResult], past: History) -> None:
    graph = shtairir.Graph("demo")
    for number in range(3):
        graph.add(exclusive, x=float(number))
    ran(graph, workers=2)
    use = {one.name: one for one in past.run().resources}["history test"]
    assert (use.capacity, use.peak) == (1.0, 1.0)
    assert use.waited_s > 0.02


def test_a_run_names_the_one_that_it_goes_on_from(past: History) -> None:
    first, second = rows("20261120-120000-0001"), rows("20261120-120001-0001", at=2e9)
    put(past, first, replace(second, summary=replace(second.summary, resumed_from=first.summary.key)))
    assert past.run().summary.resumed_from == "20261120-120000-0001"
    assert past.runs()[1].resumed_from is None


def test_a_run_that_lasts_has_journal_and_history_under_one_key(ran: Callable[..., RunResult], past: History) -> None:
    graph = shtairir.Graph("demo")
    for number in range(3):
        graph.add(exclusive, x=float(number))
    ran(graph, workers=1)
    (run,) = past.runs()
    assert RunFolder(past.folder / RUNS / run.key).exists
    assert past.run(run.key).graph_text is not None
