"""A state folder of a test's own, and runs to put into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import shtairir
from shtairir.ids import RunKey
from shtairir.monitor.chronicle import Chronicle
from shtairir.monitor.history import History
from shtairir.monitor.past import RunSummary
from shtairir.monitor.recording import RunRows, record
from shtairir.results import RunResult

NOON = 1_795_176_000.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the state folder."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(folder))
    return folder


@pytest.fixture
def past(home: Path) -> History:
    """Return an empty history."""
    return History(home)


@pytest.fixture
def ran(home: Path) -> Callable[..., RunResult]:
    """Return what runs a graph as the command line does, and waits until it is in the history."""

    def run(graph: shtairir.Graph | shtairir.ExecutionPlan, **options: object) -> RunResult:
        handle = shtairir.start(graph, origin="cli", **options)  # type: ignore[arg-type]
        result = handle.wait(30)
        assert result is not None
        assert isinstance(handle.chronicle, Chronicle)
        assert handle.chronicle.recorded(30) is not None
        return result

    return run


def rows(
    key: str, *nodes: tuple[object, ...], status: str = "done", at: float = NOON, graph: str = "demo", took: float = 1.0
) -> RunRows:
    """Return a run that never was."""
    summary = RunSummary(
        key=RunKey(key),
        graph=graph,
        status=status,
        started_at=at,
        elapsed_s=took,
        fingerprint="f" + graph,
        nodes=len(nodes),
        done=len(nodes),
    )
    return RunRows(summary, "/nowhere", b"{}", nodes)


def node(
    name: str = "blur",
    took: float = 1.0,
    peak: int = 5_000_000,
    *,
    status: str = "done",
    block: str = "image.blur",
    likeness: int | None = 1,
    details: str | None = None,
) -> tuple[object, ...]:
    """Return a row of a node."""
    return (name, block, status, 0.0, took, peak, peak, 1, 1, likeness, '{"out":2.5}', details)


def put(past: History, *runs: RunRows) -> None:
    """Write runs into a history."""
    for one in runs:
        assert record(past.database, one) is not None
