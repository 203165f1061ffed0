"""Where two graphs differ: which nodes and links a picture of both marks, and how."""

from __future__ import annotations

import shtairir
from shtairir.document import edits
from shtairir.document.compared import Compared, compared
from shtairir.document.differences import differences
from shtairir.ids import NodeId, PortRef


def _graph() -> shtairir.Graph:
    graph = shtairir.Graph("demo")
    graph.add("math.number", id="three", value=3)
    graph.add("math.number", id="four", value=4)
    graph.add("math.add", id="total")
    graph.link("three.out", "total.a")
    graph.link("four.out", "total.b")
    return graph


def _between(before: shtairir.Graph, after: shtairir.Graph, scope: str = "") -> Compared:
    old, new = before.snapshot(), after.snapshot()
    return compared(old, new, differences(old, new), scope)


def test_equal_graphs_have_no_marks() -> None:
    assert _between(_graph(), _graph()).is_empty


def test_nodes_are_added_changed_and_gone() -> None:
    after = _graph()
    after.set("three.value", 5)
    after.remove("four")
    after.add("math.add", id="more")
    found = _between(_graph(), after)
    assert found.nodes == {"three": "changed", "more": "added", "total": "changed"}
    assert list(found.gone) == ["four"]
    assert [str(link) for link in found.unlinked] == [str(_graph().links[PortRef.parse("total.b")])]


def test_a_link_from_elsewhere_is_one_that_came_and_one_that_is_gone() -> None:
    after = _graph()
    after.unlink("total.b")
    after.link("three.out", "total.b")
    found = _between(_graph(), after)
    assert found.links == {PortRef.parse("total.b"): "added"}
    assert [str(link.source) for link in found.unlinked] == ["four.out"]


def test_what_only_looks_otherwise_is_told_apart() -> None:
    after = _graph()
    after.apply(edits.MoveNodes({NodeId("three"): (500.0, 500.0)}))
    assert _between(_graph(), after).nodes == {"three": "looks"}


def test_a_renamed_node_is_neither_gone_nor_added() -> None:
    after = _graph()
    after.apply(edits.RenameNode(NodeId("three"), NodeId("drei")))
    found = _between(_graph(), after)
    assert found.nodes == {"drei": "changed"}
    assert not found.gone
    assert not found.links
    assert not found.unlinked


def test_a_definition_that_is_new_is_added_as_a_whole() -> None:
    after = _graph()
    after.make_subgraph(["three", "total"], name="sum")
    (scope,) = after.subgraphs
    assert set(_between(_graph(), after, scope).nodes.values()) == {"added"}
    assert _between(after, _graph(), scope).is_empty, "there is nothing to show it in"


def test_what_differs_in_a_definition_is_marked_there_only() -> None:
    before = _graph()
    before.make_subgraph(["three", "total"], name="sum")
    (scope,) = before.subgraphs
    old = before.snapshot()
    before.subgraphs[scope].set("three.value", 9)
    new = before.snapshot()
    found = differences(old, new)
    assert compared(old, new, found, scope).nodes == {"three": "changed"}
    assert compared(old, new, found).is_empty
