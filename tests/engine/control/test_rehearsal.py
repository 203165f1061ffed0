"""Failures that are rehearsed, and what is reported of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import block
from shtairir.cli.entry import run_command_line as main
from shtairir.control.faults import Fault
from shtairir.errors import PlanningError
from shtairir.testing import EventRecorder, graph_of
from tests.engine.loops.builders import mapped


@block(id="testing.same", category="Testing")
def sum_of_inputs_of_one(x: float = 0.0) -> float:
    """Hand on a number."""
    return x


def row() -> shtairir.Graph:
    return graph_of("a -> b -> c", "d -> e", values={"d": {"plus": 5.0}})


def rehearsed(graph: shtairir.Graph, fault: str, node: str = "b", **policy: Any) -> Any:
    if policy:
        graph.set_policy(node, **policy)
    return shtairir.rehearse(graph, {node: fault}, fast=True, workers=2)


class TestWhatHolds:
    @pytest.mark.parametrize("kind", ["error", "timeout", "crash", "oom", "slow"])
    def test_a_fault_that_passes_changes_no_result(self, kind: str) -> None:
        report = rehearsed(row(), kind)
        assert report.held, report
        assert (report.status, report.same_results, report.left) == ("done", True, ())
        (fault,) = report.faults
        assert (fault.node, fault.hits) == ("b", 1)
        tries = "once" if kind == "slow" else "2 times"
        assert fault.happened == f"It was tried {tries}, and is done."

    def test_a_fault_that_does_not_pass_fails_the_node_and_skips_what_needs_it(self) -> None:
        report = rehearsed(row(), "error:9")
        assert report.held, report
        assert report.status == "failed"
        assert report.faults[0].happened == "It was tried 4 times, and failed: RehearsedError. Of the others 1 skipped."

    def test_a_block_that_kills_its_workers_is_poison_after_three(self) -> None:
        report = rehearsed(row(), "crash:9")
        assert report.held, report
        assert "tried 3 times, and failed: PoisonError" in report.faults[0].happened

    def test_retries_are_those_of_the_policy(self) -> None:
        assert "tried 2 times, and failed" in rehearsed(row(), "error:9", retries=1).faults[0].happened

    def test_an_error_that_is_never_retried_fails_at_once(self) -> None:
        report = rehearsed(row(), "error", never_retry_on=["RehearsedError"])
        assert report.held, report
        assert "tried once, and failed" in report.faults[0].happened

    def test_a_fallback_takes_the_place_of_the_result(self) -> None:
        report = rehearsed(row(), "error:9", on_failure="fallback", fallback={"out": 7.0})
        assert report.held, report
        assert report.status == "done"
        assert report.faults[0].happened == "It was tried 4 times, and its fallback was taken."

    def test_a_failure_that_is_accepted_makes_the_run_partial(self) -> None:
        report = rehearsed(row(), "error:9", on_failure="continue")
        assert report.held, report
        assert report.status == "partial"

    def test_nothing_starts_any_more_where_the_policy_says_so(self) -> None:
        report = rehearsed(row(), "error:9", on_failure="stop")
        assert report.held, report
        assert report.faults[0].expected.endswith("nothing starts any more, and the run has failed.")

    def test_several_faults_are_rehearsed_in_one_run(self) -> None:
        report = shtairir.rehearse(row(), {"a": "error", "b": "slow", "e": "error:9"}, fast=True)
        assert report.held, report
        assert [fault.hits for fault in report.faults] == [1, 1, 4]

    def test_a_node_that_is_cheap_and_goes_with_others_can_have_a_fault(self) -> None:
        graph = graph_of(" -> ".join(f"n{number}" for number in range(200)))
        for _ in range(3):
            shtairir.run(graph)
        report = shtairir.rehearse(graph, {"n100": "error"}, fast=True)
        assert report.held, report

    def test_a_node_of_a_fused_chain_can_have_a_fault(self) -> None:
        graph = shtairir.Graph("chain")
        source = graph.add("array.arange", id="source", stop=10.0)
        square, root = graph.add("array.square", id="square"), graph.add("array.sqrt", id="root")
        graph.link(source["out"], square["x"])
        graph.link(square["out"], root["x"])
        report = shtairir.rehearse(graph, {"square": "error"}, fast=True, level="aggressive")
        assert report.held, report

    def test_what_is_so_slow_that_its_time_is_up_is_tried_again(self) -> None:
        report = rehearsed(row(), "slow", timeout_s=0.3)
        assert report.held, report
        assert report.faults[0].happened == "It was tried 2 times, and is done."

    def test_a_loop_can_have_a_fault(self) -> None:
        graph = mapped(sum_of_inputs_of_one, x=[1.0, 2.0])
        assert rehearsed(graph, "error", "loop").faults[0].happened.startswith("It was tried once, and failed")
        report = rehearsed(graph, "error", "loop", retries=1)
        assert report.held, report
        assert report.status == "done"

    def test_what_was_done_is_undone_where_the_policy_says_so(self) -> None:
        booked: list[float] = []

        def unbook(a: float, result: float) -> None:
            """Take it back."""
            booked.remove(result)

        @block(id="testing.booking", category="Testing", pure=False, compensate=unbook)
        def booking(a: float = 0.0) -> float:
            """Book something."""
            booked.append(a)
            return a

        graph = graph_of("a -> b -> c", blocks={"a": booking})
        graph.set_policy("b", on_failure="compensate")
        report = shtairir.rehearse(graph, {"b": "error:9"}, fast=True, with_effects=True)
        assert report.held, report
        assert (report.status, report.undone, booked) == ("failed", ("a",), [])

    def test_observers_see_the_disturbed_run(self) -> None:
        seen = EventRecorder()
        shtairir.rehearse(row(), {"b": "error"}, fast=True, instruments=[seen])
        assert "NodeRetrying" in seen.names("b")


class TestWhatDoesNotHold:
    def test_a_block_that_makes_something_else_the_second_time_is_found(self) -> None:
        made: list[float] = []

        @block(id="testing.counting", category="Testing")
        def counting(a: float = 0.0) -> float:
            """Count its calls, though it says that it is pure."""
            made.append(a)
            return float(len(made))

        report = rehearsed(graph_of("a -> b", blocks={"b": counting}), "slow")
        assert not report.held
        assert (report.same_results, report.differing) == (False, ("b.out",))

    def test_a_graph_that_fails_by_itself_is_not_compared(self) -> None:
        @block(id="testing.broken", category="Testing")
        def broken(a: float = 0.0) -> float:
            """Fail."""
            raise ValueError("No.")

        report = rehearsed(graph_of("a -> b -> c", "d", blocks={"c": broken}), "error")
        assert report.same_results is None
        assert "Undisturbed, it does not run to its end either" in report.not_compared


class TestEffects:
    def test_a_graph_with_effects_is_refused_unless_they_are_wanted(self) -> None:
        done: list[float] = []

        @block(id="testing.effect", category="Testing", pure=False)
        def effect(a: float = 0.0) -> float:
            """Do something."""
            done.append(a)
            return a

        graph = graph_of("a -> b -> c", blocks={"c": effect})
        with pytest.raises(PlanningError, match="has effects outside of itself: 'c'"):
            shtairir.rehearse(graph, {"b": "error"})
        assert done == []
        report = shtairir.rehearse(graph, {"b": "error"}, fast=True, with_effects=True)
        assert report.held, report
        assert len(done) == 1
        assert report.same_results is None


class TestRefusals:
    def test_faults_are_read_or_refused(self) -> None:
        assert Fault.parse("a", "oom:12") == Fault(shtairir.PortRef.parse("a.x").node, "oom", 12)
        for text in ("fire", "error:", "error:0", "error:x", "", "error:-1"):
            with pytest.raises(PlanningError, match="is no fault for 'a'"):
                Fault.parse("a", text)

    def test_a_node_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(PlanningError, match="There is no such node"):
            shtairir.rehearse(row(), {"x": "error"})

    def test_what_calls_no_block_in_a_process_cannot_die_in_one(self) -> None:
        @block(id="testing.awaited", category="Testing", runs_on="async")
        async def awaited(a: float = 0.0) -> float:
            """Wait in the event loop."""
            return a

        with pytest.raises(PlanningError, match="A loop runs in the program itself"):
            shtairir.rehearse(mapped(sum_of_inputs_of_one, x=[1.0]), {"loop": "crash"})
        with pytest.raises(PlanningError, match="What waits in the event loop"):
            shtairir.rehearse(graph_of("a", blocks={"a": awaited}), {"a": "oom"})
        assert rehearsed(graph_of("b", blocks={"b": awaited}), "error").held

    def test_an_attempt_without_a_limit_cannot_take_too_long(self) -> None:
        with pytest.raises(PlanningError, match="sets no time for an attempt"):
            shtairir.rehearse(mapped(sum_of_inputs_of_one, x=[1.0]), {"loop": "timeout"})
        with pytest.raises(PlanningError, match="sets no time for an attempt"):
            rehearsed(row(), "timeout", timeout_s=None)

    def test_a_node_in_an_instance_goes_by_its_path(self) -> None:
        graph = graph_of("first -> a -> b -> last")
        graph.make_subgraph(["a", "b"], "pair")
        with pytest.raises(PlanningError, match="name one of these, as INSTANCE/NODE"):
            shtairir.rehearse(graph, {"pair": "error"})
        report = shtairir.rehearse(graph, {"pair/a": "crash"}, fast=True)
        assert report.held, report

    def test_nothing_is_kept_of_a_rehearsal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path))
        rehearsed(row(), "slow")
        assert list(tmp_path.rglob("*")) == []


class TestShell:
    def test_the_shell_tells_what_held(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = saved(tmp_path)
        assert main(["rehearse", str(path), "--fail", "add=error:2", "--fast", "-q"]) == 0
        out = capsys.readouterr().out
        assert "add: error, twice" in out
        assert "expected  It is tried 3 times, and is done." in out
        assert "Nothing is left behind." in out

    def test_the_shell_says_it_to_programs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = saved(tmp_path)
        assert main(["rehearse", str(path), "--fail", "add=error:9", "--fast", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["held"], document["status"]) == (True, "failed")

    @pytest.mark.parametrize("typed", [[], ["--fail", "add"], ["--fail", "add=fire"], ["--fail", "x=error"]])
    def test_what_cannot_be_rehearsed_is_refused(
        self, typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["rehearse", str(saved(tmp_path)), *typed]) == 2
        assert capsys.readouterr().err.startswith("shtairir: ")


def saved(folder: Path) -> Path:
    graph = shtairir.Graph("numbers")
    graph.link(graph.add("math.number", value=3)["out"], graph.add("math.add", b=4)["a"])
    path = folder / "numbers.shtairir"
    shtairir.save(graph, path)
    return path
