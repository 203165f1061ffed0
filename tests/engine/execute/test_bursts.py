"""Bursts: what cheap tasks that run in one go must not change, and when they must part."""

from __future__ import annotations

import random
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, block
from shtairir.document import Graph
from shtairir.events import NodeFailed, NodeFinished, NodeSkipped, NodeStarted, ValueReleased
from shtairir.execute.burst import Burst
from shtairir.execute.grouping import RowMaker, with_bursts
from shtairir.execute.program import program_of
from shtairir.execute.scheduler import Scheduler, Shape, State
from shtairir.ids import NodeId
from shtairir.planning import Estimate, ExecutionPlan
from shtairir.testing import EventRecorder, graph_of, run_inline
from tests.engine.execute.test_properties import graphs, outcome

CHEAP = Estimate(elapsed_s=1e-6)
LONG = Estimate(elapsed_s=1.0)


@block
def numbers(count: int = 300) -> Array:
    """Count up."""
    return np.arange(count, dtype=float)


@block
def total(x: Array) -> float:
    """The sum."""
    return float(x.sum())


def planned(graph: Graph, *, long: str = "", **more: Any) -> ExecutionPlan:
    """A plan in which all nodes are known to be cheap, but for some."""
    estimates = {NodeId(node): LONG if node in long.split() else CHEAP for node in graph.nodes}
    return shtairir.plan(graph, estimates=estimates, **more)


def bursts_of(plan: ExecutionPlan) -> list[list[str]]:
    """The nodes of each burst."""
    shape, _ = program_of(plan).joined()
    return [[str(plan.tasks[task].node) for task in burst.tasks] for burst in shape.bursts.values()]


class TestWhichTasksAreJoined:
    def test_cheap_neighbours_are(self) -> None:
        assert bursts_of(planned(graph_of("a -> b -> c -> d"))) == [["a", "b", "c", "d"]]

    def test_tasks_of_which_nothing_is_known_are_not(self) -> None:
        assert bursts_of(shtairir.plan(graph_of("a -> b -> c"))) == []

    def test_a_long_task_parts_them(self) -> None:
        """
        a ─ b ─ LONG ─ c ─ d
        """
        plan = planned(graph_of("a -> b -> long -> c -> d"), long="long")
        assert bursts_of(plan) == [["a", "b"], ["c", "d"]]

    def test_none_waits_for_a_long_task_that_it_does_not_need(self) -> None:
        """
        LONG ─ a ─ b ─┐
               c ─ d ─┴ e ─ f
        """
        plan = planned(graph_of("long -> a -> b -> e -> f", "c -> d -> e"), long="long")
        assert all({"a", "c"} - set(names) and {"b", "d"} - set(names) for names in bursts_of(plan))

    @pytest.mark.parametrize("level", ["none", "basic"])
    def test_below_balanced_each_task_goes_by_itself(self, level: str) -> None:
        assert bursts_of(planned(graph_of("a -> b -> c"), level=level)) == []

    def test_the_first_run_of_a_plan_teaches_the_second(self) -> None:
        plan = shtairir.plan(graph_of("a -> b -> c"))
        run_inline(plan)
        assert bursts_of(plan) == [["a", "b", "c"]]

    def test_blocks_that_need_more_than_a_call_go_by_themselves(self) -> None:
        @block(resources=("device",))
        def measured(x: float) -> float:
            return x

        @block(inplace=("x",))
        def written(x: Array) -> Array:
            x += 1
            return x

        graph = graph_of("a -> m -> b", "n -> w", blocks={"m": measured, "w": written, "n": numbers})
        assert not {"m", "w"} & {name for names in bursts_of(planned(graph)) for name in names}

    def test_under_a_budget_each_task_is_admitted_by_itself(self) -> None:
        seen = EventRecorder()
        plan = planned(graph_of("a -> b -> c"))
        assert shtairir.run(plan, memory_limit=1 << 30, instruments=[seen])["c.out"] == 3.0


