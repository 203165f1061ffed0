"""The plan as a document on the command line: drawn, written, and kept beside the run."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from shtairir.cli.outcome import ExitStatus
from shtairir.export.picture import COLORS
from tests.engine.cli.conftest import Call


def test_plan_draws_itself_as_a_picture(call: Call, sum_graph: Path) -> None:
    drawn = call("plan", sum_graph, "--svg").out
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert "What each level changes, and why" in drawn


def test_the_picture_of_a_plan_goes_to_a_file(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    called = call("plan", sum_graph, "--svg", "--dark", "-o", tmp_path / "plan.svg")
    assert "Wrote" in called.out
    assert COLORS["dark"].background in (tmp_path / "plan.svg").read_text("utf-8")


def test_the_ending_of_the_file_says_which_drawing_is_meant(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    call("plan", sum_graph, "-o", tmp_path / "plan.mmd")
    assert (tmp_path / "plan.mmd").read_text("utf-8").startswith("flowchart LR")


def test_two_drawings_at_once_are_refused(call: Call, sum_graph: Path) -> None:
    called = call("plan", sum_graph, "--svg", "--mermaid")
    assert called.status == ExitStatus.UNUSABLE
    assert "not with both" in called.err


def test_a_file_for_no_drawing_is_refused(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    called = call("plan", sum_graph, "-o", tmp_path / "plan.txt")
    assert called.status == ExitStatus.UNUSABLE
    assert "--svg or --mermaid" in called.err


def test_a_place_that_takes_no_file_is_told_before_anything_is_planned(call: Call, sum_graph: Path) -> None:
    called = call("plan", sum_graph, "--svg", "-o", sum_graph.parent / "nowhere" / "plan.svg")
    assert called.status == ExitStatus.UNUSABLE
    assert "cannot be written" in called.err


def test_the_plan_in_json_tells_course_and_levels(call: Call, sum_graph: Path) -> None:
    plan = call("plan", sum_graph, "--json").json["plan"]
    assert [level["level"] for level in plan["levels"]] == ["none", "basic", "balanced", "aggressive"]
    assert plan["schedule"]["workers"] == plan["workers"]


def test_mermaid_tells_in_comments_what_was_changed_and_why(call: Call, sum_graph: Path) -> None:
    drawn = call("plan", sum_graph, "--mermaid").out
    assert "%% level balanced" in drawn
    assert "%% critical_path: three: Goes first" in drawn


def test_a_run_that_shows_its_graph_keeps_the_plan_beside_its_results(
    call: Call, sum_graph: Path, tmp_path: Path
) -> None:
    called = call("run", sum_graph, "--show-graph", "--level", "none", "-o", tmp_path / "out")
    assert called.status == ExitStatus.DONE
    assert "stage 1" in called.err
    assert "plan.svg" in called.out
    told = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))
    assert {span["node"] for span in told["truth"]["spans"]} == set(told["nodes"])
    assert "As it went" in (tmp_path / "out" / "plan.svg").read_text("utf-8")
    assert (tmp_path / "out" / "plan.mmd").exists()


def test_a_run_of_which_nothing_is_kept_says_how_to_keep_its_plan(call: Call, sum_graph: Path) -> None:
    assert "--output DIR keeps it" in call("run", sum_graph, "--show-graph").out


def test_a_dry_run_does_everything_but_run(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    called = call("run", sum_graph, "--dry-run", "--show-graph", "-o", tmp_path / "out")
    assert called.status == ExitStatus.DONE
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["plan.json", "plan.mmd", "plan.svg"]
    assert "truth" not in json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))


def test_a_dry_run_says_when_results_could_not_be_written(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    called = call("run", sum_graph, "--dry-run", "-o", tmp_path / "taken")
    assert called.status == ExitStatus.UNUSABLE
    assert "cannot be written" in called.err


def test_a_dry_run_says_when_a_trace_could_not_be_written(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    called = call("run", sum_graph, "--dry-run", "--trace", tmp_path / "nowhere" / "trace.json")
    assert called.status == ExitStatus.UNUSABLE
    assert "cannot be written" in called.err


def test_the_plan_in_json_goes_to_a_file(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    called = call("plan", sum_graph, "--json", "-o", tmp_path / "plan.json")
    assert called.json["written"] == str(tmp_path / "plan.json")
    written = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert {"plan", "forecast"} <= set(written)
