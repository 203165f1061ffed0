"""Runs that are held: paused, at breakpoints, step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import ExecutionError, PlanningError
from shtairir.events import NodeFinished, NodeHeld, RunPaused, RunResumed, ValueWatched
from shtairir.execute.handle import RunHandle
from shtairir.execute.options import RunOptions
from shtairir.execute.run import Run
from shtairir.execute.workers import InlineWorkers
from shtairir.ids import PortRef
from shtairir.testing import EventRecorder, graph_of

PATIENCE_S = 20.0

APART = {"c": {"plus": 1.25}, "e": {"plus": 1.5}}
"""Values by which nodes that read the same do not compute the same: they would be merged."""


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.002)


class Door:
    """A block that does not end before it is told to."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

        @block(id="testing.door", category="Testing", pure=False)
        def door(a: float = 0.0) -> float:
            """Wait for the door to open."""
            self.entered.release()
            assert self.open.wait(PATIENCE_S)
            return a + 1

        self.block = door


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.open.set()


def started(graph: Any, **wishes: Any) -> tuple[RunHandle, EventRecorder]:
    seen = EventRecorder()
    return shtairir.start(graph, instruments=[seen], **wishes), seen


def begun(seen: EventRecorder, *nodes: str) -> list[str]:
    """Return which of these nodes have started."""
    return [node for node in nodes if "NodeStarted" in seen.names(node)]


