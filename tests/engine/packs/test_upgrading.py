"""Graphs of older days still work: versions, renamed ports, renamed blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import shtairir
from shtairir.block import block
from shtairir.block.registry import Registry
from shtairir.cli.entry import run_command_line
from shtairir.document import Graph, load, loads, save
from shtairir.document.upgrading import upgrade
from shtairir.errors import BlockDefinitionError, PlanningError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.validation import validate


def widened(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 2 counts the whole width where version 1 counted half of it."""
    return {**values, "width": 2 * values["half"]}


def named(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 3 knows modes by their names."""
    rest = {name: value for name, value in values.items() if name != "half"}
    return {**rest, "mode": ("mean", "median")[rest.get("mode", 0)]}


class Parts(NamedTuple):
    """Both parts."""

    whole: float
    rest: float


@block(
    id="new.smooth",
    category="New",
    version=3,
    migrations={1: widened, 2: named},
    renamed={"number": "x", "size": "width", "out": "whole"},
    aliases=("old.blur",),
)
def smooth(x: float = 1.0, width: float = 1.0, mode: str = "mean") -> Parts:
    """Smooth."""
    return Parts(x * width, len(mode))


@block(id="new.add", category="New")
def add(a: float = 0.0, b: float = 0.0) -> float:
    """Add."""
    return a + b


def breaks(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A migration with a fault."""
    return {"a": values["nothing like that"]}


@block(id="new.broken", category="New", version=2, migrations={1: breaks})
def broken(a: float = 0.0) -> float:
    """Pass on."""
    return a


@pytest.fixture
def registry() -> Registry:
    """The blocks as they are installed now."""
    registry = Registry({}, folders=())
    for one in (smooth, add, broken):
        registry.add(one)
    return registry


OLD = {
    "format": "shtairir-graph",
    "version": 1,
    "name": "old",
    "parameters": [{"name": "amount", "target": "blur.number"}],
    "results": [{"name": "total", "source": "blur.out"}],
    "nodes": [
        {"id": "three", "block": "new.add", "values": {"a": 3}, "position": [0, 0]},
        {
            "id": "blur",
            "block": "old.blur",
            "block_version": 1,
            "values": {"half": 2.5, "mode": 1},
            "exposed": ["size"],
            "position": [200, 0],
        },
        {"id": "sum", "block": "new.add", "position": [400, 0]},
    ],
    "links": [{"from": "three.out", "to": "blur.number"}, {"from": "blur.out", "to": "sum.a"}],
}


def old_graph(**changes: Any) -> Graph:
    """Return the graph of older days as its file says it."""
    return loads(json.dumps({**OLD, **changes}).encode())


def test_values_links_and_what_is_published_follow(registry: Registry) -> None:
    graph = old_graph()
    upgrade(graph, registry)
    node = graph.node("blur")
    assert (node.block, node.block_version) == ("new.smooth", 3)
    assert node.values == {"width": 5.0, "mode": "median"}
    assert node.exposed == ("width",)
    assert [str(link) for link in graph.links.values()] == ["three.out → blur.x", "blur.whole → sum.a"]
    assert graph.parameters[0].target == PortRef(NodeId("blur"), PortName("x"))
    assert graph.results[0].source == PortRef(NodeId("blur"), PortName("whole"))


def test_a_note_says_what_was_brought_up_to_date(registry: Registry) -> None:
    (problem,) = [one for one in validate(old_graph(), registry) if one.code == "migrated"]
    assert problem.severity == "info"
    assert problem.node == "blur"
    assert "made with version 1 of 'new.smooth', was brought to version 3" in problem.message
    assert "half, which was 2.5, is gone" in problem.message
    assert "mode is 'median' in place of 1" in problem.message
    assert "'old.blur' is called 'new.smooth' now" in problem.message
    assert "'number' is called 'x' now" in problem.message


def test_it_runs_as_a_graph_as_a_snapshot_and_as_a_file(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "old.shtairir"
    file.write_text(json.dumps(OLD), encoding="utf-8")
    for source in (old_graph(), old_graph().snapshot(), file):
        result = shtairir.run(source, registry=registry)
        assert result["sum.out"] == 15.0
    assert json.loads(file.read_text(encoding="utf-8")) == OLD, "running writes nothing"


def test_it_is_written_back_when_it_is_saved(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "old.shtairir"
    file.write_text(json.dumps(OLD), encoding="utf-8")
    graph = load(file)
    upgrade(graph, registry)
    assert not graph.is_modified
    assert not graph.can_undo
    assert [one.code for one in validate(graph, registry)] == ["migrated"]
    save(graph, registry=registry)
    assert validate(graph, registry) == []
    again = load(file)
    assert again.node("blur").block_version == 3
    assert validate(again, registry) == []


def test_a_definition_inside_is_brought_up_to_date_too(registry: Registry) -> None:
    inner = {"nodes": OLD["nodes"], "links": OLD["links"]}
    graph = old_graph(nodes=[], links=[], parameters=[], results=[], subgraphs={"part": inner})
    seen = shtairir.Graph("untouched").snapshot()
    assert seen.known.upgrades == ()
    upgrade(graph, registry)
    assert graph.subgraphs["part"].node("blur").block == "new.smooth"
    assert PortRef(NodeId("blur"), PortName("x")) in graph.subgraphs["part"].links
    assert [note.scope for note in graph.known.upgrades] == ["part"]


def test_what_is_published_follows_where_nothing_else_names_the_port(registry: Registry) -> None:
    parts = {"nodes": [OLD["nodes"][1]], "links": []}
    graph = old_graph(
        nodes=[{"id": "part", "block": "subgraph.part", "position": [0, 0]}, OLD["nodes"][1]],
        links=[],
        parameters=[{"name": "own", "target": "blur.number"}, {"name": "inner", "target": "part/blur.number"}],
        results=[{"name": "total", "source": "part/blur.out"}],
        subgraphs={"part": parts},
    )
    for published in (graph.snapshot(), graph):
        assert [one.code for one in validate(published, registry) if one.severity == "error"] == []
    upgrade(graph, registry)
    assert [str(one.target) for one in graph.parameters] == ["blur.x", "part/blur.x"]
    assert [str(one.source) for one in graph.results] == ["part/blur.whole"]


def test_an_edited_graph_is_brought_up_to_date_by_a_step_that_can_be_undone(registry: Registry) -> None:
    graph = old_graph()
    graph.set("three.a", 4)
    upgrade(graph, registry)
    assert graph.undo() == "bring nodes up to date"
    assert graph.node("blur").block == "old.blur"
    assert graph.links[PortRef(NodeId("blur"), PortName("number"))]
    graph.redo()
    assert graph.node("blur").values["width"] == 5.0


def test_a_step_without_a_function_changes_the_version_only(registry: Registry) -> None:
    @block(id="new.later", category="New", version=4, migrations={2: named})
    def later(mode: str = "mean") -> str:
        """Later."""
        return mode

    registry.add(later)
    nodes = [{"id": "n", "block": "new.later", "block_version": 3, "values": {"mode": "x"}, "position": [0, 0]}]
    graph = old_graph(nodes=nodes, links=[], parameters=[], results=[])
    upgrade(graph, registry)
    assert graph.node("n").block_version == 4
    assert graph.node("n").values == {"mode": "x"}


def test_a_migration_that_fails_leaves_the_node_as_it_is_and_is_named(registry: Registry) -> None:
    nodes = [{"id": "n", "block": "new.broken", "block_version": 1, "values": {"a": 2}, "position": [0, 0]}]
    graph = old_graph(nodes=nodes, links=[], parameters=[], results=[])
    upgrade(graph, registry)
    assert graph.node("n").block_version == 1
    (problem,) = validate(graph, registry)
    assert (problem.severity, problem.code, problem.node) == ("error", "migration_failed", "n")
    assert "'breaks' of 'new.broken', which brings version 1 to 2, failed with KeyError" in problem.message
    with pytest.raises(PlanningError, match="breaks"):
        shtairir.run(graph, registry=registry)
    assert problem.edit is not None
    graph.apply(problem.edit)
    assert validate(graph, registry) == []


@pytest.mark.parametrize("returned", [3, {"a": object()}, {1: 2}])
def test_a_migration_that_returns_what_no_file_holds_fails(registry: Registry, returned: Any) -> None:
    @block(id="new.odd", category="New", version=2, migrations={1: lambda values: returned})
    def odd(a: float = 0.0) -> float:
        """Pass on."""
        return a

    registry.add(odd)
    nodes = [{"id": "n", "block": "new.odd", "block_version": 1, "values": {"a": 2}, "position": [0, 0]}]
    graph = old_graph(nodes=nodes, links=[], parameters=[], results=[])
    assert [one.code for one in validate(graph, registry)] == ["migration_failed"]
    assert graph.node("n").values == {"a": 2}


def test_a_value_that_the_block_does_not_know_any_more_is_kept_and_warned_about(registry: Registry) -> None:
    nodes = [{"id": "n", "block": "new.smooth", "block_version": 2, "values": {"gone": 7}, "position": [0, 0]}]
    graph = old_graph(nodes=nodes, links=[], parameters=[], results=[])
    upgrade(graph, registry)
    assert graph.node("n").values["gone"] == 7
    found = {one.code: one for one in validate(graph, registry)}
    assert found["unknown_value"].severity == "warning"
    assert shtairir.run(graph, registry=registry).status == "done"


def test_a_newer_version_than_installed_is_a_warning_that_names_both(registry: Registry) -> None:
    nodes = [{"id": "n", "block": "new.add", "block_version": 7, "values": {"a": 2}, "position": [0, 0]}]
    graph = old_graph(nodes=nodes, links=[], parameters=[], results=[])
    upgrade(graph, registry)
    assert graph.node("n").block_version == 7
    (problem,) = validate(graph, registry)
    assert problem.severity == "warning"
    assert "version 7 of 'new.add'; version 1 is installed" in problem.message


def test_ports_that_change_places_do_not_lose_their_links(registry: Registry) -> None:
    @block(id="new.chain", category="New", renamed={"a": "b2", "b": "c2"})
    def chain(b2: float = 0.0, c2: float = 0.0) -> float:
        """Pass on."""
        return b2 - c2

    registry.add(chain)
    nodes = [
        {"id": "x", "block": "new.add", "values": {"a": 5}, "position": [0, 0]},
        {"id": "y", "block": "new.add", "values": {"a": 2}, "position": [0, 0]},
        {"id": "n", "block": "new.chain", "position": [0, 0]},
    ]
    links = [{"from": "x.out", "to": "n.a"}, {"from": "y.out", "to": "n.b"}]
    result = shtairir.run(old_graph(nodes=nodes, links=links, parameters=[], results=[]), registry=registry)
    assert result["n.out"] == 3


def test_a_graph_that_is_built_now_is_of_the_versions_of_now(registry: Registry) -> None:
    graph = Graph("new")
    graph.add("new.smooth", id="n", width=2, mode="mean")
    assert shtairir.run(graph, registry=registry)["n.whole"] == 2.0


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"version": 0}, "version is 0"),
        ({"migrations": {1: widened}}, "a step from 1, but its version is 1"),
        ({"version": 3, "migrations": {3: widened}}, "a step from 3, but its version is 3"),
        ({"renamed": {"a": "b"}}, "'a' is gone, but it is still a port"),
        ({"renamed": {"old": "nowhere"}}, "leads to 'nowhere', which is not a port"),
        ({"aliases": ("Old",)}, "'Old' cannot be an alias"),
        ({"aliases": "old.id"}, "must be a list of ids"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_declared(declared: dict[str, Any], said: str) -> None:
    def passes(a: float) -> float:
        """Pass on."""
        return a

    with pytest.raises(BlockDefinitionError, match=said):
        block(id="new.passes", **declared)(passes)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A block of the user's own, of which there was an older version; and the folder of graphs beside it."""
    folder = tmp_path / "blocks"
    folder.mkdir()
    monkeypatch.setenv("SHTAIRIR_BLOCKS_PATH", str(folder))
    (folder / "mine.py").write_text(
        "from shtairir.block import block\n\n\n"
        "def doubled(values):\n    return {'whole': 2 * values.get('half', 0)}\n\n\n"
        "@block(category='Mine', version=2, migrations={1: doubled}, aliases=('mine.older',))\n"
        "def sized(whole: float = 1.0) -> float:\n    '''Size.'''\n    return whole\n",
        encoding="utf-8",
    )
    shtairir.default_registry().reload_user_blocks()
    return tmp_path


def test_the_command_line_sets_inputs_by_the_names_of_now(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node = {"id": "n", "block": "mine.older", "block_version": 1, "values": {"half": 4}, "position": [0, 0]}
    file = installed / "old.shtairir"
    file.write_text(json.dumps({"format": "shtairir-graph", "version": 1, "nodes": [node]}), encoding="utf-8")
    assert run_command_line(["run", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"]["n.out"] == 8.0
    assert run_command_line(["run", str(file), "--set", "n.whole=3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"]["n.out"] == 3.0
    assert run_command_line(["validate", str(file)]) == 0
    assert "brought to version 2: half, which was 4, is gone; whole is 8" in capsys.readouterr().out


def test_a_graph_file_used_as_a_block_is_brought_up_to_date_too(installed: Path) -> None:
    inner = {
        "format": "shtairir-graph",
        "version": 1,
        "name": "inner",
        "nodes": [
            {"id": "n", "block": "mine.older", "block_version": 1, "values": {"half": 4}, "position": [0, 0]},
            {"id": "o", "block": "graph.output", "values": {"name": "size", "type": "float"}, "position": [9, 0]},
        ],
        "links": [{"from": "n.out", "to": "o.value"}],
    }
    (installed / "inner.shtairir").write_text(json.dumps(inner), encoding="utf-8")
    graph = Graph("outer")
    graph.path = installed / "outer.shtairir"
    graph.add("file:inner.shtairir", id="part")
    assert shtairir.run(graph)["part.size"] == 8.0


def test_trust_in_a_file_holds_though_its_nodes_were_brought_up_to_date(installed: Path) -> None:
    node = {"id": "n", "block": "mine.older", "block_version": 1, "values": {"half": 4}, "position": [0, 0]}
    code = {"twice": {"source": "def twice(x: float = 1.0) -> float:\n    return 2 * x\n"}}
    file = installed / "coded.shtairir"
    whole = {"format": "shtairir-graph", "version": 1, "nodes": [node], "code": code}
    file.write_text(json.dumps(whole), encoding="utf-8")
    graph = load(file)
    assert not graph.trusted
    upgrade(graph, shtairir.default_registry())
    assert not graph.trusted
    graph.trust()
    assert graph.trusted
    assert load(file).trusted
