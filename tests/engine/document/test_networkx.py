"""A graph handed to networkx: the same nodes and links, and nothing shared."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.document import Graph, loads
from shtairir.ids import NodeId

_spec = importlib.util.spec_from_file_location("document_builders", Path(__file__).with_name("builders.py"))
assert _spec is not None
assert _spec.loader is not None
builders = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(builders)


@pytest.fixture
def graph() -> Graph:
    """number → add twice, add → sqrt."""
    graph = Graph("demo")
    graph.description = "what it is for"
    number = graph.add("math.number", values={"value": [1, {"deep": [2]}]}, title="Three", position=(10, 20))
    total = graph.add("math.add", x=number["out"], y=number["out"])
    graph.add("array.sqrt", x=total["out"])
    return graph


def test_nodes_carry_block_title_values_and_position(graph: Graph) -> None:
    network = graph.to_networkx()
    assert dict(network.nodes["number"]) == {
        "block": "math.number",
        "title": "Three",
        "values": {"value": [1, {"deep": [2]}]},
        "position": (10.0, 20.0),
    }
    assert network.graph == {"name": "demo", "description": "what it is for"}


def test_edges_are_named_by_the_ports_that_they_join(graph: Graph) -> None:
    network = graph.to_networkx()
    assert list(network.edges(keys=True)) == [
        ("number", "add", ("out", "x")),
        ("number", "add", ("out", "y")),
        ("add", "sqrt", ("out", "x")),
    ]
    assert network.edges["number", "add", ("out", "y")] == {"output": "out", "input": "y"}


def test_nodes_can_be_sorted_so_that_each_follows_what_feeds_it(graph: Graph) -> None:
    assert list(nx.topological_sort(graph.snapshot().to_networkx())) == ["number", "add", "sqrt"]


def test_what_is_done_to_the_copy_leaves_the_graph_alone(graph: Graph) -> None:
    before = graph.to_bytes()
    network = graph.to_networkx()
    network.nodes["number"]["values"]["value"][1]["deep"].append(3)
    network.nodes["number"]["values"]["more"] = 1
    network.remove_node("add")
    assert graph.snapshot().to_bytes() == before
    assert graph.to_networkx().nodes["number"]["values"] == {"value": [1, {"deep": [2]}]}


def test_a_link_to_a_node_that_is_not_there_is_left_out() -> None:
    links = '"links": [{"from": "gone.out", "to": "a.x"}, {"from": "a.out", "to": "a.y"}]'
    graph = loads(
        f'{{"format": "shtairir-graph", "version": 1, "nodes": [{{"id": "a", "block": "b.c"}}], {links}}}'.encode()
    )
    network = graph.to_networkx()
    assert list(network) == ["a"]
    assert list(network.edges(keys=True)) == [("a", "a", ("out", "y"))]


@settings(max_examples=60, deadline=None)
@given(st.lists(builders.steps, min_size=6, max_size=40))
def test_any_graph_has_the_same_nodes_and_links_in_networkx(steps: list[Any]) -> None:
    graph = Graph("random")
    for step in steps:
        builders.do(graph, step)
    network = graph.to_networkx()
    assert list(network) == list(graph.nodes)
    edges = {(source, target, *key) for source, target, key in network.edges(keys=True)}
    assert edges == {
        (link.source.node, link.target.node, link.source.port, link.target.port) for link in graph.links.values()
    }
    assert network.number_of_edges() == len(graph.links)
    for node in graph.nodes:
        assert network.degree(node) == len(graph.links_of(NodeId(node))) + network.number_of_edges(node, node)
