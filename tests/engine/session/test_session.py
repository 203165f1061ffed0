"""The public functions: plan, run, start; parameters, what is kept, and what a result says."""

from __future__ import annotations

import json
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Image, block
from shtairir.errors import NodeExecutionError, PlanningError, RunTimeoutError
from shtairir.testing import graph_of


@block
def scaled(x: float = 1.0, factor: float = 2.0) -> float:
    """Multiply."""
    return x * factor


def chain() -> shtairir.Graph:
    """a ─ b, with the factor of b published as "factor"."""
    graph = graph_of("a -> b", blocks={"a": scaled, "b": scaled})
    graph.publish("factor", "b.factor")
    return graph


class TestParameters:
    def test_values_may_be_given_for_one_run_by_port_or_by_published_name(self) -> None:
        graph = chain()
        assert shtairir.run(graph)["b.out"] == 4.0
        assert shtairir.run(graph, parameters={"a.x": 5, "factor": 10})["b.out"] == 100.0
        assert shtairir.run(graph)["b.out"] == 4.0
        assert not graph.value("a.x")

    def test_they_are_checked_like_all_values(self) -> None:
        with pytest.raises(PlanningError, match="text"):
            shtairir.run(chain(), parameters={"factor": "many"})

    @pytest.mark.parametrize("name", ["z.x", "nonsense", "a.nonsense"])
    def test_one_that_does_not_exist_is_refused(self, name: str) -> None:
        with pytest.raises(PlanningError):
            shtairir.run(chain(), parameters={name: 1})

    def test_a_linked_input_cannot_be_given_a_value(self) -> None:
        with pytest.raises(PlanningError, match=r"linked to a\.out"):
            shtairir.run(chain(), parameters={"b.x": 1})

    def test_a_plan_takes_no_others(self) -> None:
        with pytest.raises(PlanningError, match="plan"):
            shtairir.run(shtairir.plan(chain()), parameters={"factor": 1})


class TestKeeping:
    def test_a_value_that_was_freed_says_how_to_keep_it(self) -> None:
        result = shtairir.run(chain())
        with pytest.raises(KeyError, match=r"freed after its last reader.*keep=\['a.out'\]"):
            result["a.out"]

    def test_kept_values_come_with_the_results(self) -> None:
        assert set(shtairir.run(chain(), keep=["a.out"]).results) == {"a.out", "b.out"}
        assert set(shtairir.run(chain(), keep="all").results) == {"a.out", "b.out"}

    def test_a_plan_remembers_what_to_keep(self) -> None:
        plan = shtairir.plan(chain(), keep=["a.out"])
        assert shtairir.run(plan)["a.out"] == 2.0

    def test_more_may_be_kept_of_a_plan_that_is_made(self) -> None:
        assert shtairir.run(shtairir.plan(chain()), keep=["a.out"])["a.out"] == 2.0

    @pytest.mark.parametrize("keep", ["everything", ["a"], ["a.nothing"], ["z.out"]])
    def test_what_cannot_be_kept_is_refused(self, keep: Any) -> None:
        with pytest.raises(PlanningError):
            shtairir.run(chain(), keep=keep)
        with pytest.raises(PlanningError):
            shtairir.run(shtairir.plan(chain()), keep=keep)

    @pytest.mark.parametrize(("name", "why"), [("z.out", "no output 'z.out'"), ("b.no", "no output 'no'")])
    def test_a_result_that_does_not_exist_says_so(self, name: str, why: str) -> None:
        result = shtairir.run(chain())
        with pytest.raises(KeyError, match=why):
            result[name]
        assert name not in result
        assert result.get(name, 7) == 7

    def test_the_only_output_of_a_node_needs_no_port(self) -> None:
        assert shtairir.run(chain())["b"] == 4.0


