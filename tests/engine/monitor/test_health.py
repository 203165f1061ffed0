"""How the program is, in one place."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from weakref import WeakSet

import pytest

import shtairir
from shtairir.block import block
from shtairir.monitor.health import health


def test_everything_is_there_and_fits_into_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "not" / "yet"))
    found = health()
    assert found.disk.total_bytes > found.disk.free_bytes > 0
    assert found.disk.used_bytes == 0
    assert found.memory.resident_bytes > 1_000_000
    assert found.memory.total_bytes > found.memory.available_bytes
    assert {"workers", "disk", "memory", "breakers", "resources", "runs", "problems", "good"} <= set(
        json.loads(json.dumps(found.to_dict()))
    )


def test_nothing_kept_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", "")
    assert health().disk.folder is None


@pytest.mark.parametrize("inner", ["", "inner"])
def test_a_state_folder_that_cannot_be_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "file" / inner))
    found = health()
    assert not found.good
    assert any("Nothing can be kept of runs" in problem for problem in found.problems)


def test_a_thread_that_was_given_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # Threads that other tests have left behind end in their own time: they are not counted here.
    monkeypatch.setattr("shtairir.execute.workers._crews", WeakSet())
    begun, let_go = threading.Event(), threading.Event()

    @block
    def stuck(x: float = 1.0) -> float:
        """Not listen."""
        begun.set()
        let_go.wait(30)
        return x

    graph = shtairir.Graph("demo")
    graph.add(stuck)
    assert health().workers.abandoned == 0
    handle = shtairir.start(graph)
    assert begun.wait(30)
    assert health().workers.threads >= 1
    handle.cancel()
    assert handle.wait(30) is not None
    found = health()
    assert found.workers.abandoned == 1
    assert any("given up" in problem for problem in found.problems)
    let_go.set()
