"""Files whose definitions and code were made by somebody else, by mistake or on purpose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shtairir.block.registry import Registry
from shtairir.document import Graph, dumps, loads
from shtairir.errors import DocumentError, DocumentFormatError, DocumentTooLargeError, EditError
from shtairir.validation import validate

_EMPTY = Registry(packs={}, folders=())
_LAST = {"nodes": [{"id": "n", "block": "a.b"}]}


def _file(**sections: Any) -> bytes:
    return json.dumps({"format": "shtairir-graph", "version": 1, **sections}).encode()


def _edited(data: bytes) -> dict[str, Any]:
    """Open a file, change something else, and return what is written then."""
    graph = loads(data)
    graph.description = "changed"
    written = dumps(graph)
    assert dumps(loads(written)) == written
    found: dict[str, Any] = json.loads(written)
    return found


def _instance(name: str, key: str = "i") -> dict[str, str]:
    return {"id": key, "block": f"subgraph.{name}"}


# --- nothing is lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a/b", "a.b", "", " ", "../../etc/passwd", "a\nb", "\u202eabc", "x" * 201, "file:x"])
def test_definitions_under_names_that_are_none_are_kept_as_they_are(name: str) -> None:
    data = _file(subgraphs={name: _LAST, "fine": _LAST})
    graph = loads(data)
    assert list(graph.subgraphs) == ["fine"]
    assert _edited(data)["subgraphs"][name] == _LAST
    problems = validate(graph, _EMPTY)
    assert [problem.code for problem in problems if problem.severity == "error"] == []
    assert "foreign_entry" in {problem.code for problem in problems}


@pytest.mark.parametrize(
    "section",
    [
        {"mine": 5},
        {"mine": {"anything": [1, {"deep": None}]}},
        {"mine": {"nodes": {"a": 1}}, "other": None},
        {"mine": [], "ours": _LAST},
    ],
)
def test_a_section_of_definitions_that_somebody_else_wrote_is_kept(section: dict[str, Any]) -> None:
    kept = _edited(_file(subgraphs=section))["subgraphs"]
    assert {name: value for name, value in kept.items() if name != "ours"} == {
        name: value for name, value in section.items() if name != "ours"
    }


@pytest.mark.parametrize("section", [{"mine": 5}, {"a b": {"source": "x"}}, {"mine": {"source": 3}}, [1, 2], "text", 7])
def test_a_section_of_code_that_somebody_else_wrote_is_kept(section: Any) -> None:
    data = _file(code=section)
    assert loads(data).trusted is False
    assert not loads(data).code
    assert _edited(data)["code"] == section


def test_a_new_definition_never_takes_the_place_of_what_somebody_else_wrote() -> None:
    graph = loads(_file(subgraphs={"mine": 5}, code=[1]))
    with pytest.raises(EditError, match="already has a definition 'mine'"):
        graph.add_subgraph("mine")
    with pytest.raises(EditError, match="holds something else as its 'code'"):
        graph.add_code("norm", "")
    graph.add_subgraph("other")
    assert json.loads(dumps(graph))["subgraphs"] == {"other": {"nodes": [], "links": []}, "mine": 5}


def test_unknown_fields_of_definitions_and_code_survive_an_edit() -> None:
    inner = {"title": "T", "nodes": [], "links": [], "frames": [], "colour": "red", "subgraphs": {"deeper": 1}}
    data = _file(
        subgraphs={"clean": inner},
        code={"norm": {"source": "", "language": "python"}},
        results=[{"name": "r", "source": "a.b", "unit": "px"}],
        nodes=[{"id": "a", "block": "x.y"}],
    )
    written = _edited(data)
    assert written["subgraphs"]["clean"] == {key: value for key, value in inner.items() if key != "frames"}
    assert written["code"] == {"norm": {"source": "", "language": "python"}}
    assert written["results"] == [{"name": "r", "source": "a.b", "unit": "px"}]


# --- refused, with the place ----------------------------------------------------------------------------------------

_WRONG = {
    "a position": (
        {"subgraphs": {"clean": {"nodes": [{"id": "n", "block": "a.b", "position": [1]}]}}},
        "subgraphs.clean.nodes[0] 'n', position",
    ),
    "an id twice": ({"subgraphs": {"clean": {"nodes": [_LAST["nodes"][0]] * 2}}}, "subgraphs.clean.nodes[1] 'n'"),
    "a path as an id": (
        {"subgraphs": {"clean": {"nodes": [{"id": "a/b", "block": "a.b"}]}}},
        "subgraphs.clean.nodes[0] 'a/b', id",
    ),
    "two links into one input": (
        {"subgraphs": {"clean": {**_LAST, "links": [{"from": "n.a", "to": "n.b"}] * 2}}},
        "subgraphs.clean.links[1]",
    ),
    "a title that is none": ({"subgraphs": {"clean": {**_LAST, "title": 5}}}, "subgraphs.clean.title"),
    "a result without a source": ({"results": [{"name": "r"}]}, "results[0] 'r', source"),
    "a range of one number": (
        {"parameters": [{"name": "p", "target": "a.b", "range": [1]}]},
        "parameters[0] 'p', range",
    ),
    "too much code": ({"code": {"norm": {"source": "#" * 1_000_001}}}, "code.norm.source"),
}


@pytest.mark.parametrize("what", _WRONG)
def test_what_is_wrong_in_a_definition_is_refused_with_its_place(what: str) -> None:
    sections, place = _WRONG[what]
    with pytest.raises(DocumentFormatError) as error:
        loads(_file(**sections))  # type: ignore[arg-type]
    assert place in str(error.value)


def test_a_definition_given_twice_is_refused() -> None:
    with pytest.raises(DocumentFormatError, match="'clean' appears twice"):
        loads(b'{"format": "shtairir-graph", "version": 1, "subgraphs": {"clean": {"nodes": []}, "clean": 1}}')


def test_deep_nesting_in_a_definition_is_refused() -> None:
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    with pytest.raises(DocumentTooLargeError, match="64 levels"):
        loads(_file(subgraphs={"clean": {"nodes": [{"id": "n", "block": "a.b", "values": {"x": deep}}]}}))


# --- size and recursion -----------------------------------------------------------------------------------------


def test_a_megabyte_of_code_is_opened_and_written_back() -> None:
    source = "x = 1  # é\n" * 90_000
    data = _file(code={"norm": {"source": source}})
    assert loads(data).code["norm"].source == source
    assert _edited(data)["code"]["norm"]["source"] == source


def test_definitions_in_a_circle_are_told_with_the_chain_and_end_somewhere() -> None:
    circle = {name: {"nodes": [_instance(inner)]} for name, inner in (("a", "b"), ("b", "c"), ("c", "a"))}
    graph = loads(_file(subgraphs=circle, nodes=[_instance("b")]))
    (problem,) = [one for one in validate(graph, _EMPTY) if one.severity == "error"]
    assert (problem.code, problem.node, problem.scope, problem.inner) == ("recursive_subgraph", "i/i/i/i", "a", "i")
    assert "'b' → 'c' → 'a' → 'b'" in problem.message
    assert graph.fingerprint()
    assert graph.copy_text(["i"])
    assert graph.snapshot().find("i/i/i/i/i/i") is not None
    # It can be mended.
    graph.subgraphs["a"].remove("i")
    assert [one for one in validate(graph, _EMPTY) if one.severity == "error"] == []


def test_a_definition_that_is_its_own_body_is_told() -> None:
    inner = {"nodes": [{"id": "loop", "block": "flow.for_each", "values": {"body": "a"}}]}
    graph = loads(_file(subgraphs={"a": inner}, nodes=[_instance("a")]))
    assert "recursive_subgraph" in {one.code for one in validate(graph, _EMPTY)}


def test_a_thousand_definitions_inside_each_other_are_no_trouble() -> None:
    chain = {f"d{index}": {"nodes": [_instance(f"d{index + 1}")]} for index in range(1000)}
    graph = loads(_file(subgraphs={**chain, "d1000": _LAST}, nodes=[_instance("d0")]))
    codes = {one.code: one for one in validate(graph, _EMPTY) if one.severity == "error"}
    assert set(codes) == {"missing_block", "too_deep"}
    assert str(codes["missing_block"].node).count("/") == 1001
    assert "1,001 levels deep" in codes["too_deep"].message
    with pytest.raises(EditError, match="contain itself"):
        graph.subgraphs["d1000"].add("subgraph.d0")


def _around(name: str) -> dict[str, Any]:
    """A definition that hands its input on to an instance of another one."""
    ends = [{"id": end, "block": f"graph.{end}", "values": {"name": end}} for end in ("input", "output")]
    links = [{"from": "input.out", "to": "i.input"}, {"from": "i.output", "to": "output.value"}]
    return {"nodes": [*ends, _instance(name)], "links": links}


def test_inputs_that_lead_through_a_thousand_definitions_are_no_trouble() -> None:
    chain = {f"d{index}": _around(f"d{index + 1}") for index in range(1000)}
    graph = loads(_file(subgraphs={**chain, "d1000": _around("missing")}, nodes=[_instance("d0")]))
    assert [port.name for port in graph.definition("i", _EMPTY).inputs] == ["input"]  # type: ignore[union-attr]
    assert "missing_definition" in {one.code for one in validate(graph, _EMPTY)}


def test_inputs_of_a_definition_that_contains_itself_end_somewhere() -> None:
    graph = loads(_file(subgraphs={"a": _around("b"), "b": _around("a")}, nodes=[_instance("a")]))
    assert [port.name for port in graph.definition("i", _EMPTY).inputs] == ["input"]  # type: ignore[union-attr]
    assert "recursive_subgraph" in {one.code for one in validate(graph, _EMPTY)}


def test_few_definitions_that_unfold_to_very_many_nodes_are_refused() -> None:
    laughs = {
        f"d{level}": {"nodes": [_instance(f"d{level + 1}", f"i{index}") for index in range(10)]} for level in range(12)
    }
    graph = loads(_file(subgraphs={**laughs, "d12": _LAST}, nodes=[_instance("d0")]))
    (problem,) = [one for one in validate(graph, _EMPTY) if one.code == "too_many_nodes"]
    assert "more than 1,000,000,000,000 nodes" in problem.message
    assert "'d0'" in problem.message


def test_many_definitions_are_no_trouble() -> None:
    many = {f"d{index}": _LAST for index in range(3000)}
    graph = loads(_file(subgraphs=many, nodes=[_instance(f"d{index}", f"i{index}") for index in range(3000)]))
    assert len(graph.subgraphs) == 3000
    assert len([one for one in validate(graph, _EMPTY) if one.code == "missing_block"]) == 3000


def test_names_of_python_are_only_names() -> None:
    names = ["__class__", "__init__", "None", "constructor", "-"]
    graph = loads(_file(subgraphs=dict.fromkeys(names, _LAST), nodes=[_instance(name, name) for name in names]))
    assert list(graph.subgraphs) == names
    assert all(graph.definition(name, _EMPTY) is not None for name in names)


def test_pasted_definitions_are_checked_like_those_of_a_file() -> None:
    text = {"format": "shtairir-nodes", "version": 1, "nodes": [_instance("clean")]}
    target = Graph()
    with pytest.raises(DocumentError, match=r"subgraphs\.clean\.title"):
        target.paste_text(json.dumps({**text, "subgraphs": {"clean": {**_LAST, "title": 5}}}))
    target.paste_text(json.dumps({**text, "subgraphs": {"a/b": _LAST, "clean": 7}}))
    assert not target.subgraphs
