"""``shtairir test``: a graph file's own tests, recorded and run from the shell."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import shtairir
from tests.engine.cli.conftest import Call


def test_test_is_recorded_and_passes(call: Call, sum_graph: Path) -> None:
    assert call("test", sum_graph).status == 2
    assert call("test", sum_graph, "--record", "usual", "--set", "three.value=5").status == 0
    graph = shtairir.load(sum_graph)
    assert graph.value("three.value") == 3
    assert dict(graph.tests[0].parameters) == {"three.value": 5}
    assert dict(graph.tests[0].expect) == {"total.out": 9.0}
    done = call("test", sum_graph)
    assert (done.status, done.out.strip()) == (0, "1 test: 1 passed, 0 failed")


def test_failed_test_has_status_1_and_is_told_everywhere(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    graph = shtairir.load(sum_graph)
    graph.put_test("wrong", expect={"total.out": 8})
    shtairir.save(graph)
    done = call("test", sum_graph, "--junit", tmp_path / "out.xml", "--json")
    assert done.status == 1
    assert "total.out: it is 7.0, not 8." in done.err
    (case,) = json.loads(done.out)["files"][str(sum_graph)]
    assert (case["name"], case["passed"]) == ("wrong", False)
    assert ElementTree.parse(tmp_path / "out.xml").getroot()[0].get("failures") == "1"


def test_file_that_cannot_be_read_keeps_no_other_from_its_tests(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    graph = shtairir.load(sum_graph)
    graph.put_test("right", expect={"total.out": 7})
    shtairir.save(graph)
    bad = tmp_path / "bad.shtairir"
    bad.write_text("{", encoding="utf-8")
    done = call("test", bad, sum_graph, "--junit", tmp_path / "out.xml")
    assert done.status == 1
    assert "2 tests: 1 passed, 1 failed" in done.out
    suites = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [(str(bad), "1"), (str(sum_graph), "0")]
    assert "bad.shtairir" in (suites[0][0][0].text or "")


def test_values_are_given_only_when_recording(call: Call, sum_graph: Path) -> None:
    assert call("test", sum_graph, "--set", "three.value=5").status == 2
