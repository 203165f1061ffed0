"""Before a run it is said what it will take, and after it how near that was."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.errors import PlanningError
from shtairir.forecasting import Forecast, Range, Review, Truth
from shtairir.monitor.history import history
from shtairir.testing import graph_of

calls: list[str] = []


@block(id="forecast.rows")
def rows(count: int = 100_000) -> Array:
    """Make numbers."""
    calls.append("rows")
    time.sleep(0.01)
    return np.zeros(count)


@block(id="forecast.double")
def double(a: Array, times: float = 2.0) -> Array:
    """Make as many numbers again."""
    calls.append("double")
    time.sleep(0.01)
    return np.concatenate([a, a])


@block(id="forecast.total")
def total(a: Array) -> float:
    """Add up."""
    calls.append("total")
    return float(a.sum())


def graph(count: int = 100_000) -> shtairir.Graph:
    made = shtairir.Graph("foreseen")
    first = made.add(rows, count=count)
    twice = made.add(double)
    last = made.add(total)
    made.link(first["out"], twice["a"])
    made.link(twice["out"], last["a"])
    return made


def test_nothing_runs_for_a_forecast() -> None:
    calls.clear()
    shtairir.forecast(graph())
    assert not calls


def test_of_a_graph_that_has_never_run_no_time_is_claimed() -> None:
    foreseen = shtairir.forecast(graph())
    assert foreseen.seconds is None
    assert foreseen.impact == "unknown"
    assert foreseen.saved_share is None
    assert "not known yet" in foreseen.words
    assert list(foreseen.nodes_to_run) == ["rows", "double", "total"]


def test_a_declared_cost_stands_in_for_runs_that_there_have_not_been() -> None:
    @block(id="forecast.declared", cost=lambda x=0.0: 3.0)
    def declared(x: float = 0.0) -> float:
        """Take three seconds, as it says."""
        return x

    foreseen = shtairir.forecast(graph_of("declared", blocks={"declared": declared}), cache="off")
    assert foreseen.seconds is not None
    assert foreseen.seconds.holds(3.0)
    assert foreseen.seconds.high > 2 * foreseen.seconds.low  # a declaration is no measurement


def test_after_one_run_time_and_memory_are_foreseen() -> None:
    result = shtairir.run(graph())
    foreseen = shtairir.forecast(graph(), cache="off")
    assert foreseen.seconds is not None
    assert foreseen.seconds.low < foreseen.seconds.typical < foreseen.seconds.high
    assert foreseen.seconds.holds(result.elapsed_s)
    assert foreseen.peak_bytes == pytest.approx(result.memory.peak_bytes, rel=0.01)
    assert foreseen.runs == 1


def test_more_to_make_is_foreseen_to_hold_more() -> None:
    result = shtairir.run(graph())
    for _ in range(2):
        shtairir.run(graph(count=200_000))
    foreseen = shtairir.forecast(graph(count=200_000), cache="off")
    assert foreseen.peak_bytes == pytest.approx(2 * result.memory.peak_bytes, rel=0.2)


def test_what_the_cache_has_need_not_run() -> None:
    shtairir.run(graph(), cache="smart")
    changed = graph()
    changed.set("double.times", 3.0)
    foreseen = shtairir.forecast(changed)
    assert list(foreseen.nodes_to_run) == ["double", "total"]
    assert foreseen.nodes_cached == ("rows",)
    assert "times" in foreseen.nodes_to_run["double"]
    assert foreseen.saved_share is not None
    assert 0 < foreseen.saved_share < 1
    assert foreseen.impact in ("medium", "high")
    nothing = shtairir.forecast(graph())
    assert (dict(nothing.nodes_to_run), nothing.impact, nothing.saved_share) == ({}, "low", 1.0)
    assert nothing.words == "Nothing needs to run: all results are there."


def test_without_the_cache_everything_runs() -> None:
    shtairir.run(graph(), cache="smart")
    for cache in ("off", "fresh"):
        assert len(shtairir.forecast(graph(), cache=cache).nodes_to_run) == 3  # type: ignore[arg-type]


def test_what_the_cache_will_write_is_foreseen() -> None:
    shtairir.run(graph())
    review = shtairir.run(graph(), cache="smart").review
    assert review is not None
    assert review.forecast.disk_bytes == pytest.approx(review.truth.disk_bytes, rel=0.01)
    assert review.truth.disk_bytes is not None
    assert review.truth.disk_bytes > 2_000_000
    assert shtairir.forecast(graph(), cache="off").disk_bytes == 0


def test_what_is_given_need_not_be_made() -> None:
    given = {"double.out": np.zeros(10)}
    for cache in ("off", "smart"):
        foreseen = shtairir.forecast(graph(), given=given, cache=cache)  # type: ignore[arg-type]
        assert list(foreseen.nodes_to_run) == ["total"]


def test_only_what_the_targets_need_runs() -> None:
    assert list(shtairir.forecast(graph(), targets=["double"]).nodes_to_run) == ["rows", "double"]


def test_a_plan_is_foreseen_like_its_graph() -> None:
    shtairir.run(graph())
    made = graph()
    of_plan, of_graph = shtairir.forecast(shtairir.plan(made)), shtairir.forecast(made)
    assert of_plan.to_dict() == of_graph.to_dict()


def test_a_graph_that_cannot_be_planned_cannot_be_foreseen() -> None:
    made = shtairir.Graph("broken")
    made.add(total)
    with pytest.raises(PlanningError, match="total"):
        shtairir.forecast(made)


def test_a_forecast_is_a_value_that_json_can_hold() -> None:
    shtairir.run(graph())
    foreseen = shtairir.forecast(graph(), cache="off")
    again = json.loads(json.dumps(foreseen.to_dict()))
    assert again["seconds"]["typical"] == pytest.approx(foreseen.seconds.typical)  # type: ignore[union-attr]
    assert again["words"] == foreseen.words
    with pytest.raises(AttributeError):
        foreseen.impact = "low"  # type: ignore[misc]


def test_when_each_node_is_expected_to_run_follows_the_links() -> None:
    shtairir.run(graph())
    times = shtairir.forecast(graph(), cache="off").timeline
    assert times["rows"][1] <= times["double"][0] + 1e-9
    assert times["double"][1] <= times["total"][0] + 1e-9


def test_a_result_knows_what_was_foreseen_before_it() -> None:
    shtairir.run(graph())
    result = shtairir.run(graph())
    assert result.forecast is not None
    assert result.forecast.runs == 1
    review = result.review
    assert review is not None
    assert review.truth.elapsed_s == result.elapsed_s
    assert review.truth.nodes_run == 3
    assert review.peak_off == pytest.approx(0.0, abs=0.01)
    assert json.loads(json.dumps(result.to_dict()))["review"]["time_held"] == review.time_held


def test_what_was_foreseen_does_not_know_what_came_however_late_one_asks() -> None:
    results = [shtairir.run(graph()) for _ in range(4)]
    shtairir.forecast(graph())  # reads all that was put aside
    assert [result.forecast.runs for result in results if result.forecast is not None] == [0, 1, 2, 3]


def test_while_it_runs_a_run_can_be_asked_what_was_foreseen() -> None:
    shtairir.run(graph())
    handle = shtairir.start(graph())
    assert handle.forecast is not None
    assert handle.forecast.seconds is not None
    result = handle.wait()
    assert result is not None
    assert result.forecast is handle.forecast


def test_nothing_is_foreseen_where_nothing_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", "")
    result = shtairir.run(graph())
    assert result.forecast is None
    assert result.review is None
    assert "review" not in result.to_dict()
    assert len(shtairir.forecast(graph(), cache="off").nodes_to_run) == 3


def test_the_history_keeps_what_was_foreseen_beside_what_came() -> None:
    for _ in range(2):
        handle = shtairir.start(graph(), origin="cli")
        result = handle.wait()
    assert handle.chronicle is not None
    recorded = handle.chronicle.recorded(60)
    past = history()
    assert recorded is not None
    assert past is not None
    assert result is not None
    assert result.forecast is not None
    kept = past.run(recorded.key).forecast
    assert kept is not None
    assert kept.typical_s == result.forecast.seconds.typical  # type: ignore[union-attr]
    assert (kept.nodes_to_run, kept.nodes_cached, kept.nodes_run, kept.runs) == (3, 0, 3, 1)
    assert kept.peak_bytes == result.forecast.peak_bytes
    assert past.run(recorded.key).to_dict()["forecast"]["impact"] == "high"


# --- in words -------------------------------------------------------------------------------------------------

SEEN = Forecast("demo", {"blur": "", "count": ""}, ("read",), Range(2.0, 3.0, 5.0), 210_000_000, 12_000, "medium", 0.6)  # type: ignore[dict-item, arg-type]


def test_a_forecast_is_told_in_a_sentence() -> None:
    assert SEEN.words == (
        "2 of 3 nodes run, in about 3 s (2 to 5 s), with at most 210 MB of values, writing 12 kB to disk. "
        "The impact is medium: 60 % of the time is saved."
    )
    assert SEEN.short == "2 of 3 · about 3 s · 210 MB"


def test_ranges_over_units_name_both() -> None:
    assert Range(0.02, 1.0, 90.0).words == "20 ms to 1.5 min"


def test_a_review_says_whether_the_range_has_held() -> None:
    near = Review(SEEN, Truth(4.0, 200_000_000))
    assert near.time_held is True
    assert near.peak_off == pytest.approx(0.05)
    far = Review(SEEN, Truth(9.0, 200_000_000))
    assert far.time_held is False
    assert "but it took 9 s" in far.words
    unknown = Review(replace(SEEN, seconds=None, peak_bytes=None), Truth(9.0, 200_000_000))
    assert (unknown.time_held, unknown.peak_off) == (None, None)
    assert "was not known before" in unknown.words


def test_a_file_and_its_path_share_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shtairir.Graph("by path")
    made.add("math.number", value=3)
    shtairir.save(made, tmp_path / "sum.shtairir")
    shtairir.run(tmp_path / "sum.shtairir")
    monkeypatch.chdir(tmp_path)
    assert shtairir.forecast("sum.shtairir").runs == 1


def test_where_all_values_are_kept_more_memory_is_foreseen() -> None:
    shtairir.run(graph())
    foreseen = shtairir.forecast(graph(), keep="all", cache="off")
    truth = shtairir.run(graph(), keep="all").memory.peak_bytes
    assert foreseen.peak_bytes == pytest.approx(truth, rel=0.05)
    assert truth > 2_300_000  # all three values, and not only two at a time
