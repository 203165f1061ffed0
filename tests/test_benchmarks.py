"""The benchmarks compare like with like: every contestant does the same work. No time is looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest

from tests.benchmarks import report
from tests.benchmarks.contend import Standing
from tests.benchmarks.contest import Contest, Contestant, Figure, Measured, Target
from tests.benchmarks.rows import MODULES, contests_of

SCALE = 0.001


APART = ("startup", "canvas")
"""What takes processes of its own: commands, and NodeGraphQt, whose graphs do not end well beside others."""

CONTESTS = [
    pytest.param(contest, id=contest.name)
    for module in MODULES
    if module not in APART
    for contest in contests_of(module, SCALE)
]


@pytest.fixture(autouse=True)
def same_depth_of_recursion() -> Iterator[None]:
    """Restore what Hamilton needs more of."""
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("contest", CONTESTS)
@pytest.mark.filterwarnings("ignore")  # of the peers, which may deprecate what they like
def test_all_contestants_give_the_same_result(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMILTON_TELEMETRY_ENABLED", "false")
    results = {each.name: each.prepare()() for each in contest.contestants if not each.missing}
    kinds = int | list | tuple | np.ndarray
    plain = {name: np.asarray(value) for name, value in results.items() if isinstance(value, kinds)}
    first = next(iter(plain.values()), None)
    for name, value in plain.items():
        np.testing.assert_allclose(value, first, rtol=1e-12, err_msg=name)


def contest_of(*targets: Target) -> Contest:
    figure = Figure("elapsed_s", "ms", 1e3)
    nobody = Contestant("nobody", lambda: lambda: None, ("a_module_that_is_not_there",))
    entries = (Contestant("ours", lambda: lambda: None), Contestant("theirs", lambda: lambda: None), nobody)
    return Contest("name", "Some work", entries, (figure,), "theirs", targets)


def standings() -> dict[str, Standing]:
    return {
        "ours": Standing([Measured(elapsed_s=0.1), Measured(elapsed_s=0.9), Measured(elapsed_s=0.3)]),
        "theirs": Standing([Measured(elapsed_s=0.2), Measured(elapsed_s=1.8), Measured(elapsed_s=0.3)]),
        "nobody": Standing(absent="not installed: a_module_that_is_not_there"),
    }


def test_a_ratio_is_the_median_of_the_rounds_so_that_a_busy_moment_falls_out() -> None:
    stand = standings()
    assert stand["ours"].median("elapsed_s") == 0.3
    assert stand["ours"].ratio(stand["theirs"], "elapsed_s") == 0.5


def test_what_is_missing_is_named_in_the_table() -> None:
    lines = report.table(contest_of(), standings())
    assert any("nobody" in line and "not installed: a_module_that_is_not_there" in line for line in lines)
    assert contest_of().contestant("nobody").missing == ["a_module_that_is_not_there"]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target("ours", "elapsed_s", 0.3), "holds"),
        (Target("ours", "elapsed_s", 0.2), "**missed**"),
        (Target("ours", "elapsed_s", 0.5, of="theirs"), "holds"),
        (Target("ours", "elapsed_s", 0.4, of="theirs"), "**missed**"),
        (Target("ours", "elapsed_s", 0.001, of="theirs", over=True), "holds"),
        (Target("nobody", "elapsed_s", 1.0), "?"),
    ],
)
def test_a_target_holds_or_is_missed(target: Target, expected: str) -> None:
    reached, wanted, _ = report.verdict(contest_of(target), standings(), target)
    assert report.state(reached, wanted) == expected
    page = report.page([("nodes", contest_of(target), standings())], ["- a machine"], {"nodes": "What it is."})
    assert f"| {expected} |" in page
