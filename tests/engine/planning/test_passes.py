"""What each pass changes, what it must leave alone, and what it says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.ids import NodeId, PortRef
from shtairir.testing import graph_of, run_inline


@block(id="test.number", category="Test")
def number(value: float = 0.0) -> float:
    """A number."""
    return value


@block(id="test.twice", category="Test", elementwise=True)
def twice(x: float) -> float:
    """Twice a number."""
    return 2 * x


@block(id="test.power", category="Test", elementwise=True)
def power(x: int, y: int) -> int:
    """A power."""
    return int(x**y)


@block(id="test.inverse", category="Test", elementwise=True)
def inverse(x: float) -> float:
    """One over a number."""
    return 1 / x


@block(id="test.dice", category="Test", pure=False)
def dice(sides: float = 6.0) -> float:
    """Not the same each time."""
    return random.random() * sides


@block(id="test.noise", category="Test", deterministic=False)
def noise(scale: float = 1.0) -> float:
    """Without effect, but not the same each time."""
    return random.random() * scale


def sentences(plan: shtairir.ExecutionPlan, pass_name: str) -> dict[str | None, str]:
    return {reason.node: reason.sentence for reason in plan.reasons if reason.pass_name == pass_name}


def tasks(plan: shtairir.ExecutionPlan) -> set[str]:
    return {task.node for task in plan.tasks}


class TestMerging:
    def test_equal_pure_nodes_become_one_task_and_the_reason_says_so(self) -> None:
        """
        a = number(3) ┬ sum
        b = number(3) ┘
        """
        graph = graph_of(
            "a -> sum", "b -> sum", blocks={"a": number, "b": number}, values={"a": {"value": 3}, "b": {"value": 3}}
        )
        plan = shtairir.plan(graph)
        assert tasks(plan) == {"a", "sum"}
        assert plan.task("b") is plan.task("a")
        assert "the same as 'a'" in sentences(plan, "merge_equal")["b"]
        assert run_inline(plan)["sum.out"] == 7.0

    def test_whole_equal_branches_fall_together(self) -> None:
        """
        a1 ─ b1 ─ c1 ┐
        a2 ─ b2 ─ c2 ┴ end
        """
        plan = shtairir.plan(graph_of("a1 -> b1 -> c1 -> end", "a2 -> b2 -> c2 -> end"))
        assert len(plan.tasks) == 4

    @pytest.mark.parametrize(("one", "other"), [(1.0, 2.0), (0.0, -0.0)])
    def test_nodes_with_different_values_stay_apart(self, one: float, other: float) -> None:
        graph = graph_of(
            "a", "b", blocks={"a": number, "b": number}, values={"a": {"value": one}, "b": {"value": other}}
        )
        assert tasks(shtairir.plan(graph)) == {"a", "b"}

    def test_a_default_is_equal_to_the_same_value_set_by_hand(self) -> None:
        graph = graph_of("a", "b", blocks={"a": number, "b": number}, values={"b": {"value": 0.0}})
        assert len(shtairir.plan(graph).tasks) == 1

    @pytest.mark.parametrize("chosen", [dice, noise])
    def test_nodes_that_differ_each_time_stay_apart(self, chosen: Any) -> None:
        plan = shtairir.plan(graph_of("a", "b", blocks={"a": chosen, "b": chosen}))
        assert tasks(plan) == {"a", "b"}

    def test_a_merged_node_that_nobody_reads_still_has_its_result(self) -> None:
        result = run_inline(graph_of("a", "b"))
        assert result["a.out"] == result["b.out"] == 1.0
        assert result.nodes["b"].status == "done"
        assert "the same as 'a'" in result.nodes["b"].reason

    def test_the_other_order_of_links_is_another_computation(self) -> None:
        @block
        def minus(x: float, y: float) -> float:
            return x - y

        graph = graph_of(
            "a -> p", "b -> p", "b -> q", "a -> q", blocks={"a": number, "b": dice, "p": minus, "q": minus}
        )
        assert tasks(shtairir.plan(graph)) == {"a", "b", "p", "q"}

    @pytest.mark.parametrize("level", ["none", "basic"])
    def test_lower_levels_run_every_node(self, level: str) -> None:
        assert len(shtairir.plan(graph_of("a", "b", "c"), level=level).tasks) == 3


class TestFolding:
    def test_constant_arithmetic_is_done_while_planning(self) -> None:
        """
        twice(21) ─ end
        """
        graph = graph_of("t -> end", blocks={"t": twice}, values={"t": {"x": 21.0}})
        plan = shtairir.plan(graph)
        assert tasks(plan) == {"end"}
        assert plan.folded == {"t": (42.0,)}
        assert "always 42.0" in sentences(plan, "fold_constants")["t"]
        result = run_inline(plan)
        assert result["end.out"] == 43.0
        assert result.nodes["t"].status == "done"

    def test_constants_are_folded_through_rows_and_merged_twins(self) -> None:
        graph = graph_of(
            "t1 -> u -> end",
            "t2 -> end",
            blocks={"t1": twice, "t2": twice, "u": twice},
            values={"t1": {"x": 1.0}, "t2": {"x": 1.0}},
        )
        plan = shtairir.plan(graph)
        assert tasks(plan) == {"end"}
        result = run_inline(plan)
        assert result["end.out"] == 7.0
        assert [result.nodes[node].status for node in ("t1", "t2", "u")] == ["done"] * 3

    def test_a_result_is_computed_in_the_run_where_it_can_be_seen(self) -> None:
        graph = graph_of("t", blocks={"t": twice}, values={"t": {"x": 1.0}})
        assert tasks(shtairir.plan(graph)) == {"t"}

    def test_a_node_that_fails_is_left_to_fail_in_the_run(self) -> None:
        graph = graph_of("i -> end", blocks={"i": inverse}, values={"i": {"x": 0.0}})
        result = run_inline(graph)
        assert result.nodes["i"].status == "failed"
        assert result.nodes["end"].status == "skipped"

    def test_a_power_that_would_not_end_is_not_tried(self) -> None:
        graph = graph_of("p -> end", blocks={"p": power}, values={"p": {"x": 9, "y": 387_420_489}})
        assert tasks(shtairir.plan(graph)) == {"p", "end"}

    def test_code_that_does_not_declare_arithmetic_never_runs_while_planning(self) -> None:
        calls = []

        @block
        def noted(x: float = 1.0) -> float:
            calls.append(x)
            return x

        shtairir.plan(graph_of("n -> end", blocks={"n": noted}))
        assert calls == []

    def test_kept_outputs_are_not_folded(self) -> None:
        graph = graph_of("t -> end", blocks={"t": twice}, values={"t": {"x": 1.0}})
        assert shtairir.run(graph, keep=["t.out"])["t.out"] == 2.0

    def test_keeping_all_gives_folded_values_too(self) -> None:
        graph = graph_of("t -> end", blocks={"t": twice}, values={"t": {"x": 1.0}})
        assert shtairir.run(graph, keep="all")["t.out"] == 2.0


class TestTargets:
    def test_without_targets_nothing_is_dropped(self) -> None:
        assert tasks(shtairir.plan(graph_of("a -> b", "c"), level="basic")) == {"a", "b", "c"}

    @pytest.mark.parametrize("level", ["none", "basic", "balanced"])
    def test_with_targets_only_what_they_need_runs(self, level: str) -> None:
        """
        a ─ b ─ c      d
        """
        plan = shtairir.plan(graph_of("a -> b -> c", "d"), level=level, targets=["b"])
        assert tasks(plan) == {"a", "b"}
        assert set(sentences(plan, "drop_dead")) == {"c", "d"}
        result = run_inline(plan)
        assert result["b.out"] == 2.0
        assert result.nodes["c"].status == "skipped"
        assert result.status == "done"

    def test_an_unknown_target_is_refused(self) -> None:
        with pytest.raises(shtairir.ShtairirError, match="no node 'z'"):
            shtairir.plan(graph_of("a"), targets=["z"])


class TestWaits:
    def test_a_wait_that_a_longer_path_implies_is_removed_but_the_value_still_arrives(self) -> None:
        """
        a ─ b ─ c
        └───────┘
        """
        plan = shtairir.plan(graph_of("a -> b -> c", "a -> c"))
        task = plan.task("c")
        assert task is not None
        assert [plan.tasks[number].node for number in task.waits_for] == ["b"]
        assert "'a'" in sentences(plan, "drop_redundant_edges")["c"]
        assert run_inline(plan)["c.out"] == 4.0


def test_a_block_that_asks_for_a_process_is_told_that_it_gets_one() -> None:
    @block(runs_on="process")
    def heavy(x: float = 1.0) -> float:
        return x

    plan = shtairir.plan(graph_of("h", blocks={"h": heavy}))
    assert "worker process" in sentences(plan, "workers")[NodeId("h")]


def test_paths_are_resolved_against_the_folder_of_the_graph(tmp_path: Path) -> None:
    @block
    def lines(file: Path, others: list[Path]) -> int:
        return len(others)

    (tmp_path / "a.txt").write_text("x")
    graph = graph_of(
        "l", blocks={"l": lines}, values={"l": {"file": "a.txt", "others": ["b.txt", str(tmp_path / "c")]}}
    )
    graph.path = tmp_path / "g.shtairir"
    task = shtairir.plan(graph).task("l")
    assert task is not None
    assert task.values["file"] == tmp_path.resolve() / "a.txt"
    assert task.values["others"] == [tmp_path.resolve() / "b.txt", tmp_path / "c"]


def test_a_context_is_no_value_and_no_obstacle() -> None:
    @block
    def where(context: Context, x: float = 1.0) -> str:
        return str(context.node)

    assert run_inline(graph_of("w", blocks={"w": where}))["w.out"] == "w"


def test_results_are_the_outputs_that_nobody_reads() -> None:
    plan = shtairir.plan(graph_of("a -> b", "c"))
    assert set(plan.results) == {PortRef.parse("b.out"), PortRef.parse("c.out")}
