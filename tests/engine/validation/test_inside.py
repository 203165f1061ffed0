"""Problems across the border of definitions and graph files: found once, told with the way, mended from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest

import shtairir
from shtairir.block import BlockDefinition, Param, block, definition_of
from shtairir.block.interface import Scope
from shtairir.block.registry import Registry
from shtairir.document import Graph, dumps, load, loads, save
from shtairir.errors import BlockError, PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.validation import Problem, blocked_nodes, validate, validate_file

_looked: list[object] = []


def _ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    _looked.append(values.get("kind"))
    if values.get("kind") == "bad":
        raise BlockError("Nobody knows 'bad'.", hint="Write 'good'.")
    return replace(definition_of(choosy), doc="adapted")


@block(category="Test", adapt=_ports)
def choosy(kind: str = "good") -> str:
    """A block whose ports depend on its values."""
    return kind


@block(category="Test")
def source(value: float = 1.0) -> float:
    """A number."""
    return value


@block(category="Test")
def scale(x: float, factor: Annotated[float, Param(ge=0, le=10)] = 2.0) -> float:
    """Scale."""
    return x * factor


@pytest.fixture
def registry() -> Registry:
    _looked.clear()
    found = Registry(packs={"graph": "shtairir.flow.interface", "flow": "shtairir.flow"}, folders=())
    for function in (choosy, source, scale):
        found.add(function)
    return found


@pytest.fixture
def graph(registry: Registry) -> Graph:
    """source → clean → again, two instances of one definition in which scale scales."""
    graph = Graph("demo")
    start = graph.add("test.source")
    graph.add("test.scale", x=start["out"])
    end = graph.add("test.scale", id="end", x=PortRef.parse("scale.out"))
    clean = graph.make_subgraph(["scale"], "clean", registry=registry)
    graph.remove(end)
    graph.add("subgraph.clean", id="again", x=clean["out"])
    return graph


def _found(graph: Graph, registry: Registry, code: str) -> Problem:
    (problem,) = [one for one in validate(graph, registry) if one.code == code]
    return problem


def test_a_graph_with_sound_definitions_has_no_problems(graph: Graph, registry: Registry) -> None:
    assert validate(graph, registry) == []


def test_a_problem_inside_is_told_once_with_the_way_through_the_first_instance(
    graph: Graph, registry: Registry
) -> None:
    graph.subgraphs["clean"].set("scale.factor", 11)
    problem = _found(graph, registry, "out_of_range")
    assert (problem.node, problem.port, problem.scope, problem.inner) == ("clean/scale", "factor", "clean", "scale")
    assert problem.message.startswith("In the definition 'clean': the value of 'factor' of 'scale'")
    assert problem.related == ("clean", "again")


def test_the_edit_of_a_problem_inside_mends_it_from_outside(graph: Graph, registry: Registry) -> None:
    graph.subgraphs["clean"].set("scale.factor", 11)
    edit = _found(graph, registry, "out_of_range").edit
    assert edit is not None
    graph.apply(edit)
    assert graph.subgraphs["clean"].value("scale.factor") == 10
    assert validate(graph, registry) == []


def test_the_way_leads_through_definitions_in_definitions(graph: Graph, registry: Registry) -> None:
    graph.make_subgraph(["clean", "again"], "outer", registry=registry)
    graph.subgraphs["clean"].set("scale.y", 1)
    problem = _found(graph, registry, "unknown_port")
    assert (problem.node, problem.scope, problem.related) == ("outer/clean/scale", "clean", ("outer",))


def test_an_input_that_comes_from_outside_is_not_missed_inside_but_at_the_instance(
    graph: Graph, registry: Registry
) -> None:
    graph.unlink("again.x")
    (problem,) = [one for one in validate(graph, registry) if one.severity == "error"]
    assert (problem.code, problem.node, problem.port, problem.scope) == ("missing_input", "again", "x", None)


def test_at_the_top_an_input_without_a_value_is_missed(registry: Registry) -> None:
    graph = Graph()
    entry = graph.add("graph.input", values={"name": "x", "type": "float"})
    graph.add("test.scale", x=entry["out"])
    (problem,) = validate(graph, registry)
    assert (problem.code, problem.node, problem.port) == ("missing_input", "input", "value")


def test_a_thousand_instances_are_looked_at_once_inside(graph: Graph, registry: Registry) -> None:
    scope = graph.add_subgraph("many")
    scope.add("test.choosy", kind="bad")
    for _ in range(1000):
        graph.add("subgraph.many")
    _looked.clear()
    problem = _found(graph, registry, "bad_ports")
    assert len(problem.related) == 1000
    assert len(_looked) == 1


def test_problems_of_definitions_that_nothing_uses_keep_nothing_from_running(graph: Graph, registry: Registry) -> None:
    graph.add_subgraph("spare").add("no.such", id="lost")
    problems = validate(graph, registry)
    assert [(one.severity, one.code) for one in problems] == [
        ("warning", "missing_block"),
        ("info", "unused_definition"),
    ]
    assert (problems[0].node, problems[0].scope, problems[0].inner) == (None, "spare", "lost")
    assert problems[1].edit is not None
    graph.apply(problems[1].edit)
    assert list(graph.subgraphs) == ["clean"]


def test_a_missing_definition_is_told_with_the_one_that_was_meant(graph: Graph, registry: Registry) -> None:
    graph.add("subgraph.clena", id="lost")
    problem = _found(graph, registry, "missing_definition")
    assert problem.fix == "Did you mean 'clean'?"
    assert problem.edit is not None
    graph.apply(problem.edit)
    assert graph.node("lost").block == "subgraph.clean"


def test_missing_code_is_told(graph: Graph, registry: Registry) -> None:
    graph.add("code.norm", id="lost")
    assert "the code block 'norm'" in _found(graph, registry, "missing_code").message


def test_code_that_cannot_be_read_is_told_once_with_its_line(graph: Graph, registry: Registry) -> None:
    graph.add_code("norm", "def norm(a: float) -> float:\n    return (a\n")
    for _ in range(3):
        graph.add("code.norm", a=1)
    problem = _found(graph, registry, "bad_code")
    assert "line 2" in problem.message
    assert problem.related == ("norm", "norm_2", "norm_3")


@pytest.mark.parametrize(
    ("values", "words", "mended"),
    [
        ({}, "has no body", None),
        ({"body": ""}, "has no body", None),
        ({"body": 3}, "has no body", None),
        ({"body": "claen"}, "no definition of that name", "clean"),
        ({"body": "file:gone.shtairir"}, "'gone.shtairir' of 'loop' does not exist", None),
    ],
)
def test_a_loop_without_a_body_is_told(
    values: dict[str, Any], words: str, mended: str | None, graph: Graph, registry: Registry
) -> None:
    graph.add("flow.for_each", id="loop", values=values)
    problems = [one for one in validate(graph, registry) if one.severity == "error"]
    assert len(problems) == 1
    assert words in problems[0].message
    if mended is not None:
        assert problems[0].edit is not None
        graph.apply(problems[0].edit)
        assert graph.value("loop.body") == mended


def test_values_that_make_no_sense_for_the_ports_are_told_with_the_reason(graph: Graph, registry: Registry) -> None:
    graph.add("test.choosy", kind="bad")
    problem = _found(graph, registry, "bad_ports")
    assert (problem.node, problem.fix) == ("choosy", "Write 'good'.")
    assert problem.message == "'choosy' cannot be used as it is set: nobody knows 'bad'."


# --- names of inputs and outputs ----------------------------------------------------------------------------------


def test_two_inputs_of_one_name_are_told_and_one_gets_another(graph: Graph, registry: Registry) -> None:
    inside = graph.subgraphs["clean"]
    inside.add("graph.input", id="twin", values={"name": "x", "type": "float"})
    problem = _found(graph, registry, "duplicate_interface_name")
    assert (problem.node, problem.port) == ("clean/twin", "name")
    assert "the name 'x', which 'x' has already" in problem.message
    assert problem.edit is not None
    graph.apply(problem.edit)
    assert inside.value("twin.name") == "x_2"


def test_an_input_that_nothing_reads_and_a_name_that_cannot_be_written_are_told(
    graph: Graph, registry: Registry
) -> None:
    inside = graph.subgraphs["clean"]
    inside.add("graph.input", id="spare", values={"name": "spare", "value": 1})
    inside.add("graph.output", id="odd", values={"name": "a/b", "value": 1})
    codes = {problem.code: problem for problem in validate(graph, registry)}
    assert codes["unused_input"].severity == "info"
    assert codes["bad_interface_name"].node == "clean/odd"
    assert "dead_node" not in codes


def test_a_type_that_there_is_not_is_told_at_the_input(graph: Graph, registry: Registry) -> None:
    graph.subgraphs["clean"].set("x.type", "picture")
    problem = _found(graph, registry, "bad_ports")
    assert problem.node == "clean/x"
    assert "no type 'picture'" in problem.message


def test_an_input_of_the_graph_and_a_parameter_of_one_name_are_told(graph: Graph, registry: Registry) -> None:
    graph.publish("x", "source.value")
    entry = graph.add("graph.input", values={"name": "x", "value": 1})
    graph.add("test.scale", x=entry["out"])
    assert "published parameter 'x'" in _found(graph, registry, "duplicate_interface_name").message


def test_a_definition_can_be_looked_at_and_run_by_itself(graph: Graph, registry: Registry) -> None:
    outer = graph.add_subgraph("outer")
    outer.add("subgraph.clean", id="deep", x=4)
    assert validate(outer, registry) == []
    assert shtairir.run(outer, registry=registry)["deep.out"] == 8
    graph.subgraphs["clean"].set("scale.factor", 11)
    (problem,) = validate(outer, registry)
    assert (problem.node, problem.scope, problem.related) == ("deep/scale", "clean", ("deep",))


# --- what is published ------------------------------------------------------------------------------------------


def test_a_parameter_may_stand_for_an_input_inside_an_instance(graph: Graph, registry: Registry) -> None:
    graph.publish("strength", "clean/scale.factor")
    graph.publish_result("inner", "clean/scale.out")
    assert validate(graph, registry) == []
    broken = loads(dumps(graph).replace(b"clean/scale.factor", b"clean/scale.fatcor"))
    problem = _found(broken, registry, "unknown_port")
    assert "'strength' stands for clean/scale.fatcor" in problem.message
    assert problem.fix == "Did you mean 'factor'?"
    broken = loads(dumps(graph).replace(b'"source": "clean/scale.out"', b'"source": "clean/nobody.out"'))
    problem = _found(broken, registry, "unknown_node")
    assert "result 'inner' stands for clean/nobody.out" in problem.message
    assert problem.edit is not None
    broken.apply(problem.edit)
    assert broken.results == ()


@pytest.mark.parametrize(("value", "nearest"), [(6, 5), (-1, 0), (5.5, 5)])
def test_a_value_out_of_the_range_it_is_published_with_is_told(
    value: float, nearest: int, graph: Graph, registry: Registry
) -> None:
    graph.publish("start", "source.value", range=(0, 5))
    graph.set("start", 3)
    assert validate(graph, registry) == []
    graph.set("start", value)
    problem = _found(graph, registry, "out_of_range")
    assert f"'start' is set to {value:g}" in problem.message
    assert problem.edit is not None
    graph.apply(problem.edit)
    assert graph.value("start") == nearest


def test_the_range_holds_for_a_graph_that_was_planned_before(registry: Registry) -> None:
    graph = Graph()
    start = graph.add("test.source", value=1)
    graph.add("test.scale", x=start["out"])
    graph.publish("start", start["value"], range=(0, 5))
    for value in (2, 3):
        graph.set("start", value)
        assert shtairir.run(graph, registry=registry)["scale.out"] == 2 * value
    graph.set("start", 9)
    with pytest.raises(PlanningError, match="'start' is set to 9"):
        shtairir.run(graph, registry=registry)


# --- what follows from an error ---------------------------------------------------------------------------------


def test_an_error_inside_blocks_all_instances_and_what_comes_after(graph: Graph, registry: Registry) -> None:
    graph.add("test.scale", id="end", x=PortRef.parse("again.out"))
    graph.subgraphs["clean"].set("scale.factor", 11)
    snapshot = graph.snapshot()
    assert blocked_nodes(snapshot, validate(snapshot, registry)) == {NodeId("end"): NodeId("again")}


# --- graph files ------------------------------------------------------------------------------------------------


@pytest.fixture
def inner(tmp_path: Path, registry: Registry) -> Path:
    graph = Graph("inner")
    entry = graph.add("graph.input", values={"name": "x", "type": "float"})
    graph.add("test.scale", x=entry["out"])
    graph.add("test.scale", id="free")
    graph.publish("y", "free.x")
    graph.publish_result("out", "scale.out")
    graph.publish_result("freely", "free.out")
    return save(graph, tmp_path / "inner.shtairir", registry=registry)


@pytest.fixture
def outer(inner: Path, registry: Registry) -> Graph:
    graph = Graph("outer")
    save(graph, inner.with_name("outer.shtairir"), registry=registry)
    graph.add("file:inner.shtairir", x=1, y=2)
    return graph


def test_a_sound_file_used_as_a_block_has_no_problems(outer: Graph, registry: Registry) -> None:
    assert validate(outer, registry) == []
    outer.unset("inner.y")
    assert _found(outer, registry, "missing_input").port == "y"


def test_problems_in_the_file_are_told_without_an_edit_since_it_is_another_file(
    outer: Graph, inner: Path, registry: Registry
) -> None:
    graph = load(inner)
    graph.set("scale.factor", 99)
    save(graph, registry=registry)
    problem = _found(outer, registry, "out_of_range")
    assert (problem.node, problem.scope, problem.inner) == ("inner/scale", "file:inner.shtairir", "scale")
    assert problem.message.startswith("In the file 'inner.shtairir': ")
    assert problem.edit is None


def test_files_that_use_each_other_are_told_with_the_chain(outer: Graph, inner: Path, registry: Registry) -> None:
    graph = load(inner)
    graph.add("file:outer.shtairir")
    save(graph, registry=registry)
    save(outer, registry=registry)
    for file in (inner, outer.path):
        assert file is not None
        (problem,) = [one for one in validate_file(file, registry) if one.code == "recursive_subgraph"]
        assert "inner" in problem.message
        assert "outer" in problem.message


def test_a_file_that_is_missing_or_broken_is_told_at_the_node(outer: Graph, inner: Path, registry: Registry) -> None:
    inner.with_name("innre.shtairir").write_bytes(inner.read_bytes())
    inner.unlink()
    problem = _found(outer, registry, "missing_file")
    assert (problem.node, problem.fix) == ("inner", "Did you mean 'innre.shtairir'?")
    assert problem.edit is not None
    outer.apply(problem.edit)
    assert outer.node("inner").block == "file:innre.shtairir"
    inner.with_name("innre.shtairir").write_text("[")
    assert "cannot be used" in _found(outer, registry, "bad_graph_file").message


def test_code_in_a_file_that_nobody_trusted_is_told(outer: Graph, inner: Path, registry: Registry) -> None:
    data = inner.read_bytes().replace(b'"frames": []', b'"frames": [], "code": {"c": {"source": "x"}}')
    inner.write_bytes(data)
    problem = _found(outer, registry, "untrusted_code")
    assert "inner.shtairir carries code" in problem.message
