"""Several runs at a time, under one hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.control.controller import ExecutionController
from shtairir.control.crew import Crew
from shtairir.errors import ExecutionError, PlanningError, RunCancelledError
from shtairir.testing import graph_of
from tests.engine.loops.builders import mapped

PATIENCE_S = 20.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.002)


@pytest.fixture
def controller() -> Iterator[ExecutionController]:
    made = ExecutionController(workers=2)
    yield made
    made.close()


@block(id="testing.nap", category="Testing", pure=False)
def nap(context: Context, a: float = 0.0, seconds: float = 0.02) -> float:
    """Sleep a little, unless the run is cancelled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        context.check_cancelled()
        time.sleep(0.002)
    return a + 1


def wide(count: int, seconds: float = 0.02) -> Any:
    """Return a graph of naps that need nothing of each other."""
    names = [f"n{number}" for number in range(count)]
    values = {name: {"seconds": seconds, "a": float(place)} for place, name in enumerate(names)}
    return graph_of(*names, blocks=dict.fromkeys(names, nap), values=values)


class TestRuns:
    def test_several_runs_go_on_side_by_side(self, controller: ExecutionController) -> None:
        handles = [controller.start(wide(4)) for _ in range(5)]
        assert len(controller.runs) == 5
        results = [handle.wait(PATIENCE_S) for handle in handles]
        assert [str(result.status) for result in results if result is not None] == ["done"] * 5
        assert controller.runs == ()

    def test_no_more_nodes_run_at_a_time_than_there_are_workers(self, controller: ExecutionController) -> None:
        lock, now, most = threading.Lock(), 0, 0

        @block(id="testing.counted", category="Testing", pure=False)
        def counted(a: float = 0.0) -> float:
            """Count how many are in here."""
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.005)
            with lock:
                now -= 1
            return a

        names = [f"n{number}" for number in range(10)]
        graph = graph_of(*names, blocks=dict.fromkeys(names, counted))
        for handle in [controller.start(graph) for _ in range(4)]:
            assert handle.wait(PATIENCE_S)
        assert most == 2

    def test_a_heavy_run_does_not_starve_a_small_one(self, controller: ExecutionController) -> None:
        heavy = controller.start(wide(300, seconds=0.01))
        until(lambda: heavy.progress.done > 2)
        small = controller.start(wide(6, seconds=0.01))
        assert small.wait(PATIENCE_S)
        assert heavy.running
        # In its turn, the small one has had as much as the heavy one meanwhile: not the workers to itself.
        assert heavy.progress.done < 100
        heavy.cancel()

    def test_a_run_may_be_kept_to_fewer_workers(self, controller: ExecutionController) -> None:
        handle = controller.start(wide(4), workers=1)
        assert handle.plan.workers == 1
        assert handle.wait(PATIENCE_S)

    def test_a_worker_who_does_not_come_back_is_replaced(self, controller: ExecutionController) -> None:
        stuck = threading.Event()

        @block(id="testing.stuck", category="Testing", pure=False)
        def deaf() -> float:
            """Hear nothing."""
            stuck.wait(PATIENCE_S)
            return 0.0

        handles = [controller.start(graph_of("d", blocks={"d": deaf})) for _ in range(2)]
        until(lambda: sum(handle.progress.running for handle in handles) == 2)
        controller.cancel()
        for handle in handles:
            assert handle.wait(PATIENCE_S)
        other = controller.start(wide(2)).wait(PATIENCE_S)
        assert other is not None
        assert other.status == "done"
        stuck.set()

    def test_a_block_may_start_runs_of_another_controller(self, controller: ExecutionController) -> None:
        with ExecutionController(workers=1) as inner:

            @block(id="testing.starting", category="Testing", pure=False)
            def starting(a: float = 0.0) -> float:
                """Run another graph."""
                result = inner.start(wide(2, seconds=0.002)).wait(PATIENCE_S)
                assert result is not None
                return float(len(result.results))

            names = ["a", "b", "c"]
            result = controller.start(graph_of(*names, blocks=dict.fromkeys(names, starting))).wait(PATIENCE_S)
            assert result is not None
            assert [result[f"{name}.out"] for name in names] == [2.0, 2.0, 2.0]


