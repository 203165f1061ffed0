"""Resources in runs: who waits without a worker, what is told of it, and that nothing is left."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.errors import ResourceError
from shtairir.events import NodeHeld, NodeStarted
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers, ThreadWorkers
from shtairir.ids import NodeId, RunId
from shtairir.planning import ExecutionPlan, ResourceLimits
from shtairir.resources import Owner, ResourceManager
from shtairir.results import RunResult
from shtairir.session import RunHandle, start_plan, wait_for
from shtairir.testing import EventRecorder, graph_of
from tests.engine.loops.builders import mapped


@pytest.fixture
def manager() -> Iterator[ResourceManager]:
    """Resources of a test's own; whatever it does, nothing of them is held in the end."""
    made = ResourceManager()
    yield made
    assert not [(usage.name, usage.holders, usage.waiting) for usage in made.usage() if usage.holders or usage.waiting]


def begun(plan: ExecutionPlan, manager: ResourceManager, **options: object) -> RunHandle:
    options.setdefault("workers", ThreadWorkers(plan.workers))
    return start_plan(plan, RunOptions(resources=manager, **options))  # type: ignore[arg-type]


def done(plan: ExecutionPlan, manager: ResourceManager, **options: object) -> RunResult:
    return wait_for(begun(plan, manager, **options))


def held_by_hand(manager: ResourceManager, *names: str) -> Owner:
    """Somebody outside of the run holds resources until they are released."""
    owner = Owner(RunId(999), NodeId("somebody"))
    assert manager.take(owner, dict.fromkeys(names, 1))
    return owner


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@block(id="test.scan", resources=("scanner",), pure=False)
def scan(x: float = 0.0) -> float:
    return x + 1