class TestPause:
    def test_nothing_starts_while_a_run_is_paused_and_what_runs_goes_on(self, door: Door) -> None:
        handle, seen = started(graph_of("a -> b -> c", blocks={"a": door.block}), workers=2)
        assert door.entered.acquire(timeout=PATIENCE_S)
        handle.pause()
        assert handle.paused
        door.open.set()
        until(lambda: handle.held == ("b",) and "NodeFinished" in seen.names("a"))
        assert handle.running
        assert begun(seen, "b", "c") == []
        handle.resume()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["c.out"] == 3.0
        kinds = [type(event) for event in seen.events]
        assert kinds.count(RunPaused) == kinds.count(RunResumed) == 1

    def test_paused_time_counts_neither_for_the_time_taken_nor_for_the_limit(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}), timeout_s=60.0)
        assert door.entered.acquire(timeout=PATIENCE_S)
        handle.pause()
        before_s = handle.elapsed_s
        time.sleep(0.2)
        assert handle.elapsed_s - before_s < 0.1
        handle.resume()
        door.open.set()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"

    def test_a_paused_run_outlives_its_limit(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}), timeout_s=0.3)
        assert door.entered.acquire(timeout=PATIENCE_S)
        handle.pause()
        time.sleep(0.6)
        assert handle.running
        door.open.set()
        until(lambda: handle.held == ("b",))
        handle.resume()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"

    def test_a_run_can_be_cancelled_while_it_is_paused(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}))
        assert door.entered.acquire(timeout=PATIENCE_S)
        handle.pause()
        door.open.set()
        until(lambda: handle.held == ("b",))
        handle.cancel()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert (result.status, result.nodes["b"].status) == ("cancelled", "cancelled")

    def test_tasks_of_a_burst_go_on_after_a_pause(self) -> None:
        graph = graph_of(" -> ".join(f"n{number}" for number in range(300)))
        plan = shtairir.plan(graph)
        for _ in range(4):
            shtairir.run(plan)
        for _ in range(20):
            handle, _ = started(plan)
            handle.pause()
            handle.resume()
            result = handle.wait(PATIENCE_S)
            assert result is not None
            assert result["n299.out"] == 300.0

    def test_to_pause_and_resume_from_several_threads_leaves_the_run_as_the_last_one_said(self) -> None:
        handle, _ = started(graph_of(" -> ".join(f"n{number}" for number in range(100))))

        def toggle() -> None:
            for _ in range(200):
                handle.pause()
                handle.resume()

        threads = [threading.Thread(target=toggle) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        handle.resume()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["n99.out"] == 100.0

    def test_only_more_time_can_be_given(self, door: Door) -> None:
        handle, _ = started(graph_of("a", blocks={"a": door.block}), timeout_s=60.0)
        for seconds in (0.0, -1.0, float("nan"), float("inf"), "x"):
            with pytest.raises(ExecutionError, match="cannot be given"):
                handle.extend(seconds)  # type: ignore[arg-type]
        assert handle.timeout_s == 60.0

    def test_an_observer_may_hold_the_run_that_it_observes(self) -> None:
        class Holder:
            handle: RunHandle | None = None

            def on_event(self, event: Any) -> None:
                if isinstance(event, NodeFinished) and event.node == "a" and self.handle is not None:
                    self.handle.pause()

        holder = Holder()
        gate_open = threading.Event()

        @block(id="testing.first", category="Testing", pure=False)
        def first() -> float:
            """Wait until somebody has the handle."""
            assert gate_open.wait(PATIENCE_S)
            return 1.0

        @block(id="testing.napping", category="Testing", pure=False)
        def napping(a: float = 0.0) -> float:
            """Take a moment."""
            time.sleep(0.2)
            return a

        graph = graph_of("a -> b -> c -> d", blocks={"a": first, "b": napping, "c": napping})
        holder.handle = shtairir.start(graph, instruments=[holder])
        gate_open.set()
        until(lambda: holder.handle is not None and bool(holder.handle.held))
        holder.handle.resume()
        assert holder.handle.wait(PATIENCE_S)

    def test_to_pause_a_run_that_is_over_does_nothing(self) -> None:
        handle, _ = started(graph_of("a"))
        assert handle.wait(PATIENCE_S)
        handle.pause()
        handle.step()
        handle.go_on()
        handle.break_at("a")
        assert not handle.paused
        assert handle.held == ()


class TestWhatWaits:
    def test_an_attempt_that_is_due_waits_until_the_run_is_resumed(self) -> None:
        tries: list[int] = []

        @block(id="testing.passing", category="Testing")
        def passing(context: Context, a: float = 0.0) -> float:
            """Fail the first time."""
            tries.append(context.attempt)
            if context.attempt == 1:
                raise ConnectionResetError("It was reset.")
            return a

        graph = graph_of("a", blocks={"a": passing})
        graph.set_policy("a", backoff_s=0.1, jitter=0.0)
        handle, _ = started(graph)
        until(lambda: len(tries) == 1)
        handle.pause()
        until(lambda: handle.held == ("a",))
        assert tries == [1]
        handle.resume()
        assert handle.wait(PATIENCE_S)
        assert tries == [1, 2]

    def test_what_waits_for_a_resource_starts_no_sooner_than_the_run_is_resumed(self) -> None:
        inside: list[float] = []
        first_is_in, open_door = threading.Event(), threading.Event()

        @block(id="testing.holder", category="Testing", resources=("gate-lock",), pure=False)
        def holder(a: float = 0.0) -> float:
            """Hold a lock that others wait for."""
            inside.append(a)
            first_is_in.set()
            assert open_door.wait(PATIENCE_S)
            return a

        names = [f"h{number}" for number in range(4)]
        values = {name: {"a": float(place)} for place, name in enumerate(names)}
        handle, _ = started(graph_of(*names, blocks=dict.fromkeys(names, holder), values=values), workers=2)
        assert first_is_in.wait(PATIENCE_S)
        handle.pause()
        until(lambda: len(handle.held) == 3)
        open_door.set()
        time.sleep(0.1)
        assert len(inside) == 1
        handle.resume()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert sorted(inside) == [0.0, 1.0, 2.0, 3.0]

    def test_what_waits_for_memory_starts_no_sooner_than_the_run_is_resumed(self, door: Door) -> None:
        graph = graph_of("a -> b -> c", "d -> e", blocks={"a": door.block}, values=APART)
        handle, _ = started(graph, workers=2, memory_limit=100_000_000)
        assert door.entered.acquire(timeout=PATIENCE_S)
        for _ in range(20):
            handle.pause()
            handle.resume()
        handle.pause()
        door.open.set()
        until(lambda: "b" in handle.held)
        handle.resume()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"


class TestBreakpoints:
    def test_a_node_is_held_at_its_breakpoint_and_the_rest_runs_on(self, door: Door) -> None:
        graph = graph_of("a -> b -> d", "a -> c -> e", blocks={"a": door.block}, values=APART)
        handle, seen = started(graph, workers=2)
        handle.break_at("b")
        door.open.set()
        until(lambda: handle.held == ("b",) and "NodeFinished" in seen.names("e"))
        assert begun(seen, "b", "d") == []
        held = [event for event in seen.events if isinstance(event, NodeHeld)]
        assert [(event.node, event.paused) for event in held] == [("b", True)]
        assert held[0].reason == "There is a breakpoint on it."
        handle.go_on("b")
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"

    def test_a_breakpoint_on_an_output_holds_all_that_read_it(self, door: Door) -> None:
        graph = graph_of("a -> b -> d", "a -> c -> d", "a -> e", blocks={"a": door.block}, values=APART)
        handle, seen = started(graph, workers=2)
        handle.break_at("b.out")
        door.open.set()
        until(lambda: handle.held == ("d",) and "NodeFinished" in seen.names("e"))
        assert handle.value("b.out") == 2.0
        handle.go_on()
        assert handle.wait(PATIENCE_S)

    def test_a_breakpoint_on_an_input_holds_its_node(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}))
        handle.break_at("b.a")
        door.open.set()
        until(lambda: handle.held == ("b",))
        handle.break_at("b.a", on=False)
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["b.out"] == 2.0

    def test_to_take_the_breakpoint_away_lets_the_node_go_on(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}))
        handle.break_at("b")
        assert handle.breakpoints == ("b",)
        door.open.set()
        until(lambda: handle.held == ("b",))
        handle.break_at("b", on=False)
        assert handle.wait(PATIENCE_S)

    def test_a_breakpoint_in_a_burst_holds_its_node_only(self, door: Door) -> None:
        row = " -> ".join(f"n{number}" for number in range(50))
        plan = shtairir.plan(graph_of(f"a -> {row}", blocks={"a": door.block}))
        door.open.set()
        for _ in range(4):
            shtairir.run(plan)
        door.open.clear()
        handle, seen = started(plan)
        handle.break_at("n20")
        door.open.set()
        until(lambda: handle.held == ("n20",) and "NodeFinished" in seen.names("n19"))
        assert handle.value("n19.out") == 21.0
        handle.go_on()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["n49.out"] == 51.0

    def test_what_has_a_breakpoint_from_the_start_is_not_joined_with_others(self) -> None:
        graph = graph_of("a -> b -> d", "a -> c -> e")
        assert shtairir.plan(graph).task("c") is shtairir.plan(graph).task("b")
        handle, seen = started(graph, workers=2, break_at=["b"])
        until(lambda: handle.held == ("b",) and "NodeFinished" in seen.names("e"))
        handle.go_on("b")
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["d.out"] == 3.0

    def test_a_node_of_a_fused_chain_can_be_held_if_that_is_known_before(self) -> None:
        import numpy as np

        graph = shtairir.Graph("chain")
        source = graph.add("array.arange", id="source", stop=10.0)
        square = graph.add("array.square", id="square")
        root = graph.add("array.sqrt", id="root")
        total = graph.add("array.negative", id="total")
        for one, other in ((source, square), (square, root), (root, total)):
            graph.link(one["out"], other["x"])
        whole = shtairir.plan(graph, level="aggressive").task("root")
        assert whole is not None
        assert len(whole.parts) == 3
        handle, _ = started(graph, level="aggressive", break_at=["root"])
        until(lambda: handle.held == ("root",))
        assert np.array_equal(handle.value("square.out"), np.arange(10.0) ** 2)
        handle.go_on()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert np.array_equal(result["total.out"], -np.arange(10.0))

    def test_what_is_not_there_is_told_before_the_run_begins(self) -> None:
        for wishes in ({"break_at": ["x"]}, {"watch": ["a.x"]}):
            with pytest.raises(PlanningError, match=r"There is no node 'x'|has no output 'a\.x'"):
                shtairir.start(graph_of("a -> b"), **wishes)

    def test_a_node_that_is_not_there_cannot_be_held(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}))
        for name, words in (("x", "no node 'x'"), ("a.x", "no port 'a.x'"), ("b.out", "nothing reads it")):
            with pytest.raises(ExecutionError, match=words):
                handle.break_at(name)

    def test_who_works_in_the_controllers_own_thread_is_held_too(self) -> None:
        plan = shtairir.plan(graph_of("a -> b -> c"), level="none")
        options = RunOptions(workers=InlineWorkers())
        handle = RunHandle(Run(plan, options), options.cancel)
        handle.break_at("b")
        handle.begin()
        until(lambda: handle.held == ("b",))
        handle.step()
        until(lambda: handle.held == ("c",))
        handle.go_on()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["c.out"] == 3.0


