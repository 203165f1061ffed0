"""``--set NAME=VALUE``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Call, WriteGraph


def test_a_value_is_set_for_this_run_only(call: Call, sum_graph: Path) -> None:
    before = sum_graph.read_bytes()
    assert call("run", sum_graph, "--set", "three.value=38", "-q").out.split() == ["total.out", "42.0"]
    assert sum_graph.read_bytes() == before


def test_the_last_of_several_settings_of_one_input_counts(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph, "--set", "three.value=1", "--set", "three.value=2", "-s", "four.value=5", "-q")
    assert called.out.split()[-1] == "7.0"


def test_a_published_parameter_is_set_by_its_name(call: Call, write_graph: WriteGraph) -> None:
    file = write_graph(
        {"n": ("math.number", {"value": 1})}, parameters=[{"name": "radius", "target": "n.value", "title": "Radius"}]
    )
    assert call("run", file, "--set", "radius=12", "-q").out.split()[-1] == "12.0"


@pytest.mark.parametrize(
    ("assignment", "shown"),
    [
        ("all.flag=yes", "(True, "),
        ("all.flag=false", "(False, "),
        ("all.text=3", "'3'"),
        ("all.text=a=b", "'a=b'"),
        ('all.text="quoted"', "'\"quoted\"'"),
        ("all.text=", "(False, ''"),
        ("all.mode=slow", "'slow'"),
        ("all.numbers=[1, 2.5]", "[1.0, 2.5]"),
    ],
)
def test_a_value_is_read_by_the_type_of_its_input(
    call: Call, write_graph: WriteGraph, trial_blocks: Path, assignment: str, shown: str
) -> None:
    file = write_graph({"all": ("trial.all_kinds", {})})
    called = call("run", file, "--set", assignment, "--json")
    assert called.status == 0, called.err
    assert shown in called.json["results"]["all.out"]


def test_a_path_counts_from_the_folder_it_was_typed_in(
    call: Call, write_graph: WriteGraph, trial_blocks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_graph({"all": ("trial.all_kinds", {})})
    here = tmp_path / "elsewhere"
    here.mkdir()
    (here / "data.csv").write_text("a\n", encoding="utf-8")
    monkeypatch.chdir(here)
    value = call("run", file, "--set", "all.file=data.csv", "--json").json["results"]["all.out"]
    assert repr(str(here / "data.csv")) in value


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("three.valeu=1", "Did you mean three.value"),
        ("tree.value=1", "Did you mean three.value"),
        ("valeu=1", "three.value"),
        ("three.value", "NAME=VALUE"),
        ("three.value=many", "three.value cannot be set to “many”"),
        ("total.a=1", "takes its value from three.out"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_in_a_sentence(
    call: Call, sum_graph: Path, assignment: str, words: str
) -> None:
    called = call("run", sum_graph, "--set", assignment)
    assert called.status == 2
    assert words in called.err


def test_a_value_out_of_range_is_refused(call: Call, write_graph: WriteGraph, trial_blocks: Path) -> None:
    called = call("run", write_graph({"d": ("trial.double", {})}), "--set", "d.x=101")
    assert called.status == 2
    assert "at most 100" in called.err


def test_settings_reach_the_plan_too(call: Call, sum_graph: Path) -> None:
    called = call("plan", sum_graph, "--set", "three.value=many")
    assert called.status == 2


def test_a_failed_setting_is_told_in_json(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph, "--set", "tree.value=1", "--json")
    assert json.loads(called.out)["error"]["hint"].startswith("Did you mean")