class TestWhatARunIsLike:
    def test_the_events_are_complete_and_in_order(self) -> None:
        plan = planned(graph_of("a -> b -> d", "a -> c -> d", values={"c": {"plus": 2.0}}))
        seen = EventRecorder()
        result = shtairir.run(plan, instruments=[seen])
        assert result["d"] == 6.0
        for node in "abc":
            assert seen.names(node) == ["NodeStarted", "NodeFinished", "ValueReleased"]
        assert seen.names("d") == ["NodeStarted", "NodeFinished"]
        moments = [event.at_s for event in seen.events]
        assert moments == sorted(moments)
        for started, finished in zip(seen.of(NodeStarted), seen.of(NodeFinished), strict=True):
            assert started.node == finished.node
            assert finished.at_s - started.at_s == pytest.approx(finished.elapsed_s)

    def test_numbers_are_described_although_nothing_is_noted_of_them(self) -> None:
        node = shtairir.run(planned(graph_of("a -> b -> c"))).nodes["b"]
        assert (node.status, node.outputs["out"].text, node.output_bytes) == ("done", "the number 2.0", 24)

    def test_a_failure_is_as_ever_and_the_rest_goes_on(self) -> None:
        """
        a ─ bad ─ c ─ d
        a ─ x ─ y
        """

        @block
        def bad(x: float) -> float:
            raise ValueError(f"not {x}")

        graph = graph_of("a -> bad -> c -> d", "a -> x -> y", blocks={"bad": bad})
        plan = planned(graph)
        assert sum(map(len, bursts_of(plan))) == 6
        seen = EventRecorder()
        result = shtairir.run(plan, instruments=[seen])
        assert {name: str(node.status) for name, node in result.nodes.items()} == {
            "a": "done",
            "bad": "failed",
            "c": "skipped",
            "d": "skipped",
            "x": "done",
            "y": "done",
        }
        failure = result.nodes["bad"].error
        assert failure is not None
        assert failure.message == "not 1.0"
        assert failure.inputs["x"].text == "the number 1.0"
        assert failure.code is not None
        assert failure.code.text == 'raise ValueError(f"not {x}")'
        assert "shtairir/execute" not in failure.traceback
        assert seen.names("bad") == ["NodeStarted", "NodeFailed"]
        assert [event.cause for event in seen.of(NodeSkipped)] == ["bad", "bad"]
        assert len(seen.of(NodeFailed)) == 1
        released = [event.node for event in seen.of(ValueReleased)]
        assert sorted(released) == ["a", "x"]

    def test_a_value_of_another_number_type_is_taken_and_a_wrong_one_refused(self) -> None:
        @block
        def odd(x: float) -> float:
            return np.float64(x) if x < 2 else "two"  # type: ignore[return-value]

        result = run_inline(planned(graph_of("a -> o -> b -> p -> c", blocks={"o": odd, "p": odd})))
        assert result.nodes["b"].status == "done"
        failure = result.nodes["p"].error
        assert failure is not None
        assert "not what the block declares" in failure.message

    def test_arrays_are_let_go_inside_a_burst(self) -> None:
        alive: list[weakref.ref[Any]] = []
        most = 0

        @block(pure=False, idempotent=True)
        def grow(x: Any = None) -> Any:
            nonlocal most
            array = np.zeros(1000)
            alive.append(weakref.ref(array))
            most = max(most, sum(ref() is not None for ref in alive[-10:]))
            return array

        graph = graph_of("->".join(f"n{number}" for number in range(200)), blocks={f"n{n}": grow for n in range(200)})
        plan = planned(graph)
        assert len(bursts_of(plan)) == 1
        seen = EventRecorder()
        result = shtairir.run(plan, instruments=[seen])
        assert most == 2
        assert {event.nbytes for event in seen.of(ValueReleased)} == {8000}
        assert len(seen.of(ValueReleased)) == 199
        assert result.memory.live_bytes <= 8000

    def test_arrays_that_are_kept_stay(self) -> None:
        plan = planned(graph_of("n -> t -> b", blocks={"n": numbers, "t": total}))
        assert shtairir.run(plan, keep=["n.out"])["n.out"].sum() == shtairir.run(plan)["b.out"] - 1

    def test_inputs_are_read_only(self) -> None:
        @block
        def vandal(x: Array) -> float:
            x[:] = 0
            return 0.0

        result = run_inline(planned(graph_of("n -> v", "n -> t", blocks={"n": numbers, "v": vandal, "t": total})))
        assert result.nodes["v"].status == "failed"
        assert result["t.out"] == 44850.0

    def test_cancelling_does_not_wait_for_the_end_of_a_burst(self) -> None:
        started = threading.Event()

        @block(pure=False, idempotent=True)
        def slow(x: float = 0.0) -> float:
            started.set()
            time.sleep(0.02)
            return x

        graph = graph_of("->".join(f"n{number}" for number in range(300)), blocks={f"n{n}": slow for n in range(300)})
        seen = EventRecorder()
        handle = shtairir.start(planned(graph), instruments=[seen])
        assert started.wait(10)
        began = time.perf_counter()
        handle.cancel()
        result = handle.wait(10)
        assert result is not None
        assert time.perf_counter() - began < 1.0
        assert result.status == "cancelled"
        statuses = [str(node.status) for node in result.nodes.values()]
        assert set(statuses) == {"done", "cancelled"}
        assert statuses == sorted(statuses, reverse=True)

    def test_a_block_that_does_not_listen_is_abandoned_and_those_before_it_are_done(self) -> None:
        may_end = threading.Event()
        started = threading.Event()

        @block(pure=False, idempotent=True)
        def stuck(x: float = 0.0) -> float:
            started.set()
            assert may_end.wait(20)
            return x

        plan = planned(graph_of("a -> b -> s -> c", blocks={"s": stuck}))
        from shtairir.execute.options import RunOptions
        from shtairir.session import start_plan

        handle = start_plan(plan, RunOptions(grace_s=0.05))
        try:
            assert started.wait(10)
            handle.cancel()
            result = handle.wait(10)
        finally:
            may_end.set()
        assert result is not None
        assert [str(result.nodes[name].status) for name in "absc"] == ["done", "done", "cancelled", "cancelled"]
        assert "did not stop" in result.nodes["s"].reason

    def test_a_task_that_turns_out_long_leaves_the_others_to_other_workers(self) -> None:
        """
        slow ─ a
        b1 ... b50, of which each takes a millisecond
        """
        where: dict[str, set[str]] = {"slow": set(), "rest": set()}

        @block(pure=False, idempotent=True)
        def slow() -> float:
            where["slow"].add(threading.current_thread().name)
            time.sleep(0.1)
            return 1.0

        @block(pure=False, idempotent=True)
        def rest(x: float = 0.0) -> float:
            where["rest"].add(threading.current_thread().name)
            time.sleep(0.001)
            return x

        rests = {f"b{number}": rest for number in range(50)}
        graph = graph_of("s", *rests, blocks={"s": slow, **rests})
        plan = planned(graph, workers=2)
        assert len(bursts_of(plan)) == 1
        for _ in range(3):
            assert shtairir.run(plan).status == "done"
        assert not any("s" in names for names in bursts_of(plan))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(failing=True), st.sampled_from(["balanced", "aggressive"]), st.data())
