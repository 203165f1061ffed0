"""Copy and paste: the definitions and the code that nodes need go along."""

from __future__ import annotations

import json

import pytest

from shtairir.block import block
from shtairir.block.registry import default_registry
from shtairir.document import Graph, dumps
from shtairir.errors import DocumentError

_CODE = "def norm(a: float) -> float:\n    return a\n"


@pytest.fixture
def graph() -> Graph:
    """outer holds inner, inner holds code; an unused definition beside them."""
    graph = Graph("demo")
    graph.add_code("norm", _CODE)
    graph.add_code("other", _CODE)
    graph.add_subgraph("inner").add("code.norm")
    graph.add_subgraph("outer").add("flow.for_each", id="loop", values={"body": "inner"})
    graph.add_subgraph("unused")
    graph.add("subgraph.outer", id="node")
    return graph


def _paste(text: str) -> Graph:
    target = Graph("target")
    target.paste_text(text)
    return target


def test_what_the_nodes_need_travels_and_nothing_else(graph: Graph) -> None:
    target = _paste(graph.copy_text(["node"]))
    assert list(target.subgraphs) == ["inner", "outer"]
    assert list(target.code) == ["norm"]
    assert target.node("node").block == "subgraph.outer"
    assert target.undo() == "paste 1 node"
    assert dumps(target) == dumps(Graph("target"))


def test_plain_nodes_travel_alone(graph: Graph) -> None:
    node = graph.add("math.number", value=3)
    assert set(json.loads(graph.copy_text([node.id]))) == {"format", "version", "nodes", "links"}


def test_what_is_there_already_is_shared(graph: Graph) -> None:
    text = graph.copy_text(["node"])
    target = _paste(text)
    assert target.paste_text(text) == ["node_2"]
    assert list(target.subgraphs) == ["inner", "outer"]
    assert graph.paste_text(text) == ["node_2"]
    assert list(graph.subgraphs) == ["inner", "outer", "unused"]


def test_another_definition_of_that_name_makes_the_pasted_ones_get_new_names(graph: Graph) -> None:
    target = Graph("target")
    target.add_subgraph("inner").add("math.number", value=8)
    target.add_code("norm", _CODE.replace("return a", "return -a"))
    target.paste_text(graph.copy_text(["node"]))
    assert list(target.subgraphs) == ["inner", "inner_2", "outer"]
    assert target.subgraphs["outer"].value("loop.body") == "inner_2"
    assert target.subgraphs["inner_2"].node("norm").block == "code.norm_2"
    assert target.code["norm_2"].source == _CODE


def test_a_definition_pasted_again_after_it_was_changed_is_another_one(graph: Graph) -> None:
    text = graph.copy_text(["node"])
    graph.subgraphs["inner"].set("norm.a", 5)
    graph.paste_text(text)
    # The outer one contains the inner one, so it is another one too.
    assert list(graph.subgraphs) == ["inner", "outer", "unused", "inner_2", "outer_2"]
    assert graph.node("node_2").block == "subgraph.outer_2"


def test_nodes_can_be_moved_from_a_definition_to_the_graph_and_to_another_definition(graph: Graph) -> None:
    text = graph.subgraphs["outer"].copy_text(["loop"])
    assert graph.paste_text(text) == ["loop"]
    assert graph.subgraphs["unused"].paste_text(text) == ["loop"]
    assert graph.undo() == "paste 1 node in unused"
    assert list(graph.subgraphs) == ["inner", "outer", "unused"]


def test_a_whole_file_pastes_its_nodes_with_what_they_need(graph: Graph) -> None:
    target = _paste(dumps(graph).decode())
    assert list(target.subgraphs) == ["inner", "outer"]


def test_missing_definitions_stay_missing(graph: Graph) -> None:
    graph.add("subgraph.gone", id="lost")
    assert _paste(graph.copy_text(["lost"])).node("lost").block == "subgraph.gone"


def test_copied_interface_nodes_get_names_of_their_own(graph: Graph) -> None:
    scope = graph.subgraphs["inner"]
    scope.add("graph.input", id="x", values={"name": "image"})
    scope.duplicate(["x"])
    scope.paste_text(scope.copy_text(["x"]))
    assert [port.name for port in scope.interface().inputs] == ["image", "image_2", "image_3"]
    graph.subgraphs["unused"].paste_text(scope.copy_text(["x"]))
    assert [port.name for port in graph.subgraphs["unused"].interface().inputs] == ["image"]


def test_duplicates_share_the_definition(graph: Graph) -> None:
    (twin,) = graph.duplicate(["node"])
    assert graph.node(twin).block == "subgraph.outer"


def test_definitions_in_a_text_that_contain_themselves_are_refused(graph: Graph) -> None:
    text = json.loads(graph.copy_text(["node"]))
    text["subgraphs"]["inner"]["nodes"].append({"id": "back", "block": "subgraph.outer"})
    target = Graph("target")
    with pytest.raises(DocumentError, match="contain itself"):
        target.paste_text(json.dumps(text))
    assert not target.subgraphs
    assert not target.nodes


# --- trust ----------------------------------------------------------------------------------------------------


@block(category="Travelling", needs_trust=True)
def command(line: str) -> str:
    """Run a command."""
    return line


def test_code_that_was_copied_from_a_trusted_graph_keeps_the_other_one_trusted(graph: Graph) -> None:
    assert _paste(graph.copy_text(["node"])).trusted


def test_code_that_came_from_elsewhere_makes_a_graph_one_that_is_not_trusted(graph: Graph) -> None:
    text = graph.copy_text(["node"]).replace("return a", "return -a")
    target = _paste(text)
    assert not target.trusted
    assert not target.snapshot().trusted
    target.trust()
    assert target.trusted


def test_code_that_the_graph_has_already_changes_no_trust(graph: Graph) -> None:
    graph.add("code.norm", id="run")
    text = graph.copy_text(["run"]).replace('"run"', '"walk"')  # as if it came by mail
    graph.paste_text(text)
    assert graph.trusted


def test_a_command_that_came_from_elsewhere_makes_a_graph_one_that_is_not_trusted() -> None:
    default_registry().add(command)
    source = Graph()
    source.add("travelling.command", line="echo")
    text = source.copy_text(["command"])
    assert _paste(text).trusted
    assert not _paste(text.replace("echo", "rm")).trusted


def test_plain_nodes_from_elsewhere_change_no_trust(graph: Graph) -> None:
    node = graph.add("math.number", value=3)
    graph.paste_text(graph.copy_text([node.id]).replace("3", "4"))
    assert graph.trusted
