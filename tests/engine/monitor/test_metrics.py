"""Figures as lines of JSON, the names of which are documented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.monitor import metrics
from shtairir.monitor.history import History
from shtairir.monitor.metrics import MetricsFile, lines_of
from shtairir.testing import graph_of


def figures(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def documented() -> dict[str, str]:
    """Return the metrics that the module's text names, with their units."""
    rows = [line.split("|") for line in (metrics.__doc__ or "").splitlines() if line.startswith("| ``")]
    return {row[1].strip(" `"): row[2].strip() for row in rows}


def test_every_line_has_a_documented_name_and_unit(tmp_path: Path) -> None:
    @block
    def tells(context: Context) -> float:
        """Say how far it is."""
        context.progress(0.5, "half")
        return 1.0

    @block
    def broken(x: float) -> float:
        """Fail."""
        raise ValueError

    graph = graph_of("a -> b")
    one, bad = graph.add(tells), graph.add(broken)
    graph.link(one["out"], bad["x"])
    file = MetricsFile(tmp_path / "metrics.jsonl")
    shtairir.run(graph, instruments=[file])
    file.close()
    lines = figures(tmp_path / "metrics.jsonl")
    units = documented()
    assert len(units) > 20
    for line in lines:
        assert {"at_s", "run", "metric", "value", "unit"} <= set(line)
        assert line["metric"] in units
        assert line["unit"] == units[line["metric"]] or line["unit"] == "1"
    names = {line["metric"] for line in lines}
    assert {"run.nodes", "node.started", "node.elapsed", "node.peak", "node.failed", "node.progress"} <= names
    assert {"memory.live", "memory.resident", "run.elapsed"} <= names
    assert [line["value"] for line in lines if line["metric"] == "node.progress"] == [0.5]
    assert lines[-1]["metric"] == "memory.peak"


def test_times_go_up_and_count_from_the_start(tmp_path: Path) -> None:
    with_metrics = MetricsFile(tmp_path / "metrics.jsonl")
    shtairir.run(graph_of("a -> b -> c"), instruments=[with_metrics])
    with_metrics.close()
    starts = [line["at_s"] for line in figures(tmp_path / "metrics.jsonl") if line["metric"] == "node.started"]
    assert starts == sorted(starts)
    assert 0 <= starts[0] < 5


def test_a_run_of_the_past_gives_the_same_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path))
    handle = shtairir.start(graph_of("a -> b"), origin="cli")
    handle.wait(30)
    assert handle.chronicle is not None
    handle.chronicle.recorded(30)
    lines = [json.loads(line) for line in lines_of(History(tmp_path).run())]
    assert {line["metric"] for line in lines} <= set(documented())
    assert [line["at_s"] for line in lines] == sorted(line["at_s"] for line in lines)
    assert len([line for line in lines if line["metric"] == "node.elapsed"]) == 2