class TestDeclared:
    @pytest.mark.parametrize("workers", [1, 2, 4])
    @pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
    def test_no_more_at_a_time_than_there_are(self, manager: ResourceManager, workers: int, level: str) -> None:
        inside: list[int] = []
        most: list[int] = []

        @block(pure=False, resources=("camera",))
        def look(x: float = 0.0) -> float:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()
            return x

        manager.set_capacity("camera", 2)
        graph = graph_of(*"abcdefgh", blocks=dict.fromkeys("abcdefgh", look))
        limits = ResourceLimits(shared=manager.given())
        plan = shtairir.plan(graph, level=level, workers=workers, limits=limits)
        done(plan, manager).raise_for_status()
        assert max(most) == min(2, workers if level != "none" else 1)

    def test_who_waits_holds_no_worker(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        waiting = [f"s{number}" for number in range(20)]
        graph = graph_of("a -> b -> c", *waiting, blocks=dict.fromkeys(waiting, scan))
        handle = begun(shtairir.plan(graph, workers=1), manager, instruments=[seen])
        until(lambda: "NodeFinished" in seen.names("c"))
        assert not any("NodeStarted" in seen.names(name) for name in waiting)
        manager.release_all(somebody)
        assert wait_for(handle).status == "done"

    def test_the_reason_is_told_in_words(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        handle = begun(shtairir.plan(graph_of("s", blocks={"s": scan})), manager, instruments=[seen])
        until(lambda: "NodeHeld" in seen.names("s"))
        (held,) = [event for event in seen.events if isinstance(event, NodeHeld)]
        assert held.reason == "Waits for 'scanner', held by 'somebody' of run 999."
        assert not held.paused
        manager.release_all(somebody)
        wait_for(handle)
        assert seen.names("s")[:3] == ["NodeHeld", "NodeStarted", "NodeFinished"]

    def test_what_matters_more_comes_first(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        names = ["a", "b", "c", "d"]
        graph = graph_of(*names, blocks=dict.fromkeys(names, scan))
        for name, priority in zip(names, ("low", "normal", "low", "high"), strict=True):
            graph.set_policy(name, priority=priority)
        handle = begun(shtairir.plan(graph, workers=2), manager, instruments=[seen])
        until(lambda: seen.names().count("NodeHeld") == 4)
        manager.release_all(somebody)
        wait_for(handle)
        started = [event.node for event in seen.events if isinstance(event, NodeStarted)]
        assert started == ["d", "b", "a", "c"]

    def test_two_runs_share_them(self, manager: ResourceManager) -> None:
        inside: list[int] = []
        most: list[int] = []

        @block(pure=False, resources=("scanner",))
        def slow(x: float = 0.0) -> float:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()
            return x

        plan = shtairir.plan(graph_of(*"abcd", blocks=dict.fromkeys("abcd", slow)), workers=2)
        handles = [begun(plan, manager) for _ in range(3)]
        assert all(wait_for(handle).status == "done" for handle in handles)
        assert max(most) == 1

    @pytest.mark.parametrize("crew", [InlineWorkers, lambda: ThreadWorkers(1)])
    def test_a_block_under_way_gets_what_was_granted_to_one_that_waits_for_its_worker(
        self, manager: ResourceManager, crew: Callable[[], ThreadWorkers]
    ) -> None:
        """With one worker, the two would wait for each other."""

        @block(pure=False)
        def greedy(context: Context, x: float = 0.0) -> float:
            with context.acquire("scanner"):
                return x

        graph = graph_of("g", "s", "t", blocks={"g": greedy, "s": scan, "t": scan})
        handle = begun(shtairir.plan(graph, workers=1), manager, workers=crew())
        result = handle.wait(20)
        assert result is not None
        assert result.status == "done"

    def test_a_step_is_done_when_another_run_lets_go(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        plan = shtairir.plan(graph_of("s", blocks={"s": scan}))
        handle = begun(plan, manager, instruments=[seen], workers=InlineWorkers())
        until(lambda: "NodeHeld" in seen.names("s"))
        manager.release_all(somebody)
        result = handle.wait(20)
        assert result is not None
        assert result.status == "done"

    def test_what_can_never_be_had_fails_the_node_with_the_numbers(self, manager: ResourceManager) -> None:
        @block(pure=False, resources=("api",) * 3)
        def ask(x: float = 0.0) -> float:
            return x

        plan = shtairir.plan(graph_of("a", "b", blocks={"a": ask}), limits=ResourceLimits(named={"api": 3}))
        manager.set_capacity("api", "2/s")
        result = done(plan, manager)
        assert result.nodes["b"].status == "done"
        failure = result.nodes["a"].error
        assert failure is not None
        assert failure.message == "'a' needs 3 of 'api', and the rate is 2 per second."

    def test_a_rate_is_kept(self, manager: ResourceManager) -> None:
        times: list[float] = []

        @block(pure=False, resources=("api",))
        def ask(x: float = 0.0) -> float:
            times.append(time.monotonic())
            return x

        manager.set_capacity("api", shtairir.resources.Rate(3, 0.2))
        names = [f"n{number}" for number in range(8)]
        done(shtairir.plan(graph_of(*names, blocks=dict.fromkeys(names, ask)), workers=4), manager).raise_for_status()
        times.sort()
        # Each moment is taken a little after the one that counts.
        assert all(later - earlier > 0.15 for earlier, later in zip(times, times[3:], strict=False))

    def test_a_failed_attempt_lets_go_while_it_waits_for_the_next(self, manager: ResourceManager) -> None:
        tries: list[int] = []

        @block(resources=("scanner",))
        def flaky(context: Context, x: float = 0.0) -> float:
            tries.append(context.attempt)
            if context.attempt < 3:
                raise ConnectionError("not yet")
            return x

        graph = graph_of("f", "s", blocks={"f": flaky, "s": scan})
        graph.set_policy("f", retries=3, backoff_s=0.01, jitter=0.0)
        assert done(shtairir.plan(graph, workers=1), manager).status == "done"
        assert tries == [1, 2, 3]

    def test_a_node_whose_condition_is_false_lets_go(self, manager: ResourceManager) -> None:
        graph = graph_of("s", "t", blocks={"s": scan, "t": scan})
        graph.set_policy("s", condition="x > 1")
        result = done(shtairir.plan(graph, workers=1), manager)
        assert [str(result.nodes[name].status) for name in "st"] == ["skipped", "done"]

    def test_coroutines_hold_them_until_they_end(self, manager: ResourceManager) -> None:
        inside: list[int] = []
        most: list[int] = []

        @block(pure=False, runs_on="async", resources=("scanner",))
        async def wait(x: float = 0.0) -> float:
            inside.append(1)
            most.append(len(inside))
            await asyncio.sleep(0.005)
            inside.pop()
            return x

        plan = shtairir.plan(graph_of(*"abcd", blocks=dict.fromkeys("abcd", wait)), workers=2)
        done(plan, manager).raise_for_status()
        assert max(most) == 1

    @pytest.mark.parametrize("memory_limit", [None, 50_000_000])
    def test_cancelling_ends_who_waits_at_once(self, manager: ResourceManager, memory_limit: int | None) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        plan = shtairir.plan(graph_of("s -> t", blocks={"s": scan, "t": scan}))
        handle = begun(plan, manager, instruments=[seen], memory_limit=memory_limit)
        until(lambda: "NodeHeld" in seen.names("s"))
        handle.cancel()
        result = handle.wait(10)
        assert result is not None
        assert result.status == "cancelled"
        manager.release_all(somebody)

    def test_a_paused_run_holds_none_of_what_it_waits_for(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        handle = begun(shtairir.plan(graph_of("s", blocks={"s": scan})), manager, instruments=[seen])
        until(lambda: "NodeHeld" in seen.names("s"))
        handle.pause()
        until(lambda: not any(usage.waiting for usage in manager.usage()))
        manager.release_all(somebody)
        another = held_by_hand(manager, "scanner")
        handle.resume()
        manager.release_all(another)
        result = handle.wait(10)
        assert result is not None
        assert result.status == "done"

    def test_beside_a_budget_of_memory_who_waits_leaves_the_workers_to_others(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")
        seen = EventRecorder()
        graph = graph_of("s", "t", "a -> b", blocks={"s": scan, "t": scan})
        plan = shtairir.plan(graph, workers=2)
        handle = begun(plan, manager, instruments=[seen], memory_limit=50_000_000)
        until(lambda: "NodeFinished" in seen.names("b"))
        manager.release_all(somebody)
        result = handle.wait(10)
        assert result is not None
        assert result.status == "done"


class TestTakenAtRunTime:
    def test_it_is_taken_in_any_order_and_amount(self, manager: ResourceManager) -> None:
        manager.set_capacity("gpu", 4)
        seen: list[dict[str, int]] = []

        @block(pure=False)
        def nested(context: Context, x: float = 0.0) -> float:
            with context.acquire("gpu", 3), context.acquire("disk"), context.acquire("gpu"):
                seen.append({usage.name: usage.used for usage in manager.usage()})
            seen.append({usage.name: usage.used for usage in manager.usage()})
            return x

        done(shtairir.plan(graph_of("n", blocks={"n": nested})), manager).raise_for_status()
        assert seen == [{"gpu": 4, "disk": 1}, {"gpu": 0, "disk": 0}]

    def test_it_may_be_waited_for_no_longer_than_said(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "printer")

        @block(pure=False)
        def impatient(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer", timeout_s=0.05):
                return x

        failure = done(shtairir.plan(graph_of("i", blocks={"i": impatient})), manager).nodes["i"].error
        assert failure is not None
        assert failure.error_type == "ResourceTimeoutError"
        assert "held by 'somebody' of run 999" in failure.message
        manager.release_all(somebody)

    def test_a_wait_that_lasts_is_told_and_so_is_its_end(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "printer")
        seen = EventRecorder()

        @block(pure=False)
        def prints(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                return x

        plan = shtairir.plan(graph_of("p", blocks={"p": prints}))
        handle = begun(plan, manager, instruments=[seen])
        until(lambda: "NodeHeld" in seen.names("p"))
        manager.release_all(somebody)
        wait_for(handle)
        assert seen.names("p")[:4] == ["NodeStarted", "NodeHeld", "NodeProgressed", "NodeFinished"]

    @pytest.mark.parametrize("rounds", [1, 3])
    def test_another_worker_takes_the_place_of_one_that_waits(self, manager: ResourceManager, rounds: int) -> None:
        inside: list[int] = []
        most: list[int] = []
        seen = EventRecorder()

        @block(pure=False)
        def prints(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                return x

        @block(pure=False)
        def works(x: float = 0.0) -> float:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()
            return x

        for _ in range(rounds):
            somebody = held_by_hand(manager, "printer")
            works_too = [f"w{number}" for number in range(12)]
            blocks = {**dict.fromkeys(works_too, works), "p": prints, "q": prints}
            plan = shtairir.plan(graph_of("p", "q", *works_too, blocks=blocks), workers=2)
            handle = begun(plan, manager, instruments=[seen])
            until(lambda: seen.names().count("NodeFinished") == 12)
            manager.release_all(somebody)
            assert wait_for(handle).status == "done"
            seen.events.clear()
        assert max(most) == 2

    def test_threads_do_not_pile_up(self, manager: ResourceManager) -> None:
        @block(pure=False)
        def prints(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                time.sleep(0.03)
                return x

        names = [f"n{number}" for number in range(30)]
        crew = ThreadWorkers(2)
        plan = shtairir.plan(graph_of(*names, blocks=dict.fromkeys(names, prints)), workers=2)
        most: list[int] = []
        handle = begun(plan, manager, workers=crew)
        while handle.wait(0.002) is None:
            most.append(crew.count_threads().alive)
        assert wait_for(handle).status == "done"
        assert 2 < max(most) <= 12

    def test_one_that_is_left_held_is_taken_back_with_the_attempt(self, manager: ResourceManager) -> None:
        @block(pure=False)
        def sloppy(context: Context, x: float = 0.0) -> float:
            context.acquire("printer").__enter__()
            return x

        plan = shtairir.plan(graph_of("a -> b", blocks={"a": sloppy, "b": sloppy}))
        assert done(plan, manager).status == "done"

    @pytest.mark.parametrize("amount", [0, -1, 1.5, True])
    def test_nonsense_is_refused(self, manager: ResourceManager, amount: int) -> None:
        @block(pure=False)
        def odd(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer", amount):
                return x

        failure = done(shtairir.plan(graph_of("o", blocks={"o": odd})), manager).nodes["o"].error
        assert failure is not None
        assert failure.error_type == "ResourceError"

    def test_threads_of_a_block_hold_theirs_beside_each_other(self, manager: ResourceManager) -> None:
        manager.set_capacity("gpu", 2)

        @block(pure=False)
        def several(context: Context, x: float = 0.0) -> float:
            both = threading.Barrier(2, timeout=10)

            def use() -> None:
                with context.acquire("gpu"):
                    both.wait()

            threads = [threading.Thread(target=use) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return x

        assert done(shtairir.plan(graph_of("s", blocks={"s": several})), manager).status == "done"

    def test_coroutines_take_it_without_stopping_the_others(self, manager: ResourceManager) -> None:
        order: list[str] = []

        @block(pure=False, runs_on="async")
        async def polite(context: Context, x: float = 0.0) -> float:
            async with context.acquire("printer"):
                order.append(f"+{context.node}")
                await asyncio.sleep(0.005)
                order.append(f"-{context.node}")
            return x

        plan = shtairir.plan(graph_of(*"abc", blocks=dict.fromkeys("abc", polite)), workers=3)
        done(plan, manager).raise_for_status()
        assert [one[0] for one in order] == ["+", "-"] * 3

    def test_a_coroutine_that_would_stop_the_others_is_told(self, manager: ResourceManager) -> None:
        @block(pure=False, runs_on="async")
        async def rude(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                return x

        failure = done(shtairir.plan(graph_of("r", blocks={"r": rude})), manager).nodes["r"].error
        assert failure is not None
        assert "async with" in failure.hint

    def test_the_victim_of_a_deadlock_is_tried_again_and_the_run_is_done(self, manager: ResourceManager) -> None:
        meet = threading.Barrier(2, timeout=10)
        tries: list[tuple[str, int]] = []

        def crossing(first: str, second: str) -> Callable[..., float]:
            @block(id=f"test.crossing_{first}")
            def cross(context: Context, x: float = 0.0) -> float:
                tries.append((context.node, context.attempt))
                with context.acquire(first):
                    if context.attempt == 1:
                        meet.wait()
                    with context.acquire(second):
                        return x

            return cross

        graph = graph_of("a", "b", blocks={"a": crossing("left", "right"), "b": crossing("right", "left")})
        graph.set_policy("a", criticality="high")
        for node in "ab":
            graph.set_policy(node, retries=2, backoff_s=0.01)
        result = done(shtairir.plan(graph, workers=2), manager)
        assert result.status == "done"
        assert ("b", 2) in tries
        assert ("a", 2) not in tries

    def test_what_a_stuck_block_holds_is_taken_back_when_it_is_given_up(self, manager: ResourceManager) -> None:
        go_on = threading.Event()
        late: list[BaseException] = []

        @block(pure=False)
        def stuck(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                go_on.wait(20)
            try:
                with context.acquire("printer"):
                    pass
            except BaseException as error:
                late.append(error)
                raise
            return x

        @block(pure=False)
        def prints(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                return x + 1

        graph = graph_of("s", "p", blocks={"s": stuck, "p": prints})
        graph.set_policy("s", timeout_s=0.2, retries=0)
        result = done(shtairir.plan(graph, workers=2), manager)
        assert result.nodes["p"].status == "done"
        assert result.nodes["s"].status in ("failed", "timed_out")
        go_on.set()
        until(lambda: bool(late))
        assert "given up" in str(late[0]) or "cancelled" in str(late[0])

    def test_one_that_waits_when_its_time_is_up_is_woken(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "printer")
        woken: list[BaseException] = []

        @block(pure=False)
        def waits(context: Context, x: float = 0.0) -> float:
            try:
                with context.acquire("printer"):
                    return x
            except BaseException as error:
                woken.append(error)
                raise

        graph = graph_of("w", blocks={"w": waits})
        graph.set_policy("w", timeout_s=0.1, retries=0)
        assert done(shtairir.plan(graph), manager).nodes["w"].status in ("failed", "timed_out")
        until(lambda: bool(woken))
        manager.release_all(somebody)

    def test_nothing_is_left_of_a_run_that_is_cancelled_in_the_middle(self, manager: ResourceManager) -> None:
        inside = threading.Event()

        @block(pure=False)
        def hog(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                inside.set()
                time.sleep(3)
            return x

        plan = shtairir.plan(graph_of("a", "b", blocks=dict.fromkeys("ab", hog)), workers=2)
        handle = begun(plan, manager, grace_s=0.1)
        assert inside.wait(10)
        handle.cancel()
        assert handle.wait(2) is not None
        assert not any(usage.holders for usage in manager.usage())


class TestInLoops:
    def test_items_that_cross_each_other_all_get_through(self, manager: ResourceManager) -> None:
        @block(id="test.crosses_in_loop")
        def crosses(context: Context, x: float) -> float:
            """Take two locks, in an order that depends on the item."""
            first, second = ("left", "right") if x % 2 else ("right", "left")
            with context.acquire(first):
                time.sleep(0.001)
                with context.acquire(second):
                    return x + 1

        graph = mapped(crosses, x=[float(number) for number in range(40)])
        graph.set_policy(None, node={"retries": 50, "backoff_s": 0.001, "backoff_cap_s": 0.01})
        result = done(shtairir.plan(graph, workers=4), manager)
        result.raise_for_status()

    def test_a_loop_that_is_cancelled_holds_nothing(self, manager: ResourceManager) -> None:
        somebody = held_by_hand(manager, "scanner")

        @block(id="test.scans_in_loop", resources=("scanner",), pure=False)
        def scans(x: float) -> float:
            """Wait for a scanner."""
            return x

        seen = EventRecorder()
        graph = mapped(scans, x=[float(number) for number in range(10)])
        handle = begun(shtairir.plan(graph, workers=3), manager, instruments=[seen])
        until(lambda: any(usage.waiting for usage in manager.usage()))
        handle.cancel()
        result = handle.wait(2)
        assert result is not None
        assert result.status == "cancelled"
        manager.release_all(somebody)


def test_the_program_has_one_manager() -> None:
    assert shtairir.resources.shared_resources() is shtairir.resources.shared_resources()
    with pytest.raises(ResourceError):
        shtairir.resources.shared_resources().set_capacity("x", "none")
