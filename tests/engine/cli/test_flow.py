"""What the command line says of branches and instances."""

from __future__ import annotations

from pathlib import Path

import pytest

import shtairir
from shtairir.document import Graph
from tests.engine.cli.conftest import Call


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """An instance in a branch that is not chosen, a failure with a fallback, and a named result.

    ``start -> grow -> if.then``, ``start -> if.otherwise -> total``; ``missing -> try``
    """
    graph = Graph("program")
    inside = graph.add_subgraph("grow")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    product = inside.add("math.multiply", id="m", a=x["out"], b=2.0)
    inside.add("graph.output", id="o", values={"name": "grown", "type": "float"}, value=product["out"])
    start = graph.add("math.number", id="start", value=3.0)
    grow = graph.add("subgraph.grow", id="grow", x=start["out"])
    chosen = graph.add("flow.if", id="if", condition=False, then=grow["grown"], otherwise=start["out"], title="Is big")
    graph.add("graph.output", id="sum", values={"name": "total", "type": "float"}, value=chosen["out"])
    missing = graph.add("text.to_number", id="missing", text="three")
    graph.add("flow.try", id="try", value=missing["out"], fallback=start["out"])
    path = tmp_path / "program.shtairir"
    shtairir.save(graph, path)
    return path


def test_a_run_tells_what_was_skipped_and_what_a_fallback_was_taken_for(call: Call, program: Path) -> None:
    told = call("run", program)
    assert told.status == 0
    lines = [line.split() for line in told.err.splitlines()]
    assert ["grow/m", "skipped", "'Is", "big'", "chose", "'otherwise'."] in [line[1:] for line in lines]
    assert ["grow", "skipped", "'Is", "big'", "chose", "'otherwise'."] in lines
    assert "'try' took its fallback instead." in told.err
    assert "try: Takes its fallback: 'missing' failed" in told.err
    rows = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert rows["total"] == "3.0"
    assert rows["try.out"] == "3.0"


def test_a_program_gets_to_know_of_instances_and_names(call: Call, program: Path) -> None:
    document = call("run", program, "--json", "--set", "if.condition=true").json
    assert document["status"] == "done"
    assert document["named"] == {"total": "sum.value"}
    assert document["results"]["sum.value"] == 6.0
    assert document["instances"]["grow"]["status"] == "done"
    assert document["instances"]["grow"]["parts"] == ["grow/x", "grow/m", "grow/o"]
    assert document["nodes"]["missing"]["taken_by"] == ["try"]


def test_a_failure_inside_of_an_instance_is_told_with_what_it_kept_from_running(call: Call, tmp_path: Path) -> None:
    graph = Graph("failing")
    inside = graph.add_subgraph("read")
    bad = inside.add("text.to_number", id="bad", text="three")
    inside.add("graph.output", id="o", values={"name": "number", "type": "float"}, value=bad["out"])
    read = graph.add("subgraph.read", id="read")
    graph.add("math.add", id="sum", a=read["number"])
    path = tmp_path / "failing.shtairir"
    shtairir.save(graph, path)
    told = call("run", path)
    assert told.status == 1
    assert "read/bad failed" in told.err
    assert "sum (needs its result)" in told.err


def test_a_plan_is_told_with_its_conditions_and_instances(call: Call, program: Path) -> None:
    told = call("plan", program)
    assert told.status == 0
    assert "if 'if' chooses 'then'" in told.out
    assert [line.split() for line in told.out.splitlines() if "subgraph." in line] == [
        ["grow", "subgraph.grow", "3", "nodes"]
    ]
    document = call("plan", program, "--json").json["plan"]
    assert document["instances"]["grow"]["outputs"] == {"grown": "grow/m.out"}
