"""Intervals hold what they promise, however the times of runs come about."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from shtairir.forecasting.calibration import OUTSIDE, calibrated, followed, outside_share, ranked, usual

RUNS, TRAINING, GRAPHS = 40, 3, 60


def logs(kind: str, chance: random.Random) -> Iterator[float]:
    """Yield the logarithms of ratios of a graph's runs, one after the other."""
    level = 0.0
    number = 0
    while True:
        number += 1
        if kind == "steady":
            yield chance.gauss(0.3, 0.03)
        elif kind == "wild":
            yield chance.gauss(0.0, 0.6)
        elif kind == "slips":
            yield chance.gauss(0.0, 0.05) + (1.5 if chance.random() < 0.1 else 0.0)
        elif kind == "two ways":
            yield chance.gauss(0.0, 0.05) + (1.0 if chance.random() < 1 / 3 else 0.0)
        elif kind == "busy, then not":
            level = chance.choice([0.0, 0.5, 1.0]) if chance.random() < 0.08 else level
            yield level + chance.gauss(0.0, 0.08)
        elif kind == "drifting":
            level = 0.8 * level + chance.gauss(0.0, 0.15)
            yield level
        elif kind == "ever slower":
            yield 0.03 * number + chance.gauss(0.0, 0.1)


@pytest.mark.parametrize("kind", ["steady", "wild", "slips", "two ways", "busy, then not", "drifting", "ever slower"])
def test_the_interval_holds_four_of_five_runs_of_any_kind(kind: str) -> None:
    chance = random.Random(kind)
    held = []
    for _ in range(GRAPHS):
        came = logs(kind, chance)
        own: list[float] = []
        misses: list[bool] = []
        for number in range(RUNS):
            low, middle, high = calibrated(own, [], 0.3, misses)
            assert low <= middle <= high
            truth = next(came)
            misses.append(not low <= truth <= high)
            if number >= TRAINING:
                held.append(not misses[-1])
            own.append(truth)
    assert 0.7 <= sum(held) / len(held) <= 0.9


def test_the_interval_of_a_steady_graph_becomes_narrow() -> None:
    chance = random.Random(1)
    own = [chance.gauss(1.0, 0.02) for _ in range(20)]
    low, middle, high = calibrated(own, [], 0.5)
    assert high - low < 0.1
    assert middle == pytest.approx(1.0, abs=0.05)  # and what the plan always gets wrong is put right


def test_an_unknown_graph_is_as_uncertain_as_others_were() -> None:
    near = calibrated([], [0.1, -0.1] * 10, 0.3)
    far = calibrated([], [2.0, -2.0] * 10, 0.3)
    assert far.high - far.low > 10 * (near.high - near.low)
    assert calibrated([], [1.0] * 20, 0.3).middle == pytest.approx(0.3)


def test_the_first_runs_of_a_graph_move_the_middle_towards_them() -> None:
    middles = [calibrated([1.0] * count, [], 0.3).middle for count in range(1, 6)]
    assert middles == sorted(middles)
    assert middles[0] >= 0.5
    assert middles[-1] < 1.0 + 1e-9


def test_misses_widen_and_hits_narrow() -> None:
    own = [0.1 * step for step in (-5, 3, -1, 5, -3, 1, 0, 2, -4, 4, -2, 3, -3, 1, -1)]
    usual_width, after_misses, after_hits = (
        high - low for low, _, high in (calibrated(own, [], 0.3, misses) for misses in ([], [True] * 9, [False] * 40))
    )
    assert after_misses > usual_width > after_hits


def test_the_share_outside_is_a_fifth_in_the_long_run() -> None:
    chance = random.Random(4)
    assert outside_share([chance.random() < OUTSIDE for _ in range(200)]) == pytest.approx(OUTSIDE, abs=0.1)


def test_a_level_is_followed_only_where_it_moves() -> None:
    chance = random.Random(5)
    assert followed([chance.gauss(0.0, 1.0) for _ in range(30)])[0] == 0.0
    assert followed([0.0] * 10 + [5.0] * 10)[0] > 4.0


def test_bounds_are_read_between_figures_that_were() -> None:
    assert ranked([3.0, 1.0, 2.0], 0.5) == 2.0
    assert ranked(list(map(float, range(9))), 0.1) == 0.0
    assert ranked(list(map(float, range(9))), 0.9) == 8.0


def test_of_two_amounts_the_middle_is_near_both() -> None:
    middle = usual([370.0, 485.0, 485.0, 370.0, 485.0])
    assert all(abs(middle - amount) / amount < 0.2 for amount in (370.0, 485.0))
    assert usual([100.0, 100.0, 900.0, 100.0]) == 100.0
    assert usual([0.0, 0.0]) == 0.0


def test_after_two_runs_that_differ_wildly_the_range_is_no_nonsense() -> None:
    low, _, high = calibrated([0.0, 3.0], [], 0.35)
    assert high - low < 3.0