class TestControl:
    def test_one_run_is_paused_and_the_others_go_on(self, controller: ExecutionController) -> None:
        first, second = controller.start(wide(20)), controller.start(wide(5))
        controller.pause(first)
        assert second.wait(PATIENCE_S)
        assert [report.status for report in controller.status() if report.run == first.run] == ["paused"]
        controller.resume(first.run)
        result = first.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"

    def test_all_runs_are_paused_and_resumed(self, controller: ExecutionController) -> None:
        runs = [controller.start(wide(20)) for _ in range(3)]
        controller.pause()
        assert all(run.paused for run in runs)
        controller.resume()
        assert all(run.wait(PATIENCE_S) for run in runs)

    def test_what_is_started_while_all_are_paused_is_paused(self, controller: ExecutionController) -> None:
        controller.pause()
        run = controller.start(wide(2))
        assert run.paused
        until(lambda: len(run.held) == 2)
        controller.resume()
        assert run.wait(PATIENCE_S)
        assert not controller.start(wide(1)).paused

    def test_limits_that_make_no_sense_are_refused(self, controller: ExecutionController) -> None:
        with pytest.raises(PlanningError, match="cannot be limited to nan s"):
            controller.start(wide(1), timeout_s=float("nan"))
        with pytest.raises(PlanningError, match="cannot be limited to -5 bytes"):
            controller.start(wide(1), worker_memory_limit=-5)

    def test_one_run_is_cancelled_and_the_others_go_on(self, controller: ExecutionController) -> None:
        first, second = controller.start(wide(50)), controller.start(wide(5))
        controller.cancel(first)
        results = [run.wait(PATIENCE_S) for run in (first, second)]
        assert [str(result.status) for result in results if result is not None] == ["cancelled", "done"]

    def test_a_run_gets_more_time(self, controller: ExecutionController) -> None:
        run = controller.start(wide(30, seconds=0.02), timeout_s=0.2)
        controller.extend(run, 30.0)
        result = run.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "done"

    def test_a_run_that_is_not_there_cannot_be_paused(self, controller: ExecutionController) -> None:
        with pytest.raises(ExecutionError, match="has no run"):
            controller.pause(123456)

    def test_a_closed_controller_cancels_its_runs_and_starts_no_more(self) -> None:
        controller = ExecutionController(workers=2)
        runs = [controller.start(wide(200)) for _ in range(3)]
        controller.close()
        results = [run.wait(0) for run in runs]
        assert [str(result.status) for result in results if result is not None] == ["cancelled"] * 3
        with pytest.raises(ExecutionError, match="closed"):
            controller.start(wide(1))

    def test_closed_crews_leave_no_thread(self) -> None:
        before = threading.active_count()
        for _ in range(5):
            with ExecutionController(workers=3) as controller:
                assert controller.start(wide(6, seconds=0.001)).wait(PATIENCE_S)
        until(lambda: threading.active_count() <= before)

    def test_several_threads_may_control(self, controller: ExecutionController) -> None:
        done: list[str] = []

        def work() -> None:
            for _ in range(5):
                run = controller.start(wide(3, seconds=0.002))
                controller.pause(run)
                controller.status()
                controller.resume(run)
                result = run.wait(PATIENCE_S)
                done.append(str(result.status) if result is not None else "?")

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == ["done"] * 20


