"""Code blocks in graphs that run: failures by line, edits while the graph is open, loops, definitions and workers."""

from __future__ import annotations

from pathlib import Path

import pytest

import shtairir
from shtairir.document import Graph, load, save

LEVELS = ("none", "basic", "balanced", "aggressive")


def graph_of(source: str, name: str = "f", **values: object) -> Graph:
    """Return a graph with one node of a code block."""
    graph = Graph("demo")
    graph.add_code(name, source)
    graph.add(f"code.{name}", id="node", values=values)
    return graph


def test_a_failure_names_the_line_of_the_source() -> None:
    source = "def _inner(x):\n    return 1 / x\n\n\ndef f(x: float = 0.0) -> float:\n    return _inner(x)\n"
    failure = shtairir.run(graph_of(source)).nodes["node"].error
    assert failure is not None
    assert failure.code is not None
    assert (failure.error_type, failure.code.line, failure.code.text) == ("ZeroDivisionError", 2, "return 1 / x")
    assert failure.code.file.startswith("<code.f ")
    assert "line 6, in f\n    return _inner(x)" in failure.traceback
    assert "code_function" not in failure.traceback


def test_an_error_at_the_top_of_the_source_names_its_line() -> None:
    failure = (
        shtairir.run(graph_of("import math\nlimit = math.nothing\ndef f() -> float:\n    return 1.0\n"))
        .nodes["node"]
        .error
    )
    assert failure is not None
    assert failure.code is not None
    assert (failure.error_type, failure.code.line) == ("AttributeError", 2)


def test_a_source_with_an_error_keeps_the_graph_from_running() -> None:
    graph = graph_of("def f(x: float = 1) -> float:\n    retur x\n")
    with pytest.raises(shtairir.ShtairirError, match="line 2: Invalid syntax"):
        shtairir.run(graph)


@pytest.mark.parametrize("level", LEVELS)
def test_context_several_outputs_and_async(level: str) -> None:
    graph = Graph("demo")
    graph.add_code(
        "parts",
        "class Parts(NamedTuple):\n    half: float\n    text: str\n\n\n"
        "def parts(x: float, context: Context, names: list[str] = ['a']) -> Parts:\n"
        "    context.progress(0.5)\n    return Parts(x / 2, f'{context.node} {names}')\n",
    )
    graph.add_code(
        "later", "import asyncio\nasync def later(x: float) -> float:\n    await asyncio.sleep(0)\n    return x"
    )
    graph.add("code.parts", id="p", x=graph.add("math.number", value=3)["out"])
    graph.add("code.later", id="l")
    graph.link("p.half", "l.x")
    result = shtairir.run(graph, level=level, keep="all")
    result.raise_for_status()
    assert (result["p.half"], result["p.text"], result["l.out"]) == (1.5, "p ['a']", 1.5)


@pytest.mark.parametrize("level", LEVELS)
def test_an_edit_of_the_source_counts_in_the_next_run(level: str) -> None:
    graph = graph_of("def f(x: float = 2.0) -> float:\n    return x + 1\n")
    assert shtairir.run(graph, level=level)["node.out"] == 3.0
    graph.set_code("f", "def f(x: float = 2.0) -> float:\n    return x * 10\n")
    assert shtairir.run(graph, level=level)["node.out"] == 20.0
    graph.undo()
    assert shtairir.run(graph, level=level)["node.out"] == 3.0


def test_two_graphs_may_have_different_code_of_the_same_name() -> None:
    one, two = graph_of("def f() -> int:\n    return 1\n"), graph_of("def f() -> int:\n    return 2\n")
    assert [shtairir.run(graph)["node.out"] for graph in (one, two, one)] == [1, 2, 1]


def test_an_impure_block_is_called_for_each_node_and_a_pure_one_is_shared() -> None:
    source = "count = [0]\n\n\n@block(pure={pure})\ndef f() -> int:\n    count[0] += 1\n    return count[0]\n"
    for pure, expected in ((False, {1, 2}), (True, {1})):
        graph = graph_of(source.format(pure=pure))
        graph.add("code.f", id="other")
        result = shtairir.run(graph, workers=1)
        assert {result["node.out"], result["other.out"]} == expected


def test_ports_follow_the_source_while_it_is_typed() -> None:
    graph = graph_of("def f(a: float) -> float:\n    return a\n")

    def ports() -> list[str]:
        definition = graph.definition(graph.node("node"))
        assert definition is not None
        return [port.name for port in definition.inputs]

    for source, expected in (
        ("def f(a: float, b) -> float:\n    return a\n", ["a", "b"]),
        ("def f(a: float, b: ) -> float:\n    return a\n", ["a", "b"]),
        ("def f(a: float, b: int", ["a", "b"]),
        ("def f(a: float, b: int, c: int = 3) -> float:\n    retur", ["a", "b", "c"]),
        ("", ["a", "b", "c"]),
        ("def f() -> float:\n    return 1.0", []),
    ):
        graph.set_code("f", source, merge="typing")
        assert ports() == expected, source


def test_code_inside_of_definitions_and_loops(tmp_path: Path) -> None:
    graph = Graph("demo")
    graph.add_code("grow", "def grow(x: float, by: float = 2.0) -> float:\n    return x * by\n")
    inner = graph.add_subgraph("inner")
    start = inner.add("graph.input", id="a", name="state", type="float", value=1.0)
    step = inner.add("code.grow", id="step", x=start["out"])
    inner.add("graph.output", id="b", name="state", type="float", value=step["out"])
    graph.add("flow.repeat", id="loop", body="inner", times=10)
    graph.add("subgraph.inner", id="once")
    file = save(graph, tmp_path / "loops.shtairir")
    for source in (graph, load(file)):
        result = shtairir.run(source)
        result.raise_for_status()
        assert (result["loop.state"], result["once.state"]) == (1024.0, 2.0)


def test_a_missing_library_is_told_before_the_run() -> None:
    graph = graph_of("import no_such_library\ndef f() -> int:\n    return 1\n")
    (problem,) = [one for one in shtairir.validate(graph) if one.severity == "error"]
    assert (problem.code, problem.node) == ("block_unavailable", "node")
    assert "no_such_library" in problem.message
