"""The experiment on made graphs, in small: ranges hold about four of five runs that nobody has seen."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.forecasts import made, together


def test_ranges_hold_about_four_of_five_runs_that_were_held_out() -> None:
    tallies = made(runs=13, seed=11, scale=0.3)
    whole = together(tallies, "all")
    assert len(whole.held) == 10 * len(tallies)
    # The full experiment (python -m tests.benchmarks.forecasts) finds 70 to 90 of 100; here are fewer runs of each, and
    # a machine that is busy now and then makes some of them longer than anybody can foresee.
    assert whole.coverage >= 0.5
    assert median(whole.widths) < 10  # or it would be no art
