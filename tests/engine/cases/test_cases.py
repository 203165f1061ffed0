"""Graphs carry tests, and say in sentences what is not as they expect."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy
import pytest

import shtairir
from shtairir.cases import CaseResult, record, run_cases
from shtairir.cases.expected import difference
from shtairir.cases.junit import junit_xml
from shtairir.document import dumps, loads
from shtairir.errors import DocumentError
from shtairir.ids import NodeId
from shtairir.results import RunResult


def _graph() -> shtairir.Graph:
    graph = shtairir.Graph("demo")
    graph.add("math.number", id="three", value=3)
    graph.add("math.add", id="total", b=4)
    graph.link("three.out", "total.a")
    graph.publish("start", "three.value")
    graph.publish_result("sum", "total.out")
    return graph


def _one(graph: shtairir.Graph) -> CaseResult:
    (result,) = run_cases(graph)
    return result


def test_expected_value_passes() -> None:
    graph = _graph()
    graph.put_test("usual", expect={"total.out": 7})
    assert _one(graph).passed


def test_other_value_is_told_by_its_name() -> None:
    graph = _graph()
    graph.put_test("wrong", parameters={"start": 10}, expect={"sum": 13})
    (mismatch,) = _one(graph).mismatches
    assert (mismatch.name, mismatch.sentence) == ("sum", "it is 14.0, not 13.")


def test_value_inside_the_graph_can_be_expected_too() -> None:
    graph = _graph()
    graph.put_test("inner", expect={"three.out": 3})
    assert _one(graph).passed


def test_parameters_hold_for_the_test_only() -> None:
    graph = _graph()
    graph.put_test("other", parameters={"start": 10}, expect={"total.out": 14})
    assert _one(graph).passed
    assert graph.value("three.value") == 3


def test_result_that_is_not_there_is_a_mismatch() -> None:
    graph = _graph()
    graph.put_test("lost", expect={"nowhere.out": 1})
    (mismatch,) = _one(graph).mismatches
    assert mismatch.name in ("nowhere.out", "run")
    assert "nowhere" in mismatch.sentence


def test_failure_can_be_what_is_expected() -> None:
    @shtairir.block(id="trial.refuse", category="Trial")
    def refuse(x: float = 1.0) -> float:
        """Refuse."""
        raise ValueError("no column of that name")

    graph = shtairir.Graph("demo")
    graph.add(refuse, id="bad")
    graph.put_test("fails", expect={"bad": {"error": "NO COLUMN"}})
    assert _one(graph).passed
    graph.put_test("fails", expect={"bad": {"error": "no row"}})
    assert "not with “no row”" in _one(graph).mismatches[0].sentence
    graph.put_test("fails", expect={})
    assert "it failed: no column" in _one(graph).mismatches[0].sentence


def test_tests_are_kept_in_the_file_and_follow_a_renamed_node() -> None:
    graph = _graph()
    graph.put_test("usual", parameters={"three.value": 5}, expect={"total.out": 9}, budget={"seconds": 60})
    again = loads(dumps(graph))
    assert again.tests == graph.tests
    again.apply(shtairir.document.edits.RenameNode(NodeId("three"), NodeId("begin")))
    assert dict(again.tests[0].parameters) == {"begin.value": 5}
    assert _one(again).passed
    again.undo()
    assert again.tests == graph.tests


def test_recorded_test_passes_until_the_graph_changes() -> None:
    graph = _graph()
    record(graph, "now", parameters={"start": 5})
    assert dict(graph.tests[0].expect) == {"sum": 9.0}
    assert _one(graph).passed
    graph.set("total.b", 5)
    assert not _one(graph).passed


def test_one_slow_run_is_not_over_budget_but_five_are() -> None:
    graph = _graph()
    graph.put_test("quick", expect={"total.out": 7}, budget={"seconds": 1.0})
    slow = [5.0, 5.0, 0.5]

    def run(*arguments: object, **options: object) -> RunResult:
        result = shtairir.run(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came
        result.elapsed_s = slow.pop(0)
        return result

    (passed,) = run_cases(graph, run=run)
    assert passed.passed
    assert passed.runs_s == (5.0, 5.0, 0.5)
    slow[:] = [5.0, 4.0, 6.0, 5.0, 5.0]
    (failed,) = run_cases(graph, run=run)
    assert [one.name for one in failed.mismatches] == ["seconds"]
    assert "5 runs took 4 to 6 s (97 % sure)" in failed.mismatches[0].sentence


def test_memory_has_a_budget() -> None:
    graph = shtairir.Graph("demo")
    graph.add("array.arange", id="many", stop=1_000_000)
    graph.put_test("small", expect={}, budget={"peak_bytes": 1000})
    (mismatch,) = _one(graph).mismatches
    assert mismatch.name == "peak_bytes"
    assert "8.0 MB" in mismatch.sentence


def test_unknown_case_names_those_there_are() -> None:
    graph = _graph()
    graph.put_test("usual", expect={"total.out": 7})
    with pytest.raises(DocumentError, match="usual"):
        list(run_cases(graph, ["unusual"]))


def test_junit_counts_and_names_failures() -> None:
    graph = _graph()
    graph.put_test("right", expect={"total.out": 7})
    graph.put_test("wrong", expect={"total.out": 8})
    root = ElementTree.fromstring(junit_xml({"demo.shtairir": list(run_cases(graph))}))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failures = {case.get("name"): [one.get("message") for one in case] for case in suite}
    assert failures == {"right": [], "wrong": ["total.out: it is 7.0, not 8."]}


@pytest.mark.parametrize(
    ("expected", "value", "told"),
    [
        (1, 1.0 + 1e-12, None),
        (1, 1.1, "it is 1.1, not 1"),
        ({"value": 1, "tolerance": 0.2}, 1.1, None),
        ({"value": 1, "tolerance": 0.05}, 1.1, "it is 1.1, not 1 ± 0.05"),
        (True, 1, "it is 1, not True"),
        ("a", "b", "it is 'b', not 'a'"),
        ([1, 2], [1, 3], "item 1: it is 3, not 2"),
        ([1, 2], [1], "it has 1 items, not 2"),
        ({"value": {"a": 1}}, {"a": 1, "b": 2}, "'b' is too much"),
        ({"shape": [2, 2]}, numpy.zeros((2, 3)), "its shape item 1: it is 3, not 2"),
        ({"mean": 0.5, "tolerance": 0.01}, numpy.full((4,), 0.505), None),
        ({"mean": 0.5}, numpy.full((4,), 0.505), "its mean is 0.505, not 0.5"),
        ({"length": 3}, 5, "it has no length: it is"),
        (None, None, None),
        (float("nan"), float("nan"), None),
    ],
)
def test_difference_is_a_sentence(expected: object, value: object, told: str | None, tmp_path: Path) -> None:
    why = difference(expected, value, tmp_path)
    assert why == told if told is None else (why or "").startswith(told)


def test_files_hold_what_is_expected(tmp_path: Path) -> None:
    numpy.save(tmp_path / "a.npy", numpy.arange(6.0).reshape(2, 3))
    assert difference({"file": "a.npy"}, numpy.arange(6.0).reshape(2, 3), tmp_path) is None
    other = numpy.arange(6.0).reshape(2, 3)
    other[1, 2] = 7
    why = difference({"file": "a.npy"}, other, tmp_path)
    assert why == "1 of 6 numbers differ; at [1, 2] it is 7.0, not 5.0"
    assert difference({"file": "a.npy", "tolerance": 2}, other, tmp_path) is None
    (tmp_path / "t.txt").write_text("hello", encoding="utf-8")
    assert difference({"file": "t.txt"}, "hello", tmp_path) is None


def test_nonsense_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="shape"):
        difference({"mean": 1, "medain": 1}, 1.0, tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        difference({"file": "none.npy"}, 1.0, tmp_path)
