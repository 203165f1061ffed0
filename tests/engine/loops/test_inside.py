"""What holds in a run holds inside its loops: cancel, timeouts, progress, memory, locks, what blocks say."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import PlanningError
from shtairir.events import NodeFinished, NodeLogged, NodeProgressed, NodeStarted, RunStarted
from shtairir.execute.cancel import CancelToken
from shtairir.execute.options import RunOptions
from shtairir.memory import MemoryPool
from shtairir.monitor import EventRecorder
from shtairir.session import start_plan, wait_for
from tests.engine.loops.builders import body, mapped

MANY = [float(number) for number in range(10_000)]


@block(category="Test")
def doubled(x: float) -> float:
    """Return twice a number."""
    return 2 * x


@block(category="Test")
def patient(context: Context, x: float) -> float:
    """Wait to be cancelled."""
    while True:
        context.check_cancelled()
        time.sleep(1e-3)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_is_cancelled_in_the_middle_of_an_item(workers: int) -> None:
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    result = shtairir.run(mapped(patient, x=MANY), workers=workers, cancel=token)
    assert result.status == "cancelled"
    assert result.nodes["loop"].status == "cancelled"


def test_a_run_is_cancelled_between_two_items() -> None:
    token = CancelToken()

    @block(category="Test")
    def cancels(x: float) -> float:
        """Have the run cancelled by one of the items."""
        if x == 50:
            token.cancel()
        return x

    result = shtairir.run(mapped(cancels, x=MANY), cancel=token)
    assert result.status == "cancelled"
    assert 0 < result.iterations("loop").count_of(shtairir.NodeStatus.DONE) < len(MANY)


def test_a_block_that_does_not_listen_is_given_up_with_its_loop() -> None:
    token, goes_on = CancelToken(), threading.Event()

    @block(category="Test")
    def deaf(x: float) -> float:
        """Have the run cancelled, and go on."""
        token.cancel()
        goes_on.wait(20)
        return x

    seen = EventRecorder()
    options = RunOptions(cancel=token, grace_s=0.05, instruments=[seen])
    result = wait_for(start_plan(shtairir.plan(mapped(deaf, x=MANY)), options))
    goes_on.set()
    assert result.status == "cancelled"
    assert "did not stop within 0.05 s" in result.nodes["loop"].reason
    assert result.nodes["loop/node"].status == "cancelled"
    assert seen.names("loop/node") == ["NodeStarted", "NodeCancelled"]


def test_the_time_of_a_run_ends_in_a_loop() -> None:
    graph = shtairir.Graph("endless")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add(patient, x=made["x"])["out"])
    graph.add("flow.while", id="loop", values={"body": "step", "condition": "x >= 0", "x": 1.0})
    result = shtairir.run(graph, timeout_s=0.05)
    assert (result.status, result.nodes["loop"].status) == ("timed_out", "timed_out")


# --- what is told -------------------------------------------------------------------------------------------------


def test_observers_hear_of_a_node_in_a_loop_twice_however_many_items_there_are() -> None:
    seen = EventRecorder()
    shtairir.run(mapped(doubled, x=MANY), instruments=[seen])
    assert [type(event) for event in seen.events if getattr(event, "node", "") == "loop/node"] == [
        NodeStarted,
        NodeFinished,
    ]
    assert len(seen.events) < 200
    started = next(event for event in seen.events if isinstance(event, RunStarted))
    assert started.nodes == ("loop", "loop/node")


def test_a_loop_says_how_far_it_is() -> None:
    @block(category="Test")
    def brief(x: float) -> float:
        """Take a moment."""
        time.sleep(2e-3)
        return x

    seen = EventRecorder()
    shtairir.run(mapped(brief, x=MANY[:100]), instruments=[seen], workers=2)
    told = [event for event in seen.events if isinstance(event, NodeProgressed) and event.node == "loop"]
    assert told
    assert all(event.fraction is not None and event.message.startswith("item ") for event in told)
    assert told[-1].message.endswith(" of 100")


def test_a_loop_of_few_long_items_says_how_far_it_is_within_them() -> None:
    @block(category="Test")
    def long(context: Context, x: float) -> float:
        """Say how far it is."""
        for step in range(4):
            time.sleep(60e-3)
            context.progress((step + 1) / 4)
        return x

    seen = EventRecorder()
    shtairir.run(mapped(long, x=[1.0, 2.0], parallel=False), instruments=[seen])
    told = [event for event in seen.events if isinstance(event, NodeProgressed) and event.node == "loop"]
    fractions = [event.fraction for event in told]
    assert 0.125 in fractions
    assert fractions == sorted(fractions)  # type: ignore[type-var]  # none of them is missing
    assert told[0].message == "item 0 of 2"


def test_what_a_block_says_comes_with_its_path() -> None:
    @block(category="Test")
    def says(context: Context, x: float) -> float:
        """Say something."""
        context.log(f"at {x:g}")
        assert context.node == "loop/node"
        return x

    seen = EventRecorder()
    shtairir.run(mapped(says, x=[1.0, 2.0]), instruments=[seen])
    logged = [event for event in seen.events if isinstance(event, NodeLogged)]
    assert [(event.node, event.message) for event in logged] == [("loop/node", "at 1"), ("loop/node", "at 2")]


def test_of_ten_thousand_lines_some_hundred_are_told_and_the_rest_counted() -> None:
    @block(category="Test")
    def says(context: Context, x: float) -> float:
        """Say something."""
        context.log(f"at {x:g}")
        context.progress(0.5)
        context.preview(x)
        return x

    seen = EventRecorder()
    shtairir.run(mapped(says, x=MANY[:3000]), instruments=[seen])
    logged = [event for event in seen.events if isinstance(event, NodeLogged)]
    assert len(logged) == 201
    assert logged[-1].message == "2,800 more lines from inside the loop were left out."
    assert len(seen.events) < 1000


# --- resources and memory -----------------------------------------------------------------------------------------


def test_a_named_resource_is_held_by_one_item_at_a_time() -> None:
    inside: list[int] = []

    @block(category="Test", resources=("camera",), pure=False)
    def alone(x: float) -> float:
        """Check that nobody else is here."""
        inside.append(1)
        assert len(inside) == 1
        time.sleep(1e-3)
        inside.pop()
        return x

    result = shtairir.run(mapped(alone, x=MANY[:40]), workers=4)
    assert result.status == "done", result.failures


def heavy(made: object, megabytes: int) -> shtairir.Graph:
    """Return a loop whose items each make some arrays and return a number."""
    graph = shtairir.Graph("heavy")
    inner = body(graph, "work", {"x": "float"}, {"y": "float"})
    full = inner.add("array.full", shape=[megabytes * 125_000], fill_value=inner["x"])
    more = inner.add("array.add", x1=full["out"], x2=1.0)
    last = inner.add("array.multiply", x1=more["out"], x2=2.0)
    inner.returns(y=inner.add("array.mean", a=last["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "work", "x": made})
    return graph


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("level", ["balanced", "aggressive"])
def test_a_loop_holds_no_more_than_its_workers_need(workers: int, level: str) -> None:
    items = [float(number) for number in range(40)]
    result = shtairir.run(heavy(items, 8), workers=workers, level=level)
    assert result["loop.y"] == [2 * (item + 1) for item in items]
    assert result.memory.peak_bytes <= workers * 2.6 * 8_000_000
    assert result.memory.live_bytes < 10_000, "the list of the results alone"


def test_under_a_limit_fewer_items_are_at_work_at_a_time() -> None:
    items = [float(number) for number in range(20)]
    result = shtairir.run(heavy(items, 8), workers=4, memory_limit=25_000_000)
    assert result.status == "done", result.failures
    assert result["loop.y"] == [2 * (item + 1) for item in items]
    assert result.memory.peak_bytes <= 25_000_000


def test_a_body_that_can_never_fit_is_refused_while_planning() -> None:
    with pytest.raises(PlanningError, match="Node 'loop/add' can never run"):
        shtairir.run(heavy([1.0, 2.0], 8), workers=2, memory_limit=12_000_000)


def test_an_item_that_does_not_fit_even_alone_fails_in_words() -> None:
    @block(category="Test")
    def greedy(context: Context, x: float) -> float:
        """Take much memory for some items."""
        time.sleep(2e-3)
        return float(context.zeros(int(x) * 1000).sum())

    items = [1.0, 1.0, 1.0, 5000.0, 1.0]
    result = shtairir.run(mapped(greedy, x=items), workers=2, memory_limit=12_000_000)
    failure = result.nodes["loop"].error
    assert failure is not None
    assert "Item 3 of 5" in failure.message
    assert "the limit is 12.0 MB" in failure.message
    result = shtairir.run(mapped(greedy, x=items, on_error="skip"), workers=2, memory_limit=12_000_000)
    assert result["loop.y"] == [0.0] * 4


def test_arrays_of_results_are_counted_once_and_stay_readable() -> None:
    @block(category="Test")
    def lent(context: Context, x: float) -> Array:
        """Return an array from the pool."""
        array = context.empty(100_000)
        array.fill(x)
        return array

    graph = mapped(lent, out="array", x=[float(number) for number in range(20)])
    pool = MemoryPool(poison=True)
    result = wait_for(start_plan(shtairir.plan(graph, workers=2), RunOptions(pool=pool)))
    assert 16_000_000 <= result.memory.live_bytes <= 21_000_000
    for number, array in enumerate(result["loop.y"]):
        assert (array == number).all()
    del array, result
    gc.collect()
    assert pool.lent_bytes == 0


def test_items_cannot_be_written_to() -> None:
    @block(category="Test")
    def writes(x: Array) -> Array:
        """Try to write into an input."""
        x[0] = 1
        return x

    graph = mapped(writes, kind="array", out="array")
    rows = graph.add("array.zeros", shape=[3, 3])
    graph.link(rows["out"], "loop.x")
    failure = shtairir.run(graph).nodes["loop/node"].error
    assert failure is not None
    assert "read-only" in failure.message


def test_a_large_value_that_is_the_same_for_all_items_is_there_once() -> None:
    graph = shtairir.Graph("shared")
    inner = body(graph, "look", {"x": "float", "table": "array"}, {"y": "float"})
    total = inner.add("array.sum", a=inner["table"])
    inner.returns(y=inner.add("math.add", a=inner["x"], b=total["out"])["out"])
    ones = graph.add("array.ones", shape=[1_000_000])
    graph.add("flow.for_each", id="loop", table=ones["out"], values={"body": "look", "x": MANY[:100]})
    result = shtairir.run(graph, workers=2)
    assert result["loop.y"][:2] == [1_000_000.0, 1_000_001.0]
    assert result.memory.peak_bytes < 12_000_000


def test_a_loop_in_a_loop_is_run_and_counted() -> None:
    graph = shtairir.Graph("nested")
    inner = body(graph, "inner", {"x": "float"}, {"y": "float"})
    inner.returns(y=inner.add(doubled, id="double", x=inner["x"])["out"])
    outer = body(graph, "outer", {"xs": "list[float]"}, {"ys": "list[float]"})
    outer.returns(ys=outer.graph.add("flow.for_each", id="each", x=outer["xs"], values={"body": "inner"})["y"])
    rows = [[float(column + row) for column in range(row)] for row in range(30)]
    graph.add("flow.for_each", id="loop", values={"body": "outer", "xs": rows})
    for level in ("none", "basic", "balanced", "aggressive"):
        result = shtairir.run(graph, workers=4, level=level)
        assert result["loop.ys"] == [[2 * item for item in row] for row in rows]
        assert result.nodes["loop/each/double"].count == sum(map(len, rows))
        assert result.nodes["loop/each"].count == 30
    with pytest.raises(KeyError, match="look at one of its iterations with 'replay'"):
        result.iterations("loop/each")


def test_a_failure_two_loops_deep_says_the_way_to_it() -> None:
    @block(category="Test")
    def inverted(x: float) -> float:
        """Return one divided by a number."""
        return 1 / x

    graph = shtairir.Graph("nested")
    inner = body(graph, "inner", {"x": "float"}, {"y": "float"})
    inner.returns(y=inner.add(inverted, id="invert", x=inner["x"])["out"])
    outer = body(graph, "outer", {"xs": "list[float]"}, {"ys": "list[float]"})
    outer.returns(ys=outer.graph.add("flow.for_each", id="each", x=outer["xs"], values={"body": "inner"})["y"])
    graph.add("flow.for_each", id="loop", values={"body": "outer", "xs": [[1.0], [2.0, 0.0]]})
    failure = shtairir.run(graph).nodes["loop"].error
    assert failure is not None
    assert failure.message.startswith("Item 1 of 2 (the first is 0), a list of 2 items, failed in 'each': Item 1 of 2")
    assert failure.code is not None
    assert failure.code.text == "return 1 / x"
    np.testing.assert_equal(failure.error_type, "ZeroDivisionError")


def test_a_worker_that_helps_leaves_for_a_task_that_waits() -> None:
    done: list[float] = []
    done_when_they_met: list[int] = []
    meeting = threading.Barrier(2)

    @block(category="Test", pure=False)
    def brief(x: float) -> float:
        """Take a while."""
        time.sleep(3e-3)
        done.append(x)
        return x

    @block(category="Test", pure=False)
    def first() -> float:
        """Wait until the other two workers are in the loop."""
        while len(done) < 20:
            time.sleep(1e-3)
        return 1.0

    @block(category="Test", pure=False)
    def meets(x: float) -> float:
        """Wait for the other one: so two workers are needed besides the one that has the loop."""
        meeting.wait(20)
        done_when_they_met.append(len(done))
        return x

    graph = mapped(brief, x=MANY[:150])
    begun = graph.add(first, id="first")
    for name in ("one", "two"):
        graph.add(meets, id=name, x=begun["out"])
    result = shtairir.run(graph, workers=3)
    assert result.status == "done", result.failures
    assert max(done_when_they_met) < 120, "they had to wait for the end of the loop"
