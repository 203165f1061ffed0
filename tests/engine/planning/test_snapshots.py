"""A snapshot is planned from the one before of the same graph, and the plan is as if it had been made anew."""

from __future__ import annotations

import random

import pytest

import shtairir
from shtairir.block.registry import Registry, default_registry
from shtairir.document import Graph, loads
from shtairir.document.edits import MoveNodes, SetState
from shtairir.ids import NodeId, PortRef
from shtairir.planning.shelf import edited_between


@shtairir.block(id="snapshots.step", category="Snapshots")
def step(x: float = 1.0, factor: float = 2.0, y: float = 0.0) -> float:
    """Do a little."""
    return x * factor + y


def _graph(count: int = 40) -> Graph:
    graph = Graph("snapshots")
    for number in range(count):
        graph.add(step, id=f"s{number}", factor=float(number))
        if number > 3:
            graph.link(f"s{number - 3}.out", f"s{number}.x")
    return graph


def _edit(graph: Graph, chance: random.Random) -> None:
    number = chance.randrange(1, len(graph.nodes))
    kind = chance.randrange(6)
    if kind == 0:
        graph.set(f"s{number}.factor", chance.random())
    elif kind == 1:
        graph.link(f"s{chance.randrange(number)}.out", f"s{number}.y")
    elif kind == 2 and PortRef(NodeId(f"s{number}"), "y") in graph.links:
        graph.unlink(f"s{number}.y")
    elif kind == 3:
        graph.apply(MoveNodes({NodeId(f"s{number}"): (chance.random(), 0.0)}))
    elif kind == 4:
        graph.set_policy(f"s{number}", retries=chance.randrange(5))
    else:
        graph.apply(SetState((NodeId(f"s{number}"),), chance.choice(["active", "bypassed", "disabled"])))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", ["basic", "balanced", "aggressive"])
def test_plan_of_a_snapshot_gives_what_one_made_anew_gives(seed: int, level: str) -> None:
    chance, graph = random.Random(seed), _graph()
    for _ in range(25):
        for _ in range(chance.randrange(3)):
            _edit(graph, chance)
        followed = shtairir.plan(graph.snapshot(), level=level, workers=2)
        anew = shtairir.plan(loads(graph.to_bytes()), level=level, workers=2, registry=_registry())
        assert {task.node: dict(task.values) for task in followed.tasks} == {
            task.node: dict(task.values) for task in anew.tasks
        }
        assert _results(followed) == _results(anew)


def _registry() -> Registry:
    registry = default_registry()
    if registry.get("snapshots.step") is None:
        registry.add(step)
    return registry


def _results(plan: shtairir.ExecutionPlan) -> dict[str, object]:
    return dict(shtairir.run(plan, keep="results").results)


def test_same_snapshot_has_the_same_plan() -> None:
    snapshot = _graph().snapshot()
    first = shtairir.plan(snapshot)
    assert shtairir.plan(snapshot).lineage is first.lineage


def test_change_of_a_value_is_patched_into_the_plan() -> None:
    graph = _graph()
    first = shtairir.plan(graph.snapshot())
    graph.set("s7.factor", 0.5)
    second = shtairir.plan(graph.snapshot())
    assert second.lineage is first.lineage
    task = second.task("s7")
    assert task is not None
    assert task.values["factor"] == 0.5


def test_what_is_more_than_values_and_links_is_told_apart() -> None:
    graph = _graph(6)
    before = graph.snapshot()
    graph.add(step, id="new")
    assert edited_between(before, graph.snapshot()) is None
    graph.undo()
    part = graph.add_subgraph("part")
    assert edited_between(before, graph.snapshot()) is None
    inside = graph.snapshot()
    part.add(step, id="inner")
    assert edited_between(inside, graph.snapshot()) is None


def test_links_that_differ_are_found() -> None:
    graph = _graph(6)
    before = graph.snapshot()
    graph.link("s0.out", "s5.y")
    graph.unlink("s4.x")
    edited = edited_between(before, graph.snapshot())
    assert edited is not None
    assert edited.inputs == {PortRef(NodeId("s5"), "y"), PortRef(NodeId("s4"), "x")}
