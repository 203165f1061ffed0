"""The time left is a range, and the truth lies in it in four of five cases."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from shtairir.monitor.eta import Expected, Running, pace_of, remaining


def learned(*seconds: float, scatter: float = 0.2) -> list[Expected]:
    return [Expected(each, scatter, "x.y") for each in seconds]


def test_a_chain_takes_the_sum_and_tasks_side_by_side_their_share() -> None:
    chain = remaining(learned(1, 1, 1, 1), [(), (0,), (1,), (2,)], 2, {}, {})
    beside = remaining(learned(1, 1, 1, 1), [()] * 4, 2, {}, {})
    assert chain is not None
    assert beside is not None
    assert chain.likely_s == pytest.approx(4.0, rel=0.05)
    assert beside.likely_s == pytest.approx(2.0, rel=0.05)
    assert chain.low_s < chain.likely_s < chain.high_s


def test_nothing_is_claimed_where_nothing_is_known() -> None:
    assert remaining([Expected(None)] * 3, [()] * 3, 1, {}, {}) is None


def test_what_is_unknown_is_taken_to_be_as_what_was_seen_of_the_like() -> None:
    expected = [Expected(None, block="slow"), Expected(None, block="slow"), Expected(None, block="quick")]
    left = remaining(expected, [()] * 3, 1, {0: 8.0}, {})
    assert left is not None
    assert left.likely_s == pytest.approx(16.0, rel=0.6)


def test_a_run_that_goes_at_half_speed_is_expected_to_go_on_so() -> None:
    expected = learned(*[1.0] * 20)
    left = remaining(expected, [()] * 20, 1, dict.fromkeys(range(10), 2.0), {})
    assert left is not None
    assert left.likely_s == pytest.approx(20.0, rel=0.1)


def test_one_task_that_took_ten_times_as_long_says_little_of_the_others() -> None:
    expected = learned(*[1.0] * 12)
    over: dict[int, float | None] = dict.fromkeys(range(11), 1.0)
    over[3] = 10.0
    pace = pace_of(expected, over)
    assert math.exp(pace.drift) == pytest.approx(1.0, abs=0.05)


def test_a_task_that_runs_longer_than_expected_is_not_over_yet() -> None:
    left = remaining(learned(1.0), [()], 1, {}, {0: Running(5.0)})
    assert left is not None
    assert left.likely_s > 0.05


def test_a_task_that_says_how_far_it_is_is_believed() -> None:
    left = remaining(learned(1.0), [()], 1, {}, {0: Running(30.0, 0.75)})
    assert left is not None
    assert left.likely_s == pytest.approx(10.0)


def test_at_the_end_nothing_is_left() -> None:
    left = remaining(learned(1.0, 1.0), [(), ()], 1, {0: 1.0, 1: None}, {})
    assert left is not None
    assert (left.likely_s, left.low_s, left.high_s) == (0.0, 0.0, 0.0)


def _makespan(seconds: Sequence[float], waits_for: Sequence[Sequence[int]], workers: int) -> list[tuple[float, float]]:
    """Return when each task begins and ends."""
    free = [0.0] * workers
    times: list[tuple[float, float]] = []
    for task, took in enumerate(seconds):
        ready = max((times[other][1] for other in waits_for[task]), default=0.0)
        worker = min(range(workers), key=lambda each: max(free[each], ready))
        begin = max(free[worker], ready)
        free[worker] = begin + took
        times.append((begin, begin + took))
    return times


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("kind", ["wide", "chain", "mixed"])
def test_four_of_five_ends_lie_in_the_range(kind: str, share: float) -> None:
    """Runs whose times scatter as learned ones do, and whose machine is a little faster or slower as a whole."""
    chance = random.Random(11)
    inside = 0
    rounds = 300
    for _ in range(rounds):
        count = 24
        usual = [chance.lognormvariate(0.0, 1.0) for _ in range(count)]
        waits: list[tuple[int, ...]] = [
            ()
            if not task or kind == "wide"
            else (task - 1,)
            if kind == "chain"
            else tuple({chance.randrange(task) for _ in range(2)})
            for task in range(count)
        ]
        pace = chance.lognormvariate(0.0, 0.25)
        real = [each * pace * chance.lognormvariate(0.0, 0.25) for each in usual]
        times = _makespan(real, waits, 2)
        end = max(last for _, last in times)
        now = share * end
        over: dict[int, float | None] = {task: real[task] for task, (_, last) in enumerate(times) if last <= now}
        running = {task: Running(now - first) for task, (first, last) in enumerate(times) if first <= now < last}
        left = remaining(learned(*usual), waits, 2, over, running if now else {})
        assert left is not None
        inside += left.low_s <= end - now <= left.high_s
    assert 0.70 <= inside / rounds <= 0.92
