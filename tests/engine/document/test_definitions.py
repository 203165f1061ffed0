"""The one way to a node's definition: what the graph carries, what packs bring, and ports that follow values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shtairir.block import MISSING, BlockDefinition, InputPort, OutputPort, block, definition_of
from shtairir.block.interface import Scope
from shtairir.block.registry import Registry
from shtairir.block.types import ANY, ScalarType
from shtairir.document import Graph, dumps, loads, save
from shtairir.errors import BlockError
from shtairir.ids import PortName

_calls: list[dict[str, Any]] = []


def _ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    """An input for each letter of 'letters', and the outputs of 'body'."""
    letters, body = values.get("letters", ""), values.get("body")
    _calls.append({"letters": letters})
    if letters == "bad":
        raise BlockError("'bad' is bad.", hint="Write something good.")
    if letters == "worse":
        raise ZeroDivisionError("division by zero")
    base = definition_of(spelled)
    made = tuple(InputPort(PortName(letter), ANY, False, None) for letter in str(letters))
    interface = scope.interface(str(body)) if body else None
    return replace(base, inputs=(*base.inputs, *made), outputs=interface.outputs if interface else base.outputs)


@block(category="Test", adapt=_ports)
def spelled(letters: str = "", other: int = 0) -> int:
    """Inputs by letters."""
    return other


@block(category="Test")
def plain(x: float = 0.0) -> float:
    """Nothing special."""
    return x


@block(category="Test", needs_trust=True)
def shell(command: str) -> str:
    """Run a command."""
    return command


@pytest.fixture
def registry() -> Registry:
    _calls.clear()
    found = Registry(packs={"graph": "shtairir.flow.interface"}, folders=())
    for function in (spelled, plain, shell):
        found.add(function)
    return found


def _inputs(graph: Graph, node: str, registry: Registry) -> list[str]:
    definition = graph.definition(node, registry)
    assert definition is not None
    return [port.name for port in definition.inputs]


def _declare(scope: Graph, inputs: str = "", outputs: str = "") -> None:
    for name in inputs:
        scope.add("graph.input", values={"name": name, "type": "float"})
    for name in outputs:
        scope.add("graph.output", values={"name": name, "type": "float"})


# --- where blocks come from ---------------------------------------------------------------------------------------


def test_blocks_come_from_the_program_the_file_and_the_packs_in_this_order(registry: Registry) -> None:
    graph = Graph()
    own = graph.add(plain)
    packed = graph.add("test.spelled")
    scope = graph.add_subgraph("clean", title="Clean up", description="Removes dirt.")
    _declare(scope, "ab", "c")
    instance = graph.add("subgraph.clean")
    graph.add_code("norm", "def norm(a: float) -> float:\n    return a\n")
    code = graph.add("code.norm")
    unknown = [graph.add(block) for block in ("no.such", "subgraph.no", "code.no", "file:no.shtairir")]
    assert graph.definition(own.id, registry) is definition_of(plain)
    assert _inputs(graph, packed.id, registry) == ["letters", "other"]
    assert _inputs(graph, instance.id, registry) == ["a", "b"]
    assert _inputs(graph, code.id, registry) == ["a"]
    definition = graph.definition(instance.id, registry)
    assert definition is not None
    assert (definition.name, definition.summary, [port.name for port in definition.outputs]) == (
        "Clean up",
        "Removes dirt.",
        ["c"],
    )
    assert [graph.definition(node.id, registry) for node in unknown] == [None] * 4


def test_families_of_the_file_are_never_looked_for_in_packs() -> None:
    class Listening(Registry):
        def get(self, block_id: str) -> BlockDefinition | None:
            raise AssertionError(block_id)

    graph = Graph()
    for name in ("subgraph.a", "code.a", "file:a.shtairir"):
        assert graph.definition(graph.add(name).id, Listening(packs={}, folders=())) is None


# --- interfaces ---------------------------------------------------------------------------------------------------


def test_interface_nodes_say_name_type_default_and_help() -> None:
    scope = Graph().add_subgraph("clean")
    scope.add("graph.input", values={"name": "image", "type": "image", "help": "What to clean"}, title="Dirty image")
    scope.add("graph.input", values={"name": "sigma", "type": "float", "value": 2})
    scope.add("graph.input", values={"name": "best", "type": "float | none", "value": None})
    scope.add("graph.input", id="unnamed")
    scope.add("graph.output", values={"name": "out", "type": "list[image]", "help": "Clean"})
    interface = scope.interface()
    image, sigma, best, unnamed = interface.inputs
    assert (image.required, image.default, image.help, image.label) == (True, MISSING, "What to clean", "Dirty image")
    assert (sigma.required, sigma.default, sigma.type) == (False, 2.0, ScalarType("float"))
    assert (best.required, best.default) == (False, None)
    assert (unnamed.name, unnamed.type, unnamed.required) == ("unnamed", ANY, True)
    assert interface.outputs == (OutputPort(PortName("out"), interface.outputs[0].type, "Clean", "out"),)
    assert interface.outputs[0].type.name == "list[image]"


def test_a_form_that_left_null_as_the_default_means_none() -> None:
    scope = Graph().add_subgraph("clean")
    scope.add("graph.input", values={"name": "x", "type": "any", "value": None})
    scope.add("graph.input", values={"name": "y", "type": "int", "value": "three"})
    assert [port.required for port in scope.interface().inputs] == [True, True]


def test_of_two_inputs_of_one_name_the_first_counts_and_bad_names_make_no_port() -> None:
    scope = Graph().add_subgraph("clean")
    scope.add("graph.input", values={"name": "x", "type": "int"})
    scope.add("graph.input", values={"name": "x", "type": "text"})
    scope.add("graph.input", values={"name": "a.b/c", "type": "text"})
    assert [(port.name, port.type.name) for port in scope.interface().inputs] == [("x", "int")]


def test_the_ports_of_all_instances_follow_the_definition(registry: Registry) -> None:
    graph = Graph()
    scope = graph.add_subgraph("clean")
    nodes = [graph.add("subgraph.clean").id for _ in range(3)]
    assert _inputs(graph, nodes[0], registry) == []
    before = graph.snapshot()
    _declare(scope, "ab")
    definitions = [graph.definition(node, registry) for node in nodes]
    assert _inputs(graph, nodes[0], registry) == ["a", "b"]
    assert definitions[0] is definitions[1] is definitions[2]
    assert before.definition(before.nodes[nodes[0]], registry).inputs == ()  # type: ignore[union-attr]
    graph.undo()
    assert _inputs(graph, nodes[0], registry) == ["a"]


def test_a_definition_knows_the_others(registry: Registry) -> None:
    graph = Graph()
    _declare(graph.add_subgraph("inner"), "x")
    outer = graph.add_subgraph("outer")
    node = outer.add("subgraph.inner")
    assert _inputs(outer, node.id, registry) == ["x"]
    inside = graph.snapshot().subgraphs["outer"]
    assert inside.subgraphs is graph.snapshot().subgraphs
    assert inside.definition(inside.nodes[node.id], registry) is not None


# --- ports that depend on values ----------------------------------------------------------------------------------


def test_ports_follow_the_values_that_the_block_asks_for(registry: Registry) -> None:
    graph = Graph()
    node = graph.add("test.spelled", letters="xy")
    assert _inputs(graph, node.id, registry) == ["letters", "other", "x", "y"]
    node.set(letters="z")
    assert _inputs(graph, node.id, registry) == ["letters", "other", "z"]


def test_a_value_that_the_ports_do_not_depend_on_changes_nothing(registry: Registry) -> None:
    graph = Graph()
    node = graph.add("test.spelled", letters="xy")
    first = graph.definition(node.id, registry)
    for value in range(20):
        node.set(other=value)
        assert graph.definition(node.id, registry) is first
    assert len(_calls) == 1


def test_nodes_that_ask_for_the_same_share_one_definition(registry: Registry) -> None:
    graph = Graph()
    nodes = [graph.add("test.spelled", letters="xy", other=index).id for index in range(50)]
    assert len({id(graph.definition(node, registry)) for node in nodes}) == 1
    assert len(_calls) == 1


def test_ports_follow_the_interface_of_the_body(registry: Registry) -> None:
    graph = Graph()
    scope = graph.add_subgraph("clean")
    _declare(scope, "a", "c")
    node = graph.add("test.spelled", values={"body": "clean"})
    assert [port.name for port in graph.definition(node.id, registry).outputs] == ["c"]  # type: ignore[union-attr]
    _declare(scope, "", "d")
    assert [port.name for port in graph.definition(node.id, registry).outputs] == ["c", "d"]  # type: ignore[union-attr]
    graph.undo()
    assert [port.name for port in graph.definition(node.id, registry).outputs] == ["c"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("letters", "why"), [("bad", "'bad' is bad."), ("worse", "division by zero")])
def test_values_that_make_no_sense_leave_the_block_as_it_is_and_the_reason_can_be_asked_for(
    letters: str, why: str, registry: Registry
) -> None:
    graph = Graph()
    node = graph.add("test.spelled", letters=letters)
    snapshot = graph.snapshot()
    assert snapshot.definition(node.node, registry) is definition_of(spelled)
    refusal = snapshot.refusal(node.node, registry)
    assert refusal is not None
    assert why in refusal.message
    node.set(letters="fine")
    assert graph.snapshot().refusal(node.node, registry) is None


def test_thousands_of_different_values_are_not_all_remembered(registry: Registry) -> None:
    graph = Graph()
    node = graph.add("test.spelled")
    for index in range(5000):
        node.set(
            letters=f"{index:b}".replace("0", "a").replace("1", "b")[:0] + chr(97 + index % 26) * (1 + index // 26)
        )
        graph.definition(node.id, registry)
    (adapted,) = graph.snapshot().known.adapted.values()
    assert len(adapted._found) <= 4096


# --- code and trust -----------------------------------------------------------------------------------------------


def test_code_that_can_not_be_read_keeps_the_ports_it_had(registry: Registry) -> None:
    graph = Graph()
    graph.add_code("norm", "def norm(a: float, b: int = 3) -> float:\n    return a\n")
    node = graph.add("code.norm")
    assert _inputs(graph, node.id, registry) == ["a", "b"]
    graph.set_code("norm", "de norm(")
    assert _inputs(graph, node.id, registry) == ["a", "b"]


def test_blocks_that_run_what_their_values_say_refuse_it_in_a_graph_that_nobody_trusted(registry: Registry) -> None:
    graph = Graph()
    node = graph.add("test.shell", command="echo")
    assert graph.definition(node.id, registry) is definition_of(shell)
    again = loads(dumps(graph))
    refused = again.definition(node.id, registry)
    assert refused is not None
    assert refused.function is not shell
    again.trust()
    assert again.definition(node.id, registry) is definition_of(shell)


def test_a_graph_made_here_is_trusted_and_stays_so_when_it_is_saved(tmp_path: Path, registry: Registry) -> None:
    graph = Graph()
    graph.add_code("norm", "def norm(a: float) -> float:\n    return a\n")
    graph.add("code.norm", a=1)
    assert graph.trusted
    file = save(graph, tmp_path / "a.shtairir", registry=registry)
    from shtairir.document import load

    assert load(file).trusted
    file.write_bytes(file.read_bytes().replace(b"return a", b"return b"))
    changed = load(file)
    assert not changed.trusted
    assert not changed.snapshot().trusted
    assert not changed.add_subgraph("inner").trusted
    changed.trust()
    assert changed.subgraphs["inner"].trusted
    assert load(file).trusted is False  # only what was in it when it was trusted, and that was never saved


# --- what changes a result ----------------------------------------------------------------------------------------


def test_the_fingerprint_covers_definitions_code_and_their_names(registry: Registry) -> None:
    graph = Graph()
    scope = graph.add_subgraph("clean")
    scope.add("test.plain", x=1)
    graph.add_code("norm", "def norm(a: float) -> float:\n    return a\n")
    prints = [graph.fingerprint()]
    scope.set("plain.x", 2)
    prints.append(graph.fingerprint())
    graph.set_code("norm", "def norm(a: float) -> float:\n    return -a\n")
    prints.append(graph.fingerprint())
    graph.rename_subgraph("clean", "wash")
    prints.append(graph.fingerprint())
    assert len(set(prints)) == 4
    scope.name = "Another title"
    assert graph.fingerprint() == prints[-1]
    for _ in range(4):
        graph.undo()
    assert graph.fingerprint() == prints[0]
