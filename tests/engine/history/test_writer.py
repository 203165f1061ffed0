"""The thread that writes: in turn, whatever a job does, and not in the way when a program ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shtairir.errors import HistoryError
from shtairir.monitor.history import History
from shtairir.monitor.writer import Writer


def test_jobs_are_done_in_turn_and_one_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    writer, done = Writer("test"), list[int]()

    def fail() -> None:
        raise ValueError("no")

    def refuse() -> None:
        raise HistoryError("It is from a newer program.")

    with caplog.at_level(logging.WARNING):
        for job in (lambda: done.append(1), fail, refuse, lambda: done.append(2)):
            writer.submit(job)
        assert writer.flush(10)
    assert done == [1, 2]
    assert [record.getMessage() for record in caplog.records] == [
        "A run could not be written into the history: ValueError: no",
        "It is from a newer program.",
    ]
    assert all(record.exc_info is None for record in caplog.records)


def test_a_writer_without_work_need_not_be_waited_for() -> None:
    assert Writer("test").flush(0.0)


def test_a_flush_that_takes_too_long_says_so() -> None:
    writer = Writer("test")
    writer.submit(lambda: time.sleep(0.3))
    assert not writer.flush(0.01)
    assert writer.flush(10)


SCRIPT = """
import sys, time, warnings
warnings.simplefilter("ignore")
import shtairir
from shtairir.block import block

@block
def slow(x: float = 1.0) -> float:
    time.sleep(0.08)
    return x

graph = shtairir.Graph("ends at once")
graph.add(slow)
plan = shtairir.plan(graph)
shtairir.run(plan)
{more}
"""


def ends(home: Path, more: str) -> float:
    """Run a program, and return how long it took."""
    began_s = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(more=more)],
        env={**os.environ, "SHTAIRIR_STATE_PATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return time.perf_counter() - began_s


def test_a_program_that_ends_right_after_a_run_has_written_it(home: Path) -> None:
    ends(home, "")
    assert [run.graph for run in History(home).runs()] == ["ends at once"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system makes no copies of programs")
def test_a_copy_of_a_program_writes_for_itself(home: Path) -> None:
    taken_s = ends(home, "import os\nif os.fork() == 0:\n    shtairir.run(plan)\nelse:\n    os.wait()")
    assert len(History(home).runs()) == 2
    assert taken_s < 8
