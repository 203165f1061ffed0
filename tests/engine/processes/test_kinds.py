"""Where a block is called: as its node's policy, its declaration or the run says, and as its time allows."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import block
from shtairir.errors import PlanningError
from shtairir.execute.processes import choose
from shtairir.ids import NodeId
from shtairir.planning import Estimate
from tests.engine.processes import blocks
from tests.engine.processes.test_deaths import is_gone, until


def pid_of(graph: shtairir.Graph, **how: Any) -> int:
    pid: int = shtairir.run(graph, **how).raise_for_status()["a"]
    return pid


def graph_of(function: object = blocks.pid, **policy: str) -> shtairir.Graph:
    graph = shtairir.Graph("kinds")
    graph.add(function, id="a")
    if policy:
        graph.set_policy("a", **policy)
    return graph


@block(id="testing.apart", runs_on="process", pure=False)
def apart() -> int:
    """Return which process it is called in."""
    return os.getpid()


def test_threads_are_what_a_run_has_unless_told_otherwise() -> None:
    assert pid_of(graph_of()) == os.getpid()
    assert choose(shtairir.plan(graph_of())) is None


def test_the_run_says_where() -> None:
    assert pid_of(graph_of(), backend="processes") != os.getpid()


def test_the_block_says_where() -> None:
    assert pid_of(graph_of(apart)) != os.getpid()


def test_the_policy_goes_before_both() -> None:
    assert pid_of(graph_of(apart, worker="thread")) == os.getpid()
    assert pid_of(graph_of(worker="process")) != os.getpid()
    assert pid_of(graph_of(worker="thread"), backend="processes") == os.getpid()


def test_a_policy_of_the_whole_graph_counts() -> None:
    graph = graph_of()
    graph.set_policy(None, node={"worker": "process"})
    assert pid_of(graph) != os.getpid()


@block(id="testing.quick")
def quick(x: float = 0.0) -> int:
    """Return which process it is called in, as a block that may be joined with others."""
    return os.getpid()


def test_what_is_known_to_be_quick_goes_where_the_run_says() -> None:
    graph = shtairir.Graph("quick")
    for number in range(5):
        graph.add(quick, id=f"n{number}", values={"x": number})
    known = {NodeId(f"n{number}"): Estimate(elapsed_s=1e-6) for number in range(5)}
    plan = shtairir.plan(graph, estimates=known)
    for _ in range(3):
        assert os.getpid() not in shtairir.run(plan, backend="processes").raise_for_status().results.values()
    assert set(shtairir.run(plan).raise_for_status().results.values()) == {os.getpid()}


def test_another_word_is_refused() -> None:
    with pytest.raises(PlanningError, match="'fibres' is no backend"):
        shtairir.run(graph_of(), backend="fibres")  # type: ignore[arg-type]  # that is the point


def loop(function: object, **policy: Any) -> shtairir.Graph:
    graph = shtairir.Graph("loop")
    body = graph.add_subgraph("body")
    item = body.add("graph.input", values={"name": "x", "type": "float"})
    work = body.add(function, id="work", x=item["out"])
    body.add("graph.output", values={"name": "pid", "type": "int"}, value=work["out"])
    if policy:
        body.set_policy("work", **policy)
    graph.add("flow.for_each", id="a", values={"body": "body"}, x=[1.0, 2.0, 3.0, 4.0, 5.0])
    return graph


@block(id="testing.slowly", pure=False)
def slowly(x: float) -> int:
    """Take a while."""
    time.sleep(0.005)
    return os.getpid()


@block(id="testing.plainly")
def plainly(x: float) -> int:
    """Take a while, from a number to a number."""
    time.sleep(0.005)
    return os.getpid()


def test_in_a_loop_it_is_as_the_policy_says() -> None:
    pids = shtairir.run(loop(blocks.pid, worker="process"), workers=1).raise_for_status()["a.pid"]
    assert os.getpid() not in pids
    assert len(pids) == 5


def test_in_a_loop_what_takes_long_goes_to_a_process_once_that_is_seen() -> None:
    pids = shtairir.run(loop(slowly), backend="processes", workers=1).raise_for_status()["a.pid"]
    assert [pid == os.getpid() for pid in pids] == [True, False, False, False, False]
    pids = shtairir.run(loop(blocks.pid), backend="processes", workers=1).raise_for_status()["a.pid"]
    assert set(pids) == {os.getpid()}
    pids = shtairir.run(loop(plainly), backend="processes", workers=1).raise_for_status()["a.pid"]
    assert [pid == os.getpid() for pid in pids] == [True, False, False, False, False]


def test_a_loop_that_is_cancelled_leaves_no_worker_in_its_body(tmp_path: Path) -> None:
    graph = shtairir.Graph("loop")
    body = graph.add_subgraph("body")
    item = body.add("graph.input", values={"name": "x", "type": "float"})
    work = body.add(blocks.stuck, id="work", values={"file": str(tmp_path / "pid"), "how": "spin"})
    body.add("graph.output", values={"name": "made", "type": "float"}, value=work["out"])
    body.add("graph.output", id="as_is", values={"name": "given", "type": "float"}, value=item["out"])
    body.set_policy("work", worker="process")
    graph.add("flow.for_each", id="a", values={"body": "body"}, x=[1.0, 2.0])
    handle = shtairir.start(graph)
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    handle.cancel()
    result = handle.wait(10)
    assert result is not None
    assert result.status == "cancelled"
    assert is_gone(int((tmp_path / "pid").read_text()))
