"""``plan``, ``validate``, ``blocks``, ``edit`` and what is common to all commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import shtairir.cli.edit_command as edit_command
import shtairir.cli.entry as entry
from shtairir.cli.options import Level
from shtairir.cli.outcome import Outcome
from tests.engine.cli.conftest import Call, WriteGraph


def test_plan_shows_stages_and_critical_path(call: Call, sum_graph: Path) -> None:
    shown = call("plan", sum_graph, "--level", "basic").out
    assert "stage 1  three, four" in shown
    assert "stage 2  total" in shown
    assert "critical path:" in shown


def test_plan_draws_itself_in_mermaid(call: Call, sum_graph: Path) -> None:
    drawn = call("plan", sum_graph, "--mermaid").out
    assert drawn.startswith(("flowchart", "graph"))
    assert "total" in drawn


def test_plan_gives_reasons_for_what_it_changed(call: Call, write_graph: WriteGraph, trial_blocks: Path) -> None:
    file = write_graph(
        {
            "wait": ("trial.sleep", {"seconds": 0}),
            "a": ("trial.double", {}),
            "b": ("trial.double", {}),
            "sum": ("math.add", {}),
        },
        [("wait.out", "a.x"), ("wait.out", "b.x"), ("a.out", "sum.a"), ("b.out", "sum.b")],
    )
    assert "what the planner changed" in call("plan", file).out


def test_the_levels_offered_are_those_of_the_planner() -> None:
    from shtairir.planning import OptimizationLevel

    assert {level.value for level in Level} <= {level.value for level in OptimizationLevel}


def test_validate_lists_all_problems_and_ends_with_two(call: Call, write_graph: WriteGraph) -> None:
    file = write_graph({"a": ("math.number", {"value": "x"}), "b": ("nosuch.block", {})})
    called = call("validate", file)
    assert called.status == 2
    assert "a.value" in called.out
    assert "nosuch.block" in called.out


def test_validate_of_a_sound_graph_ends_with_zero(call: Call, sum_graph: Path) -> None:
    called = call("validate", sum_graph)
    assert called.status == 0
    assert "3 nodes, 2 links" in called.out


def test_validate_in_json_gives_place_code_and_fix(call: Call, write_graph: WriteGraph) -> None:
    document = call("validate", write_graph({"b": ("nosuch.block", {})}), "--json").json
    assert document["status"] == "invalid"
    (problem,) = [each for each in document["problems"] if each["severity"] == "error"]
    assert (problem["node"], problem["code"]) == ("b", "missing_block")


def test_blocks_lists_by_category(call: Call) -> None:
    shown = call("blocks").out
    assert "math.number" in shown
    assert "image.gaussian_blur" in shown


def test_blocks_finds_by_words(call: Call) -> None:
    first = call("blocks", "gaussian", "blur").out.splitlines()[0]
    assert first.startswith("image.gaussian_blur")


def test_blocks_shows_one_with_ports_ranges_and_source(call: Call, trial_blocks: Path) -> None:
    shown = call("blocks", "trial.double").out
    assert "Return twice the number." in shown
    assert "≥ 0 ≤ 100" in shown
    assert "= 1.0" in shown
    assert "return 2 * x" in shown


def test_blocks_in_json_tells_what_is_missing(call: Call, trial_blocks: Path) -> None:
    (trial_blocks / "needy.py").write_text(
        'from shtairir.block import block\n\n@block(category="Needy", requires=("no_such_library",), extra="ui")\n'
        'def want(x: float = 1.0) -> float:\n    """Want."""\n    return x\n',
        encoding="utf-8",
    )
    from shtairir.block.registry import default_registry

    default_registry().reload_user_blocks()
    shown = call("blocks", "needy.want", "--json").json["block"]
    assert shown["available"] is False
    assert "shtairir[ui]" in shown["missing"]
    assert "shtairir[ui]" in call("blocks", "needy").out


def test_an_unknown_block_is_answered_with_the_nearest(call: Call) -> None:
    called = call("blocks", "image.gausian_blur")
    assert called.status == 2
    assert "image.gaussian_blur" in called.err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ([], ["edit"]),
        (["coins.shtairir"], ["edit", "coins.shtairir"]),
        (["--screenshot", "x.png", "a.shtairir"], ["edit", "--screenshot", "x.png", "a.shtairir"]),
        (["run", "a"], ["run", "a"]),
        (["--help"], ["--help"]),
        (["rnu"], ["rnu"]),
    ],
)
def test_edit_is_the_command_when_none_is_named(typed: list[str], meant: list[str]) -> None:
    assert entry.with_default_command(typed) == meant


def test_edit_without_the_window_says_which_extra_brings_it(
    call: Call, sum_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edit_command, "_UI_MODULES", ("no_such_toolkit",))
    called = call(sum_graph)
    assert called.status == 2
    assert "shtairir[ui]" in called.err


def test_a_canvas_alone_is_a_picture(call: Call, sum_graph: Path) -> None:
    called = call("edit", sum_graph, "--canvas")
    assert called.status == 2
    assert "--screenshot OUT.png" in called.err


def test_edit_without_a_screen_says_so_in_a_line(call: Call, sum_graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(edit_command, "_UI_MODULES", ())
    monkeypatch.setattr("sys.platform", "linux")
    called = call("edit", sum_graph)
    assert called.status == 2
    assert called.err.count("\n") == 1
    assert "no screen" in called.err


def test_edit_refuses_a_file_that_is_not_there(call: Call, tmp_path: Path) -> None:
    assert call("edit", tmp_path / "nowhere.shtairir").status == 2


def test_a_mistyped_command_is_answered_with_the_nearest(call: Call) -> None:
    called = call("rnu")
    assert called.status == 2
    assert "run" in called.err


def test_a_fault_of_the_program_is_one_line_without_a_traceback(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Outcome:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr("shtairir.cli.app.app", broken)
    called = call("--help")
    assert called.status == 1
    assert called.err.count("\n") == 1
    assert "the sky fell" in called.err
    assert "SHTAIRIR_DEBUG" in called.err


def test_a_fault_of_the_program_shows_its_traceback_when_asked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Outcome:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr("shtairir.cli.app.app", broken)
    monkeypatch.setenv("SHTAIRIR_DEBUG", "1")
    assert "Traceback" in call("--help").err


def test_what_is_no_text_in_any_encoding_is_written_as_its_number() -> None:
    text = entry.json_text({"error": "no file 'caf\udce9'", "name": "café"})
    assert text.encode("utf-8")
    assert json.loads(text) == {"error": "no file 'caf\udce9'", "name": "café"}
    assert "café" in entry.json_text({"name": "café"})


def test_numbers_that_json_has_no_word_for_become_null() -> None:
    text = entry.json_text({"a": float("nan"), "b": [float("inf"), 1.5]})
    assert json.loads(text) == {"a": None, "b": [None, 1.5]}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_is_said_in_a_sentence() -> None:
    with open("/dev/full", "wb") as full:
        typed = [sys.executable, "-m", "shtairir.cli", "blocks", "math.add", "--json"]
        done = subprocess.run(typed, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == "shtairir: What came out cannot be written: No space left on device.\n"
