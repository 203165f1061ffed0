"""Which nodes are fused, divided and allowed to write over their inputs, and what the plan says of it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.block.elementwise import Reduction, Ufunc
from shtairir.ids import NodeId
from shtairir.planning.composite import FUSED
from shtairir.testing import graph_of


@block(id="fuse.source", category="Test", pure=False)
def source(length: int = 4) -> Array:
    """Numbers."""
    import numpy as np

    return np.arange(length, dtype=float)


@block(id="fuse.add", category="Test", elementwise=True, kernel=Ufunc("add"))
def add(a: Array | float = 1.0, b: Array | float = 1.0, c: Array | float = 0.0) -> Array:
    """A sum."""
    import numpy as np

    return np.asarray(np.add(a, b))


@block(id="fuse.root", category="Test", elementwise=True, kernel=Ufunc("sqrt"))
def root(x: Array | float = 1.0) -> Array:
    """A root."""
    import numpy as np

    return np.asarray(np.sqrt(x))


@block(id="fuse.opaque", category="Test")
def opaque(x: Any = None, y: Any = None, z: Any = None) -> Array:
    """Whatever it does, it does it alone."""
    import numpy as np

    return np.asarray(x) + 0


@block(
    id="fuse.total",
    category="Test",
    reduction=Reduction(sum, Ufunc("add"), lambda value, size: float(value), {"axis": None}),
)
def total(a: Array, axis: int | None = None) -> Array | float:
    """The sum of all."""
    import numpy as np

    return np.sum(a, axis=axis)


def planned(*lines: str, **blocks: Any) -> shtairir.ExecutionPlan:
    keep = blocks.pop("keep", "results")
    values = blocks.pop("values", {})
    graph = graph_of(*lines, blocks={name.rstrip("_"): made for name, made in blocks.items()}, values=values)
    return shtairir.plan(graph, level="aggressive", workers=2, keep=keep)


def chains(plan: shtairir.ExecutionPlan) -> set[frozenset[str]]:
    return {frozenset(str(part.node) for part in task.parts) for task in plan.tasks if len(task.parts) > 1}


def reasons(plan: shtairir.ExecutionPlan, name: str) -> dict[NodeId | None, str]:
    return {reason.node: reason.sentence for reason in plan.reasons if reason.pass_name == name}


def test_a_row_of_elementwise_nodes_is_one_task_and_the_reason_says_so() -> None:
    plan = planned("s -> a -> b -> c", s=source, a=root, b=root, c=root)
    assert chains(plan) == {frozenset("abc")}
    assert "'a', 'b'" in reasons(plan, "fuse_elementwise")[NodeId("c")]
    assert plan.task("a") is plan.task("c")


def test_branches_that_join_again_are_one_task() -> None:
    """
    s ─ a ┬ b ─ c ┐
          └ d ────┴ e
    """
    plan = planned("s -> a -> b -> c -> e", "a -> d -> e", s=source, a=root, b=root, c=root, d=add, e=add)
    assert chains(plan) == {frozenset("abcde")}


def test_a_way_that_leaves_the_chain_and_comes_back_parts_it() -> None:
    """
    s ─ a ┬ b ────┐
          └ out ──┴ c ─ d
    """
    plan = planned("s -> a -> b -> c -> d", "a -> out -> c", s=source, a=root, b=root, out=opaque, c=add, d=root)
    assert chains(plan) == {frozenset("ab"), frozenset("cd")}


def test_a_reduction_ends_a_chain_and_what_follows_is_another() -> None:
    plan = planned("s -> a -> t -> b -> c", "a -> b", s=source, a=root, t=total, b=add, c=root)
    assert chains(plan) == {frozenset({"a", "t"}), frozenset({"b", "c"})}


@pytest.mark.parametrize("values", [{"t": {"axis": 0}}])
def test_a_reduction_along_an_axis_is_not_fused(values: dict[str, Any]) -> None:
    assert chains(planned("s -> a -> t", s=source, a=root, t=total, values=values)) == set()


def test_levels_below_aggressive_fuse_nothing() -> None:
    graph = graph_of("s -> a -> b", blocks={"s": source, "a": root, "b": root})
    for level in ("none", "basic", "balanced"):
        assert not any(task.parts for task in shtairir.plan(graph, level=level).tasks)


@pytest.mark.parametrize("traits", [{"pure": False}, {"deterministic": False}, {"resources": ("gpu",)}, {"retries": 2}])
def test_a_block_of_which_more_than_its_values_matters_is_not_fused(traits: dict[str, Any]) -> None:
    @block(elementwise=True, kernel=Ufunc("sqrt"), **traits)
    def special(x: Array) -> Array:
        return x

    assert chains(planned("s -> a -> b", s=source, a=root, b=special)) == set()


def test_a_link_that_converts_parts_a_chain() -> None:
    @block(elementwise=True, kernel=Ufunc("sqrt"))
    def picky(x: Array) -> Array:
        return x

    @block(elementwise=True, kernel=Ufunc("sqrt"))
    def vague(x: Array) -> Array | float:
        return x

    plan = planned("s -> a -> b", s=source, a=vague, b=picky)
    link = next(item for task in plan.tasks for part in task.calls for item in part.inputs if part.node == "b")
    assert (link.conversion, link.checked) != (None, None)
    assert chains(plan) == set()


def test_merged_nodes_share_what_a_part_makes() -> None:
    plan = planned("s -> a -> b -> c", "s -> d -> c", s=source, a=root, b=root, c=add, d=root)
    assert chains(plan) == {frozenset("abc")}
    assert plan.task("d") is plan.task("a")
    assert plan.slots[shtairir.PortRef.parse("d.out")] == plan.slots[shtairir.PortRef.parse("a.out")]


def test_no_random_graph_makes_a_chain_wait_for_itself() -> None:
    chance = random.Random(3)
    for _ in range(60):
        count = chance.randint(3, 40)
        blocks: dict[str, Any] = {}
        lines = []
        for number in range(count):
            before = sorted(chance.sample(range(number), min(number, chance.randint(0, 3))))
            kind = chance.choice([add, add, add, opaque]) if before else source
            blocks[f"n{number}"] = kind
            lines += [f"n{other} -> n{number}" for other in before] or [f"n{number}"]
        plan = shtairir.plan(graph_of(*lines, blocks=blocks), level="aggressive", workers=2)
        over: set[int] = set()
        for task in plan.tasks:  # each task comes after all that it waits for, or this is a circle
            assert set(task.waits_for) <= over
            over.add(task.number)
            known = {item.slot for item in task.inputs}
            for part in task.parts:  # and each part after those that it reads from
                assert {item.slot for item in part.inputs} <= known
                known |= {part.first_slot}


def test_a_node_without_such_neighbours_is_divided_on_its_own() -> None:
    plan = planned("s -> a -> o", s=source, a=root, o=opaque)
    task = plan.task("a")
    assert task is not None
    assert task.definition.id == FUSED
    assert [part.node for part in task.parts] == ["a"]
    assert "Divided" in reasons(plan, "split_large")[NodeId("a")]


class TestOverwriting:
    def test_an_input_that_nobody_else_reads_may_be_written_over(self) -> None:
        plan = planned("s -> a -> b", s=source, a=root, b=root)
        task = plan.task("b")
        assert task is not None
        assert task.overwrites == (plan.slots[shtairir.PortRef.parse("s.out")],)
        assert "'s'" in reasons(plan, "reuse_inputs")[NodeId("b")]

    @pytest.mark.parametrize("why", ["another reader", "kept"])
    def test_an_input_that_somebody_else_sees_may_not(self, why: str) -> None:
        lines = ["s -> a -> b"] + (["s -> o"] if why == "another reader" else [])
        plan = planned(*lines, s=source, a=root, b=root, o=opaque, keep=["s.out"] if why == "kept" else "results")
        task = plan.task("b")
        assert task is not None
        assert task.overwrites == ()


def test_the_plan_shows_what_is_fused() -> None:
    plan = planned("s -> a -> b -> c -> d -> e", s=source, a=root, b=root, c=root, d=root, e=root)
    written = json.loads(json.dumps(plan.to_dict()))
    task = next(task for task in written["tasks"] if task["node"] == "e")
    assert [part["node"] for part in task["parts"]] == list("abcde")
    assert task["overwrites"] == ["s.out"]
    assert "a + … + e (5 nodes)" in plan.to_mermaid()
