"""The shell tells what is foreseen, and how near it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import shtairir
from shtairir.cli.entry import run_command_line


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """A graph of three numbers and two sums."""
    graph = shtairir.Graph("sums")
    a, b, c = (graph.add("math.number", value=value) for value in (1, 2, 3))
    first, second = graph.add("math.add"), graph.add("math.add")
    graph.link(a["out"], first["a"])
    graph.link(b["out"], first["b"])
    graph.link(first["out"], second["a"])
    graph.link(c["out"], second["b"])
    shtairir.save(graph, tmp_path / "sums.shtairir")
    return tmp_path / "sums.shtairir"


def said(capfd: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> tuple[str, str]:
    """Call the command line, and return what it has said."""
    assert run_command_line([str(argument) for argument in arguments]) == status
    out, err = capfd.readouterr()
    return out, err


def test_plan_says_what_a_run_would_take(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capfd, "plan", sums)
    assert "forecast: " in out
    assert "the graph has not run here yet" in out
    for _ in range(2):
        said(capfd, "run", sums, "--level", "none")
    out, _ = said(capfd, "plan", sums, "--level", "none")
    assert "All 5 nodes run, in " in out
    assert "It rests on 2 runs of this graph" in out


def test_plan_says_what_the_cache_would_spare(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "run", sums, "--fresh", "--level", "none")
    out, _ = said(capfd, "plan", sums, "--level", "none")
    assert "with --smart: Nothing needs to run" in out
    out, _ = said(capfd, "plan", sums, "--level", "none", "--set", "number_3.value=4")
    assert "would run" in out
    assert "is there" in out


def test_json_has_both_forecasts(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "run", sums, "--fresh", "--level", "none")
    out, _ = said(capfd, "plan", sums, "--json", "--level", "none")
    found = json.loads(out)
    assert len(found["forecast"]["nodes_to_run"]) == 5
    assert found["forecast"]["seconds"]["low"] < found["forecast"]["seconds"]["high"]
    assert found["smart_forecast"]["impact"] == "low"


def test_a_run_says_before_and_after_with_v(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "run", sums, "--level", "none")
    _, err = said(capfd, "run", sums, "-v", "--level", "none")
    assert "forecast: All 5 nodes run, in " in err
    assert "Foreseen were " in err
    _, err = said(capfd, "run", sums, "--level", "none")
    assert "oreseen" not in err


def test_a_run_as_json_has_the_forecast_beside_the_truth(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "run", sums, "--level", "none")
    out, _ = said(capfd, "run", sums, "--json", "--level", "none")
    review = json.loads(out)["review"]
    assert review["forecast"]["runs"] == 1
    assert review["truth"]["nodes_run"] == 5
    assert review["time_held"] in (True, False)


def test_a_dry_run_says_what_it_would_take(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capfd, "run", sums, "--dry-run")
    assert "forecast: " in out


def test_the_history_shows_what_was_foreseen(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        said(capfd, "run", sums, "--level", "none")
    out, _ = said(capfd, "history", "show")
    assert "foreseen" in out
    assert "5 of 5 nodes to run" in out


def test_workers_may_be_left_to_what_was_learned(sums: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capfd, "plan", sums, "--workers", "auto")
    assert "as many as there are processors: too few times are known" in out
    said(capfd, "run", sums, "--workers", "auto")
    _, err = said(capfd, "run", sums, "--workers", "none", status=2)
    assert "'none' is no number of workers: write 1 or more, or auto" in err
