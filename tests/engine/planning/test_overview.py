"""A plan of any size in as many boxes as can be read, and memory without overlaps."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

import shtairir
from shtairir.ids import NodeId
from shtairir.planning import ExecutionPlan
from shtairir.planning.overview import MOST_COLUMNS, MOST_IN_COLUMN, overview
from shtairir.planning.packing import offsets, top_bytes
from shtairir.planning.schedule import Holding
from shtairir.testing import graph_of


def layered(layers: int, wide: int) -> ExecutionPlan:
    """A plan of many nodes that compute different things, each reading two of the layer before."""
    choose = random.Random(1)
    graph = shtairir.Graph("large")
    before = [graph.add("math.number", id=f"n{number}", values={"value": float(number)}) for number in range(wide)]
    for layer in range(layers - 1):
        now = []
        for place in range(wide):
            node = graph.add(choose.choice(["array.add", "array.multiply"]), id=f"l{layer}_{place}")
            graph.link(choose.choice(before)["out"], node["x1"])
            graph.link(choose.choice(before)["out"], node["x2"])
            now.append(node)
        before = now
    return shtairir.plan(graph, level="basic", workers=2)


def test_a_small_plan_has_a_box_for_each_task() -> None:
    view = overview(shtairir.plan(graph_of("a -> b -> c", "a -> c"), level="basic"))
    assert [[box.label for box in column.boxes] for column in view.columns] == [["a"], ["b"], ["c"]]
    assert [column.title for column in view.columns] == ["stage 1", "stage 2", "stage 3"]
    assert view.links == {(0, 1): 1, (1, 2): 1, (0, 2): 1}
    assert view.critical == {(0, 1), (1, 2)}
    assert not view.is_grouped


def test_a_large_plan_has_few_boxes_that_stand_for_all_tasks() -> None:
    plan = layered(30, 34)
    view = overview(plan)
    assert len(plan.tasks) > 1000
    assert len(view.columns) <= MOST_COLUMNS
    assert all(len(column.boxes) <= MOST_IN_COLUMN for column in view.columns)
    assert sorted(task for box in view.boxes for task in box.tasks) == list(range(len(plan.tasks)))
    assert view.columns[0].title == "stages 1–2"
    assert [column.first for column in view.columns[1:]] == [column.last + 1 for column in view.columns[:-1]]


def test_the_critical_path_has_boxes_of_its_own() -> None:
    plan = layered(30, 34)
    for box in overview(plan).boxes:
        on_path = {plan.tasks[task].node in set(plan.critical_path) for task in box.tasks}
        assert on_path == {box.critical}


def test_an_empty_plan_has_no_columns() -> None:
    assert overview(shtairir.plan(graph_of())).columns == ()


HELD = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 20), st.integers(1, 10)).map(
        lambda drawn: Holding(NodeId("a"), None, drawn[0], drawn[1], drawn[1] + drawn[2])
    ),
    max_size=40,
).map(lambda found: sorted(found, key=lambda holding: holding.from_s))


@given(HELD)
def test_what_is_held_at_one_time_never_overlaps(holdings: list[Holding]) -> None:
    places = offsets(holdings)
    for one, holding in enumerate(holdings):
        for other in range(one):
            beside = holdings[other]
            if beside.from_s < holding.to_s and holding.from_s < beside.to_s:
                low, high = sorted([(places[one], holding.nbytes), (places[other], beside.nbytes)])
                assert low[0] + low[1] <= high[0]


@given(HELD)
def test_the_picture_is_at_least_as_high_as_what_is_held(holdings: list[Holding]) -> None:
    moments = [holding.from_s for holding in holdings]
    most = max(
        (sum(held.nbytes for held in holdings if held.from_s <= at_s < held.to_s) for at_s in moments), default=0
    )
    assert top_bytes(holdings, offsets(holdings)) >= most


def test_thousands_of_pieces_do_not_overlap_either() -> None:
    choose = random.Random(2)
    starts = sorted(choose.random() for _ in range(3000))
    holdings = [Holding(NodeId("a"), None, choose.randint(1, 9), at_s, at_s + choose.random() / 50) for at_s in starts]
    places = offsets(holdings)
    for at_s in starts[::50]:
        held = sorted(
            (place, holding.nbytes)
            for place, holding in zip(places, holdings, strict=True)
            if holding.from_s <= at_s < holding.to_s
        )
        assert all(one[0] + one[1] <= other[0] for one, other in pairwise(held))