def test_whatever_is_joined_the_result_is_the_same(graph: Graph, level: str, data: st.DataObject) -> None:
    expected = outcome(run_inline(graph, level="none"))
    long = " ".join(node for node in graph.nodes if data.draw(st.booleans()))
    plan = planned(graph, long=long, level=level, workers=3)
    assert outcome(run_inline(plan)) == expected
    seen = EventRecorder()
    assert outcome(shtairir.run(plan, instruments=[seen])) == expected
    released = [(event.node, event.port) for event in seen.of(ValueReleased)]
    assert len(released) == len(set(released))
    assert outcome(shtairir.run(plan)) == expected


def joined(predecessors: list[list[int]], cheap: list[bool]) -> Shape:
    """A shape whose tasks each write a value for those that wait for them, with the bursts of the cheap ones."""
    successors: list[list[int]] = [[] for _ in predecessors]
    for task, before in enumerate(predecessors):
        for other in before:
            successors[other].append(task)
    count = len(predecessors)
    plain = Shape(
        waits=[len(before) for before in predecessors],
        successors=successors,
        reads=predecessors,
        writes=[[task] for task in range(count)],
        readers=[len(after) for after in successors],
        writer=list(range(count)),
    )
    names = [f"n{task}" for task in range(count)]
    lines = [
        *names,
        *(f"{names[other]} -> {names[task]}" for task, before in enumerate(predecessors) for other in before),
    ]
    tasks = shtairir.plan(graph_of(*lines), level="none").tasks
    order = {str(task.node): task for task in tasks}
    drawn = [
        order[name]._replace(number=number, waits_for=tuple(predecessors[number])) for number, name in enumerate(names)
    ]
    costs = [1e-6 if each else 1.0 for each in cheap]
    return with_bursts(drawn, plain, costs, cheap, RowMaker(drawn, plain))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.lists(st.integers(0, 30), max_size=4), st.booleans()), min_size=1, max_size=20),
    st.integers(0, 10_000),
)
def test_every_course_of_bursts_ends_and_waits_for_what_it_needs(
    wishes: list[tuple[list[int], bool]], seed: int
) -> None:
    predecessors = [sorted({wish % task for wish in each}) if task else [] for task, (each, _) in enumerate(wishes)]
    shape = joined(predecessors, [cheap for _, cheap in wishes])
    machine = Scheduler(shape)
    chance = random.Random(seed)
    ready = machine.begin()
    done: set[int] = set()
    released: list[int] = []
    over: list[Burst] = []
    while ready:
        task = ready.pop(chance.randrange(len(ready)))
        burst = machine.bursts.get(task)
        if burst is None:
            assert set(predecessors[task]) <= done
            assert not set(predecessors[task]) & set(released)
            if chance.random() < 0.15:
                ready += machine.failed(task)[1]
            else:
                done.add(task)
                ready += machine.done(task)
        elif chance.random() < 0.4:
            count = chance.randrange(len(burst.tasks))
            done.update(range(burst.first, burst.first + count))
            ready += machine.leave(burst, count)
        else:
            done.update(burst.tasks)
            over.append(burst)
            ready += machine.burst_done(burst)
        assert len(ready) == len(set(ready))
        released += machine.released
        machine.released.clear()
    assert machine.open == 0
    assert all(state >= State.DONE for state in machine.states)
    inside = [slot for burst in over for slots in burst.ends.values() for slot in slots]
    assert sorted({*released, *inside}) == sorted(done)
    assert len(released) == len(set(released))


class TestWhatThePlanSays:
    def test_at_aggressive_it_names_the_groups_that_it_knows_to_be_cheap(self) -> None:
        plan = planned(graph_of("a -> b -> long -> c -> d"), long="long", level="aggressive")
        said = [reason for reason in plan.reasons if reason.pass_name == "coarsen"]
        assert [reason.node for reason in said] == ["a", "c"]
        assert said[0].sentence == (
            "Handed to a worker in one go with what follows up to 'b': 2 nodes, "
            "each of which takes less time than that."
        )
        assert [names[0] for names in bursts_of(plan)] == ["a", "c"]

    def test_at_balanced_that_is_a_matter_of_the_run(self) -> None:
        plan = planned(graph_of("a -> b -> c"), level="balanced")
        assert not any(reason.pass_name == "coarsen" for reason in plan.reasons)