class TestResults:
    def test_raising_for_the_status_names_the_node(self) -> None:
        @block
        def bad() -> float:
            raise ValueError("oops")

        result = shtairir.run(graph_of("x -> y", "bad -> z", blocks={"bad": bad}))
        with pytest.raises(NodeExecutionError, match="Node 'bad' failed: oops") as caught:
            result.raise_for_status()
        assert caught.value.failure.node == "bad"
        with pytest.raises(KeyError, match="skipped"):
            result["z.out"]

    def test_a_good_result_returns_itself(self) -> None:
        result = shtairir.run(chain())
        assert result.raise_for_status() is result

    def test_a_timeout_raises_its_own_error(self) -> None:
        @block
        def waits(context: shtairir.Context) -> float:
            stop = threading.Event()
            while not stop.wait(0.001):
                context.check_cancelled()
            return 0.0

        with pytest.raises(RunTimeoutError):
            shtairir.run(graph_of("w", blocks={"w": waits}), timeout_s=0.02).raise_for_status()

    def test_the_dictionary_of_a_result_is_json_whatever_the_values(self) -> None:
        @block
        def odd() -> dict[str, Any]:
            return {
                "nan": math.nan,
                "inf": [math.inf],
                "set": {1},
                "array": np.arange(3),
                "complex": 1j,
                "deep": [[[]]],
            }

        @block
        def big() -> Array:
            return np.full(1000, np.nan)

        @block
        def bad() -> float:
            raise ValueError("oops")

        result = shtairir.run(graph_of("o", "b", "x -> y", "bad", blocks={"o": odd, "b": big, "bad": bad}))
        told = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert told["status"] == "failed"
        assert told["results"]["y.out"] == 2.0
        assert told["results"]["o.out"]["nan"] is None
        assert told["results"]["o.out"]["array"] == [0, 1, 2]
        assert told["results"]["b.out"]["shape"] == [1000]
        assert told["nodes"]["bad"]["error"]["message"] == "oops"
        assert told["nodes"]["x"]["outputs"]["out"]["kind"] == "float"
        assert told["memory"]["peak_bytes"] >= 8000

    def test_a_result_gives_estimates_for_the_next_plan(self) -> None:
        graph = chain()
        assert shtairir.plan(graph, estimates=shtairir.run(graph).estimates()).estimated_s is not None

    def test_summaries_of_values_that_are_gone_remain(self) -> None:
        @block
        def flat() -> Image:
            return np.zeros((4, 6, 3), np.float32)

        @block
        def width(image: Image) -> int:
            return int(image.shape[1])

        result = shtairir.run(graph_of("f -> w", blocks={"f": flat, "w": width}))
        assert result.nodes["f"].outputs["out"].text.startswith("image, 4 × 6 × 3")  # type: ignore[index]


def test_a_run_can_be_started_and_waited_for() -> None:
    handle = shtairir.start(chain())
    result = handle.wait(10)
    assert result is not None
    assert result.run == handle.run


def test_errors_of_the_graph_are_raised_before_anything_runs() -> None:
    calls = []

    @block(pure=False)
    def noted() -> float:
        calls.append(1)
        return 0.0

    @block
    def needy(x: float) -> float:
        return x

    with pytest.raises(PlanningError) as caught:
        shtairir.start(graph_of("n", "m", blocks={"n": noted, "m": needy}))
    assert [problem.code for problem in caught.value.problems] == ["missing_input"]
    assert calls == []


def test_a_plan_needs_no_graph_once_it_is_made() -> None:
    graph = chain()
    plan = shtairir.plan(graph)
    graph.remove("a", "b")
    assert [shtairir.run(plan)["b.out"] for _ in range(3)] == [4.0] * 3


def test_interrupting_a_run_cancels_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from shtairir import session

    class Interrupted:
        cancelled = False

        def wait(self) -> None:
            if not self.cancelled:
                raise KeyboardInterrupt

        def cancel(self) -> None:
            self.cancelled = True

    handle = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        session.wait_for(handle)  # type: ignore[arg-type]
    assert handle.cancelled


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(PlanningError, match=r"none, basic, balanced.*aggressive"):
        shtairir.run(chain(), level="turbo")


@pytest.mark.parametrize("workers", [0, -1])
def test_a_run_needs_a_worker(workers: int) -> None:
    with pytest.raises(PlanningError, match="worker"):
        shtairir.run(chain(), workers=workers)


class TestSources:
    def test_the_file_of_a_graph_can_be_planned_and_run(self, tmp_path: Path) -> None:
        graph = shtairir.Graph("numbers")
        graph.link(graph.add("math.number", value=3)["out"], graph.add("math.add", b=4)["a"])
        shtairir.save(graph, tmp_path / "numbers.shtairir")
        assert shtairir.run(tmp_path / "numbers.shtairir")["add.out"] == 7
        assert shtairir.plan(str(tmp_path / "numbers.shtairir")).graph_name == "numbers"

    def test_anything_else_is_refused_in_a_sentence(self) -> None:
        with pytest.raises(PlanningError, match=r"Only a graph can be run.*not the number 3"):
            shtairir.run(3)  # type: ignore[arg-type]
