"""A graph file used as a block in another graph: by relative path, read again when it changes, put in place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import pytest

from shtairir.block import Param, block
from shtairir.block.registry import Registry
from shtairir.document import Graph, dumps, load, save
from shtairir.errors import EditError

_CODE = "def norm(a: float) -> float:\n    return a\n"


@block(category="Test")
def read(path: Annotated[Path, Param(path="open")]) -> float:
    """Read."""
    raise NotImplementedError


@block(category="Test")
def scale(x: float, factor: Annotated[float, Param(ge=0, le=10)] = 2.0) -> float:
    """Scale.

    Parameters
    ----------
    factor
        By how much.
    """
    return x * factor


@pytest.fixture
def registry() -> Registry:
    found = Registry(packs={"graph": "shtairir.flow.interface", "flow": "shtairir.flow"}, folders=())
    for function in (read, scale):
        found.add(function)
    return found


@pytest.fixture
def inner(tmp_path: Path, registry: Registry) -> Path:
    """A file with an input, a parameter with a range, a result, and one inside a definition."""
    graph = Graph("inner")
    entry = graph.add("graph.input", id="entry", values={"name": "x", "type": "float"})
    scaled = graph.add("test.scale", x=entry["out"], factor=3)
    graph.publish("strength", scaled["factor"], title="Strength", range=(1, 5))
    graph.publish_result("scaled", scaled["out"])
    graph.description = "Makes it larger."
    (tmp_path / "parts").mkdir()
    return save(graph, tmp_path / "parts" / "inner.shtairir", registry=registry)


@pytest.fixture
def outer(tmp_path: Path, inner: Path, registry: Registry) -> Graph:
    graph = Graph("outer")
    save(graph, tmp_path / "outer.shtairir", registry=registry)
    graph.add("file:parts/inner.shtairir", x=1)
    return graph


def _touch(path: Path) -> None:
    """Give a file another time, as if it had been written a second later."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


def test_its_inputs_are_the_interface_nodes_then_the_parameters_and_its_outputs_the_results(
    outer: Graph, registry: Registry
) -> None:
    definition = outer.definition("inner", registry)
    assert definition is not None
    x, strength = definition.inputs
    assert (x.name, x.required) == ("x", True)
    assert (strength.name, strength.required, strength.default) == ("strength", False, 3.0)
    assert (strength.label, strength.help, strength.param.ge, strength.param.le) == ("Strength", "By how much.", 1, 5)
    assert [port.name for port in definition.outputs] == ["scaled"]
    assert (definition.name, definition.doc) == ("inner", "Makes it larger.")


def test_a_changed_file_is_read_again(outer: Graph, inner: Path, registry: Registry) -> None:
    assert outer.definition("inner", registry) is outer.definition("inner", registry)
    graph = load(inner)
    graph.publish_result("again", "scale.out")
    save(graph, registry=registry)
    _touch(inner)
    definition = outer.definition("inner", registry)
    assert definition is not None
    assert [port.name for port in definition.outputs] == ["scaled", "again"]


def test_a_missing_or_broken_file_is_no_block_but_says_why(outer: Graph, inner: Path, registry: Registry) -> None:
    snapshot, node = outer.snapshot(), outer.node("inner")
    inner.write_text("{")
    _touch(inner)
    assert snapshot.definition(node, registry) is None
    assert "ends too early" in str(snapshot.refusal(node, registry))
    assert snapshot.body(node.block) is None
    inner.unlink()
    assert snapshot.definition(node, registry) is None
    assert "no such file" in str(snapshot.refusal(node, registry))


def test_a_file_that_uses_itself_ends_somewhere(tmp_path: Path, registry: Registry) -> None:
    graph = Graph("snake")
    node = graph.add("file:snake.shtairir")
    graph.publish_result("tail", node["tail"])
    graph.publish("head", node["head"])
    save(graph, tmp_path / "snake.shtairir", registry=registry)
    definition = graph.definition(node.id, registry)
    assert definition is None or definition.outputs == ()
    assert graph.fingerprint()


def test_a_default_that_is_an_array_is_no_trouble(tmp_path: Path, registry: Registry) -> None:
    graph = Graph("inner")
    graph.add("graph.input", values={"name": "x", "type": "array", "value": [1, 2, 3]})
    save(graph, tmp_path / "inner.shtairir", registry=registry)
    outer = Graph()
    outer.path = tmp_path / "outer.shtairir"
    node = outer.add("file:inner.shtairir")
    first = outer.definition(node.id, registry)
    assert first is not None
    assert list(first.inputs[0].default) == [1, 2, 3]  # type: ignore[call-overload]
    _touch(tmp_path / "inner.shtairir")
    assert outer.definition(node.id, registry) is first


