"""Definitions, branches, loops and code blocks, exported: the program gives what the engine gives."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block.registry import default_registry
from shtairir.document import Graph
from shtairir.errors import ExportError
from shtairir.export.program import to_python
from shtairir.ids import PortRef


def text_of(graph: Graph) -> str:
    text = to_python(graph.snapshot(), default_registry())
    ast.parse(text)
    return text


def check(graph: Graph, tmp_path: Path, **parameters: Any) -> dict[str, Any]:
    """Run the engine and the program, and return what both found."""
    file = tmp_path / "program.py"
    file.write_text(to_python(graph.snapshot(), default_registry(), tmp_path), encoding="utf-8")
    returned: dict[str, Any] = runpy.run_path(str(file))["main"](**parameters)
    result = shtairir.run(graph, parameters=parameters)
    result.raise_for_status()
    for name, value in result.results.items():
        assert returned[name] == value, name
    return returned


def grow(graph: Graph) -> Graph:
    """Define ``x * factor``, with a factor of 2 unless another is given."""
    inside = graph.add_subgraph("grow")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    factor = inside.add("graph.input", id="f", values={"name": "factor", "type": "float", "value": 2.0})
    product = inside.add("math.multiply", id="m", a=x["out"], b=factor["out"])
    inside.add("graph.output", id="o", values={"name": "x", "type": "float"}, value=product["out"])
    return inside


def number(graph: Graph, value: float, id: str = "n") -> PortRef:
    return graph.add("math.number", id=id, value=value)["out"]


def test_a_definition_is_a_function_that_each_instance_calls(tmp_path: Path) -> None:
    graph = Graph("instances")
    grow(graph)
    one = graph.add("subgraph.grow", id="one", x=number(graph, 3.0))
    graph.add("subgraph.grow", id="two", x=one["x"], factor=5.0)
    assert check(graph, tmp_path) == {"two.x": 30.0}
    text = text_of(graph)
    assert text.count("def grow(x: float, factor: float = 2.0) -> float:") == 1
    assert "two = grow(one, factor=5.0)" in text


def test_several_outputs_are_fields(tmp_path: Path) -> None:
    graph = Graph("fields")
    inside = graph.add_subgraph("both")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    inside.add("graph.output", id="p", values={"name": "plus", "type": "float"},
               value=inside.add("math.add", a=x["out"], b=1.0)["out"])  # fmt: skip
    inside.add("graph.output", id="q", values={"name": "lambda", "type": "float"},
               value=inside.add("math.subtract", a=x["out"], b=1.0)["out"])  # fmt: skip
    both = graph.add("subgraph.both", id="both", x=number(graph, 3.0))
    graph.add("math.multiply", id="product", a=both["plus"], b=both["lambda"])
    assert check(graph, tmp_path) == {"product.out": 8.0}


@pytest.mark.parametrize(("value", "expected"), [(3.0, 4.0), (30.0, 1030.0)])
def test_a_branch_holds_what_nothing_else_needs(tmp_path: Path, value: float, expected: float) -> None:
    graph = Graph("branches")
    n = number(graph, value)
    big = graph.add("math.add", id="big", a=n, b=1000.0)
    small = graph.add("math.add", id="small", a=n, b=1.0)
    graph.add("flow.if", id="pick", values={"expression": "v > 10"}, v=n, then=big["out"], otherwise=small["out"])
    assert check(graph, tmp_path) == {"pick.out": expected}
    text = text_of(graph)
    assert "    if n > 10:\n        big = math.add(n, b=1000.0)\n" in text.replace("a=n", "n")


def test_what_is_read_outside_of_a_branch_stands_before_it(tmp_path: Path) -> None:
    graph = Graph("shared")
    n = number(graph, 3.0)
    shared = graph.add("math.add", id="shared", a=n, b=1.0)
    graph.add("flow.if", id="pick", values={"expression": "v > 10"}, v=n, then=shared["out"], otherwise=n)
    graph.add("math.add", id="after", a=shared["out"], b=1.0)
    assert check(graph, tmp_path) == {"pick.out": 3.0, "after.out": 5.0}


@pytest.mark.parametrize("condition", [True, False])
def test_what_is_published_is_there_whichever_branch_is_taken(tmp_path: Path, condition: bool) -> None:
    graph = Graph("published")
    n = number(graph, 3.0)
    big = graph.add("math.add", id="big", a=n, b=1000.0)
    graph.add("flow.if", id="pick", condition=condition, then=big["out"], otherwise=n)
    graph.publish_result("extra", big["out"])
    assert check(graph, tmp_path)["big.out"] == 1003.0


@pytest.mark.parametrize("choice", [0.0, 20.0])
def test_what_nobody_reads_of_a_node_in_a_branch_is_a_result_if_it_is_taken(tmp_path: Path, choice: float) -> None:
    graph = Graph("partly read")
    inside = graph.add_subgraph("half")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    inside.add("graph.output", id="o", values={"name": "out", "type": "float"},
               value=inside.add("math.divide", id="d", a=1.0, b=x["out"])["out"])  # fmt: skip
    items = graph.add("list.range", id="items", stop=3)
    loop = graph.add("flow.for_each", id="loop", values={"body": "half", "on_error": "collect"}, x=items["out"])
    n = number(graph, choice)
    graph.add("flow.if", id="pick", values={"expression": "v > 10"}, v=n, then=loop["out"], otherwise=n)
    found = check_but(graph, tmp_path, "loop.errors")
    assert ("loop.errors" in found) is (choice > 10)


@pytest.mark.parametrize("choice", ["low", "high", "other"])
def test_a_switch_is_a_row_of_ifs(tmp_path: Path, choice: str) -> None:
    graph = Graph("switch")
    chosen = graph.add("text.constant", id="c", value=choice)
    low, high = number(graph, 1.0, "l"), number(graph, 2.0, "h")
    graph.add("flow.switch", id="s", values={"cases": "low, high"}, choice=chosen["out"], low=low, high=high,
              default=number(graph, 3.0, "d"))  # fmt: skip
    assert check(graph, tmp_path)["s.out"] == {"low": 1.0, "high": 2.0, "other": 3.0}[choice]


def test_a_try_catches_what_its_value_raises(tmp_path: Path) -> None:
    graph = Graph("try")
    n = graph.add("math.divide", id="bad", a=number(graph, 1.0), b=0.0)
    graph.add("flow.try", id="t", value=n["out"], fallback=number(graph, 7.0, "f"))
    found = check_but(graph, tmp_path, "t.error")
    assert found["t.out"] == 7.0
    assert found["t.failed"] is True


def check_but(graph: Graph, tmp_path: Path, different: str) -> dict[str, Any]:
    """Like `check`, but for one result that is worded differently."""
    file = tmp_path / "program.py"
    file.write_text(to_python(graph.snapshot(), default_registry(), tmp_path), encoding="utf-8")
    returned: dict[str, Any] = runpy.run_path(str(file))["main"]()
    result = shtairir.run(graph)
    result.raise_for_status()
    assert {name: value for name, value in result.results.items() if name != different} == {
        name: value for name, value in returned.items() if name != different
    }
    return returned


def test_for_each_over_a_list_is_a_comprehension(tmp_path: Path) -> None:
    graph = Graph("each")
    grow(graph)
    items = graph.add("list.range", id="items", stop=4)
    graph.add("flow.for_each", id="each", values={"body": "grow"}, x=items["out"], factor=3.0)
    assert check(graph, tmp_path) == {"each.x": [0.0, 3.0, 6.0, 9.0]}
    assert "[grow(x, factor=3.0) for x in " in text_of(graph)


def test_repeat_while_and_reduce_carry_their_state(tmp_path: Path) -> None:
    graph = Graph("turns")
    grow(graph)
    n = number(graph, 3.0)
    graph.add("flow.repeat", id="rep", values={"body": "grow", "times": 9, "until": "x > 40"}, x=n)
    graph.add("flow.while", id="loop", values={"body": "grow", "condition": "x < 100", "limit": 50}, x=n)
    inside = graph.add_subgraph("sum")
    total = inside.add("graph.input", id="t", values={"name": "total", "type": "float"})
    item = inside.add("graph.input", id="i", values={"name": "item", "type": "float"})
    added = inside.add("math.add", a=total["out"], b=item["out"])
    inside.add("graph.output", id="o", values={"name": "total", "type": "float"}, value=added["out"])
    items = graph.add("list.range", id="items", stop=5)
    graph.add("flow.reduce", id="fold", values={"body": "sum"}, items=items["out"], initial=100.0)
    found = check(graph, tmp_path)
    assert found == {"rep.x": 48.0, "rep.turns": 4, "loop.x": 192.0, "loop.turns": 6, "fold.total": 110.0}


def test_a_loop_in_a_body_is_a_loop_in_a_function(tmp_path: Path) -> None:
    graph = Graph("nested")
    grow(graph)
    outer = graph.add_subgraph("outer")
    x = outer.add("graph.input", id="x", values={"name": "x", "type": "float"})
    inner = outer.add("flow.repeat", id="rep", values={"body": "grow", "times": 3}, x=x["out"])
    outer.add("graph.output", id="o", values={"name": "out", "type": "float"}, value=inner["x"])
    items = graph.add("list.range", id="items", stop=3)
    graph.add("flow.for_each", id="each", values={"body": "outer"}, x=items["out"])
    assert check(graph, tmp_path) == {"each.out": [0.0, 8.0, 16.0]}


def test_code_stands_in_the_program_as_it_was_written(tmp_path: Path) -> None:
    graph = Graph("code")
    source = "def double(x: float, by: float = 2.0) -> float:\n    # as it was written\n    return x * by\n"
    graph.add_code("double", source)
    graph.add("code.double", id="twice", x=number(graph, 4.0))
    assert check(graph, tmp_path) == {"twice.out": 8.0}
    assert "# as it was written" in text_of(graph)


def test_what_code_imports_does_not_take_the_place_of_blocks(tmp_path: Path) -> None:
    graph = Graph("names")
    helper = "import math\n\n\ndef _sum(x):\n    return math.sqrt(x)\n\n\n"
    source = f"{helper}def root(x: float) -> float:\n    return _sum(x)\n"
    graph.add_code("root", source)
    graph.add("code.root", id="root", x=number(graph, 9.0))
    graph.add_code("cube", source.replace("root", "cube").replace("math.sqrt(x)", "x**3"))
    assert check(graph, tmp_path) == {"root.out": 3.0}
    cube = graph.add("code.cube", id="cube")
    graph.link("root.out", cube["x"])
    with pytest.raises(ExportError, match="mean different things by '_sum'"):
        text_of(graph)


def test_an_input_of_the_graph_is_an_argument_of_main(tmp_path: Path) -> None:
    graph = Graph("inputs")
    x = graph.add("graph.input", id="x", values={"name": "size", "type": "float", "value": 4.0})
    graph.add("math.add", id="more", a=x["out"], b=1.0)
    assert check(graph, tmp_path) == {"more.out": 5.0}
    assert check(graph, tmp_path, size=9.0) == {"more.out": 10.0}
