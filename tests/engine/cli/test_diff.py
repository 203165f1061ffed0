"""``shtairir diff``: two files in, sentences out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Call, WriteGraph


@pytest.fixture
def changed_graph(write_graph: WriteGraph) -> Path:
    """Return the file of `sum_graph` with another number, and a node more."""
    return write_graph(
        {
            "three": ("math.number", {"value": 3.5}),
            "four": ("math.number", {"value": 4}),
            "total": ("math.add", {}),
            "twice": ("math.multiply", {"b": 2}),
        },
        [("three.out", "total.a"), ("four.out", "total.b"), ("total.out", "twice.a")],
        name="sum2",
    )


def test_equal_files_have_status_0(call: Call, sum_graph: Path) -> None:
    done = call("diff", sum_graph, sum_graph)
    assert (done.status, done.out.strip()) == (0, "no difference")


def test_changes_are_told_in_sentences_with_status_1(call: Call, sum_graph: Path, changed_graph: Path) -> None:
    done = call("diff", sum_graph, changed_graph)
    assert done.status == 1
    lines = [line.strip() for line in done.out.splitlines()]
    assert "~ three.value was 3 and is 3.5." in lines
    assert "+ twice was added: a math.multiply, b 2." in lines
    assert lines.index("and the looks:") < lines.index('~ graph name was "sum" and is "sum2".')


def test_json_lists_each_difference(call: Call, sum_graph: Path, changed_graph: Path) -> None:
    document = json.loads(call("diff", sum_graph, changed_graph, "--json").out)
    assert document["status"] == "different"
    value = next(entry for entry in document["differences"] if entry["place"] == "three.value")
    assert (value["kind"], value["matters"]) == ("changed", True)


def test_file_that_is_not_there_has_status_2(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    done = call("diff", sum_graph, tmp_path / "none.shtairir")
    assert done.status == 2
    assert "There is no file" in done.err


def test_a_diff_is_drawn_as_a_picture(call: Call, sum_graph: Path, changed_graph: Path, tmp_path: Path) -> None:
    done = call("diff", sum_graph, changed_graph, "--svg", tmp_path / "diff.svg")
    assert done.status == 1
    assert "wrote" in done.out
    assert "three.value" in (tmp_path / "diff.svg").read_text("utf-8")


def test_a_picture_that_cannot_be_written_is_told(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    done = call("diff", sum_graph, sum_graph, "--svg", tmp_path / "nowhere" / "diff.svg")
    assert done.status == 2
    assert "cannot be written" in done.err
