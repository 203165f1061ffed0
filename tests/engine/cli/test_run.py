"""``shtairir run``: what it prints where, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Call, WriteGraph


def test_a_run_prints_its_results_and_ends_with_zero(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph)
    assert called.status == 0
    assert called.out.split() == ["total.out", "7.0"]


def test_progress_is_a_line_per_node_on_standard_error_when_it_is_piped(call: Call, sum_graph: Path) -> None:
    lines = call("run", sum_graph, "--level", "none").err.splitlines()
    assert lines[0] == "sum: 3 nodes, 1 worker"
    assert [line.split("]")[0] for line in lines[1:4]] == ["[1/3", "[2/3", "[3/3"]
    assert {line.split("] ")[1].split()[0] for line in lines[1:4]} == {"three", "four", "total"}
    assert "\x1b" not in "".join(lines)


def test_quiet_run_says_only_its_results(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph, "-q")
    assert called.err == ""
    assert called.out.split() == ["total.out", "7.0"]


def test_json_tells_status_nodes_and_results_in_one_object(call: Call, sum_graph: Path) -> None:
    document = call("run", sum_graph, "--json").json
    assert document["status"] == "done"
    assert document["nodes"]["total"]["status"] == "done"
    assert document["nodes"]["total"]["elapsed_s"] >= 0
    assert document["results"]["total.out"] == 7
    assert document["file"] == str(sum_graph)


def test_json_stays_alone_on_standard_output_when_a_block_prints(
    call_process: Call, write_graph: WriteGraph, trial_blocks: Path
) -> None:
    file = write_graph({"shout": ("trial.shout", {})})
    called = call_process("run", file, "--json")
    assert called.status == 0
    assert called.json["status"] == "done"
    assert "printed by a block" in called.err
    assert "written below Python" in called.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "nowhere.shtairir", "--json"],
        ["run", "--json"],
        ["run", "--no-such-option", "--json"],
        ["nosuchcommand", "--json"],
        ["run", "{file}", "--set", "total.z=1", "--json"],
        ["run", "{file}", "--memory-limit", "much", "--json"],
        ["validate", "nowhere.shtairir", "--json"],
        ["blocks", "zzzzz-nothing", "--json"],
    ],
)
def test_json_is_one_object_for_unusable_arguments_too(call: Call, sum_graph: Path, arguments: list[str]) -> None:
    called = call(*(argument.format(file=sum_graph) for argument in arguments))
    assert called.status == 2
    assert called.json["status"] == "error"
    assert called.json["error"]["message"]


def test_results_are_written_into_the_output_folder(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results" / "here"
    called = call("run", sum_graph, "--output", folder)
    (file,) = folder.iterdir()
    assert json.loads(file.read_text(encoding="utf-8")) == 7
    assert f"wrote {file}" in called.out or "wrote " in called.out


def test_an_output_folder_that_takes_no_files_is_refused_before_the_run(
    call: Call, sum_graph: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    called = call("run", sum_graph, "--output", tmp_path / "taken")
    assert called.status == 2
    assert "cannot be written to" in called.err
    assert "[1/3]" not in called.err


def test_a_failed_run_ends_with_one_and_shows_a_card(call: Call, failing_graph: Path) -> None:
    called = call("run", failing_graph)
    assert called.status == 1
    card = called.err
    assert "broken failed: ZeroDivisionError: " in card
    assert "return x / 0" in card
    assert "trial.py:" in card
    assert "x = " in card
    assert "skipped  after" in card
    assert "Traceback" not in card
    assert "aside.out" in called.out


def test_a_card_names_all_that_was_lost_with_the_node(call: Call, write_graph: WriteGraph, trial_blocks: Path) -> None:
    nodes = {"broken": ("trial.fail", {}), **{name: ("trial.double", {}) for name in ("near", "far", "aside")}}
    card = call("run", write_graph(nodes, [("broken.out", "near.x"), ("near.out", "far.x")])).err
    assert "skipped  near, far (need its result)" in card


def test_a_run_whose_failures_are_accepted_says_what_is_missing(
    call: Call, write_graph: WriteGraph, trial_blocks: Path
) -> None:
    nodes = {"broken": ("trial.fail", {}), "after": ("trial.double", {}), "aside": ("trial.double", {"x": 5})}
    policy = {"node": {"on_failure": "continue"}}
    file = write_graph(nodes, [("broken.out", "after.x")], policy=policy)
    called = call("run", file)
    assert called.status == 1
    assert "partly done in" in called.err
    assert "missing: after.out, for want of 'broken'" in called.err
    assert call("run", file, "--json").json["missing"] == {"after.out": "broken"}


def test_verbose_adds_the_traceback_of_a_failed_block(call: Call, failing_graph: Path) -> None:
    assert "Traceback" in call("run", failing_graph, "-v").err


def test_json_of_a_failed_run_holds_cause_line_and_inputs(call: Call, failing_graph: Path) -> None:
    called = call("run", failing_graph, "--json")
    assert called.status == 1
    error = called.json["nodes"]["broken"]["error"]
    assert error["type"] == "ZeroDivisionError"
    assert error["code"]["text"].strip() == "return x / 0"
    assert "x" in error["inputs"]
    assert called.json["nodes"]["after"]["status"] == "skipped"


def test_an_invalid_graph_ends_with_two_and_lists_every_problem(call: Call, write_graph: WriteGraph) -> None:
    file = write_graph({"a": ("math.number", {}), "b": ("nosuch.block", {}), "c": ("math.add", {})}, [("a.oot", "c.x")])
    called = call("run", file)
    assert called.status == 2
    assert "nosuch.block" in called.err
    assert "oot" in called.err


def test_a_dry_run_prints_the_plan_and_runs_nothing(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph, "--dry-run")
    assert called.status == 0
    assert "stage 1" in called.out
    assert "[1/3]" not in called.err


def test_a_dry_run_in_json_is_the_plan(call: Call, sum_graph: Path) -> None:
    document = call("run", sum_graph, "--dry-run", "--json").json
    assert document["status"] == "planned"
    assert document["plan"]["stages"]


def test_show_graph_tells_what_each_node_reads(call: Call, sum_graph: Path) -> None:
    shown = call("run", sum_graph, "--show-graph").err
    assert "a ← three.out, b ← four.out" in shown
    assert "value = 3" in shown


def test_a_run_that_takes_too_long_ends_with_four(call: Call, write_graph: WriteGraph, trial_blocks: Path) -> None:
    called = call("run", write_graph({"wait": ("trial.sleep", {})}), "--timeout", "0.2", "--json")
    assert called.status == 4
    assert called.json["status"] == "timed_out"


def test_what_a_block_logs_is_told_with_its_name(call: Call, write_graph: WriteGraph, trial_blocks: Path) -> None:
    assert "wait: asleep" in call("run", write_graph({"wait": ("trial.sleep", {"seconds": 0})})).err


def test_a_missing_file_is_refused_with_the_nearest_name(call: Call, sum_graph: Path) -> None:
    called = call("run", sum_graph.with_name("sun.shtairir"))
    assert called.status == 2
    assert "sum.shtairir?" in called.err


def test_the_suffix_may_be_left_out(call: Call, sum_graph: Path) -> None:
    assert call("run", sum_graph.with_suffix("")).status == 0


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}', "\x00\x01"])
def test_a_file_that_is_no_graph_is_refused_in_words(call: Call, tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.shtairir"
    file.write_text(text, encoding="utf-8")
    called = call("run", file)
    assert called.status == 2
    assert "Traceback" not in called.err
    assert str(file) in called.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--memory-limit", "lots", "500MB"),
        ("--timeout", "soon", "seconds"),
        ("--level", "bananas", "balanced"),
        ("--workers", "0", "1"),
    ],
)
def test_an_option_that_cannot_be_read_says_how_to_write_it(
    call: Call, sum_graph: Path, option: str, value: str, words: str
) -> None:
    called = call("run", sum_graph, option, value)
    assert called.status == 2
    assert words in called.err


def test_workers_and_level_reach_the_planner(call: Call, sum_graph: Path) -> None:
    plan = call("run", sum_graph, "--dry-run", "--json", "--workers", "3", "--level", "basic").json["plan"]
    assert (plan["workers"], plan["level"]) == (3, "basic")


def test_nodes_that_say_nothing_are_retried_and_timed_as_typed(
    call: Call, write_graph: WriteGraph, trial_blocks: Path
) -> None:
    file = write_graph({"plain": ("trial.double", {}), "own": ("trial.double", {"x": 2}), "wait": ("trial.sleep", {})})
    document = json.loads(file.read_text())
    document["nodes"][1]["policy"] = {"retries": 7}
    file.write_text(json.dumps(document))
    before = file.read_bytes()
    plan = call("run", file, "--retries", "1", "--node-timeout", "2min", "--dry-run", "--json").json["plan"]
    policies = {task["node"]: task["policy"] for task in plan["tasks"]}
    assert policies["plain"] == {"retries": 1, "timeout_s": 120.0}
    assert policies["own"] == {"retries": 7, "timeout_s": 120.0}
    assert policies["wait"] == {"retries": 0, "timeout_s": 120.0}
    assert file.read_bytes() == before
    called = call("run", file, "--node-timeout", "0.2", "--json")
    assert called.status == 1
    assert called.json["nodes"]["wait"]["error"]["type"] == "AttemptTimeoutError"


def test_a_policy_that_makes_no_sense_is_told_before_anything_runs(call: Call, sum_graph: Path) -> None:
    document = json.loads(sum_graph.read_text())
    document["nodes"][2]["policy"] = {"retires": 7}
    sum_graph.write_text(json.dumps(document))
    called = call("run", sum_graph)
    assert called.status == 2
    assert "total: The policy of 'total': there is no setting 'retires'.\n         → Did you mean" in called.err
