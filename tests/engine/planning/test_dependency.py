"""Orders, levels and paths, on drawn graphs and against networkx."""

from __future__ import annotations

import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.planning import DependencyAnalyzer, dependency
from shtairir.testing import arrows


def drawn(*lines: str, costs: dict[str, float] | None = None) -> DependencyAnalyzer[str]:
    nodes, links = arrows(*lines)
    return DependencyAnalyzer(nodes, links, costs)


@st.composite
def dags(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """Graphs without cycles whose numbering says nothing about their order."""
    size = draw(st.integers(1, 25))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    edges = [(min(pair), max(pair)) for pair in draw(st.lists(pairs, max_size=80)) if pair[0] != pair[1]]
    shuffled = list(range(size))
    random.Random(draw(st.integers(0, 99))).shuffle(shuffled)
    return size, [(shuffled[one], shuffled[other]) for one, other in edges]


def test_stages_group_what_needs_nothing_of_each_other() -> None:
    """
    a ─ b ─┐
    c ─────┴ d ─ e
    """
    assert drawn("a -> b -> d -> e", "c -> d").stages == [["a", "c"], ["b"], ["d"], ["e"]]


def test_critical_path_follows_the_costs_not_the_number_of_nodes() -> None:
    """
    a ─ b ─ c ─┐
    slow ──────┴ end
    """
    analyzer = drawn("a -> b -> c -> end", "slow -> end", costs={"slow": 10.0})
    assert analyzer.critical_path == ["slow", "end"]
    assert analyzer.critical_cost == 11.0
    assert analyzer.slack["a"] == 7.0
    assert analyzer.slack["slow"] == 0.0


def test_parallelism_is_total_cost_over_critical_cost() -> None:
    assert drawn("a -> b -> c").parallelism == 1.0
    assert drawn("a", "b", "c", "d").parallelism == 4.0
    assert DependencyAnalyzer[str](()).parallelism == 1.0


def test_a_cycle_is_named_node_by_node_in_its_direction() -> None:
    """
    in ─ a ─ b ─ c ─ out
         └───────┘
    """
    cycle = drawn("in -> a -> b -> c -> out", "c -> a").cycle
    start = cycle.index("a")
    assert cycle[start:] + cycle[:start] == ["a", "b", "c"]


def test_a_node_linked_to_itself_is_a_cycle() -> None:
    assert DependencyAnalyzer("a", ["aa"]).cycle == ["a"]


def test_no_cycle_is_found_where_branches_only_join() -> None:
    assert drawn("a -> b -> d", "a -> c -> d").cycle == []


def test_links_to_nodes_that_do_not_exist_are_reported_and_left_out() -> None:
    analyzer = DependencyAnalyzer("ab", ["ab", "az"])
    assert analyzer.missing == [("a", "z")]
    assert analyzer.order == ["a", "b"]


def test_unreachable_are_the_nodes_that_no_target_needs() -> None:
    """
    a ─ b ─ target
    └ side
    """
    assert drawn("a -> b -> target", "a -> side").unreachable(["target"]) == ["side"]


def test_isolated_are_the_nodes_without_links() -> None:
    assert drawn("a -> b", "c").isolated == ["c"]


def test_an_edge_is_redundant_if_a_longer_path_says_the_same() -> None:
    """
    a ─ b ─ c ─ d
    ├───────┘   │
    └───────────┘
    """
    analyzer = drawn("a -> b -> c -> d", "a -> c", "a -> d")
    assert analyzer.redundant_edges == [("a", "c"), ("a", "d")]


def test_redundant_edges_stay_when_the_search_would_take_too_long() -> None:
    analyzer = drawn("a -> b -> c -> d", "a -> c", "a -> d")
    assert dependency.redundant_edges(analyzer.successors, analyzer.levels, budget=0) == []


def test_depth_first_order_finishes_a_branch_before_it_begins_the_next() -> None:
    """
    load1 ─ work1 ─┐
    load2 ─ work2 ─┤
    load3 ─ work3 ─┴ sheet
    """
    analyzer = drawn(*(f"load{n} -> work{n} -> sheet" for n in (1, 2, 3)))
    order = dependency.depth_first_order(analyzer.predecessors, analyzer.successors, analyzer.finishes)
    named = [analyzer.names[index] for index in order]
    assert named == ["load1", "work1", "load2", "work2", "load3", "work3", "sheet"]


def test_depth_first_order_begins_with_the_longest_row() -> None:
    """
    x ──────────┐
    a ─ b ─ c ──┴ end      y
    """
    analyzer = drawn("y", "x -> end", "a -> b -> c -> end")
    order = dependency.depth_first_order(analyzer.predecessors, analyzer.successors, analyzer.finishes)
    assert [analyzer.names[index] for index in order] == ["a", "b", "c", "x", "end", "y"]


@given(dags())
def test_every_order_respects_the_links(dag: tuple[int, list[tuple[int, int]]]) -> None:
    size, edges = dag
    analyzer = DependencyAnalyzer(range(size), edges)
    lists = analyzer.predecessors, analyzer.successors
    for order in (
        dependency.topological_order(*lists),
        dependency.stable_order(*lists),
        dependency.depth_first_order(*lists, analyzer.finishes),
    ):
        assert sorted(order) == list(range(size))
        place = {node: position for position, node in enumerate(order)}
        assert all(place[source] < place[target] for source, target in edges)


@given(dags())
def test_levels_path_and_redundancy_agree_with_networkx(dag: tuple[int, list[tuple[int, int]]]) -> None:
    size, edges = dag
    analyzer = DependencyAnalyzer(range(size), edges)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(edges)
    assert [sorted(stage) for stage in analyzer.stages] == [
        sorted(level) for level in nx.topological_generations(graph)
    ]
    assert len(analyzer.critical_path) == nx.dag_longest_path_length(graph) + 1
    reduced = set(nx.transitive_reduction(graph).edges)
    assert set(analyzer.redundant_edges) == set(graph.edges) - reduced


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_a_cycle_is_found_exactly_if_there_is_one(edges: list[tuple[int, int]]) -> None:
    analyzer = DependencyAnalyzer(range(10), edges)
    graph = nx.DiGraph(edges)
    cycle = analyzer.cycle
    assert bool(cycle) == (not nx.is_directed_acyclic_graph(graph))
    assert all(graph.has_edge(one, other) for one, other in zip(cycle, cycle[1:] + cycle[:1], strict=True))


@pytest.mark.parametrize("size", [0, 1])
def test_the_smallest_graphs_have_an_order(size: int) -> None:
    analyzer = DependencyAnalyzer(range(size))
    assert analyzer.order == list(range(size))
    assert analyzer.critical_path == list(range(size))
