"""``--help-parameters``, and what ``--set`` can name besides inputs of nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

import shtairir
from shtairir.document import Graph
from tests.engine.cli.conftest import Call


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """A graph with a published parameter, an input, a definition, and a named result."""
    graph = Graph("nested")
    inside = graph.add_subgraph("grow")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    product = inside.add("math.multiply", id="m", a=x["out"], b=2.0)
    inside.add("graph.output", id="o", values={"name": "x", "type": "float"}, value=product["out"])
    start = graph.add(
        "graph.input", id="start", values={"name": "start", "type": "float", "value": 3.0, "help": "Begin."}
    )
    one = graph.add("subgraph.grow", id="one", x=start["out"])
    more = graph.add("math.add", id="more", a=one["x"], b=1.0)
    graph.publish("extra", "more.b", title="What is added", range=(0, 10))
    graph.publish_result("total", more["out"], help="All of it.")
    path = tmp_path / "nested.shtairir"
    shtairir.save(graph, path)
    return path


def test_parameters_and_results_are_listed(call: Call, nested: Path) -> None:
    told = call("run", nested, "--help-parameters")
    assert told.status == 0
    assert [line.split() for line in told.out.splitlines() if line.startswith("  ")] == [
        ["extra", "float", "1.0", "0", "to", "10", "What", "is", "added:", "Second", "number."],
        ["start", "float", "3.0", "Begin."],
        ["total", "float", "All", "of", "it."],
    ]


def test_a_program_reads_them_as_json(call: Call, nested: Path) -> None:
    told = call("run", nested, "--help-parameters", "--json").json
    extra, start = told["parameters"]
    assert (extra["name"], extra["target"], extra["value"], extra["range"]) == ("extra", "more.b", 1.0, [0, 10])
    assert (start["name"], start["target"], start["type"]) == ("start", "start.value", "float")
    assert [result["name"] for result in told["results"]] == ["total"]


def test_a_graph_that_publishes_nothing_says_what_can_be_set(call: Call, sum_graph: Path) -> None:
    assert "--set NODE.INPUT=VALUE" in call("run", sum_graph, "--help-parameters").out


def test_an_input_of_the_graph_is_set_by_its_name(call: Call, nested: Path) -> None:
    done = call("run", nested, "--set", "start=10", "--json")
    assert done.status == 0
    assert done.json["results"]["more.out"] == 21.0


def test_a_value_inside_an_instance_is_set_for_one_run(call: Call, nested: Path) -> None:
    done = call("run", nested, "--set", "one/m.b=5", "--json")
    assert done.status == 0
    assert done.json["results"]["more.out"] == 16.0
    assert call("run", nested, "--json").json["results"]["more.out"] == 7.0


def test_a_name_that_is_nowhere_inside_is_refused(call: Call, nested: Path) -> None:
    refused = call("run", nested, "--set", "one/zz.b=5")
    assert refused.status == 2
    assert "one/zz" in refused.err
