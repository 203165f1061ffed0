"""Workers die: that is named, costs one attempt, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

import shtairir
from shtairir.events import WorkerReplaced
from shtairir.execute.processes import workers
from shtairir.execute.processes.causes import cause_of
from shtairir.testing import EventRecorder
from tests.engine.processes import blocks

MEGABYTE = 1 << 20


def dying(how: str, file: Path, *, deaths: int, retries: int) -> shtairir.Graph:
    graph = shtairir.Graph("dying")
    graph.add(blocks.die, id="a", values={"how": how, "file": file, "deaths": deaths})
    graph.set_policy("a", worker="process", retries=retries, backoff_s=0.01)
    return graph


WAYS = {
    "segfault": "signal 11 (segmentation fault)",
    "exit": "exit status 3",
    "SIGKILL": "signal 9 (killed)",
    "SIGABRT": "signal 6 (aborted)",
    "SIGTERM": "signal 15 (terminated)",
    "memory": "out of memory (its limit)",
}


@pytest.mark.parametrize("how", WAYS)
def test_a_death_is_named_and_fails_that_attempt_only(how: str, tmp_path: Path) -> None:
    seen = EventRecorder()
    graph = dying(how, tmp_path / "begun", deaths=1, retries=1)
    result = shtairir.run(graph, instruments=[seen], worker_memory_limit=1000 * MEGABYTE).raise_for_status()
    assert result["a"] == 1.0
    assert result.nodes["a"].attempts == 2
    assert len((tmp_path / "begun").read_text().split()) == 2
    (replaced,) = [event for event in seen.events if isinstance(event, WorkerReplaced)]
    assert replaced.node == "a"
    assert WAYS[how] in replaced.reason


def test_a_crash_tells_the_line_of_the_block(tmp_path: Path) -> None:
    failure = shtairir.run(dying("segfault", tmp_path / "begun", deaths=0, retries=0)).nodes["a"].error
    assert failure is not None
    assert failure.error_type == "WorkerLostError"
    assert failure.category == "retryable"
    assert failure.code is not None
    assert failure.code.text == "ctypes.string_at(0)"


def test_a_block_that_kills_three_workers_is_poison(tmp_path: Path) -> None:
    failure = shtairir.run(dying("exit", tmp_path / "begun", deaths=0, retries=9)).nodes["a"].error
    assert failure is not None
    assert failure.error_type == "PoisonError"
    assert "exit status 3" in failure.message
    assert failure.attempts == 3
    assert len((tmp_path / "begun").read_text().split()) == 3


def test_without_a_limit_too_little_memory_is_an_error_like_any(tmp_path: Path) -> None:
    failure = shtairir.run(dying("memory", tmp_path / "begun", deaths=0, retries=0)).nodes["a"].error
    assert failure is not None
    assert failure.error_type == "MemoryError"


@pytest.mark.parametrize(("status", "words"), [(-4, "signal 4 (illegal instruction)"), (70, "exit status 70")])
def test_an_end_in_words(status: int, words: str) -> None:
    assert cause_of(status) == words


HOWS = ["sleep", "spin", "locked", "deaf", "stopped"]


@pytest.mark.parametrize("how", HOWS)
def test_a_block_whose_time_is_up_is_ended_whatever_it_does(how: str, tmp_path: Path) -> None:
    graph = shtairir.Graph("stuck")
    graph.add(blocks.stuck, id="a", values={"how": how, "file": tmp_path / "pid"})
    graph.set_policy("a", worker="process", retries=0, timeout_s=1.0)
    have_a_worker_ready()
    began = time.monotonic()
    failure = shtairir.run(graph).nodes["a"].error
    assert time.monotonic() - began < 6
    assert failure is not None
    assert failure.error_type == "AttemptTimeoutError"
    assert is_gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("how", ["heeds", *HOWS])
def test_a_run_that_is_cancelled_leaves_no_worker_in_its_block(how: str, tmp_path: Path) -> None:
    graph = shtairir.Graph("stuck")
    if how == "heeds":
        graph.add(blocks.heeds, id="a", values={"file": tmp_path / "pid"})
    else:
        graph.add(blocks.stuck, id="a", values={"how": how, "file": tmp_path / "pid"})
    graph.set_policy("a", worker="process")
    handle = shtairir.start(graph)
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    handle.cancel()
    began = time.monotonic()
    result = handle.wait(10)
    assert result is not None
    assert result.status == "cancelled"
    assert time.monotonic() - began < 4
    pid = int((tmp_path / "pid").read_text())
    if how == "heeds":
        assert {worker.pid for worker in workers() if worker.state == "idle"} >= {pid}
    else:
        assert is_gone(pid)


def test_what_a_block_holds_is_put_in_order_when_it_is_ended(tmp_path: Path) -> None:
    graph = shtairir.Graph("tidy")
    graph.add(blocks.tidy, id="a", values={"folder": tmp_path})
    graph.set_policy("a", worker="process")
    handle = shtairir.start(graph)
    until((tmp_path / "temporary").exists)
    handle.cancel()
    assert handle.wait(10) is not None
    until(lambda: not (tmp_path / "temporary").exists())


def test_a_worker_that_dies_while_it_is_idle_is_not_missed(tmp_path: Path) -> None:
    graph = shtairir.Graph("idle")
    graph.add(blocks.pid, id="a")
    graph.set_policy("a", worker="process")
    first = shtairir.run(graph).raise_for_status()["a"]
    os.kill(first, signal.SIGKILL)
    until(lambda: all(worker.pid != first for worker in workers()))
    assert shtairir.run(graph).raise_for_status()["a"] != first


def have_a_worker_ready() -> None:
    """Have a worker that has called a block before: to start one may take a second on a busy machine."""
    graph = shtairir.Graph("ready")
    graph.add(blocks.pid, id="a")
    graph.set_policy("a", worker="process")
    shtairir.run(graph).raise_for_status()


def is_gone(pid: int, within_s: float = 3.0) -> bool:
    return until(lambda: not psutil.pid_exists(pid), within_s)


def until(is_so: object, within_s: float = 20.0) -> bool:
    """Wait until something is so."""
    assert callable(is_so)
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.01)
    raise AssertionError("It did not come to that.")


def test_a_limit_of_memory_is_held_by_what_a_block_takes_for_itself() -> None:
    graph = shtairir.Graph("hungry")
    graph.add(blocks.hungry, id="modest", values={"megabytes": 20})
    graph.add(blocks.hungry, id="greedy", values={"megabytes": 300})
    graph.set_policy(None, node={"worker": "process", "retries": 0})
    result = shtairir.run(graph, worker_memory_limit=200 * MEGABYTE)
    assert result["modest"] == 1.0
    failure = result.nodes["greedy"].error
    assert failure is not None
    assert "out of memory (its limit)" in failure.message
    assert failure.code is not None
    assert "np.ones" in failure.code.text
    graph.set_policy("greedy", worker="process")
    assert shtairir.run(graph).raise_for_status()["greedy"] == 1.0  # without a limit again


def test_what_a_block_has_started_ends_with_its_worker(tmp_path: Path) -> None:
    graph = shtairir.Graph("starts")
    graph.add(blocks.starts, id="a", values={"file": tmp_path / "pid"})
    graph.set_policy("a", worker="process", timeout_s=1.0, retries=0)
    have_a_worker_ready()
    assert shtairir.run(graph).nodes["a"].error is not None
    assert is_gone(int((tmp_path / "pid").read_text()))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("how", ["return", "raise"])
def test_a_copy_that_a_block_makes_of_its_process_says_nothing(how: str) -> None:
    graph = shtairir.Graph("forks")
    forks = graph.add(blocks.fork, id="forks", values={"how": how})
    first = graph.add(blocks.after, id="first", x=forks["out"])
    graph.add(blocks.after, id="second", x=first["out"])
    graph.set_policy(None, node={"worker": "process"})
    result = shtairir.run(graph, workers=1, keep="all", timeout_s=30).raise_for_status()
    assert (result["forks"], result["first"], result["second"]) == (1.0, 1002.0, 3004.0)


def test_a_copy_that_a_block_has_left_behind_ends_with_the_worker(tmp_path: Path) -> None:
    graph = shtairir.Graph("forks")
    graph.add(blocks.fork, id="forks", values={"how": "stays", "file": tmp_path / "pid"})
    graph.add(blocks.pid, id="worker")
    graph.set_policy(None, node={"worker": "process"})
    result = shtairir.run(graph, workers=1).raise_for_status()
    assert result["forks"] == 1.0
    child = int((tmp_path / "pid").read_text())
    assert psutil.pid_exists(child)
    os.kill(psutil.Process(child).ppid(), signal.SIGKILL)
    assert is_gone(child)


@pytest.mark.parametrize("how", ["close", "write"])
def test_a_block_that_meddles_with_the_connection_has_lost_its_worker(how: str) -> None:
    graph = shtairir.Graph("meddling")
    graph.add(blocks.meddle, id="a", values={"how": how})
    graph.set_policy("a", worker="process", retries=0)
    failure = shtairir.run(graph, timeout_s=20).nodes["a"].error
    assert failure is not None
    assert failure.error_type == "WorkerLostError"
    assert "the connection to it broke" in failure.message
    graph = shtairir.Graph("after")
    graph.add(blocks.pid, id="a")
    graph.set_policy("a", worker="process")
    shtairir.run(graph).raise_for_status()