class TestSteps:
    def test_a_step_starts_exactly_one_node_and_holds_what_waits_for_it(self, door: Door) -> None:
        graph = graph_of("a -> b -> c -> d", "a -> e", blocks={"a": door.block}, values=APART)
        handle, seen = started(graph, workers=2)
        handle.break_at("b")
        door.open.set()
        until(lambda: handle.held == ("b",) and "NodeFinished" in seen.names("e"))
        handle.step()
        until(lambda: handle.held == ("c",) and begun(seen, "b", "c", "d") == ["b"])
        handle.step()
        until(lambda: handle.held == ("d",))
        handle.go_on()
        result = handle.wait(PATIENCE_S)
        assert result is not None
        assert result["d.out"] == 4.25

    def test_a_paused_run_can_be_walked_node_by_node(self, door: Door) -> None:
        plan = shtairir.plan(graph_of("a -> b -> c -> d -> e", blocks={"a": door.block}))
        door.open.set()
        for _ in range(4):
            shtairir.run(plan)  # from here on, what follows is a burst
        door.open.clear()
        handle, seen = started(plan)
        handle.pause()
        door.open.set()
        walked = []
        for _ in range(5):
            until(lambda: bool(handle.held) or len(begun(seen, *"abcde")) == 5)
            count = len(begun(seen, *"abcde"))
            handle.step()
            until(lambda: len(begun(seen, *"abcde")) != count or count == 5)  # noqa: B023 - called at once
            walked.append("".join(begun(seen, *"abcde")))
        assert walked[-1] == "abcde"
        assert all(len(after) - len(before) <= 1 for before, after in pairwise(walked))


