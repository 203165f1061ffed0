"""Definitions: made of nodes, put back, shared, copied, renamed; one history for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest

from shtairir.block import Param, block
from shtairir.block.registry import Registry
from shtairir.document import (
    Change,
    Edit,
    Frame,
    Graph,
    GraphTest,
    InScope,
    MoveNodes,
    NamedResult,
    NodeHandle,
    Parameter,
    Publish,
    PublishResult,
    PutFrame,
    PutTest,
    RemoveTest,
    RenameNode,
    SetGraphPolicy,
    SetPolicy,
    SetValue,
    Unpublish,
    UnpublishResult,
    dumps,
    loads,
)
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortName, PortRef


@block(category="Test")
def source(value: float = 1.0) -> float:
    """A number."""
    return value


@block(category="Test")
def scale(x: float, factor: Annotated[float, Param(ge=0, le=10)] = 2.0, mode: Literal["up", "down"] = "up") -> float:
    """Scale."""
    return x * factor


@block(category="Test")
def add(a: float, b: float = 0.0) -> float:
    """Add."""
    return a + b


@pytest.fixture
def registry() -> Registry:
    found = Registry(packs={"graph": "shtairir.flow.interface", "flow": "shtairir.flow"}, folders=())
    for function in (source, scale, add):
        found.add(function)
    return found


@pytest.fixture
def graph() -> Graph:
    """source → scale → add → end, and source → add."""
    graph = Graph("demo")
    start = graph.add("test.source", value=3, position=(0, 0))
    scaled = graph.add("test.scale", x=start["out"], factor=4, position=(200, 100))
    total = graph.add("test.add", a=scaled["out"], b=start["out"], position=(400, 0))
    graph.add("test.add", id="end", a=total["out"], position=(600, 0))
    return graph


def _made(graph: Graph, registry: Registry, name: str | None = "clean") -> NodeHandle:
    return graph.make_subgraph(["scale", "add"], name, registry=registry)


def _links(graph: Graph) -> set[str]:
    return {str(link) for link in graph.links.values()}


def _told(graph: Graph) -> list[Change]:
    changes: list[Change] = []
    graph.subscribe(changes.append)
    return changes


# --- make -----------------------------------------------------------------------------------------------------


def test_links_that_cross_the_border_become_inputs_and_outputs_one_for_each_source(
    graph: Graph, registry: Registry
) -> None:
    clean = _made(graph, registry)
    assert _links(graph) == {"source.out → clean.x", "clean.out → end.a"}
    inside = graph.subgraphs["clean"]
    assert _links(inside) == {"x.out → scale.x", "x.out → add.b", "scale.out → add.a", "add.out → out.value"}
    assert inside.node("x").values == {"name": "x", "type": "float"}
    assert [port.name for port in inside.interface().inputs] == ["x"]
    assert [port.name for port in inside.interface().outputs] == ["out"]
    assert graph.nodes[clean.id].block == "subgraph.clean"


def test_positions_and_values_go_along_and_the_instance_stands_in_the_middle(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    inside = graph.subgraphs["clean"]
    assert inside.node("scale").position == (200, 100)
    assert inside.node("scale").values == {"factor": 4}
    assert clean.node.position == (300, 50)
    assert inside.node("x").position[0] < 200 < 400 < inside.node("out").position[0]


def test_making_a_definition_is_one_step_that_undo_takes_back_exactly(graph: Graph, registry: Registry) -> None:
    before = dumps(graph)
    _made(graph, registry)
    after = dumps(graph)
    assert graph.undo() == "make subgraph clean"
    assert dumps(graph) == before
    assert not graph.subgraphs
    graph.redo()
    assert dumps(graph) == after


def test_two_ports_of_one_name_get_names_apart(registry: Registry) -> None:
    graph = Graph("demo")
    ends = [graph.add("test.scale", x=graph.add("test.source")["out"]) for _ in range(3)]
    for end in ends:
        graph.add("test.add", a=end["out"])
    graph.make_subgraph([end.id for end in ends], "many", registry=registry)
    interface = graph.subgraphs["many"].interface()
    assert [port.name for port in interface.inputs] == ["x", "x_2", "x_3"]
    assert [port.name for port in interface.outputs] == ["out", "scale_2", "scale_3"]


def test_a_text_that_is_no_name_becomes_the_title(graph: Graph, registry: Registry) -> None:
    _made(graph, registry, "Clean up (fast)!")
    assert list(graph.subgraphs) == ["clean_up_fast"]
    assert graph.subgraphs["clean_up_fast"].name == "Clean up (fast)!"


def test_definitions_without_a_name_are_numbered(graph: Graph, registry: Registry) -> None:
    graph.make_subgraph(["scale"], registry=registry)
    graph.make_subgraph(["add"], registry=registry)
    assert list(graph.subgraphs) == ["subgraph", "subgraph_2"]


def test_a_name_that_is_taken_is_refused(graph: Graph, registry: Registry) -> None:
    graph.add_subgraph("clean")
    before = dumps(graph)
    with pytest.raises(EditError, match="already has a definition 'clean'"):
        _made(graph, registry)
    assert dumps(graph) == before


def test_nodes_with_another_between_them_are_refused_and_it_is_named(graph: Graph, registry: Registry) -> None:
    with pytest.raises(EditError, match=r"'scale' lies between the chosen nodes.*Choose what lies between") as error:
        graph.make_subgraph(["source", "add"], registry=registry)
    assert "too" in error.value.hint


def test_no_nodes_and_unknown_nodes_are_refused(graph: Graph, registry: Registry) -> None:
    with pytest.raises(EditError, match="nothing to make"):
        graph.make_subgraph([], registry=registry)
    with pytest.raises(EditError, match="no node 'nobody'"):
        graph.make_subgraph(["nobody"], registry=registry)


def test_a_parameter_of_a_chosen_node_becomes_an_input_that_can_still_be_set(graph: Graph, registry: Registry) -> None:
    graph.publish("strength", "scale.factor", title="Strength", help="How much", range=(0, 5))
    clean = _made(graph, registry)
    (parameter,) = graph.parameters
    assert (parameter.target, parameter.title, parameter.range) == (clean["strength"], "Strength", (0, 5))
    port = graph.subgraphs["clean"].interface().input("strength")
    assert port is not None
    assert (port.default, port.required, port.help) == (4.0, False, "How much")
    graph.set("strength", 5)
    assert clean.node.values == {"strength": 5}


def test_a_choice_keeps_its_choices_at_the_border(graph: Graph, registry: Registry) -> None:
    graph.publish("mode", "scale.mode")
    _made(graph, registry)
    port = graph.definition("clean", registry).input("mode")  # type: ignore[union-attr]
    assert port is not None
    assert port.parse("down") == "down"
    with pytest.raises(ValueError, match="up, down"):
        port.parse("sideways")


def test_a_parameter_of_a_linked_input_keeps_its_target_by_its_path(graph: Graph, registry: Registry) -> None:
    graph.publish("first", "add.a")
    clean = _made(graph, registry)
    assert graph.parameters[0].target == PortRef(NodeId(f"{clean.id}/add"), PortName("a"))


def test_a_result_of_a_chosen_node_becomes_an_output(graph: Graph, registry: Registry) -> None:
    graph.publish_result("scaled", "scale.out")
    graph.publish_result("total", "add.out")
    clean = _made(graph, registry)
    assert {one.name: one.source for one in graph.results} == {"total": clean["out"], "scaled": clean["scale"]}
    assert [port.name for port in graph.subgraphs["clean"].interface().outputs] == ["out", "scale"]


def test_frames_around_chosen_nodes_alone_go_along(graph: Graph, registry: Registry) -> None:
    graph.apply(PutFrame(Frame("in", "In", rect=(150, 50, 100, 100))))
    graph.apply(PutFrame(Frame("all", "All", rect=(-10, -10, 1000, 1000))))
    _made(graph, registry)
    assert [frame.id for frame in graph.frames] == ["all"]
    assert [frame.id for frame in graph.subgraphs["clean"].frames] == ["in"]


def test_interface_nodes_stay_where_they_are(graph: Graph, registry: Registry) -> None:
    _made(graph, registry)
    inside = graph.subgraphs["clean"]
    deeper = inside.make_subgraph(list(inside.nodes), "deeper", registry=registry)
    assert set(inside.nodes) == {"x", "out", deeper.id}
    assert _links(inside) == {"x.out → deeper.x", "deeper.out → out.value"}
    assert list(graph.subgraphs) == ["clean", "deeper"]
    assert graph.undo() == "make subgraph deeper in clean"
    assert set(inside.nodes) == {"x", "out", "scale", "add"}


# --- expand ---------------------------------------------------------------------------------------------------


def test_expanding_gives_back_what_was_put_together(graph: Graph, registry: Registry) -> None:
    graph.publish("strength", "scale.factor", range=(0, 5))
    graph.publish_result("total", "add.out")
    before = graph.snapshot()
    clean = _made(graph, registry)
    assert set(graph.expand(clean, registry=registry)) == {"scale", "add"}
    after = graph.snapshot()
    assert dict(after.nodes) == dict(before.nodes)
    assert set(after.links.values()) == set(before.links.values())
    assert (after.parameters, after.results) == (before.parameters, before.results)
    assert not graph.subgraphs


def test_expanding_is_one_step_that_undo_takes_back_exactly(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    before = dumps(graph)
    graph.expand(clean, registry=registry)
    assert graph.undo() == "expand clean"
    assert dumps(graph) == before


def test_a_definition_with_other_instances_stays_when_one_is_expanded(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    graph.add("subgraph.clean", id="again", x=7)
    graph.expand(clean, registry=registry)
    assert list(graph.subgraphs) == ["clean"]
    assert set(graph.expand("again", registry=registry)) == {"scale_2", "add_2"}
    assert graph.value("scale_2.x") == 7
    assert graph.value("add_2.b") == 7
    assert not graph.subgraphs


def test_a_default_becomes_the_value_of_what_reads_it(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    graph.subgraphs["clean"].set("x.value", 9)
    graph.unlink(clean["x"])
    graph.expand(clean, registry=registry)
    assert graph.value("scale.x") == 9


def test_an_input_that_is_only_handed_on_leads_straight_through(registry: Registry) -> None:
    graph = Graph("demo")
    through = graph.add_subgraph("through")
    entry = through.add("graph.input", id="entry", values={"name": "a", "type": "float"})
    through.add("graph.output", id="exit", values={"name": "b", "type": "float", "value": entry["out"]})
    start = graph.add("test.source")
    one = graph.add("subgraph.through", a=start["out"])
    graph.add("test.add", a=one["b"])
    other = graph.add("subgraph.through", a=5)
    graph.add("test.add", a=other["b"])
    graph.expand(one, registry=registry)
    graph.expand(other, registry=registry)
    assert _links(graph) == {"source.out → add.a"}
    assert graph.value("add_2.a") == 5


def test_a_parameter_that_several_nodes_read_stays_one_as_an_input_of_the_graph(
    graph: Graph, registry: Registry
) -> None:
    clean = _made(graph, registry)
    graph.unlink(clean["x"])
    graph.set(clean["x"], 8)
    graph.publish("start", clean["x"], title="Start")
    graph.expand(clean, registry=registry)
    assert graph.parameters == ()
    kept = graph.node("start")
    assert (kept.block, kept.title, kept.values["name"], kept.values["value"]) == ("graph.input", "Start", "start", 8)
    assert {"start.out → scale.x", "start.out → add.b"} <= _links(graph)


def test_only_instances_can_be_expanded(graph: Graph, registry: Registry) -> None:
    graph.add("subgraph.missing")
    with pytest.raises(EditError, match="'scale' stands for no definition"):
        graph.expand("scale", registry=registry)
    with pytest.raises(EditError, match="no definition 'missing'"):
        graph.expand("missing", registry=registry)


def test_expanding_inside_a_definition_keeps_paths_into_it_valid(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    graph.publish("first", f"{clean.id}/add.a")
    inside = graph.subgraphs["clean"]
    deeper = inside.make_subgraph(["scale", "add"], "deeper", registry=registry)
    assert str(graph.parameters[0].target) == "clean/deeper/add.a"
    inside.expand(deeper, registry=registry)
    assert str(graph.parameters[0].target) == "clean/add.a"


# --- unique, renamed, removed -----------------------------------------------------------------------------------


def test_an_instance_made_unique_has_a_copy_of_its_own(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    graph.add("subgraph.clean", id="again", x=7)
    before = dumps(graph)
    assert graph.make_unique("again") == "clean_2"
    graph.subgraphs["clean_2"].set("scale.factor", 1)
    assert graph.subgraphs["clean"].value("scale.factor") == 4
    assert (clean.node.block, graph.node("again").block) == ("subgraph.clean", "subgraph.clean_2")
    assert graph.node("again").values == {"x": 7}
    graph.undo()
    assert graph.undo() == "make again unique"
    assert dumps(graph) == before


def test_a_loop_made_unique_has_a_body_of_its_own(graph: Graph, registry: Registry) -> None:
    _made(graph, registry)
    graph.add("flow.for_each", id="loop", values={"body": "clean"})
    assert graph.make_unique("loop") == "clean_2"
    assert graph.value("loop.body") == "clean_2"


def test_what_stands_for_no_definition_cannot_be_made_unique(graph: Graph) -> None:
    with pytest.raises(EditError, match="stands for no definition"):
        graph.make_unique("scale")
    graph.add("file:other.shtairir")
    with pytest.raises(EditError, match="stands for a file"):
        graph.make_unique("other")


def test_a_renamed_definition_takes_its_instances_and_loops_along(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    outer = graph.add_subgraph("outer")
    outer.add("subgraph.clean")
    graph.add("flow.repeat", id="loop", values={"body": "clean"})
    before = dumps(graph)
    scope = graph.subgraphs["clean"]
    graph.rename_subgraph("clean", "wash")
    assert (clean.node.block, outer.node("clean").block) == ("subgraph.wash", "subgraph.wash")
    assert graph.value("loop.body") == "wash"
    assert list(graph.subgraphs) == ["wash", "outer"]
    assert scope.scope == "wash"
    graph.undo()
    assert dumps(graph) == before


def test_names_that_cannot_be_are_refused(graph: Graph, registry: Registry) -> None:
    _made(graph, registry)
    for name in ("", "a/b", "a.b", "file:x", "a b"):
        with pytest.raises(EditError, match="cannot be the name"):
            graph.add_subgraph(name)
        with pytest.raises(EditError, match="cannot be the name"):
            graph.rename_subgraph("clean", name)
    with pytest.raises(EditError, match="Did you mean 'clean'"):
        graph.rename_subgraph("cleam", "other")


def test_a_definition_in_use_is_not_removed_and_its_users_are_named(graph: Graph, registry: Registry) -> None:
    _made(graph, registry)
    graph.add_subgraph("outer").add("subgraph.clean", id="inner")
    with pytest.raises(EditError, match="used by 2 nodes: clean, outer/inner"):
        graph.remove_subgraph("clean")
    graph.remove_subgraph("outer")
    assert list(graph.subgraphs) == ["clean"]
    graph.undo()
    assert list(graph.subgraphs) == ["clean", "outer"]


def test_a_removed_definition_cannot_be_edited_until_it_is_back(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    graph.remove_subgraph("clean")
    for act in (lambda: scope.add("test.add"), scope.snapshot):
        with pytest.raises(EditError, match="was removed"):
            act()
    graph.undo()
    scope.add("test.add")
    assert "add" in graph.subgraphs["clean"].nodes


# --- recursion ------------------------------------------------------------------------------------------------


def test_a_definition_in_itself_is_refused_with_the_chain_named(graph: Graph) -> None:
    first, second, third = (graph.add_subgraph(name) for name in "abc")
    first.add("subgraph.b")
    second.add("subgraph.c")
    before = dumps(graph)
    with pytest.raises(EditError, match="'c' → 'a' → 'b' → 'c'"):
        third.add("subgraph.a")
    with pytest.raises(EditError, match="'c' → 'a' → 'b' → 'c'"):
        third.add("flow.for_each", values={"body": "a"})
    loop = third.add("flow.for_each")
    with pytest.raises(EditError, match="contain itself"):
        loop.set(body="c")
    graph.undo()
    assert dumps(graph) == before


def test_a_paste_that_would_close_a_circle_is_refused(graph: Graph) -> None:
    inner = graph.add_subgraph("inner")
    instance = graph.add("subgraph.inner")
    text = graph.copy_text([instance.id])
    with pytest.raises(EditError, match="contain itself"):
        inner.paste_text(text)
    assert not inner.nodes


def test_instances_of_a_definition_beside_each_other_are_no_recursion(graph: Graph) -> None:
    graph.add_subgraph("leaf")
    for name in ("left", "right", "top"):
        graph.add_subgraph(name)
    for side in ("left", "right"):
        graph.subgraphs[side].add("subgraph.leaf")
        graph.subgraphs["top"].add(f"subgraph.{side}")
    assert len(graph.subgraphs["top"].nodes) == 2


# --- one history ------------------------------------------------------------------------------------------------


def test_undo_anywhere_takes_back_the_last_step_wherever_it_was(graph: Graph, registry: Registry) -> None:
    _made(graph, registry)
    inside = graph.subgraphs["clean"]
    graph.set("source.value", 5)
    inside.set("scale.factor", 6)
    graph.set("source.value", 7)
    assert inside.undo() == "change value of source"
    assert graph.undo() == "change factor of scale in clean"
    assert (graph.value("source.value"), inside.value("scale.factor")) == (5, 4)
    assert inside.redo() == "change factor of scale in clean"
    assert inside.value("scale.factor") == 6


def test_a_transaction_may_reach_into_several_scopes(graph: Graph) -> None:
    one, other = graph.add_subgraph("one"), graph.add_subgraph("other")
    before = dumps(graph)
    with graph.transaction("build both"):
        one.add("test.add")
        other.add("test.add")
        graph.add("subgraph.one")
    assert graph.history[-1] == "build both"
    graph.undo()
    assert dumps(graph) == before
    with pytest.raises(EditError), graph.transaction("fail"):
        other.add("test.add").set(a=one.add("test.add")["out"], b=object())
    assert dumps(graph) == before


def test_sliders_of_two_scopes_never_become_one_step(graph: Graph) -> None:
    one, other = graph.add_subgraph("one"), graph.add_subgraph("other")
    for scope in (one, other):
        scope.add("test.source", id="s")
    steps = len(graph.history)
    for value in (1, 2, 3):
        one.set("s.value", value, merge="drag")
    for value in (4, 5):
        other.set("s.value", value, merge="drag")
    assert len(graph.history) == steps + 2
    graph.undo()
    assert (one.value("s.value"), other.value("s.value")) == (3, None)


def test_the_same_definition_is_the_same_graph_as_long_as_somebody_holds_it(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    assert graph.subgraphs["clean"] is scope
    assert (scope.root, scope.scope, graph.root, graph.scope) == (graph, "clean", graph, None)
    assert scope.subgraphs["clean"] is scope


def test_the_definitions_of_a_derived_class_are_of_that_class() -> None:
    class Special(Graph):
        pass

    assert isinstance(Special().add_subgraph("a"), Special)


def test_a_scope_shares_the_file_and_the_functions_of_the_graph(graph: Graph, tmp_path: Path) -> None:
    scope = graph.add_subgraph("clean")
    graph.path = tmp_path / "a.shtairir"
    node = scope.add(add)
    assert scope.path == graph.path
    assert scope.base_dir == graph.base_dir
    assert graph.local_blocks["test.add"] is scope.definition(node.id)  # type: ignore[index]
    assert dumps(scope) == dumps(graph)
    assert scope.is_modified


# --- what listeners hear -----------------------------------------------------------------------------------------


def test_a_scope_hears_of_itself_and_the_graph_hears_which_definition_changed(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    of_graph, of_scope = _told(graph), _told(scope)
    scope.add("test.add")
    assert (of_scope[0].nodes_added, of_scope[0].subgraphs_changed) == (("add",), ())
    assert (of_graph[0].nodes_added, of_graph[0].subgraphs_changed) == ((), ("clean",))
    assert of_graph[0].affects_result
    graph.add("test.add")
    assert len(of_scope) == 1
    assert len(of_graph) == 2


def test_moving_a_node_in_a_definition_affects_no_result(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    scope.add("test.add")
    told = _told(graph)
    scope.apply(MoveNodes({NodeId("add"): (5, 5)}))
    assert (told[0].subgraphs_changed, told[0].affects_result) == (("clean",), False)


def test_a_definition_hears_when_another_one_changes_that_it_may_contain(graph: Graph) -> None:
    inner, outer = graph.add_subgraph("inner"), graph.add_subgraph("outer")
    outer.add("subgraph.inner")
    told = _told(outer)
    inner.add("graph.input", values={"name": "x"})
    assert told[0].subgraphs_changed == ("inner",)
    assert not told[0].nodes_added


def test_listeners_of_a_scope_that_nobody_holds_still_hear(graph: Graph) -> None:
    graph.add_subgraph("clean")
    told = _told(graph.subgraphs["clean"])
    graph.subgraphs["clean"].add("test.add")
    assert len(told) == 1


def test_new_renamed_and_removed_definitions_and_code_are_told(graph: Graph) -> None:
    told = _told(graph)
    graph.add_subgraph("clean")
    graph.rename_subgraph("clean", "wash")
    graph.remove_subgraph("wash")
    graph.add_code("norm", "def norm(a: float) -> float:\n    return a\n")
    graph.set_code("norm", "def norm(a: float) -> float:\n    return 2 * a\n")
    assert [change.subgraphs_changed for change in told[:3]] == [("clean",), ("clean", "wash"), ("wash",)]
    assert [change.code_changed for change in told[3:]] == [("norm",), ("norm",)]
    assert all(change.affects_result for change in told)


def test_which_nodes_were_edited_is_known_only_where_nothing_else_was(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    scope.add("test.source", id="s")
    start = graph.revision
    graph.set("source.value", 8)
    assert graph.edited_since(start).nodes == {"source"}  # type: ignore[union-attr]
    assert scope.edited_since(start) is None
    scope.set("s.value", 8)
    assert graph.edited_since(start) is None


# --- values behind the border -----------------------------------------------------------------------------------


def test_a_value_inside_an_instance_is_not_set_from_outside(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    with pytest.raises(EditError, match=r"would change all its instances.*subgraphs\['clean'\]\.set\('scale\.factor'"):
        graph.set(f"{clean.id}/scale.factor", 3)
    with pytest.raises(EditError, match="all its instances"):
        graph.unset(f"{clean.id}/scale.factor")
    assert graph.value(f"{clean.id}/scale.factor") == 4
    graph.publish("deep", f"{clean.id}/scale.factor")
    with pytest.raises(EditError, match="all its instances"):
        graph.set("deep", 3)


def test_paths_that_lead_nowhere_are_refused(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    for path in (f"{clean.id}/nobody.x", "nobody/scale.x", "scale/add.a"):
        with pytest.raises(EditError, match="no node"):
            graph.publish("p", path)
        with pytest.raises(EditError, match="no node"):
            graph.set(path, 3)


def test_what_is_published_follows_nodes_that_are_renamed_or_removed_inside(graph: Graph, registry: Registry) -> None:
    clean = _made(graph, registry)
    graph.publish("p", f"{clean.id}/scale.factor")
    graph.publish_result("r", f"{clean.id}/scale.out")
    before = dumps(graph)
    inside = graph.subgraphs["clean"]
    inside.apply(RenameNode(NodeId("scale"), NodeId("zoom")))
    assert (str(graph.parameters[0].target), str(graph.results[0].source)) == ("clean/zoom.factor", "clean/zoom.out")
    graph.apply(RenameNode(clean.id, NodeId("wash")))
    assert str(graph.parameters[0].target) == "wash/zoom.factor"
    inside.remove("zoom")
    assert (graph.parameters, graph.results) == ((), ())
    for _ in range(3):
        graph.undo()
    assert dumps(graph) == before


def test_definitions_publish_nothing_but_by_their_interface_nodes(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    scope.add("test.add")
    with pytest.raises(EditError, match=r"graph\.input"):
        scope.publish("p", "add.a")
    with pytest.raises(EditError, match=r"graph\.output"):
        scope.publish_result("p", "add.out")


def test_parameters_and_results_can_be_published_and_withdrawn(graph: Graph) -> None:
    graph.publish("factor", "scale.factor", range=(0, 5.5))
    graph.publish_result("total", "add.out", title="Total")
    again = loads(dumps(graph))
    assert again.parameters[0].range == (0, 5.5)
    assert (again.results[0].name, again.results[0].title) == ("total", "Total")
    again.unpublish("factor")
    again.unpublish("total")
    assert (again.parameters, again.results) == ((), ())
    with pytest.raises(EditError, match="no parameter 'total'"):
        again.unpublish("total")
    with pytest.raises(EditError, match="range 5 to 1 is empty"):
        graph.publish("factor", "scale.factor", range=(5, 1))
    with pytest.raises(EditError, match="no node"):
        graph.publish_result("x", "nobody.out")


def test_an_input_of_the_graph_is_set_by_its_name_like_a_parameter(graph: Graph) -> None:
    graph.add("graph.input", id="entry", values={"name": "radius", "type": "float"})
    graph.set("radius", 3)
    assert graph.value("radius") == graph.value("entry.value") == 3
    graph.publish("radius", "source.value")
    graph.set("radius", 4)
    assert graph.value("source.value") == 4
    with pytest.raises(EditError, match="Did you mean 'radius'"):
        graph.set("raduis", 1)


# --- edits from outside -----------------------------------------------------------------------------------------


def test_an_edit_can_be_aimed_at_a_definition_from_anywhere(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    scope.add("test.source", id="s")
    graph.apply(InScope("clean", SetValue(NodeId("s"), PortName("value"), 3)))
    assert scope.value("s.value") == 3
    assert graph.undo_label == "change value of s in clean"
    with pytest.raises(EditError, match="no definition 'gone'"):
        graph.apply(InScope("gone", SetPolicy(NodeId("s"), {})))


# --- code -------------------------------------------------------------------------------------------------------

_CODE = "def norm(a: float) -> float:\n    return a\n"


def test_code_is_added_changed_and_removed_with_undo(graph: Graph) -> None:
    before = dumps(graph)
    graph.add_code("norm", _CODE)
    for index in range(3):
        graph.subgraphs.get("x", graph).set_code("norm", _CODE + "#" * index, merge="typing")
    assert graph.code["norm"].source == _CODE + "##"
    assert graph.history[-1] == "change code norm"
    graph.undo()
    graph.remove_code("norm")
    assert not graph.code
    for _ in range(2):
        graph.undo()
    assert dumps(graph) == before


def test_code_in_use_is_not_removed(graph: Graph) -> None:
    graph.add_code("norm", _CODE)
    graph.add_subgraph("clean").add("code.norm", id="n")
    with pytest.raises(EditError, match="used by 1 node: clean/n"):
        graph.remove_code("norm")
    with pytest.raises(EditError, match="no code block 'form'"):
        graph.set_code("form", "")
    with pytest.raises(EditError, match="already has a code block"):
        graph.add_code("norm", _CODE)
    with pytest.raises(EditError, match="1,000,000"):
        graph.set_code("norm", "#" * 1_000_001)


def test_renamed_code_takes_its_nodes_along(graph: Graph) -> None:
    graph.add_code("norm", _CODE)
    graph.add("code.norm", id="one")
    graph.add_subgraph("clean").add("code.norm", id="other")
    before = dumps(graph)
    graph.rename_code("norm", "normal")
    assert list(graph.code) == ["normal"]
    assert graph.node("one").block == graph.subgraphs["clean"].node("other").block == "code.normal"
    graph.undo()
    assert dumps(graph) == before
    with pytest.raises(EditError, match="cannot be the name"):
        graph.rename_code("norm", "a b")


def test_code_of_a_definition_is_that_of_the_graph(graph: Graph) -> None:
    scope = graph.add_subgraph("clean")
    scope.add_code("norm", _CODE)
    node = scope.add("code.norm")
    assert list(graph.code) == ["norm"]
    assert [port.name for port in scope.definition(node.id).inputs] == ["a"]  # type: ignore[union-attr]


# --- how inputs are set by hand ---------------------------------------------------------------------------------


def test_an_input_is_set_by_hand_like_the_first_port_inside_that_reads_it(graph: Graph, registry: Registry) -> None:
    graph.publish("strength", "scale.factor")
    clean = _made(graph, registry)
    outer = graph.make_subgraph([clean.id], "outer", registry=registry)
    graph.publish("again", outer["strength"])
    for node, scope in ((outer.id, graph), (clean.id, graph.subgraphs["outer"])):
        port = scope.definition(node, registry).input("strength")  # type: ignore[union-attr]
        assert port is not None
        assert (port.param.ge, port.param.le) == (0, 10)
    inside = graph.subgraphs["clean"]
    inside.unlink("scale.factor")
    port = graph.definition(outer.id, registry).input("strength")  # type: ignore[union-attr]
    assert port is not None
    assert not port.param.bounded


def test_the_definitions_of_a_graph_are_a_live_view(graph: Graph) -> None:
    view = graph.subgraphs
    assert (len(view), "clean" in view, view.get("clean")) == (0, False, None)
    scope = graph.add_subgraph("clean")
    assert view["clean"] is scope
    assert list(view) == ["clean"]
    with pytest.raises(KeyError):
        view["nobody"]


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (SetGraphPolicy({"timeout_s": 3}), "policy"),
        (PutTest(GraphTest("small", {}, {"total": 3}, {})), "tests"),
        (RemoveTest("small"), "tests"),
        (Publish(Parameter("factor", PortRef(NodeId("inner"), PortName("factor")))), "parameters"),
        (Unpublish("factor"), "parameters"),
        (PublishResult(NamedResult("total", PortRef(NodeId("inner"), PortName("out")))), "results"),
        (UnpublishResult("total"), "results"),
    ],
    ids=lambda item: type(item).__name__ if isinstance(item, Edit) else "",
)
@pytest.mark.parametrize("from_afar", [False, True])
def test_what_only_the_graph_can_have_is_refused_in_a_definition(edit: Edit, what: str, from_afar: bool) -> None:
    graph = Graph("demo")
    inner = graph.add_subgraph("step")
    inner.add("test.scale", id="inner")
    before = dumps(graph)
    where, done = (graph, InScope("step", edit)) if from_afar else (inner, edit)
    with pytest.raises(EditError, match=f"A definition has no {what} of its own") as refused:
        where.apply(done)
    assert refused.value.hint
    assert dumps(graph) == before
    assert loads(before).snapshot().content() == graph.snapshot().content()
