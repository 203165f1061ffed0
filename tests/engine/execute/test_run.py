"""Runs, from the outside: what blocks receive, what is kept, what observers see, how runs end."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, Out, block
from shtairir.block.values import Audio
from shtairir.events import (
    Event,
    NodeCancelled,
    NodeFailed,
    NodeFinished,
    NodeLogged,
    NodePreviewed,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
    NodeStatus,
    RunFinished,
    RunStarted,
    ValueReleased,
)
from shtairir.execute import CancelToken
from shtairir.execute.options import RunOptions
from shtairir.ids import NodeId
from shtairir.memory import MemoryProfiler
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, graph_of, run_inline


class Split(NamedTuple):
    low: float
    high: float


@block
def numbers(count: int = 3) -> Array:
    """Count up."""
    return np.arange(count, dtype=float)


@block
def total(x: Array) -> float:
    """The sum."""
    return float(x.sum())


@block
def nested(kind: str = "chain") -> Any:
    """Nest something."""
    if kind == "data":
        return {"rows": [[0.5] * 10] * 20 + [(1, [2, {"three": None}])]}
    value: Any = {}
    if kind == "knot":
        value |= {"me": value, "again": value}
    for _ in range(5000 if kind == "chain" else 0):
        value = [value]
    return value


@block
def relay(x: Any = None) -> Any:
    """Hand on."""
    return x


def start_blocking() -> tuple[Any, threading.Event, threading.Event]:
    """Return a block that says when it has started and goes on when it may."""
    started, may_go_on = threading.Event(), threading.Event()

    @block(pure=False)
    def blocking(x: float = 0.0) -> float:
        started.set()
        assert may_go_on.wait(20)
        return x

    return blocking, started, may_go_on


class TestWhatBlocksReceive:
    def test_arrays_cannot_be_written_through(self) -> None:
        @block
        def vandal(x: Array) -> Array:
            x[:] = 0
            return x

        result = run_inline(graph_of("n -> v", "n -> t", blocks={"n": numbers, "v": vandal, "t": total}))
        assert result["t.out"] == 3.0
        failure = result.nodes["v"].error
        assert failure is not None
        assert "inplace" in failure.hint

    def test_a_block_that_declares_inplace_and_is_the_only_reader_gets_the_array_itself(self) -> None:
        seen: list[int] = []

        @block
        def made(count: int = 1000) -> Array:
            array = np.ones(count)
            seen.append(array.ctypes.data)
            return array

        @block(inplace=("x",))
        def doubled(x: Array) -> Array:
            seen.append(x.ctypes.data)
            x *= 2
            return x

        result = run_inline(graph_of("m -> d -> t", blocks={"m": made, "d": doubled, "t": total}))
        assert result["t.out"] == 2000.0
        assert seen[0] == seen[1]

    @pytest.mark.parametrize("keep", [(), ("n.out",)])
    def test_a_block_that_declares_inplace_gets_a_copy_when_others_see_the_array(self, keep: tuple[str, ...]) -> None:
        @block(inplace=("x",))
        def doubled(x: Array) -> Array:
            x *= 2
            return x

        lines = ["n -> d"] if keep else ["n -> d", "n -> t"]
        graph = graph_of(*lines, blocks={"n": numbers, "d": doubled, "t": total})
        result = run_inline(graph, keep=keep)
        assert result["d.out"].tolist() == [0, 2, 4]
        assert (result["n.out"].sum() if keep else result["t.out"]) == 3.0

    def test_an_array_that_its_maker_still_holds_is_copied_for_inplace(self) -> None:
        held = np.ones(5)

        @block
        def made() -> Array:
            return held

        @block(inplace=("x",))
        def doubled(x: Array) -> Array:
            x *= 2
            return x

        assert run_inline(graph_of("m -> d", blocks={"m": made, "d": doubled}))["d.out"].tolist() == [2] * 5
        assert held.tolist() == [1] * 5

    def test_lists_are_copies_so_that_readers_do_not_disturb_each_other(self) -> None:
        @block
        def letters() -> list[str]:
            return ["a", "b"]

        @block
        def greedy(x: list[str]) -> int:
            x.clear()
            return len(x)

        @block
        def count(x: list[str]) -> int:
            return len(x)

        graph = graph_of("l -> g", "l -> c", blocks={"l": letters, "g": greedy, "c": count})
        assert run_inline(graph, level="none")["c.out"] == 2

    def test_what_is_inside_of_lists_and_dictionaries_is_protected_too(self) -> None:
        @block
        def nested() -> Any:
            return [1, {"deep": [np.zeros(3)], "pair": (["x"], 2)}]

        @block
        def greedy(x: Any) -> float:
            x[1]["deep"].append(1)
            x[1]["pair"][0].append(1)
            x[1]["deep"][0][:] = 9
            return 0.0

        @block
        def size(x: Any) -> int:
            return len(x[1]["deep"]) + len(x[1]["pair"][0]) + int(x[1]["deep"][0].sum())

        graph = graph_of("n -> g", "n -> s", blocks={"n": nested, "g": greedy, "s": size})
        result = run_inline(graph, level="none")
        assert result.nodes["g"].status == "failed"
        assert result["s.out"] == 2

    def test_a_value_of_a_plan_is_the_same_in_every_run(self) -> None:
        @block
        def greedy(items: list[int]) -> int:
            items.append(1)
            return len(items)

        plan = shtairir.plan(graph_of("g", blocks={"g": greedy}, values={"g": {"items": [5]}}))
        assert [run_inline(plan)["g.out"] for _ in range(3)] == [2, 2, 2]

    def test_samples_of_audio_are_read_only(self) -> None:
        @block
        def vandal(x: Any) -> float:
            x.samples[:] = 9
            return 0.0

        @block
        def silence() -> Any:
            return Audio(np.zeros((4, 1), np.float32), 44_100)

        assert run_inline(graph_of("s -> v", blocks={"s": silence, "v": vandal})).nodes["v"].status == "failed"

    def test_links_convert_on_the_way(self) -> None:
        @block
        def whole() -> int:
            return 3

        @block
        def kind(x: str) -> str:
            return f"{x!r}"

        assert run_inline(graph_of("w -> k", blocks={"w": whole, "k": kind}))["k.out"] == "'3'"

    def test_what_only_the_run_can_tell_is_checked_when_it_arrives(self) -> None:
        @block
        def text() -> Any:
            return "seven"

        result = run_inline(graph_of("x -> t", blocks={"x": text, "t": total}))
        failure = result.nodes["t"].error
        assert failure is not None
        assert failure.message == "The input 'x' cannot take what arrives: expected array, got the text 'seven'."

    def test_async_blocks_are_awaited(self) -> None:
        import asyncio

        @block(runs_on="async")
        async def later(x: float = 2.0) -> float:
            await asyncio.sleep(0)
            return x

        assert run_inline(graph_of("l", blocks={"l": later}))["l.out"] == 2.0


class TestOutputs:
    def test_several_named_outputs_are_several_ports(self) -> None:
        @block
        def split(x: float = 5.0) -> Split:
            return Split(x - 1, x + 1)

        @block
        def pair() -> tuple[Annotated[float, Out("one")], Annotated[float, Out("two")]]:
            return 1.0, 2.0

        result = run_inline(graph_of("s.high -> t", "p", blocks={"s": split, "p": pair}))
        assert result["t.out"] == 7.0
        assert result["s.low"] == 4.0
        assert (result["p.one"], result["p.two"]) == (1.0, 2.0)

    def test_the_wrong_number_of_outputs_is_named(self) -> None:
        @block
        def pair() -> tuple[Annotated[float, Out("one")], Annotated[float, Out("two")]]:
            return (1.0,)  # type: ignore[return-value]

        failure = run_inline(graph_of("p", blocks={"p": pair})).nodes["p"].error
        assert failure is not None
        assert failure.message == "The block declares 2 outputs (one, two) but returned 1 values."

    def test_an_output_of_the_wrong_type_is_named(self) -> None:
        @block
        def liar() -> float:
            return "text"  # type: ignore[return-value]

        failure = run_inline(graph_of("l", blocks={"l": liar})).nodes["l"].error
        assert failure is not None
        assert failure.message == (
            "The output 'out' is not what the block declares: expected float, got the text 'text'."
        )

    def test_a_wrong_item_at_the_end_of_a_long_list_is_found(self) -> None:
        @block
        def liar() -> list[float]:
            return [1.0] * 100_000 + ["x"]  # type: ignore[list-item]

        assert run_inline(graph_of("l", blocks={"l": liar})).nodes["l"].status == "failed"

    def test_returning_something_without_declaring_it_is_refused(self) -> None:
        @block
        def chatty() -> None:
            return 3  # type: ignore[return-value]

        failure = run_inline(graph_of("c", blocks={"c": chatty})).nodes["c"].error
        assert failure is not None
        assert "declares no output but returned the number 3" in failure.message


class TestFailures:
    def test_dependants_are_skipped_with_the_cause_and_the_rest_goes_on(self) -> None:
        """
        bad ─ b ─ c
        x ─ y
        """

        @block
        def bad() -> float:
            raise ValueError("oops")

        seen = EventRecorder()
        result = run_inline(graph_of("bad -> b -> c", "x -> y", blocks={"bad": bad}), instruments=[seen])
        assert result.status == "failed"
        assert {name: str(node.status) for name, node in result.nodes.items()} == {
            "bad": "failed",
            "b": "skipped",
            "c": "skipped",
            "x": "done",
            "y": "done",
        }
        assert {(event.node, event.cause) for event in seen.of(NodeSkipped)} == {("b", "bad"), ("c", "bad")}
        assert "'bad' failed" in result.nodes["c"].reason

    def test_a_failure_names_the_line_the_inputs_and_what_came_before(self) -> None:
        def deeper(x: Any) -> float:
            return float(x["missing"])

        @block
        def reads(x: Array, y: float = 2.0) -> float:
            return deeper({"there": y})

        failure = run_inline(graph_of("n -> r", blocks={"n": numbers, "r": reads})).nodes["r"].error
        assert failure is not None
        assert failure.node == "r"
        assert failure.error_type == "KeyError"
        assert failure.message == "There is no 'missing'."
        assert failure.code is not None
        assert failure.code.text == 'return float(x["missing"])'
        assert Path(failure.code.file).name == "test_run.py"
        assert failure.inputs["x"].shape == (3,)
        assert failure.inputs["x"].dtype == "float64"
        assert (failure.inputs["x"].minimum, failure.inputs["x"].maximum) == (0.0, 2.0)
        assert failure.upstream == ("n",)
        assert "in reads" in failure.traceback
        assert "shtairir/execute" not in failure.traceback

    @pytest.mark.parametrize(
        "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), MemoryError(), RecursionError(), StopIteration()]
    )
    def test_nothing_that_a_block_raises_harms_the_worker(self, error: BaseException) -> None:
        @block
        def rude() -> float:
            raise error

        result = shtairir.run(graph_of("r", "a -> b", blocks={"r": rude}), workers=1)
        assert result.nodes["r"].status == "failed"
        assert result["b.out"] == 2.0

    def test_an_error_that_cannot_be_printed_is_still_reported(self) -> None:
        class Broken(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no words")

        @block
        def rude() -> float:
            raise Broken

        failure = run_inline(graph_of("r", blocks={"r": rude})).nodes["r"].error
        assert failure is not None
        assert "Broken" in failure.message

    def test_an_input_that_cannot_be_described_does_not_hide_the_failure(self) -> None:
        class Odd:
            @property
            def __class__(self) -> Any:
                raise RuntimeError("odd")

        @block
        def odd() -> Any:
            return Odd()

        @block
        def rude(x: Any) -> float:
            raise ValueError("oops")

        result = run_inline(graph_of("o -> r", blocks={"o": odd, "r": rude}))
        assert result.status == "failed"

    def test_a_huge_message_is_shortened(self) -> None:
        @block
        def rude() -> float:
            raise ValueError("x" * 1_000_000)

        failure = run_inline(graph_of("r", blocks={"r": rude})).nodes["r"].error
        assert failure is not None
        assert len(failure.message) < 3000
        assert len(failure.traceback) < 30_000

    def test_a_conversion_that_fails_is_the_failure_of_the_node_that_needs_it(self) -> None:
        @block
        def words() -> list[Any]:
            return ["a", [1, 2]]

        result = run_inline(graph_of("w -> t", blocks={"w": words, "t": total}))
        assert result.nodes["w"].status == "done"
        assert result.nodes["t"].status == "failed"

    def test_a_failure_holds_no_value(self) -> None:
        gone: list[weakref.ref[Any]] = []

        @block
        def made() -> Array:
            array = np.zeros(1000)
            gone.append(weakref.ref(array))
            return array

        @block
        def rude(x: Array) -> float:
            raise ValueError("oops")

        result = shtairir.run(graph_of("m -> r", blocks={"m": made, "r": rude}))
        gc.collect()
        assert result.status == "failed"
        assert gone[0]() is None


class TestMemory:
    def test_a_value_is_gone_after_its_last_reader(self) -> None:
        refs: dict[str, weakref.ref[Any]] = {}
        alive: dict[str, list[str]] = {}

        def made(name: str) -> Any:
            @block(id=f"test.{name}", pure=False)
            def make(x: Any = None) -> Any:
                alive[name] = [other for other, ref in refs.items() if ref() is not None]
                array = np.zeros(10_000)
                refs[name] = weakref.ref(array)
                return array

            return make

        graph = graph_of("a -> b -> c -> d", blocks={name: made(name) for name in "abcd"})
        shtairir.run(graph, level="none")
        assert alive == {"a": [], "b": ["a"], "c": ["b"], "d": ["c"]}

    def test_an_idle_worker_holds_no_value(self) -> None:
        refs: list[weakref.ref[Any]] = []
        blocking, started, may_go_on = start_blocking()

        @block
        def made() -> Array:
            array = np.zeros(10_000)
            refs.append(weakref.ref(array))
            return array

        handle = shtairir.start(graph_of("m -> t", "w", blocks={"m": made, "t": total, "w": blocking}), workers=3)
        try:
            assert started.wait(10)
            deadline = time.monotonic() + 10
            while (not refs or refs[0]() is not None) and time.monotonic() < deadline:
                time.sleep(0.005)
            assert refs[0]() is None
        finally:
            may_go_on.set()
            handle.wait()

    def test_results_outlive_the_run_and_all_else_does_not(self) -> None:
        result = shtairir.run(graph_of("n -> r -> t", blocks={"n": numbers, "r": relay, "t": total}))
        assert set(result.results) == {"t.out"}

    def test_borrowed_buffers_are_accounted_and_returned(self) -> None:
        @block
        def borrow(context: Context) -> Array:
            array = context.zeros((1000, 1000))
            scratch = context.empty(500_000, np.uint8)
            scratch.fill(1)
            return array

        profiler = MemoryProfiler()
        result = shtairir.run(graph_of("b -> t", blocks={"b": borrow, "t": total}), instruments=[profiler])
        assert result["t.out"] == 0.0
        assert result.nodes["b"].output_bytes == 8_000_000
        assert result.nodes["b"].peak_bytes >= 8_500_000
        assert result.memory.peak_bytes >= 8_500_000
        assert result.memory.live_bytes == 0
        assert [node.node for node in profiler.largest(1)] == ["b"]
        assert profiler.timeline[-1].live_bytes < 1000
        (borrower,) = (node for node in profiler.nodes if node.node == "b")
        assert borrower.hits + borrower.misses == 2
        assert borrower.allocated_bytes >= 8_500_000

    def test_going_over_the_budget_fails_the_node_with_the_numbers(self) -> None:
        @block
        def borrow(context: Context) -> Array:
            return context.empty(10_000_000)

        result = shtairir.run(
            graph_of("b -> t", "n", blocks={"b": borrow, "t": total, "n": numbers}), memory_limit=1_000_000
        )
        failure = result.nodes["b"].error
        assert failure is not None
        assert failure.error_type == "MemoryBudgetError"
        assert "limit is 1.0 MB" in failure.message
        assert failure.hint
        assert result.nodes["n"].status == "done"

    def test_the_memory_of_kept_results_has_owners(self) -> None:
        result = shtairir.run(graph_of("n", blocks={"n": numbers}, values={"n": {"count": 10_000}}))
        assert result.memory.owners == {"n": 80_000}


class TestEvents:
    def test_the_stream_begins_with_the_start_and_ends_with_the_end(self) -> None:
        seen = EventRecorder()
        shtairir.run(graph_of("a -> b -> d", "a -> c -> d"), instruments=[seen], workers=4)
        assert isinstance(seen.events[0], RunStarted)
        assert isinstance(seen.events[-1], RunFinished)
        assert seen.events[0].nodes == ("a", "b", "d", "c")

    def test_a_node_is_seen_to_finish_before_those_that_follow_start(self) -> None:
        graph = graph_of(
            *(f"a{n} -> b{n} -> c{n} -> end" for n in range(8)), values={f"a{n}": {"plus": n} for n in range(8)}
        )
        seen = EventRecorder()
        shtairir.run(graph, instruments=[seen], workers=4)
        place = {(type(event), getattr(event, "node", None)): at for at, event in enumerate(seen.events)}
        for link in graph.links.values():
            assert place[NodeFinished, link.source.node] < place[NodeStarted, link.target.node]
            if (ValueReleased, link.source.node) in place:
                assert place[ValueReleased, link.source.node] > place[NodeFinished, link.target.node]

    def test_all_events_are_told_on_one_thread_that_is_no_worker(self) -> None:
        threads = set()
        workers = set()

        @block(pure=False)
        def where(context: Context, x: float = 0.0) -> float:
            workers.add(threading.get_ident())
            context.log("here")
            return x

        class Observer:
            def on_event(self, event: Event) -> None:
                threads.add(threading.get_ident())

        shtairir.run(graph_of("a -> b", "c -> d", blocks=dict.fromkeys("abcd", where)), instruments=[Observer()])
        assert len(threads) == 1
        assert not threads & workers

    def test_a_broken_observer_is_removed_and_the_run_goes_on(self, caplog: pytest.LogCaptureFixture) -> None:
        class Broken:
            calls = 0

            def on_event(self, event: Event) -> None:
                self.calls += 1
                raise RuntimeError("broken observer")

        broken, seen = Broken(), EventRecorder()
        result = shtairir.run(graph_of("a -> b"), instruments=[broken, seen])
        assert result.status == "done"
        assert broken.calls == 1
        assert isinstance(seen.events[-1], RunFinished)
        assert "broken observer" in caplog.text

    def test_blocks_report_progress_logs_and_previews(self) -> None:
        @block
        def talks(context: Context) -> float:
            context.progress(0.5, "half")
            context.log("careful", "warning")
            context.preview([1, 2])
            context.progress(1.0)
            return 1.0

        seen = EventRecorder()
        shtairir.run(graph_of("t", blocks={"t": talks}), instruments=[seen])
        assert [(event.fraction, event.message) for event in seen.of(NodeProgressed)] == [(0.5, "half"), (1.0, "")]
        assert [(event.level, event.message) for event in seen.of(NodeLogged)] == [("warning", "careful")]
        assert [event.value for event in seen.of(NodePreviewed)] == [[1, 2]]

    def test_a_block_that_reports_without_end_does_not_flood_the_observers(self) -> None:
        @block
        def talks(context: Context) -> float:
            for number in range(100_000):
                context.progress(number / 100_000)
            context.progress(1.0)
            return 1.0

        seen = EventRecorder()
        result = shtairir.run(graph_of("t", blocks={"t": talks}), instruments=[seen])
        most = 3 + result.nodes["t"].elapsed_s / 0.02
        assert 2 <= len(seen.of(NodeProgressed)) <= most
        assert seen.of(NodeProgressed)[-1].fraction == 1.0

    def test_nodes_that_share_a_task_are_all_told_of(self) -> None:
        @block
        def bad() -> float:
            raise ValueError("oops")

        seen = EventRecorder()
        run_inline(graph_of("x", "y", "b1 -> c", "b2", blocks={"b1": bad, "b2": bad}), instruments=[seen])
        assert seen.names("x") == seen.names("y") == ["NodeStarted", "NodeFinished"]
        assert [event.failure.node for event in seen.of(NodeFailed)] == ["b1", "b2"]

    def test_an_observer_may_ask_for_the_result_at_the_end(self) -> None:
        results = []

        class Asks:
            handle: shtairir.RunHandle | None = None

            def on_event(self, event: Event) -> None:
                if isinstance(event, RunFinished):
                    assert self.handle is not None
                    results.append(self.handle.wait())

        blocking, started, may_go_on = start_blocking()
        asks = Asks()
        asks.handle = shtairir.start(graph_of("b", blocks={"b": blocking}), instruments=[asks])
        assert started.wait(10)
        may_go_on.set()
        assert results == [] or results[0] is not None
        assert asks.handle.wait() is results[0]


class TestEnding:
    def test_an_empty_graph_is_done_at_once(self) -> None:
        assert shtairir.run(shtairir.Graph()).status == "done"

    def test_cancelling_starts_nothing_more_and_lets_blocks_know(self) -> None:
        started = threading.Event()

        @block
        def patient(context: Context) -> float:
            started.set()
            while not context.cancelled:
                time.sleep(0.001)
            context.check_cancelled()
            return 1.0

        seen = EventRecorder()
        handle = shtairir.start(graph_of("p -> q", blocks={"p": patient}), instruments=[seen])
        assert started.wait(10)
        assert handle.running
        handle.cancel()
        result = handle.wait(10)
        assert result is not None
        assert result.status == "cancelled"
        assert not handle.running
        assert {event.node for event in seen.of(NodeCancelled)} == {"p", "q"}
        assert result.nodes["q"].reason == "Not started before the run was stopped."
        with pytest.raises(shtairir.ShtairirError, match="cancelled"):
            result.raise_for_status()

    def test_a_block_that_does_not_listen_is_given_up_and_named(self) -> None:
        blocking, started, may_go_on = start_blocking()
        seen = EventRecorder()
        handle = shtairir.start(graph_of("b -> c", blocks={"b": blocking}), instruments=[seen])
        try:
            assert started.wait(10)
            handle.cancel()
            result = handle.wait(10)
            assert result is not None
            assert result.status == "cancelled"
            assert "did not stop" in result.nodes["b"].reason
            assert any("did not stop" in event.message for event in seen.of(NodeLogged))
        finally:
            may_go_on.set()

    def test_a_run_that_takes_too_long_is_timed_out(self) -> None:
        @block
        def patient(context: Context) -> float:
            while True:
                context.check_cancelled()
                time.sleep(0.001)

        result = shtairir.run(graph_of("p -> q", blocks={"p": patient}), timeout_s=0.05)
        assert result.status == "timed_out"
        assert result.nodes["p"].status == "timed_out"
        assert result.nodes["q"].status == "cancelled"

    def test_a_run_that_is_done_in_time_is_done(self) -> None:
        assert shtairir.run(graph_of("a"), timeout_s=60).status == "done"

    def test_a_token_that_was_used_before_cancels_at_once(self) -> None:
        token = CancelToken()
        token.cancel()
        seen = EventRecorder()
        result = shtairir.run(graph_of("a -> b"), cancel=token, instruments=[seen])
        assert result.status == "cancelled"
        assert [type(event) for event in seen.events] == [RunStarted, NodeCancelled, NodeCancelled, RunFinished]
        assert all(node.status == "cancelled" for node in result.nodes.values())

    def test_cancelling_after_the_end_changes_nothing(self) -> None:
        handle = shtairir.start(graph_of("a"))
        result = handle.wait()
        handle.cancel()
        assert result is not None
        assert result.status == "done"

    def test_waiting_no_longer_than_asked(self) -> None:
        blocking, started, may_go_on = start_blocking()
        handle = shtairir.start(graph_of("b", blocks={"b": blocking}))
        assert started.wait(10)
        assert handle.wait(0.01) is None
        may_go_on.set()
        result = handle.wait()
        assert result is not None
        assert handle.elapsed_s == result.elapsed_s

    def test_the_switch_interval_is_short_during_a_run_and_restored_after_it(self) -> None:
        intervals = []

        @block
        def look() -> float:
            intervals.append(sys.getswitchinterval())
            return 0.0

        before = sys.getswitchinterval()
        shtairir.run(graph_of("l", blocks={"l": look}))
        assert intervals[0] < 0.001
        assert sys.getswitchinterval() == before

    def test_no_thread_is_left_after_a_run(self) -> None:
        shtairir.run(graph_of("a -> b", "c"), workers=4)
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("shtairir worker")]

    def test_a_thousand_centuries_are_a_long_time(self) -> None:
        assert shtairir.run(graph_of("a"), timeout_s=3e12).status == "done"

    def test_a_fault_of_ours_ends_the_run_and_reaches_whoever_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from shtairir.execute import attempts

        def broken(*arguments: object) -> None:
            raise RuntimeError("fault")

        monkeypatch.setattr(attempts, "failure_of", broken)

        @block
        def bad() -> float:
            raise ValueError("oops")

        seen = EventRecorder()
        handle = shtairir.start(graph_of("bad -> x", blocks={"bad": bad}), instruments=[seen])
        with pytest.raises(shtairir.ShtairirError, match="fault in Shtairir"):
            handle.wait(10)
        assert isinstance(seen.events[-1], RunFinished)

    def test_a_fault_of_ours_in_the_end_reaches_whoever_waits_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from shtairir.execute import run

        def broken(*arguments: object) -> None:
            raise RuntimeError("fault")

        monkeypatch.setattr(run, "verdict", broken)
        seen = EventRecorder()
        handle = shtairir.start(graph_of("a"), instruments=[seen])
        with pytest.raises(shtairir.ShtairirError, match="fault in Shtairir"):
            handle.wait(10)
        assert isinstance(seen.events[-1], RunFinished)

    def test_who_learns_from_a_run_cannot_take_its_result(self, caplog: pytest.LogCaptureFixture) -> None:
        def broken(result: object) -> None:
            raise RuntimeError("no room on the disk")

        options = RunOptions(on_result=broken)
        result = wait_for(start_plan(shtairir.plan(graph_of("a")), options))
        assert result["a"] == 1.0
        assert "could not be" in caplog.text


class TestTogether:
    def test_as_many_tasks_run_at_a_time_as_there_are_workers(self) -> None:
        together = threading.Barrier(3, timeout=10)

        @block(pure=False)
        def meets(x: float = 0.0) -> float:
            together.wait()
            return x

        result = shtairir.run(graph_of("a", "b", "c", blocks=dict.fromkeys("abc", meets)), workers=3)
        assert result.status == "done"

    def test_blocks_that_declare_a_resource_take_turns(self) -> None:
        inside = []
        most = []

        @block(pure=False, resources=("scanner",))
        def scan(x: float = 0.0) -> float:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()
            return x

        shtairir.run(graph_of(*"abcdef", blocks=dict.fromkeys("abcdef", scan)), workers=4)
        assert max(most) == 1

    def test_waiting_for_a_resource_ends_when_the_run_is_cancelled(self) -> None:
        has_it = threading.Event()

        @block(pure=False)
        def hog(context: Context, x: float = 0.0) -> float:
            with context.acquire("printer"):
                has_it.set()
                while not context.cancelled:
                    time.sleep(0.001)
            return x

        handle = shtairir.start(graph_of("a", "b", blocks=dict.fromkeys("ab", hog)), workers=2)
        assert has_it.wait(10)
        handle.cancel()
        result = handle.wait(10)
        assert result is not None
        assert not any("did not stop" in node.reason for node in result.nodes.values())

    def test_several_runs_of_one_plan_at_a_time_do_not_mix(self) -> None:
        @block(pure=False)
        def mark(context: Context) -> float:
            time.sleep(0.005)
            return float(context.run)

        plan = shtairir.plan(graph_of("m -> n", blocks={"m": mark}))
        handles = [shtairir.start(plan) for _ in range(5)]
        results = [handle.wait() for handle in handles]
        assert [result["n.out"] for result in results if result] == [handle.run + 1.0 for handle in handles]


@pytest.mark.parametrize("cache", ["off", "smart"])
@pytest.mark.parametrize("kind", ["chain", "knot"])
def test_a_value_nested_without_end_fails_its_node_and_no_other(
    kind: str, cache: Literal["off", "smart"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path))
    graph = shtairir.Graph()
    graph.add(relay, id="after", x=graph.add(nested, id="nested", kind=kind)["out"])
    graph.add(numbers, id="numbers")
    result = shtairir.run(graph, cache=cache, keep="all")
    failure = result.nodes[NodeId("nested")].error
    assert failure is not None
    assert "nested more than 200 deep" in failure.message
    assert result.nodes[NodeId("numbers")].status is NodeStatus.DONE


def test_what_is_nested_as_data_is_goes_through() -> None:
    graph = shtairir.Graph()
    graph.add(relay, id="after", x=graph.add(nested, id="nested", kind="data")["out"])
    assert shtairir.run(graph)["after.out"]["rows"][-1] == (1, [2, {"three": None}])


def test_a_secret_comes_from_the_environment_and_a_missing_one_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    @block
    def login(context: Context, name: str = "api key") -> int:
        return len(context.secret(name))

    monkeypatch.setenv("SHTAIRIR_SECRET_API_KEY", "12345")
    assert run_inline(graph_of("l", blocks={"l": login}))["l.out"] == 5
    failure = run_inline(graph_of("l", blocks={"l": login}, values={"l": {"name": "other"}})).nodes["l"].error
    assert failure is not None
    assert "SHTAIRIR_SECRET_OTHER" in failure.hint