class TestLoops:
    def test_a_loop_is_held_between_two_iterations(self) -> None:
        seen: list[float] = []
        run = shtairir.start(mapped(noting(seen), x=[float(item) for item in range(200)]), workers=2)
        until(lambda: len(seen) > 5)
        run.pause()
        time.sleep(0.1)
        count = len(seen)
        time.sleep(0.2)
        assert len(seen) == count < 200
        run.resume()
        result = run.wait(PATIENCE_S)
        assert result is not None
        assert result["loop.y"] == [float(item) for item in range(200)]

    def test_a_step_lets_a_loop_that_is_held_begin_one_iteration(self) -> None:
        seen: list[float] = []
        run = shtairir.start(mapped(noting(seen), x=[float(item) for item in range(50)], parallel=False), workers=2)
        until(lambda: len(seen) > 2)
        run.pause()
        time.sleep(0.1)
        count = len(seen)
        run.step()
        until(lambda: len(seen) == count + 1)
        time.sleep(0.1)
        assert len(seen) == count + 1
        run.resume()
        assert run.wait(PATIENCE_S)

    def test_a_loop_that_a_step_begins_is_done_in_one(self) -> None:
        seen: list[float] = []
        run = shtairir.start(mapped(noting(seen), x=[1.0, 2.0, 3.0]), workers=2, break_at=["loop"])
        until(lambda: run.held == ("loop",))
        run.pause()
        run.step()
        result = run.wait(PATIENCE_S)
        assert result is not None
        assert sorted(seen) == [1.0, 2.0, 3.0]

    def test_a_loop_that_is_held_can_be_cancelled(self) -> None:
        seen: list[float] = []
        run = shtairir.start(mapped(noting(seen), x=[float(item) for item in range(200)]), workers=2)
        until(lambda: len(seen) > 5)
        run.pause()
        run.cancel()
        result = run.wait(PATIENCE_S)
        assert result is not None
        assert result.status == "cancelled"

    def test_loops_that_are_held_leave_the_workers_to_others(self, controller: ExecutionController) -> None:
        seen: list[float] = []
        items = [float(item) for item in range(300)]
        runs = [controller.start(mapped(noting(seen), x=items)) for _ in range(3)]
        until(lambda: len(seen) > 5)
        for run in runs:
            controller.pause(run)
        other = controller.start(wide(6)).wait(PATIENCE_S)
        assert other is not None
        assert other.status == "done"
        controller.resume()
        assert all(run.wait(PATIENCE_S) for run in runs)
        assert len(seen) == 900


def noting(seen: list[float]) -> Any:
    @block(id="testing.noting", category="Testing", pure=False)
    def note(x: float = 0.0) -> float:
        """Take note of an item."""
        time.sleep(0.005)
        seen.append(x)
        return x

    return note


class TestStatus:
    def test_reports_say_how_far_a_run_is_and_how_it_ended(self, controller: ExecutionController) -> None:
        run = controller.start(wide(20))
        until(lambda: any(report.done for report in controller.status()))
        (report,) = controller.status()
        assert (report.status, report.total) == ("running", 20)
        assert report.elapsed_s > 0
        assert run.wait(PATIENCE_S)
        (report,) = controller.status()
        assert (report.status, report.done, report.remaining_s) == ("done", 20, None)


class TestCrew:
    def test_who_has_had_least_is_next(self) -> None:
        now = 0.0
        crew = Crew(1, clock=lambda: now)
        order: list[str] = []
        first, second = crew.share(1), crew.share(1)
        gate, over = threading.Event(), threading.Semaphore(0)

        def execute(name: str, seconds: float) -> Callable[[int, str], bool]:
            def perform(task: int, worker: str) -> bool:
                nonlocal now
                gate.wait(PATIENCE_S)
                order.append(name)
                now += seconds
                over.release()
                return True

            return perform

        first.start(execute("heavy", 3.0), lambda task: False)
        second.start(execute("light", 1.0), lambda task: False)
        first.give(range(4))
        second.give(range(6))
        gate.set()
        for _ in range(10):
            assert over.acquire(timeout=PATIENCE_S)
        crew.close()
        # After each heavy task, the other has its turn until it has had as much.
        assert order[:8] == ["heavy", "light", "light", "light", "heavy", "light", "light", "light"]


def test_a_block_sees_that_its_run_was_cancelled(controller: ExecutionController) -> None:
    seen = threading.Event()

    @block(id="testing.listening", category="Testing", pure=False)
    def listening(context: Context) -> float:
        """Run until the run is cancelled."""
        try:
            while True:
                context.check_cancelled()
                time.sleep(0.002)
        except RunCancelledError:
            seen.set()
            raise

    run = controller.start(graph_of("a", blocks={"a": listening}))
    until(lambda: run.progress.running == 1)
    controller.cancel(run)
    assert run.wait(PATIENCE_S)
    assert seen.is_set()
