"""Attempts at nodes: tried again, given up, left out, replaced by a value; and what that means for the run."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import CircuitOpenError, NodeExecutionError
from shtairir.events import NodeRetrying, NodeSkipped, NodeStarted, WorkerReplaced
from shtairir.execute import CancelToken
from shtairir.execute.attempt import Attempt
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, FakeClock, graph_of, run_inline


@block(id="attempts.plus_one", pure=False)
def plus_one(x: float = 0.0) -> float:
    """Add one."""
    return x + 1


def failing(times: int, error: type[Exception] = ConnectionError, **traits: Any) -> tuple[Any, list[float]]:
    """Return a block that raises so many times before it returns, and when it was called."""
    calls: list[float] = []

    @block(**traits)
    def flaky(x: float = 0.0) -> float:
        calls.append(time.perf_counter())
        if len(calls) <= times:
            raise error("not now")
        return x + 1

    return flaky, calls


def graph_with(drawing: str, blocks: dict[str, Any], **policy: Any) -> shtairir.Graph:
    """Return a graph whose node ``a`` has a policy."""
    graph = graph_of(drawing, blocks=blocks)
    graph.set_policy("a", **policy)
    return graph


def run_on_standing_clock(
    graph: shtairir.Graph, seen: EventRecorder | None = None, **options: Any
) -> tuple[Any, float]:
    """Run without threads, on a clock that goes on only while there is nothing to do; return the time it shows."""
    clock = FakeClock()
    result = wait_for(
        start_plan(
            shtairir.plan(graph),
            RunOptions(
                clock=clock,
                wait=clock.advance,
                workers=InlineWorkers(),
                instruments=[seen] if seen is not None else [],
                **options,
            ),
        )
    )
    return result, clock.now_s


class TestRetries:
    def test_a_node_is_tried_again_until_it_is_done(self) -> None:
        flaky, calls = failing(2)
        seen = EventRecorder()
        result = shtairir.run(graph_with("a -> b", {"a": flaky, "b": plus_one}, backoff_s=0.01), instruments=[seen])
        assert result.raise_for_status()["b.out"] == 2.0
        assert result.nodes["a"].attempts == len(calls) == 3
        assert result.to_dict()["nodes"]["a"]["attempts"] == 3
        assert seen.names("a")[:6] == ["NodeStarted", "NodeRetrying"] * 2 + ["NodeStarted", "NodeFinished"]

    def test_observers_hear_which_attempt_failed_and_when_the_next_begins(self) -> None:
        flaky, _ = failing(2)
        seen = EventRecorder()
        _, elapsed_s = run_on_standing_clock(graph_with("a", {"a": flaky}, jitter=0), seen)
        retrying = [event for event in seen.events if isinstance(event, NodeRetrying)]
        assert [(event.attempt, event.attempts, event.delay_s) for event in retrying] == [(1, 4, 2.0), (2, 4, 4.0)]
        assert [event.failure.category for event in retrying] == ["retryable"] * 2
        assert [event.attempt for event in seen.events if isinstance(event, NodeStarted)] == [1, 2, 3]
        assert elapsed_s == pytest.approx(6.0)

    def test_it_fails_when_there_is_no_attempt_left_and_says_how_many_there_were(self) -> None:
        flaky, calls = failing(9)
        result, elapsed_s = run_on_standing_clock(graph_with("a", {"a": flaky}, retries=3, jitter=0, backoff_cap_s=5))
        failure = result.nodes["a"].error
        assert failure is not None
        assert result.status == "failed"
        assert failure.attempts == result.nodes["a"].attempts == len(calls) == 4
        assert elapsed_s == pytest.approx(2.0 + 4.0 + 5.0)
        with pytest.raises(NodeExecutionError, match="not now"):
            result.raise_for_status()

    def test_part_of_the_wait_is_left_to_chance(self) -> None:
        flaky, _ = failing(1)
        _, elapsed_s = run_on_standing_clock(graph_with("a", {"a": flaky}, backoff_s=8, jitter=0.5), random=lambda: 0.5)
        assert elapsed_s == pytest.approx(6.0)

    def test_an_error_that_stays_is_not_tried_again(self) -> None:
        flaky, calls = failing(1, ValueError)
        assert shtairir.run(graph_with("a", {"a": flaky})).status == "failed"
        assert len(calls) == 1

    def test_the_policy_says_which_errors_are_worth_it(self) -> None:
        flaky, calls = failing(1, ValueError)
        assert shtairir.run(graph_with("a", {"a": flaky}, retry_on=["ValueError"], backoff_s=0.01)).status == "done"
        assert len(calls) == 2
        flaky, calls = failing(1)
        assert shtairir.run(graph_with("a", {"a": flaky}, never_retry_on=["ConnectionError"])).status == "failed"
        assert len(calls) == 1

    def test_a_block_with_an_effect_is_tried_once_unless_somebody_says_otherwise(self) -> None:
        flaky, calls = failing(1, pure=False)
        assert shtairir.run(graph_of("a", blocks={"a": flaky})).status == "failed"
        assert len(calls) == 1
        flaky, calls = failing(1, pure=False)
        assert shtairir.run(graph_with("a", {"a": flaky}, retries=1, backoff_s=0.01)).status == "done"
        assert len(calls) == 2

    def test_what_waits_holds_no_worker(self) -> None:
        flaky, calls = failing(1)
        graph = graph_with("a", {"a": flaky}, backoff_s=0.3, jitter=0, priority="high")
        graph.add(plus_one, id="b")
        seen = EventRecorder()
        result = shtairir.run(graph, workers=1, instruments=[seen])
        assert result.status == "done"
        assert seen.names("b")[:2] == ["NodeStarted", "NodeFinished"]
        names = [f"{type(event).__name__} {getattr(event, 'node', '')}" for event in seen.events]
        assert names.index("NodeRetrying a") < names.index("NodeFinished b") < names.index("NodeFinished a")
        assert calls[1] - calls[0] >= 0.29

    def test_a_circuit_that_is_open_is_waited_for_until_it_may_close(self) -> None:
        asked: list[int] = []

        @block
        def asking() -> float:
            asked.append(1)
            if len(asked) == 1:
                raise CircuitOpenError("Nobody asks it.", dependency="api", retry_in_s=25.0)
            return 1.0

        result, elapsed_s = run_on_standing_clock(graph_of("a", blocks={"a": asking}))
        assert result.status == "done"
        assert elapsed_s >= 25.0

    def test_a_run_that_is_cancelled_does_not_wait_for_the_next_attempt(self) -> None:
        flaky, calls = failing(9)
        token, seen = CancelToken(), EventRecorder()
        handle = shtairir.start(
            graph_with("a -> b", {"a": flaky, "b": plus_one}, backoff_s=60, backoff_cap_s=60),
            cancel=token,
            instruments=[seen],
        )
        while not any(isinstance(event, NodeRetrying) for event in seen.events):
            time.sleep(0.005)
        token.cancel()
        result = handle.wait(5)
        assert result is not None
        assert result.status == "cancelled"
        assert {node.status for node in result.nodes.values()} == {"cancelled"}
        assert len(calls) == result.nodes["a"].attempts == 1

    def test_a_node_that_fails_while_the_run_ends_and_would_be_tried_again_is_cancelled(self) -> None:
        token = CancelToken()

        @block
        def ending() -> float:
            token.cancel()
            raise ConnectionError("not now")

        result = shtairir.run(graph_of("a", blocks={"a": ending}), cancel=token)
        assert (result.status, result.nodes["a"].status) == ("cancelled", "cancelled")

    def test_a_task_in_a_burst_is_tried_again_and_the_others_do_not_wait(self) -> None:
        calls: list[float] = []
        bad_once = [False]

        @block
        def sometimes(x: float = 0.0) -> float:
            if x == 5.0 and bad_once:
                bad_once.pop()
                raise ConnectionError("not now")
            calls.append(x)
            return x + 1

        graph = graph_of(
            "->".join(f"n{number}" for number in range(50)),
            blocks=dict.fromkeys((f"n{n}" for n in range(50)), sometimes),
        )
        graph.set_policy(None, node={"backoff_s": 0.01})
        plan = shtairir.plan(graph)
        for _ in range(4):
            bad_once[:] = []
            shtairir.run(plan).raise_for_status()
        bad_once[:] = [True]
        calls.clear()
        result = shtairir.run(plan).raise_for_status()
        assert result["n49.out"] == 50.0
        assert result.nodes["n5"].attempts == 2
        assert calls == [float(number) for number in range(50)]

    def test_memory_and_values_are_as_if_nothing_had_failed(self) -> None:
        tries: list[int] = []

        @block
        def made(x: float = 1.0) -> Array:
            return np.full(100_000, x)

        @block
        def summed(x: Array, context: Context) -> float:
            tries.append(context.attempt)
            context.empty(1000)
            if len(tries) < 3:
                raise ConnectionError("not now")
            return float(x.sum())

        graph = graph_with("m -> a", {"m": made, "a": summed}, backoff_s=0.01)
        result = shtairir.run(graph).raise_for_status()
        assert result["a.out"] == 100_000.0
        assert tries == [1, 2, 3]
        assert result.memory.live_bytes == 0


class TestTimeouts:
    def test_a_node_whose_time_is_up_fails_and_the_rest_goes_on(self) -> None:
        free = threading.Event()

        @block
        def stuck(x: float = 0.0) -> float:
            free.wait(20)
            return x

        seen = EventRecorder()
        graph = graph_with("a -> c", {"a": stuck, "c": plus_one}, timeout_s=0.1, retries=0)
        graph.add(plus_one, id="b")
        result = shtairir.run(graph, instruments=[seen], workers=1)
        free.set()
        failure = result.nodes["a"].error
        assert failure is not None
        assert failure.error_type == "AttemptTimeoutError"
        assert failure.category == "retryable"
        assert "0.1 s" in failure.message
        assert result["b.out"] == 1.0
        assert result.nodes["c"].status == "skipped"
        replaced = [event for event in seen.events if isinstance(event, WorkerReplaced)]
        assert [event.node for event in replaced] == ["a"]

    def test_a_node_that_was_given_up_is_tried_again_and_what_comes_late_reaches_nobody(self) -> None:
        free, calls, late = threading.Event(), [], threading.Event()

        @block
        def stuck_once(x: float = 0.0) -> float:
            calls.append(x)
            if len(calls) == 1:
                free.wait(20)
                late.set()
                return -100.0
            return x + 1

        @block(pure=False)
        def patient(x: float = 0.0) -> float:
            free.set()
            assert late.wait(10)
            time.sleep(0.05)
            return x

        graph = graph_with("a -> p", {"a": stuck_once, "p": patient}, timeout_s=0.1, backoff_s=0.01)
        result = shtairir.run(graph, keep="all").raise_for_status()
        assert (result["a.out"], result["p.out"]) == (1.0, 1.0)
        assert result.nodes["a"].attempts == 2

    def test_a_block_that_listens_ends_by_itself_when_its_time_is_up(self) -> None:
        heard: list[bool] = []

        @block
        def listening(context: Context) -> float:
            while True:
                time.sleep(0.01)
                heard.append(context.cancelled)
                context.check_cancelled()

        seen = EventRecorder()
        graph = graph_with("a", {"a": listening}, timeout_s=0.1, retries=0)
        result = shtairir.run(graph, instruments=[seen])
        assert result.nodes["a"].error is not None
        assert result.nodes["a"].error.error_type == "AttemptTimeoutError"
        assert heard[-1]
        assert "WorkerReplaced" not in {type(event).__name__ for event in seen.events}

    def test_what_a_block_says_that_was_given_up_is_not_told(self) -> None:
        free, said = threading.Event(), threading.Event()

        @block
        def talking(context: Context) -> float:
            free.wait(20)
            context.log("still here")
            said.set()
            return 1.0

        @block(pure=False)
        def waiting() -> float:
            time.sleep(1.5)
            free.set()
            assert said.wait(10)
            return 1.0

        seen = EventRecorder()
        graph = graph_with("a", {"a": talking}, timeout_s=0.1, retries=0)
        graph.add(waiting, id="w")
        assert shtairir.run(graph, instruments=[seen]).status == "failed"
        assert "NodeLogged" not in seen.names("a")

    def test_as_many_workers_as_before_go_on(self) -> None:
        free, together = threading.Event(), threading.Barrier(2, timeout=10)

        @block
        def stuck(x: float = 0.0) -> float:
            free.wait(20)
            return x

        @block(pure=False)
        def meeting(x: float = 0.0) -> float:
            together.wait()
            return x

        blocks = {"s1": stuck, "s2": stuck, "m1": meeting, "m2": meeting, "a": plus_one}
        graph = graph_of("s1", "s2", "a -> m1", "a -> m2", blocks=blocks, values={"s2": {"x": 1.0}})
        for node in ("s1", "s2"):
            graph.set_policy(node, timeout_s=0.1, retries=0, priority="high")
        result = shtairir.run(graph, workers=2)
        free.set()
        assert (result.nodes["m1"].status, result.nodes["m2"].status) == ("done", "done")

    def test_a_task_that_is_stuck_in_a_burst_is_given_up_and_the_others_are_done(self) -> None:
        free, stuck = threading.Event(), [False]

        @block
        def usually_quick(x: float = 0.0) -> float:
            if stuck[0] and x == 3.0:
                stuck[0] = False
                free.wait(20)
            return x + 1

        names = [f"n{number}" for number in range(30)]
        graph = graph_of("->".join(names), blocks=dict.fromkeys(names, usually_quick))
        graph.set_policy(None, node={"timeout_s": 0.2, "backoff_s": 0.01})
        plan = shtairir.plan(graph)
        for _ in range(4):
            shtairir.run(plan).raise_for_status()
        stuck[0] = True
        result = shtairir.run(plan)
        free.set()
        assert result.raise_for_status()["n29.out"] == 30.0
        assert result.nodes["n3"].attempts == 2

    def test_a_chain_that_was_fused_is_given_up_as_a_whole(self) -> None:
        free = threading.Event()

        @block
        def made(count: int = 10) -> Array:
            return np.ones(count)

        def stuck_kernel(x: Any, out: Any = None) -> Any:
            free.wait(20)
            return np.negative(x, out)

        @block(elementwise=True, kernel=stuck_kernel)
        def negative(x: Array) -> Array:
            return -x

        graph = graph_of("m -> n1 -> n2", blocks={"m": made, "n1": negative, "n2": negative})
        graph.set_policy(None, node={"timeout_s": 0.2, "retries": 0})
        result = shtairir.run(graph, level="aggressive")
        free.set()
        assert result.status == "failed"
        assert result.nodes["n1"].error is not None
        assert result.nodes["n1"].error.error_type == "AttemptTimeoutError"

    def test_a_node_with_time_enough_is_left_alone(self) -> None:
        @block(pure=False)
        def slow(x: float = 0.0) -> float:
            time.sleep(0.15)
            return x

        graph = graph_with("a -> b -> c", {"a": plus_one, "b": slow, "c": slow}, timeout_s=0.05, retries=0)
        graph.set_policy("b", timeout_s=5)
        assert shtairir.run(graph).status == "done"


class TestConditions:
    def test_a_node_whose_condition_is_false_is_skipped_with_what_needs_it_and_the_run_is_done(self) -> None:
        seen = EventRecorder()
        graph = graph_with("s -> a -> b", {"s": plus_one, "a": plus_one, "b": plus_one}, condition="x > 5")
        result = shtairir.run(graph, instruments=[seen])
        assert result.status == "done"
        assert result.nodes["a"].status == result.nodes["b"].status == "skipped"
        assert result.nodes["a"].reason == "Its condition 'x > 5' is false."
        assert "'a' was skipped" in result.nodes["b"].reason
        assert [event.node for event in seen.events if isinstance(event, NodeSkipped)] == ["a", "b"]
        assert "NodeStarted" not in seen.names("a")
        assert not result.missing
        with pytest.raises(KeyError, match="skipped"):
            result["b.out"]

    def test_a_node_whose_condition_is_true_runs(self) -> None:
        graph = graph_with("s -> a", {"s": plus_one, "a": plus_one}, condition="x == 1")
        assert shtairir.run(graph)["a.out"] == 2.0

    def test_the_next_run_of_the_plan_looks_again(self) -> None:
        inputs = iter([1.0, 9.0, 1.0, 9.0])

        @block(pure=False)
        def next_one() -> float:
            return next(inputs)

        plan = shtairir.plan(
            graph_with("s -> a -> b", {"s": next_one, "a": plus_one, "b": plus_one}, condition="x > 5")
        )
        assert [shtairir.run(plan).get("b.out") for _ in range(4)] == [None, 11.0, None, 11.0]

    def test_a_condition_that_cannot_be_worked_out_fails_the_node_and_says_why(self) -> None:
        @block
        def words() -> Any:
            return ["a"]

        @block
        def taking(x: Any = None) -> Any:
            return x

        result = shtairir.run(graph_with("s -> a", {"s": words, "a": taking}, condition="x > 5"))
        failure = result.nodes["a"].error
        assert result.status == "failed"
        assert failure is not None
        assert failure.error_type == "ExpressionError"

    def test_a_try_takes_its_fallback_for_a_node_that_was_skipped(self) -> None:
        graph = graph_with("a", {"a": plus_one}, condition="x > 5")
        graph.add("flow.try", id="t", values={"fallback": 7.0})
        graph.link("a.out", "t.value")
        result = shtairir.run(graph)
        assert result.status == "done"
        assert result["t.out"] == 7.0


@block(id="attempts.bad")
def bad(x: float = 0.0) -> float:
    """Fail for good."""
    raise ValueError("broken")


class TestWhatAFailureLeadsTo:
    """
    a ─ b      c ─ d
    """

    def graph(self, **policy: Any) -> shtairir.Graph:
        graph = graph_of("a -> b", "c -> d", blocks={"a": bad, "b": plus_one, "c": plus_one, "d": plus_one})
        graph.set_policy("a", priority="high", **policy)
        return graph

    def test_by_default_what_does_not_need_it_is_finished_and_the_run_has_failed(self) -> None:
        result = shtairir.run(self.graph())
        assert result.status == "failed"
        assert result["d.out"] == 2.0
        assert dict(result.missing) == {"b.out": "a"}

    @pytest.mark.parametrize("policy", [{"on_failure": "continue"}, {"criticality": "low"}])
    def test_what_is_accepted_makes_the_run_partial_and_is_named(self, policy: dict[str, str]) -> None:
        result = shtairir.run(self.graph(**policy))
        assert result.status == "partial"
        assert dict(result.missing) == {"b.out": "a"}
        assert result.to_dict()["missing"] == {"b.out": "a"}
        assert result.raise_for_status()["d.out"] == 2.0

    def test_a_run_is_not_partial_that_leaves_nothing(self) -> None:
        result = shtairir.run(graph_with("a -> b", {"a": bad, "b": plus_one}, on_failure="continue"))
        assert result.status == "failed"

    def test_a_run_is_not_partial_if_one_of_its_failures_is_not_accepted(self) -> None:
        graph = self.graph(on_failure="continue")
        graph.add(bad, id="e", values={"x": 2.0})
        assert shtairir.run(graph).status == "failed"

    @pytest.mark.parametrize(
        "policy", [{"on_failure": "stop"}, {"on_failure": "compensate"}, {"criticality": "critical"}]
    )
    def test_a_run_that_is_to_stop_starts_nothing_more(self, policy: dict[str, str]) -> None:
        result = shtairir.run(self.graph(**policy), workers=1)
        assert result.status == "failed"
        assert [result.nodes[node].status for node in "abcd"] == ["failed", "skipped", "cancelled", "cancelled"]
        assert "'a' failed" in result.nodes["c"].reason
        assert dict(result.missing) == {"b.out": "a", "d.out": "a"}

    def test_a_fallback_takes_the_place_of_the_result(self) -> None:
        result = shtairir.run(self.graph(on_failure="fallback", fallback={"out": 7.0}))
        assert result.status == "done"
        assert result["b.out"] == 8.0
        assert result.nodes["a"].status == "done"
        assert result.nodes["a"].reason == "Took its fallback: broken"

    def test_the_fallback_comes_after_the_last_attempt(self) -> None:
        flaky, calls = failing(9)
        graph = graph_with(
            "a -> b", {"a": flaky, "b": plus_one}, retries=2, on_failure="fallback", fallback={"out": 1.0}
        )
        result, _ = run_on_standing_clock(graph)
        assert result["b.out"] == 2.0
        assert len(calls) == result.nodes["a"].attempts == 3

    def test_the_fallback_is_taken_when_the_time_is_up(self) -> None:
        free = threading.Event()

        @block
        def stuck(x: float = 0.0) -> float:
            free.wait(20)
            return x

        policy: dict[str, Any] = {"timeout_s": 0.1, "retries": 0, "on_failure": "fallback", "fallback": {"out": 5.0}}
        result = shtairir.run(graph_with("a -> b", {"a": stuck, "b": plus_one}, **policy))
        free.set()
        assert result["b.out"] == 6.0


class TestAsyncBlocks:
    def test_they_wait_side_by_side_and_hold_no_worker(self) -> None:
        inside: list[str] = []

        @block(runs_on="async", pure=False)
        async def waiting(x: float = 0.0) -> float:
            inside.append(threading.current_thread().name)
            await asyncio.sleep(0.1)
            return x + 1

        graph = shtairir.Graph("many")
        for number in range(200):
            graph.add(waiting, id=f"n{number}", values={"x": float(number)})
        began_s = time.perf_counter()
        result = shtairir.run(graph, workers=1).raise_for_status()
        assert time.perf_counter() - began_s < 10  # one after the other it would take twenty seconds
        assert result["n199.out"] == 200.0
        assert len(set(inside)) == 1

    def test_their_errors_are_theirs_and_worth_another_try(self) -> None:
        tries: list[int] = []

        @block(runs_on="async")
        async def flaky(context: Context, x: float = 0.0) -> float:
            tries.append(context.attempt)
            await asyncio.sleep(0)
            if len(tries) < 3:
                raise ConnectionError("not now")
            return x + 1

        result = shtairir.run(graph_with("a -> b", {"a": flaky, "b": plus_one}, backoff_s=0.01))
        assert result.raise_for_status()["b.out"] == 2.0
        assert tries == [1, 2, 3]

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError])
    def test_whatever_they_raise_the_loop_goes_on(self, error: type[BaseException]) -> None:
        @block(runs_on="async", pure=False)
        async def ending(x: float = 0.0) -> float:
            raise error

        @block(runs_on="async", pure=False)
        async def fine(x: float = 0.0) -> float:
            return x + 1

        assert shtairir.run(graph_of("a", blocks={"a": ending})).status == "failed"
        assert shtairir.run(graph_of("a", blocks={"a": fine}))["a.out"] == 1.0

    def test_they_are_cancelled_where_they_wait(self) -> None:
        started, ended = threading.Event(), threading.Event()

        @block(runs_on="async", pure=False)
        async def endless() -> float:
            started.set()
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()
            return 1.0

        handle = shtairir.start(graph_of("a", blocks={"a": endless}))
        assert started.wait(10)
        handle.cancel()
        result = handle.wait(5)
        assert result is not None
        assert result.status == "cancelled"
        assert result.elapsed_s < 2.0
        assert ended.wait(5)

    @pytest.mark.parametrize("holds_the_loop", [True, False])
    def test_one_that_does_not_listen_is_given_up_and_others_go_on(self, holds_the_loop: bool) -> None:
        free = threading.Event()

        @block(runs_on="async", pure=False)
        async def deaf() -> float:
            while not free.is_set():
                try:
                    if holds_the_loop:
                        free.wait(20)
                    else:
                        await asyncio.sleep(0.01)
                except asyncio.CancelledError:
                    pass
            return 1.0

        @block(runs_on="async", pure=False)
        async def fine(x: float = 0.0) -> float:
            await asyncio.sleep(0.01)
            return x + 1

        result = shtairir.run(graph_with("a -> b", {"a": deaf, "b": fine}, timeout_s=0.1, retries=0))
        assert result.nodes["a"].error is not None
        assert result.nodes["a"].error.error_type == "AttemptTimeoutError"
        assert shtairir.run(graph_of("a", blocks={"a": fine}))["a.out"] == 1.0
        free.set()

    def test_they_are_ended_when_their_time_is_up(self) -> None:
        @block(runs_on="async", pure=False)
        async def endless() -> float:
            await asyncio.sleep(60)
            return 1.0

        result = shtairir.run(graph_with("a", {"a": endless}, timeout_s=0.1, retries=0))
        assert result.nodes["a"].error is not None
        assert result.nodes["a"].error.error_type == "AttemptTimeoutError"
        assert result.elapsed_s < 0.9  # not given up, but ended

    def test_in_a_loop_they_are_waited_for(self) -> None:
        @block(runs_on="async", pure=False)
        async def doubled(x: float = 0.0) -> float:
            await asyncio.sleep(0)
            return x * 2

        graph = shtairir.Graph("looped")
        graph.add(doubled, id="a", values={"x": 4.0})
        assert shtairir.run(graph)["a.out"] == 8.0


class Watching:
    """A hook that remembers."""

    def __init__(self, refuse: Callable[[Attempt], None] | None = None) -> None:
        self.told: list[tuple[str, str, int, object]] = []
        self._refuse = refuse

    def begin(self, attempt: Attempt) -> None:
        self.told.append(("begin", attempt.node, attempt.number, dict(attempt.arguments or {}).get("x")))
        if self._refuse is not None:
            self._refuse(attempt)

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        outcome = type(error).__name__ if error is not None else tuple(values or ())
        self.told.append(("end", attempt.node, attempt.number, outcome))


def run_hooked(graph: shtairir.Graph, *hooks: Watching) -> Any:
    options = RunOptions(hooks=hooks, workers=InlineWorkers(), wait=lambda seconds: None)
    return wait_for(start_plan(shtairir.plan(graph), options))


class TestHooks:
    def test_they_are_told_of_each_attempt_with_what_it_was_given_and_made(self) -> None:
        flaky, _ = failing(1)
        hook = Watching()
        graph = graph_with("a -> b", {"a": flaky, "b": plus_one}, backoff_s=0)
        assert run_hooked(graph, hook)["b.out"] == 2.0
        assert hook.told == [
            ("begin", "a", 1, 0.0),
            ("end", "a", 1, "ConnectionError"),
            ("begin", "a", 2, 0.0),
            ("end", "a", 2, (1.0,)),
            ("begin", "b", 1, 1.0),
            ("end", "b", 1, (2.0,)),
        ]

    def test_what_a_hook_raises_is_the_failure_of_the_attempt(self) -> None:
        def refuse(attempt: Attempt) -> None:
            if attempt.number == 1:
                raise ConnectionError("the line is closed")

        calls: list[float] = []

        @block
        def counted(x: float = 0.0) -> float:
            calls.append(x)
            return x

        first, second, third = Watching(), Watching(refuse), Watching()
        result = run_hooked(graph_with("a", {"a": counted}, backoff_s=0), first, second, third)
        assert result.nodes["a"].attempts == 2
        assert len(calls) == 1
        assert [told[0] for told in first.told] == ["begin", "end"] * 2
        assert [told[0] for told in second.told] == ["begin", "begin", "end"]
        assert [told[0] for told in third.told] == ["begin", "end"]

    def test_they_are_told_of_an_attempt_that_was_given_up(self) -> None:
        free = threading.Event()

        @block
        def stuck(x: float = 0.0) -> float:
            free.wait(20)
            return x

        hook = Watching()
        plan = shtairir.plan(graph_with("a", {"a": stuck}, timeout_s=0.1, retries=0))
        wait_for(start_plan(plan, RunOptions(hooks=[hook])))
        free.set()
        time.sleep(0.05)
        assert [told[0] for told in hook.told] == ["begin", "end"]
        assert hook.told[1][3] == "AttemptTimeoutError"

    def test_a_chain_that_was_fused_is_one_attempt_with_the_values_that_are_there(self) -> None:
        graph = shtairir.Graph("fused")
        graph.add("array.linspace", id="s")
        graph.add("array.negative", id="n1")
        graph.add("array.absolute", id="n2")
        graph.link("s.out", "n1.x")
        graph.link("n1.out", "n2.x")
        hook = Watching()
        options = RunOptions(hooks=[hook], workers=InlineWorkers())
        result = wait_for(start_plan(shtairir.plan(graph, level="aggressive"), options)).raise_for_status()
        begun = [told for told in hook.told if told[0] == "begin"]
        ended = [told for told in hook.told if told[0] == "end"]
        assert len(begun) == len(ended)
        assert result.nodes["n1"].status == "done"


def test_an_effect_is_recognised_in_all_attempts_of_a_run_and_in_no_other_run() -> None:
    keys: list[str] = []

    @block
    def effect(context: Context) -> float:
        keys.append(context.idempotency_key)
        if len(keys) % 2:
            raise ConnectionError("not now")
        return 1.0

    graph = graph_with("a", {"a": effect}, backoff_s=0.01)
    shtairir.run(graph).raise_for_status()
    shtairir.run(graph).raise_for_status()
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert keys[0] != keys[2]
    assert keys[0].endswith("/a")


class TestUnderABudget:
    """Tasks that wait for memory go through one more door; whatever ends them must open it again."""

    def test_a_task_is_tried_again(self) -> None:
        flaky, calls = failing(2)
        graph = graph_with("a -> b", {"a": flaky, "b": plus_one}, backoff_s=0.01)
        assert shtairir.run(graph, memory_limit=50_000_000).raise_for_status()["b.out"] == 2.0
        assert len(calls) == 3

    def test_a_task_that_is_given_up_leaves_room_for_others(self) -> None:
        free = threading.Event()

        @block
        def stuck(x: float = 0.0) -> Array:
            free.wait(20)
            return np.ones(4_000_000)

        @block
        def large(x: float = 0.0) -> Array:
            return np.ones(4_000_000)

        graph = graph_with("a", {"a": stuck}, timeout_s=0.1, retries=0, priority="high")
        graph.add(large, id="l")
        result = shtairir.run(graph, memory_limit=50_000_000, workers=1)
        free.set()
        assert result.nodes["l"].status == "done"

    def test_async_blocks_land(self) -> None:
        @block(runs_on="async", pure=False)
        async def waiting(x: float = 0.0) -> float:
            await asyncio.sleep(0.01)
            return x + 1

        graph = shtairir.Graph("many")
        for number in range(20):
            graph.add(waiting, id=f"n{number}", values={"x": float(number)})
        result = shtairir.run(graph, memory_limit=50_000_000, workers=2).raise_for_status()
        assert result["n19.out"] == 20.0


def test_async_blocks_land_where_nobody_but_the_controller_works() -> None:
    @block(runs_on="async", pure=False)
    async def waiting(x: float = 0.0) -> float:
        await asyncio.sleep(0.01)
        return x + 1

    graph = graph_of("a -> b -> c", blocks={"a": waiting, "b": plus_one, "c": waiting})
    options = RunOptions(workers=InlineWorkers())
    assert wait_for(start_plan(shtairir.plan(graph), options))["c.out"] == 3.0


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
def test_barriers_open_behind_what_was_skipped_or_tried_again(level: str) -> None:
    flaky, _ = failing(1)
    graph = graph_of("a -> b -> c", "d -> e -> f", blocks=dict.fromkeys("abcdef", plus_one) | {"d": flaky})
    graph.set_policy("b", condition="x > 5")
    graph.set_policy("d", backoff_s=0.01)
    result = shtairir.run(graph, level=level)
    assert result.status == "done"
    assert result["f.out"] == 3.0
    assert result.nodes["c"].status == "skipped"


def test_on_a_fake_clock_nobody_waits_for_the_next_attempt() -> None:
    flaky, _ = failing(3)
    clock = FakeClock()
    began_s = time.perf_counter()
    run_inline(graph_of("a", blocks={"a": flaky}), clock=clock).raise_for_status()
    assert clock.now_s >= 7.0
    assert time.perf_counter() - began_s < 5
