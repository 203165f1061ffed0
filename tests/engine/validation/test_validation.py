"""Each kind of problem: found, placed, said in words, and mended by its own edit."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.block import Array, Image, Param, block
from shtairir.block.definition import definition_of
from shtairir.block.registry import Registry
from shtairir.document import AddNodes, Graph, Link, Node, SetPolicy, dumps, loads, save
from shtairir.ids import BlockId, NodeId, PortName, PortRef
from shtairir.validation import Problem, blocked_nodes, validate, validate_file


@block(category="Test")
def number(value: float = 0.0) -> float:
    """A number."""
    return value


@block(category="Test")
def add(x: float, y: float) -> float:
    """Add."""
    return x + y


@block(category="Test")
def picture(size: Annotated[int, Param(ge=1, le=100, unit="px")] = 10) -> Image:
    """A picture."""
    raise NotImplementedError


@block(category="Test")
def blur(
    image: Image,
    sigma: Annotated[float, Param(ge=0, lt=50)] = 1.0,
    mode: Literal["reflect", "nearest", "wrap"] = "reflect",
) -> Image:
    """Blur."""
    return image


class _Parts(NamedTuple):
    mean: float
    spread: float


@block(category="Test")
def measure(data: Array) -> _Parts:
    """Measure."""
    return _Parts(0.0, 0.0)


@block(category="Test")
def read(path: Annotated[Path, Param(path="open")]) -> str:
    """Read a file."""
    return ""


@block(category="Test")
def folder(path: Annotated[Path, Param(path="folder")]) -> list[Path]:
    """List a folder."""
    return []


@block(category="Test", pure=False)
def beep(times: int = 1) -> float:
    """Make a noise."""
    return 0.0


@block(category="Test", requires=("no_such_library_of_this_name",), extra="image")
def lacking(value: float = 0.0) -> float:
    """Needs a library."""
    return value


@pytest.fixture(scope="module")
def registry() -> Registry:
    registry = Registry(packs={}, folders=())
    for one in (number, add, picture, blur, measure, read, folder, beep, lacking):
        registry.add(one)
    return registry


def _only(graph: Graph, registry: Registry, code: str) -> Problem:
    problems = validate(graph, registry)
    assert [problem.code for problem in problems] == [code], problems
    return problems[0]


def _mended(graph: Graph, registry: Registry, problem: Problem) -> list[Problem]:
    assert problem.edit is not None
    graph.apply(problem.edit)
    return validate(graph, registry)


def test_a_good_graph_has_no_problems(registry: Registry) -> None:
    graph = Graph()
    a, b = graph.add("test.number", value=3), graph.add("test.picture")
    total = graph.add("test.add", x=a["out"], y=4)
    graph.add("test.add", x=a["out"], y=total["out"])
    graph.add("test.blur", image=b["out"], mode="wrap", sigma=2)
    assert validate(graph, registry) == []
    assert validate(Graph(), registry) == []
    assert validate(graph.snapshot(), registry) == []


# --- circles --------------------------------------------------------------------------------------------------


def _ring(*names: str) -> Graph:
    graph = Graph()
    for name in names:
        graph.add("test.add", id=name, y=1)
    for source, target in zip(names, (*names[1:], names[0]), strict=True):
        graph.link(f"{source}.out", f"{target}.x")
    return graph


def test_a_circle_is_named_node_by_node_and_one_link_less_mends_it(registry: Registry) -> None:
    graph = _ring("a", "b", "c")
    problem = _only(graph, registry, "cycle")
    assert problem.message == "3 nodes wait for each other in a circle: a → b → c → a."
    assert problem.fix == "Remove one of the links, for example c.out → a.x."
    assert (problem.node, problem.related) == ("a", ("a", "b", "c"))
    assert [after.code for after in _mended(graph, registry, problem)] == ["missing_input"]


def test_a_node_that_feeds_itself_is_a_circle(registry: Registry) -> None:
    problem = _only(_ring("a"), registry, "cycle")
    assert problem.message == "'a' waits for its own result: a.out → a.x."


def test_each_group_of_circles_is_told_once_and_nodes_behind_are_not_in_it(registry: Registry) -> None:
    graph = _ring("a", "b", "c")
    for name in ("d", "e"):
        graph.add("test.add", id=name, y=1)
    graph.link("d.out", "e.x")
    graph.link("e.out", "d.x")
    graph.link("b.out", "a.y")
    graph.link("c.out", "d.y")
    behind = graph.add("test.add", y=1)
    graph.link("e.out", behind["x"])
    circles = [problem.related for problem in validate(graph, registry) if problem.code == "cycle"]
    assert circles == [("a", "b"), ("d", "e")]


def test_a_very_long_circle_is_found_without_recursion_and_shortened(registry: Registry) -> None:
    graph = _ring(*(f"n{index}" for index in range(5000)))
    problem = _only(graph, registry, "cycle")
    assert problem.message.startswith("5000 nodes wait")
    assert "n11 → … → n0" in problem.message
    assert len(problem.related) == 5000


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_circles_are_found_exactly_where_nodes_reach_themselves(pairs: list[tuple[int, int]]) -> None:
    registry = Registry(packs={}, folders=())
    graph = Graph()
    for index in range(8):
        graph.add("any.any", id=f"n{index}")
    for place, (source, target) in enumerate(pairs):
        graph.link(f"n{source}.out", f"n{target}.x{place}")
    links = np.zeros((8, 8), int)
    links[tuple(np.array(pairs, int).reshape(-1, 2).T)] = 1
    steps = np.zeros((8, 8), int)  # how many links it takes at least from one node to another; 0: no way
    for length in range(1, 9):
        steps[(steps == 0) & (np.linalg.matrix_power(links, length) > 0)] = length
    looping = [node for node in range(8) if steps[node, node]]
    groups = {frozenset(other for other in looping if steps[node, other] and steps[other, node]) for node in looping}
    found = [problem for problem in validate(graph, registry) if problem.code == "cycle"]
    assert [problem.node for problem in found] == sorted(f"n{min(group)}" for group in groups)
    for problem in found:
        ring = [int(node[1:]) for node in (*problem.related, problem.related[0])]
        assert all(links[one, next_one] for one, next_one in pairwise(ring))
        assert len(problem.related) == steps[ring[0], ring[0]], "the circle is not the shortest"
        assert problem.node is not None
        assert problem.port is not None
        assert graph.links[PortRef(problem.node, problem.port)].source.node == problem.related[-1]


def test_many_circles_in_a_large_graph_are_found_in_one_go(registry: Registry) -> None:
    nodes, links = [], []
    for index in range(2000):
        for name, source in ((f"a{index}", f"b{index}"), (f"b{index}", f"a{index}")):
            nodes.append(Node(NodeId(name), BlockId("test.add")))
            links.append(Link(PortRef(NodeId(source), PortName("out")), PortRef(NodeId(name), PortName("x"))))
    graph = Graph()
    graph.apply(AddNodes(tuple(nodes), tuple(links)))
    circles = [problem.related for problem in validate(graph, registry) if problem.code == "cycle"]
    assert circles == [(f"a{index}", f"b{index}") for index in range(2000)]


# --- inputs ---------------------------------------------------------------------------------------------------


def test_a_required_input_without_link_and_value_is_missing(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.add", x=1)
    problem = _only(graph, registry, "missing_input")
    assert (problem.severity, problem.node, problem.port) == ("error", "add", "y")
    assert problem.message == "The input 'y' of 'add' has no link and no value."
    assert problem.fix == "Link an output of type float to it, or set a value."
    graph.set("add.y", 2)
    graph.add("test.blur")
    assert _only(graph, registry, "missing_input").fix == "Link an output of type image to it."


@pytest.mark.parametrize("value", ["three", None, [1], {"a": 1}, True])
def test_a_value_of_the_wrong_kind_does_not_fit(registry: Registry, value: Any) -> None:
    graph = Graph()
    graph.add("test.number", value=value)
    problem = _only(graph, registry, "bad_value")
    assert "'value' of 'number' does not fit: expected a number" in problem.message
    assert _mended(graph, registry, problem) == []


def test_a_misspelled_choice_is_put_right(registry: Registry) -> None:
    graph = Graph()
    image = graph.add("test.picture")
    graph.add("test.blur", image=image["out"], mode="nearst")
    problem = _only(graph, registry, "bad_value")
    assert problem.fix == "Did you mean 'nearest'?"
    assert _mended(graph, registry, problem) == []
    assert graph.value("blur.mode") == "nearest"


@pytest.mark.parametrize(("size", "nearest"), [(0, 1), (-5, 1), (101, 100)])
def test_a_value_out_of_range_is_brought_back_into_it(registry: Registry, size: int, nearest: int) -> None:
    graph = Graph()
    graph.add("test.picture", size=size)
    problem = _only(graph, registry, "out_of_range")
    assert str(size) in problem.message
    assert problem.fix == f"Set it to {nearest}."
    assert _mended(graph, registry, problem) == []
    assert graph.value("picture.size") == nearest


def test_a_bound_that_is_itself_outside_is_not_proposed(registry: Registry) -> None:
    graph = Graph()
    image = graph.add("test.picture")
    graph.add("test.blur", image=image["out"], sigma=50)
    assert _only(graph, registry, "out_of_range").edit is None


def test_a_value_that_a_link_replaces_is_not_looked_at(registry: Registry) -> None:
    graph = Graph()
    a = graph.add("test.number")
    graph.add("test.add", x=a["out"], y=1)
    graph.set("add.x", "nonsense")
    assert validate(graph, registry) == []


def test_a_value_for_an_input_that_does_not_exist_is_told(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.picture", sise=3)
    problem = _only(graph, registry, "unknown_port")
    assert problem.fix == "Did you mean 'size'?"
    assert _mended(graph, registry, problem) == []


def test_a_type_of_a_pack_that_raises_is_a_bad_value_and_no_crash(registry: Registry) -> None:
    class Explosive:
        editable = True
        name = "explosive"

        def parse(self, value: object) -> object:
            raise RecursionError("boom")

    definition = definition_of(number)
    port = replace(definition.inputs[0], type=Explosive())  # type: ignore[arg-type]
    broken = Registry(packs={}, folders=())
    broken.add(replace(definition, inputs=(port,)))
    graph = Graph()
    graph.add("test.number", value=1)
    assert "boom" in _only(graph, broken, "bad_value").message


# --- files ----------------------------------------------------------------------------------------------------


def test_a_file_that_is_read_must_exist_beside_the_graph(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "coins.png").write_text("")
    graph = Graph()
    graph.add("test.read", path="coin.png")
    graph.add("test.folder", path=".")
    graph.path = tmp_path / "a.shtairir"
    problem = _only(graph, registry, "missing_file")
    assert f"no file 'coin.png' for 'path' of 'read' (looked in {tmp_path})" in problem.message
    assert problem.fix == "Did you mean 'coins.png'?"
    assert _mended(graph, registry, problem) == []


def test_a_folder_is_no_file_and_a_file_no_folder(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "coins.png").write_text("")
    graph = Graph()
    graph.add("test.read", path=".")
    graph.add("test.folder", path="coins.png")
    graph.path = tmp_path / "a.shtairir"
    messages = [problem.message for problem in validate(graph, registry)]
    assert messages[0].startswith("'.' is a folder, not a file")
    assert messages[1].startswith("'coins.png' is a file, not a folder")


def test_a_path_that_no_system_can_have_is_told_and_no_crash(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.read", path="a" * 5000)
    graph.add("test.read", path="a\0b")
    assert [problem.code for problem in validate(graph, registry)] == ["missing_file", "bad_value"]


# --- links ----------------------------------------------------------------------------------------------------


def test_types_that_do_not_fit_are_told_with_the_reason(registry: Registry) -> None:
    graph = Graph()
    image = graph.add("test.picture")
    graph.add("test.add", x=image["out"], y=1)
    problem = _only(graph, registry, "type_mismatch")
    assert problem.message.startswith("picture.out cannot feed add.x: image cannot feed float")
    assert (problem.node, problem.port) == ("add", "x")
    assert [after.code for after in _mended(graph, registry, problem)] == ["missing_input"]


def test_links_to_ports_that_do_not_exist_are_told_for_both_ends(registry: Registry) -> None:
    graph = Graph()
    image = graph.add("test.picture")
    parts = graph.add("test.measure", data=image["out"])
    graph.add("test.add", x=parts["mean"], y=parts["sprad"])
    graph.link(parts["mean"], "add.z")
    first, second = validate(graph, registry)
    assert (first.code, first.node, first.port) == ("unknown_port", "measure", "sprad")
    assert first.fix == "Did you mean 'spread'? It has mean, spread."
    assert (second.node, second.port) == ("add", "z")
    assert "'add' has no input 'z', but the link measure.mean → add.z names it." in second.message
    assert second.fix == "It has x, y."


def test_links_to_nodes_that_do_not_exist_are_told(registry: Registry) -> None:
    data = json.loads(dumps(_ring("a")))
    data["links"] = [{"from": "b.out", "to": "a.x"}, {"from": "a.out", "to": "nobody.x"}]
    graph = loads(json.dumps(data).encode())
    first, second = validate(graph, registry)
    assert (first.code, first.node, first.port) == ("unknown_node", "a", "x")
    assert (second.code, second.node, second.port) == ("unknown_node", "a", "out")
    assert "names a node 'nobody' that is not in the graph" in second.message
    assert second.fix == "Remove the link."
    assert second.edit is not None
    graph.apply(second.edit)
    assert len(graph.links) == 1


def test_parameters_that_stand_for_nothing_are_told(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.number")
    graph.publish("level", "number.valu")
    problem = _only(graph, registry, "unknown_port")
    assert "'level' stands for number.valu" in problem.message
    assert problem.fix == "Did you mean 'value'?"


# --- blocks ---------------------------------------------------------------------------------------------------


def test_a_missing_block_is_told_with_the_nearest_one(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.nmber", value=2)
    problem = _only(graph, registry, "missing_block")
    assert problem.message == "No installed pack has the block 'test.nmber' of 'nmber'."
    assert problem.fix == "Did you mean 'test.number'?"
    assert _mended(graph, registry, problem) == []


def test_a_block_of_an_unknown_pack_is_told_and_its_links_are_left_in_peace(registry: Registry) -> None:
    graph = Graph()
    other = graph.add("astronomy.telescope", magnification=200)
    graph.add("test.add", x=other["anything"], y=1)
    problem = _only(graph, registry, "missing_block")
    assert problem.edit is None
    assert "Install the pack" in (problem.fix or "")


def test_a_pack_that_cannot_be_read_is_named_as_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    graph = Graph()
    graph.add("broken.thing")
    broken = Registry(packs={"broken": "no_such_module_for_broken"}, folders=())
    assert "no_such_module_for_broken cannot be used" in (_only(graph, broken, "missing_block").fix or "")


def test_a_block_whose_library_is_missing_names_the_extra(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.lacking")
    problem = _only(graph, registry, "block_unavailable")
    assert problem.message == (
        "The block 'test.lacking' of 'lacking' needs no_such_library_of_this_name, which is not installed."
    )
    assert problem.fix == 'Install it with: pip install "shtairir[image]"'


def test_a_node_made_with_a_newer_block_is_a_warning(registry: Registry) -> None:
    data = json.loads(dumps(_ring("a")))
    data["nodes"] = [{"id": "a", "block": "test.number", "block_version": 7}]
    data["links"] = []
    problem = _only(loads(json.dumps(data).encode()), registry, "older_block")
    assert problem.severity == "warning"


def test_a_function_of_this_process_is_known_without_a_registry(registry: Registry) -> None:
    @block(category="Mine")
    def mine(x: float) -> float:
        """Mine."""
        return x

    graph = Graph()
    graph.add(mine, x=1)
    assert validate(graph, registry) == []


# --- nodes that nothing uses ----------------------------------------------------------------------------------


def test_a_node_apart_from_the_rest_is_told_unless_it_is_there_for_its_effect(registry: Registry) -> None:
    graph = Graph()
    a = graph.add("test.number")
    graph.add("test.beep")
    assert validate(graph, registry) == []
    graph.add("test.add", x=a["out"], y=1)
    assert validate(graph, registry) == []
    graph.add("test.number", id="lonely")
    problem = _only(graph, registry, "dead_node")
    assert (problem.severity, problem.node) == ("info", "lonely")
    assert _mended(graph, registry, problem) == []


def test_nodes_behind_an_error_are_blocked_by_it(registry: Registry) -> None:
    graph = Graph()
    bad = graph.add("test.number", id="bad", value="x")
    good = graph.add("test.number", id="good")
    first = graph.add("test.add", id="first", x=bad["out"], y=good["out"])
    graph.add("test.add", id="second", x=first["out"], y=1)
    problems = validate(graph, registry)
    assert blocked_nodes(graph.snapshot(), problems) == {"first": "bad", "second": "bad"}


# --- all at once ----------------------------------------------------------------------------------------------


def test_all_problems_are_told_at_once_errors_first_in_the_order_of_the_nodes(registry: Registry) -> None:
    graph = _ring("a", "b")
    graph.add("test.number", id="lonely")
    graph.add("test.picture", id="p", size=0, sise=1)
    graph.add("unknown.block", id="u")
    found = [(problem.node, problem.code) for problem in validate(graph, registry)]
    assert found == [
        ("a", "cycle"),
        ("p", "out_of_range"),
        ("p", "unknown_port"),
        ("u", "missing_block"),
        ("lonely", "dead_node"),
        ("p", "dead_node"),
    ]


def test_a_graph_where_everything_is_wrong_is_told_whole_though_not_all_get_a_suggestion(registry: Registry) -> None:
    nodes = [{"id": f"n{index}", "block": "test.nmber"} for index in range(600)]
    links = [{"from": f"n{index}x.out", "to": f"n{index}.value"} for index in range(600)]
    data = {"format": "shtairir-graph", "version": 1, "nodes": nodes, "links": links}
    problems = validate(loads(json.dumps(data).encode()), registry)
    assert len(problems) == 1200
    assert {problem.fix for problem in problems if problem.code == "missing_block"} == {"Did you mean 'test.number'?"}
    fixes = [problem.fix or "" for problem in problems if problem.code == "unknown_node"]
    assert fixes[0].startswith("Did you mean")
    assert fixes[-1] == "Remove the link."


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
_ports = st.sampled_from(["x", "y", "image", "sigma", "mode", "path", "data", "size", "value", "out", "mean", "é"])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_validation_never_raises_and_applying_an_edit_never_does_either(data: st.DataObject) -> None:
    registry = Registry(packs={}, folders=())
    for one in (number, add, picture, blur, measure, read, folder, beep, lacking):
        registry.add(one)
    ids = [definition.id for definition in registry.all()] + ["no.such", "nodot"]
    graph = Graph()
    for index in range(data.draw(st.integers(1, 5))):
        values = data.draw(st.dictionaries(_ports, _values, max_size=3))
        graph.add(data.draw(st.sampled_from(ids)), id=f"n{index}", values=values)
    names = list(graph.nodes)
    for _ in range(data.draw(st.integers(0, 6))):
        source, target = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        graph.link(PortRef(source, PortName(data.draw(_ports))), PortRef(target, PortName(data.draw(_ports))))
    for problem in validate(graph, registry):
        assert problem.message.endswith((".", "?", ")", "]"))
        assert problem.node is None or problem.node in graph.nodes
        if problem.edit is not None:
            with graph.transaction("try"):
                graph.apply(problem.edit)
            graph.undo()


def test_a_policy_that_makes_no_sense_is_a_problem_of_its_node(registry: Registry) -> None:
    graph = Graph()
    graph.add("test.number")
    graph.apply(SetPolicy(NodeId("number"), {"retries": "many"}))
    (problem,) = validate(graph, registry)
    assert (problem.code, problem.node) == ("bad_policy", "number")


# --- files of graphs ------------------------------------------------------------------------------------------


def test_the_problems_of_a_file_are_those_of_its_graph(registry: Registry, tmp_path: Path) -> None:
    graph = _ring("a", "b")
    save(graph, tmp_path / "a.shtairir", registry=registry)
    assert [problem.code for problem in validate_file(tmp_path / "a.shtairir", registry)] == ["cycle"]


def test_a_file_that_cannot_be_read_is_a_problem(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "a.shtairir"
    assert [problem.code for problem in validate_file(file, registry)] == ["bad_file"]
    file.write_text("{")
    assert "line 1" in validate_file(file, registry)[0].message
    nodes = [{"id": "a", "block": "b.c"}] * 2
    file.write_text(json.dumps({"format": "shtairir-graph", "version": 1, "nodes": nodes}))
    (problem,) = validate_file(file, registry)
    assert (problem.severity, problem.code) == ("error", "duplicate_id")
    assert "'a' appears 2 times" in problem.message