class TestWatching:
    def test_a_watched_value_is_told_and_kept(self, door: Door) -> None:
        handle, seen = started(graph_of("a -> b -> c", blocks={"a": door.block}))
        handle.watch("b.out")
        door.open.set()
        assert handle.wait(PATIENCE_S)
        told = [event for event in seen.events if isinstance(event, ValueWatched)]
        assert [(event.port, event.value) for event in told] == [(PortRef.parse("b.out"), 2.0)]
        assert handle.value("b.out") == 2.0

    def test_a_watched_array_outlives_its_last_reader(self, door: Door) -> None:
        import numpy as np

        @block(id="testing.many", category="Testing")
        def many(a: float) -> Array:
            """Make an array."""
            return np.full(1000, a)

        @block(id="testing.total", category="Testing")
        def total(a: Array) -> float:
            """Add up."""
            return float(a.sum())

        blocks = {"a": door.block, "m": many, "t": total}
        handle, _ = started(graph_of("a -> m -> t", blocks=blocks))
        with pytest.raises(KeyError, match="not there"):
            handle.value("m.out")
        handle.watch("m.out")
        door.open.set()
        assert handle.wait(PATIENCE_S)
        assert handle.value("m.out").sum() == 1000.0
        assert handle.value("t.out") == 1000.0

    def test_a_value_that_is_there_already_is_told_when_it_is_watched(self, door: Door) -> None:
        handle, seen = started(graph_of("n -> a -> b", blocks={"a": door.block}))
        assert door.entered.acquire(timeout=PATIENCE_S)
        handle.watch("n.out")
        until(lambda: any(isinstance(event, ValueWatched) for event in seen.events))

    def test_what_is_no_output_cannot_be_watched(self, door: Door) -> None:
        handle, _ = started(graph_of("a -> b", blocks={"a": door.block}))
        with pytest.raises(ExecutionError, match=r"no output 'b\.x'"):
            handle.watch("b.x")
