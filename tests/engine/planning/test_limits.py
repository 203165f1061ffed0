"""Limits are kept by the plan and by the run, and what can never fit is refused with numbers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.block.infer import Spec, array
from shtairir.document import Graph
from shtairir.errors import PlanningError
from shtairir.ids import NodeId
from shtairir.planning import Estimate, ExecutionPlan, ResourceLimits
from shtairir.testing import graph_of, run_inline

MB = 1_000_000


@block(category="Test", infer=lambda megabytes, seed: array((megabytes * MB,), "uint8"))
def load(megabytes: int = 10, seed: int = 0) -> Array:
    """So many bytes."""
    return np.full(megabytes * MB, seed, np.uint8)


@block(category="Test", infer=lambda a: Spec("float", nbytes=24))
def reduce(a: Array) -> float:
    """A number of many."""
    return float(a[::1000].sum())


@block(category="Test", infer=lambda a, megabytes: array((megabytes * MB,), "uint8"))
def grow(a: Array, megabytes: int = 10) -> Array:
    """More of it."""
    return np.zeros(megabytes * MB, np.uint8)


def loads(count: int, megabytes: int = 10) -> Graph:
    """Arrays, each reduced to a number: a wide graph of which only a part need be there at a time."""
    graph = Graph("loads")
    for number in range(count):
        graph.add(load, id=f"load{number}", megabytes=megabytes, seed=number)
        graph.add(reduce, id=f"reduce{number}")
        graph.link(f"load{number}.out", f"reduce{number}.a")
    return graph


def memory(megabytes: float) -> ResourceLimits:
    return ResourceLimits(memory_bytes=round(megabytes * MB))


def sentences(plan: ExecutionPlan, pass_name: str = "order") -> list[str]:
    return [reason.sentence for reason in plan.reasons if reason.pass_name == pass_name]


class TestWhatCanNeverFit:
    def test_is_refused_with_numbers_names_and_what_to_do(self) -> None:
        graph = Graph("large")
        graph.add(load, id="scan", megabytes=30)
        graph.add(grow, id="stack", megabytes=50)
        graph.link("scan.out", "stack.a")
        with pytest.raises(PlanningError) as caught:
            shtairir.plan(graph, limits=memory(60))
        assert str(caught.value) == (
            "Node 'stack' can never run. It needs 80,000,000 bytes of memory (30.0 MB for what it reads, 50.0 MB for "
            "what it makes), and the limit is 60,000,000 (60.0 MB). Raise the memory limit to at least 80.0 MB, or "
            "work on smaller pieces."
        )
        assert shtairir.plan(graph, limits=memory(80)).peak_bytes == 80 * MB

    def test_is_refused_by_a_run_before_anything_has_run(self) -> None:
        with pytest.raises(PlanningError, match="at least 20"):
            shtairir.run(loads(1, 20), memory_limit=10 * MB)

    def test_is_not_refused_for_a_guess(self) -> None:
        def guessed(a: Any) -> Spec:
            return Spec("any", nbytes=90 * MB, exact=False)

        @block(category="Test", infer=guessed)
        def uncertain(a: Array) -> Any:
            return None

        graph = Graph("guess")
        graph.add(load, id="a", megabytes=1)
        graph.add(uncertain, id="b")
        graph.link("a.out", "b.a")
        assert shtairir.plan(graph, limits=memory(5)).peak_bytes == 91 * MB

    @pytest.mark.parametrize(
        ("resources", "limits", "words"),
        [
            (("gpu", "gpu"), ResourceLimits(gpu=1), "needs 2 GPUs, and the limit is 1"),
            (("cpu",) * 4, ResourceLimits(cpu=2), "needs 4 processors, and the limit is 2"),
            (("process",), ResourceLimits(processes=0), "needs 1 processes, and the limit is 0"),
            (("camera", "camera"), ResourceLimits(), "needs 2 of 'camera', and the limit is 1"),
        ],
    )
    def test_resources_that_are_not_there(self, resources: tuple[str, ...], limits: ResourceLimits, words: str) -> None:
        @block(category="Test", resources=resources)
        def greedy(x: float = 0.0) -> float:
            return x

        with pytest.raises(PlanningError, match=words):
            shtairir.plan(graph_of("g", blocks={"g": greedy}), limits=limits)


class TestOrderUnderAMemoryLimit:
    def test_is_the_usual_one_as_long_as_everything_fits(self) -> None:
        free, roomy = shtairir.plan(loads(4), workers=2), shtairir.plan(loads(4), workers=2, limits=memory(100))
        assert [task.node for task in free.tasks] == [task.node for task in roomy.tasks]
        assert not sentences(roomy)

    def test_fewer_tasks_run_side_by_side_when_two_would_not_fit(self) -> None:
        plan = shtairir.plan(loads(4), workers=4, limits=memory(25))
        assert shtairir.plan(loads(4), workers=4).peak_bytes == 40 * MB
        assert plan.peak_bytes is not None
        assert plan.peak_bytes <= 25 * MB
        assert any("would not fit" in sentence for sentence in sentences(plan))

    def test_tasks_that_free_memory_come_first(self) -> None:
        """
        l0 ─ g0 ─┐
        l1 ─ g1 ─┼ join     each l is large, each g small; the critical path says: all l first
        l2 ─ g2 ─┘
        """
        graph = Graph("funnel")
        estimates = {}
        for number in range(3):
            graph.add(load, id=f"l{number}", megabytes=10, seed=number)
            graph.add(grow, id=f"g{number}", megabytes=1)
            graph.link(f"l{number}.out", f"g{number}.a")
            estimates[NodeId(f"l{number}")] = Estimate(1.0)
            estimates[NodeId(f"g{number}")] = Estimate(0.1)
        plan = shtairir.plan(graph, workers=3, limits=memory(23), estimates=estimates)
        assert plan.peak_bytes is not None
        assert plan.peak_bytes <= 23 * MB

    def test_no_order_fits_values_that_must_all_be_there_and_the_plan_says_so(self) -> None:
        graph = Graph("results")
        for number in range(5):
            graph.add(load, id=f"load{number}", seed=number)
        plan = shtairir.plan(graph, workers=2, limits=memory(30))
        assert plan.peak_bytes == 50 * MB
        assert any("go to disk" in sentence for sentence in sentences(plan))

    @pytest.mark.parametrize("megabytes", [11, 15, 25, 45, 1000])
    def test_results_are_the_same_under_any_limit(self, megabytes: int) -> None:
        graph = loads(6)
        free = run_inline(graph)
        tight = shtairir.run(shtairir.plan(graph, workers=3, limits=memory(megabytes)))
        assert {name: tight[name] for name in tight.results} == {name: free[name] for name in free.results}

    def test_the_order_keeps_to_the_links(self) -> None:
        plan = shtairir.plan(loads(8), workers=4, limits=memory(25))
        assert all(before < task.number for task in plan.tasks for before in task.waits_for)
        assert any(sentence.startswith("Waits until") for sentence in sentences(plan))


def sleepers(names: str, resources: Callable[[str], tuple[str, ...]]) -> tuple[Graph, Callable[[], int]]:
    """Nodes that tell how many of them were at work at the same time."""
    lock, at_work, most = threading.Lock(), [0], [0]

    def enter() -> None:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.01)
        with lock:
            at_work[0] -= 1

    blocks = {}
    for name in names:

        @block(id=f"test.sleep_{name}", resources=resources(name), pure=False)
        def sleep(x: float = 0.0) -> float:
            enter()
            return x

        blocks[name] = sleep
    return graph_of(*names, blocks=blocks), lambda: most[0]


class TestTheRunKeepsTheLimits:
    @pytest.mark.parametrize("level", ["basic", "balanced", "aggressive"])
    @pytest.mark.parametrize("capacity", [1, 2])
    def test_of_named_resources(self, level: str, capacity: int) -> None:
        graph, most = sleepers("abcdef", lambda _: ("camera",))
        limits = ResourceLimits(named={"camera": capacity})
        shtairir.run(shtairir.plan(graph, level=level, workers=4, limits=limits)).raise_for_status()
        assert most() == capacity

    def test_of_gpus(self) -> None:
        graph, most = sleepers("abcd", lambda _: ("gpu",))
        shtairir.run(shtairir.plan(graph, workers=4, limits=ResourceLimits(gpu=2))).raise_for_status()
        assert most() == 2

    def test_of_processors_that_a_node_keeps_busy(self) -> None:
        graph, most = sleepers("abcdef", lambda _: ("cpu", "cpu"))
        shtairir.run(shtairir.plan(graph, workers=4, limits=ResourceLimits(cpu=4))).raise_for_status()
        assert most() == 2

    def test_of_processes(self) -> None:
        graph, most = sleepers("abcd", lambda _: ("process",))
        shtairir.run(shtairir.plan(graph, workers=4, limits=ResourceLimits(processes=1))).raise_for_status()
        assert most() == 1


class TestStages:
    @pytest.mark.parametrize("level", ["basic", "balanced", "aggressive"])
    @pytest.mark.parametrize(
        ("resources", "limits"),
        [
            (("camera",), ResourceLimits(named={"camera": 2})),
            (("gpu",), ResourceLimits(gpu=1)),
            (("cpu", "cpu", "cpu"), ResourceLimits(cpu=4)),
            (("process", "camera"), ResourceLimits(processes=3, named={"camera": 2})),
        ],
    )
    def test_never_overcommit_a_limit(self, level: str, resources: tuple[str, ...], limits: ResourceLimits) -> None:
        graph, _ = sleepers("abcdefgh", lambda name: resources if name in "abcde" else ())
        plan = shtairir.plan(graph, level=level, workers=4, limits=limits)
        assert sorted(task for stage in plan.stages for task in stage.tasks) == list(range(8))
        assert all(limits.refusal(stage.requirements) is None for stage in plan.stages)

    def test_take_no_more_memory_than_earlier_ones_leave(self) -> None:
        """Two results stay for good; of the next level only one fits beside them."""
        graph = Graph("left")
        for name in "ab":
            graph.add(load, id=name, megabytes=10, seed=ord(name))
        for name in "cd":
            graph.add(grow, id=name, megabytes=10)
            graph.link("a.out", f"{name}.a")
        plan = shtairir.plan(graph, level="basic", workers=2, limits=memory(39))
        assert [[plan.tasks[task].node for task in stage.tasks] for stage in plan.stages] == [["a", "b"], ["c"], ["d"]]
