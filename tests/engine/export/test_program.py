"""A graph as a program: that it reads well, and that what it cannot say is said."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.block.registry import default_registry
from shtairir.document import Graph
from shtairir.errors import ExportError
from shtairir.export.names import Names, identifier
from shtairir.export.program import to_python


def program_of(graph: Graph, folder: Path | None = None) -> str:
    text = to_python(graph.snapshot(), default_registry(), folder)
    ast.parse(text)
    assert max(map(len, text.splitlines())) <= 120
    return text


def result_of(graph: Graph, tmp_path: Path, **arguments: Any) -> dict[str, Any]:
    file = tmp_path / "program.py"
    file.write_text(program_of(graph, tmp_path), encoding="utf-8")
    returned: dict[str, Any] = runpy.run_path(str(file))["main"](**arguments)
    return returned


def test_variables_are_named_after_titles_and_never_after_words_of_the_language(tmp_path: Path) -> None:
    graph = Graph("names")
    for title in ("print", "lambda", "2 apples", "Größe", "Größe", "main", "math"):
        graph.add("math.number", title=title, value=1.0)
    text = program_of(graph)
    for line in ("print_2 = ", "lambda_2 = ", "n2_apples = ", "grosse = ", "grosse_2 = ", "main_2 = "):
        assert line in text
    assert set(result_of(graph, tmp_path).values()) == {1.0}


def test_only_values_that_differ_from_the_default_are_written() -> None:
    graph = Graph("defaults")
    source = graph.add("array.linspace", start=0.0, stop=3.0, num=4)
    graph.add("array.clip", a=source["out"], a_min=1.0)
    text = program_of(graph)
    assert "array.clip(linspace, a_min=1.0)" in text or "array.clip(a=linspace, a_min=1.0" in text


def test_a_published_parameter_is_an_argument_with_its_value_as_default(tmp_path: Path) -> None:
    graph = Graph("parameters")
    graph.add("math.number", id="n", value=2.5)
    graph.publish("how-much", "n.value", help="How much of it: 100 % is all.")
    assert "def main(how_much: float = 2.5)" in program_of(graph)
    assert result_of(graph, tmp_path) == {"n.out": 2.5}
    assert result_of(graph, tmp_path, how_much=4.0) == {"n.out": 4.0}


def test_files_are_found_from_wherever_the_program_lies(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    (tmp_path / "graphs" / "words.txt").write_text("one two", encoding="utf-8")
    graph = Graph("files")
    graph.add("io.read_text", path=tmp_path / "graphs" / "words.txt")
    path = tmp_path / "graphs" / "files.shtairir"
    shtairir.save(graph, path)
    (tmp_path / "programs").mkdir()
    assert result_of(shtairir.load(path), tmp_path / "programs") == {"read_text.out": "one two"}


def test_links_convert_like_the_engine_does(tmp_path: Path) -> None:
    graph = Graph("conversions")
    number = graph.add("math.number", value=2.0)
    graph.add("text.length", text=number["out"])
    assert result_of(graph, tmp_path) == dict(shtairir.run(graph).results.items())


@block(category="Exported", inplace=("a",))
def negate_in_place(a: Array) -> Array:
    """Turn the signs of all numbers, where they lie."""
    np.negative(a, out=a)
    return a


def test_a_block_that_writes_into_its_input_gets_a_copy(tmp_path: Path) -> None:
    graph = Graph("in place")
    source = graph.add("array.linspace", start=1.0, stop=3.0, num=3)
    graph.add(negate_in_place, id="turned", a=source["out"])
    graph.add("array.sum", id="total", a=source["out"])
    returned = result_of(graph, tmp_path)
    assert returned["total.out"] == 6.0
    assert list(returned["turned.out"]) == [-1.0, -2.0, -3.0]


def test_a_function_that_no_module_holds_is_refused_with_a_sentence() -> None:
    @block(category="Exported")
    def passing(x: float = 1.0) -> float:
        """Return the number."""
        return x

    graph = Graph("local")
    graph.add(passing)
    with pytest.raises(ExportError, match=r"'exported.passing' is a function of this program"):
        program_of(graph)


def test_a_missing_block_is_named() -> None:
    graph = Graph("missing")
    graph.add("nobody.has_this", id="lost")
    with pytest.raises(ExportError, match=r"Node 'lost' uses the block 'nobody.has_this', which is not installed"):
        program_of(graph)


def test_a_description_cannot_break_out_of_its_docstring(tmp_path: Path) -> None:
    graph = Graph('"""; raise SystemExit(1); """')
    graph.description = 'Ends in a quote"' if hasattr(type(graph), "description") else ""
    graph.add("math.number", id="n", value=1.0, title='x"""\nraise SystemExit')
    assert result_of(graph, tmp_path) == {"n.out": 1.0}


@pytest.mark.parametrize(
    ("text", "name"), [("Even out the light", "even_out_the_light"), ("", "value"), ("日本", "value"), ("_x_", "x")]
)
def test_identifiers(text: str, name: str) -> None:
    assert identifier(text) == name


def test_a_name_is_taken_once() -> None:
    names = Names(["a"])
    assert [names.take("a"), names.take("a"), names.inner().take("a")] == ["a_2", "a_3", "a_4"]


def test_policies_that_a_program_leaves_behind_are_named_in_it() -> None:
    graph = Graph("policed")
    number = graph.add("math.number", id="number", value=3)
    graph.add("math.add", id="total", a=number["out"], b=4)
    assert "Left behind" not in to_python(graph.snapshot(), default_registry())
    graph.set_policy("total", retries=5, condition="a > 100")
    program = to_python(graph.snapshot(), default_registry())
    assert "Left behind: what the graph says of when, and how often, to run total," in " ".join(program.split())
    assert max(map(len, program.splitlines())) <= 120
