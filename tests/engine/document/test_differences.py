"""What changed between two graphs is told in words, and nothing else is."""

from __future__ import annotations

import shtairir
from shtairir.document import dumps, edits, loads
from shtairir.document.differences import differences
from shtairir.ids import NodeId


def _graph() -> shtairir.Graph:
    graph = shtairir.Graph("demo")
    graph.add("math.number", id="three", value=3)
    graph.add("math.number", id="four", value=4)
    graph.add("math.add", id="total")
    graph.link("three.out", "total.a")
    graph.link("four.out", "total.b")
    return graph


def _told(before: shtairir.Graph, after: shtairir.Graph) -> list[str]:
    found = differences(before.snapshot(), after.snapshot())
    return [f"{difference.place} {difference.sentence}" for difference in found]


def test_equal_graphs_have_no_difference() -> None:
    assert _told(_graph(), _graph()) == []


def test_value_tells_what_it_was() -> None:
    after = _graph()
    after.set("three.value", 5)
    assert _told(_graph(), after) == ["three.value was 3 and is 5."]


def test_value_that_was_never_set_was_its_default() -> None:
    before, after = shtairir.Graph("demo"), shtairir.Graph("demo")
    before.add("math.number", id="n")
    after.add("math.number", id="n", value=2)
    assert _told(before, after) == ["n.value was its default and is 2."]


def test_other_source_of_a_link_is_one_change() -> None:
    after = _graph()
    after.link("three.out", "total.b")
    assert _told(_graph(), after) == ["total.b read four.out and reads three.out."]


def test_node_that_is_gone_takes_its_own_links_along() -> None:
    after = _graph()
    after.remove(NodeId("total"))
    assert _told(_graph(), after) == ["total was removed; it was a math.add."]


def test_link_from_a_node_that_is_gone_is_told_at_its_reader() -> None:
    after = _graph()
    after.remove(NodeId("four"))
    assert _told(_graph(), after) == [
        "four was removed; it was a math.number.",
        "total.b no longer reads four.out.",
    ]


def test_new_node_says_how_it_is_set() -> None:
    after = _graph()
    after.add("math.number", id="five", value=5)
    assert _told(_graph(), after) == ["five was added: a math.number, value 5."]


def test_renamed_nodes_are_the_same_nodes() -> None:
    """three → addend and total → sum at once: each is known by the other."""
    after = shtairir.Graph("demo")
    after.add("math.number", id="addend", value=3)
    after.add("math.number", id="four", value=4)
    after.add("math.add", id="sum")
    after.link("addend.out", "sum.a")
    after.link("four.out", "sum.b")
    told = _told(_graph(), after)
    assert sorted(told) == ["addend was called 'three'.", "sum was called 'total'."]


def test_node_with_other_values_is_not_taken_for_a_renamed_one() -> None:
    before, after = shtairir.Graph("demo"), shtairir.Graph("demo")
    before.add("math.number", id="a", value=1)
    after.add("math.number", id="b", value=2)
    kinds = [difference.kind for difference in differences(before.snapshot(), after.snapshot())]
    assert kinds == ["removed", "added"]


def test_places_and_titles_do_not_matter_and_come_last() -> None:
    after = _graph()
    after.apply(edits.MoveNodes({NodeId("three"): (100.0, 50.0), NodeId("four"): (0.0, 90.0)}))
    after.set("four.value", 9)
    found = differences(_graph().snapshot(), after.snapshot())
    assert [(difference.sentence, difference.matters) for difference in found] == [
        ("was 4 and is 9.", True),
        ("2 nodes moved.", False),
    ]


def test_policies_differ_key_by_key() -> None:
    after = _graph()
    after.apply(edits.SetPolicy(NodeId("total"), {"retries": 5}))
    assert _told(_graph(), after) == ["total policy retries was the default and is 5."]


def test_inside_of_a_definition_is_named_with_it() -> None:
    before = _graph()
    before.make_subgraph([NodeId("total")], name="sum up")
    after = loads(dumps(before))
    name = next(iter(after.subgraphs))
    after.subgraphs[name].add("math.number", id="extra", value=1)
    assert _told(before, after) == [f"{name}: extra was added: a math.number, value 1."]


def test_code_shows_its_lines() -> None:
    before, after = shtairir.Graph("demo"), shtairir.Graph("demo")
    before.add_code("half", "def half(x: float) -> float:\n    return x / 2\n")
    after.add_code("half", "def half(x: float) -> float:\n    return x * 0.5\n")
    (found,) = differences(before.snapshot(), after.snapshot())
    assert found.place == "code half"
    assert "-    return x / 2" in found.details
    assert "+    return x * 0.5" in found.details


def test_a_difference_knows_which_nodes_and_which_input_it_is_about() -> None:
    after = _graph()
    after.set("three.value", 5)
    after.unlink("total.b")
    after.remove("four")
    after.add("math.number", id="five")
    found = differences(_graph().snapshot(), after.snapshot())
    about = {difference.place: (difference.nodes, difference.port) for difference in found}
    assert about["three.value"] == (("three",), None)
    assert about["total.b"] == (("total",), "b")
    assert about["five"] == (("five",), None)
    assert about["four"] == (("four",), None), "it is gone: by the name that it had"
