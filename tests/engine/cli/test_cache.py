"""``--smart`` and ``shtairir cache``: what is kept between two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import shtairir
from tests.engine.cli.conftest import Call, WriteGraph

_BLOCK = '''
import time
from shtairir.block import block


@block(id="slow.twice", category="Slow")
def twice(x: float = 1.0) -> float:
    """Take a while."""
    time.sleep(0.005)
    return 2 * x
'''


@pytest.fixture
def slow_graph(write_graph: WriteGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trial_blocks: Path) -> Path:
    """Return a file of two slow nodes in a row, with a cache of its own."""
    (trial_blocks / "slow.py").write_text(_BLOCK, encoding="utf-8")
    shtairir.default_registry().reload_user_blocks()
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    return write_graph({"a": ("slow.twice", {"x": 3}), "b": ("slow.twice", {})}, [("a.out", "b.x")])


def _statuses(called_out: str) -> dict[str, str]:
    return {name: node["status"] for name, node in json.loads(called_out)["nodes"].items()}


def test_smart_run_takes_what_an_earlier_one_has_made(call: Call, slow_graph: Path) -> None:
    assert _statuses(call("run", slow_graph, "--smart", "--json").out) == {"a": "done", "b": "done"}
    again = call("run", slow_graph, "--smart", "--json")
    assert _statuses(again.out)["b"] == "cached"
    assert json.loads(again.out)["results"]["b.out"] == 12.0
    changed = call("run", slow_graph, "--smart", "--json", "--set", "a.x=4")
    assert _statuses(changed.out) == {"a": "done", "b": "done"}
    assert _statuses(call("run", slow_graph, "--fresh", "--json").out) == {"a": "done", "b": "done"}
    assert _statuses(call("run", slow_graph, "--json").out) == {"a": "done", "b": "done"}


def test_cache_is_looked_at_cleared_and_carried(call: Call, slow_graph: Path, tmp_path: Path) -> None:
    call("run", slow_graph, "--smart")
    facts = json.loads(call("cache", "stats", "--json").out)
    assert facts["disk_entries"] == 2
    assert call("cache", "verify").out.strip() == "2 results, 0 damaged"
    assert call("cache", "export", tmp_path / "c.zip").status == 0
    assert call("cache", "clear", "--node", "b").out.strip() == "1 result removed"
    assert call("cache", "clear", "--older-than", "1d").out.strip() == "0 results removed"
    assert call("cache", "clear").out.strip() == "1 result removed"
    assert "took 2 results" in call("cache", "import", tmp_path / "c.zip").out
    assert _statuses(call("run", slow_graph, "--smart", "--json").out)["b"] == "cached"


def test_file_that_is_no_cache_is_refused(call: Call, slow_graph: Path) -> None:
    refused = call("cache", "import", slow_graph)
    assert refused.status != 0
    assert "cannot be read as a cache" in refused.err


def test_switched_off_cache_says_so(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", "")
    assert call("cache", "stats").status == 2


def test_explain_tells_why_nodes_run(call: Call, slow_graph: Path) -> None:
    assert call("explain", slow_graph).out.startswith("2 nodes of 2 would run")
    call("run", slow_graph, "--smart")
    assert call("explain", slow_graph).out.startswith("0 nodes of 2 would run")
    told = call("explain", slow_graph, "b", "--set", "a.x=4").out.splitlines()
    assert told == [
        "b runs",
        "  b: It comes after 'a': x changed from 3.0 to 4.0.",
        "  a: x changed from 3.0 to 4.0.",
    ]
    document = json.loads(call("explain", slow_graph, "b", "--json").out)
    assert document["runs"] is False
    assert document["because"][0]["reason"].startswith("Restored from the cache of ")
    assert call("explain", slow_graph, "nobody").status == 2


def test_verbose_smart_run_says_why(call: Call, slow_graph: Path) -> None:
    call("run", slow_graph, "--smart")
    told = call("run", slow_graph, "--smart", "-v", "--set", "a.x=4")
    assert "x changed from 3.0 to 4.0." in told.err