def test_files_in_a_long_row_end_somewhere(tmp_path: Path, registry: Registry) -> None:
    for index in range(120):
        graph = Graph(f"f{index}")
        node = graph.add(f"file:f{index + 1}.shtairir", id="next")
        graph.publish("head", node["head"])
        save(graph, tmp_path / f"f{index}.shtairir", registry=Registry(packs={}, folders=()))
    outer = Graph()
    outer.path = tmp_path / "outer.shtairir"
    definition = outer.definition(outer.add("file:f0.shtairir").id, registry)
    assert definition is not None
    assert definition.inputs == ()


def test_the_fingerprint_changes_with_the_file(outer: Graph, inner: Path, registry: Registry) -> None:
    before = outer.fingerprint()
    graph = load(inner)
    graph.set("scale.factor", 4)
    save(graph, registry=registry)
    _touch(inner)
    assert outer.fingerprint() != before
    inner.unlink()
    assert outer.fingerprint() != before


def test_ids_of_instances_come_from_the_name_of_the_file(outer: Graph) -> None:
    assert outer.add("file:parts/inner.shtairir").id == "inner_2"
    assert outer.add("file:a file.with dots.shtairir").id == "with_dots"


def test_saving_elsewhere_keeps_pointing_at_the_same_file(outer: Graph, tmp_path: Path, registry: Registry) -> None:
    outer.add("flow.for_each", id="loop", values={"body": "file:parts/inner.shtairir"})
    outer.add_subgraph("clean").add("file:parts/inner.shtairir", id="deep")
    (tmp_path / "other").mkdir()
    save(outer, tmp_path / "other" / "outer.shtairir", registry=registry)
    again = load(tmp_path / "other" / "outer.shtairir")
    assert again.node("inner").block == "file:../parts/inner.shtairir"
    assert again.value("loop.body") == "file:../parts/inner.shtairir"
    assert again.subgraphs["clean"].node("deep").block == "file:../parts/inner.shtairir"
    assert again.definition("inner", registry) is not None


def test_a_path_in_a_definition_that_was_removed_is_right_when_undo_brings_it_back(
    outer: Graph, tmp_path: Path, registry: Registry
) -> None:
    scope = outer.add_subgraph("clean")
    scope.add("test.read", path="data.csv")
    outer.remove_subgraph("clean")
    (tmp_path / "other").mkdir()
    save(outer, tmp_path / "other" / "outer.shtairir", registry=registry)
    outer.undo()
    assert outer.subgraphs["clean"].value("read.path") == "../data.csv"


def test_expanding_it_brings_its_nodes_definitions_code_and_paths(
    outer: Graph, inner: Path, registry: Registry
) -> None:
    graph = load(inner)
    graph.add_subgraph("helper").add("code.norm", id="n", a=1)
    graph.add_code("norm", _CODE)
    graph.add("subgraph.helper")
    graph.add("test.read", path="data.csv")
    graph.trust()
    save(graph, registry=registry)
    _touch(inner)
    outer.add_code("norm", "def norm(b: int) -> int:\n    return b\n")
    outer.set("inner.strength", 5)
    before = dumps(outer)
    assert set(outer.expand("inner", registry=registry)) == {"scale", "helper", "read"}
    assert (outer.value("scale.x"), outer.value("scale.factor")) == (1, 5)
    assert outer.value("read.path") == "parts/data.csv"
    assert list(outer.code) == ["norm", "norm_2"]
    assert outer.subgraphs["helper"].node("n").block == "code.norm_2"
    outer.undo()
    assert dumps(outer) == before


def test_code_of_a_file_that_nobody_trusted_is_not_brought_into_a_graph_that_is(
    outer: Graph, inner: Path, registry: Registry
) -> None:
    inner.write_bytes(inner.read_bytes().replace(b'"frames": []', b'"frames": [], "code": {"c": {"source": "x"}}'))
    _touch(inner)
    with pytest.raises(EditError, match="carries code that you have not trusted"):
        outer.expand("inner", registry=registry)


def test_what_an_instance_sets_deep_in_the_file_is_not_lost_by_expanding(
    outer: Graph, inner: Path, registry: Registry
) -> None:
    graph = load(inner)
    made = graph.make_subgraph(["scale"], "deep", registry=registry)
    graph.publish("far", f"{made.id}/scale.x")
    save(graph, registry=registry)
    _touch(inner)
    outer.set("inner.far", 8)
    with pytest.raises(EditError, match="'inner' sets 'far', which lies deeper"):
        outer.expand("inner", registry=registry)
    outer.unset("inner.far")
    assert "deep" in outer.expand("inner", registry=registry)


def test_a_value_in_another_file_is_not_set_from_here(outer: Graph, inner: Path) -> None:
    assert outer.value("inner/scale.factor") == 3
    with pytest.raises(EditError, match=f"lies in another file, {inner}"):
        outer.set("inner/scale.factor", 2)
