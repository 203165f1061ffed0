"""What took more than usual is told from chance; nothing is said of noise."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from statistics import NormalDist

import pytest

import shtairir
from shtairir.monitor.history import History
from shtairir.monitor.past import INTERRUPTIONS, PROCESSOR, Regression, ResourceUse
from shtairir.monitor.recording import record
from shtairir.monitor.regression import BOUNDS, judge, student_tail
from shtairir.results import RunResult
from tests.engine.history.conftest import NOON, node, put, rows

TIME, MEMORY = BOUNDS["time"], BOUNDS["memory"]


def series(
    past: History, times: list[float], *, peak: int = 5_000_000, others: int = 0, slower: float = 1.0
) -> tuple[Regression, ...]:
    """Record runs of one node after the other, and return what is said of the last."""
    found: tuple[Regression, ...] | None = ()
    for number, took in enumerate(times):
        last = number == len(times) - 1
        beside = [
            node(f"other{each}", took=0.2 * (slower if last else 1.0), likeness=100 + each) for each in range(others)
        ]
        run = rows(f"20261120-120000-{number:04x}", node(took=took, peak=peak), *beside, at=NOON + number)
        found = record(past.database, run)
    assert found is not None
    return found


def test_a_node_that_takes_three_times_as_long_is_told(past: History) -> None:
    (one,) = series(past, [0.1, 0.102, 0.099, 0.101, 0.1, 0.1, 0.3])
    assert (one.node, one.measure, one.runs) == ("blur", "time", 6)
    assert one.usual == pytest.approx(0.1)
    assert one.ratio == pytest.approx(3.0)
    assert 0.8 < one.sure < 0.9
    assert past.run().regressions == (one,)
    assert past.runs()[0].regressions == 1


def test_the_more_often_the_surer(past: History) -> None:
    (once,) = series(past, [0.1] * 6 + [0.3])
    (twice,) = series(past, [0.1] * 6 + [0.3, 0.31])
    assert twice.sure > 0.95 > once.sure


def test_what_has_become_usual_is_told_no_more(past: History) -> None:
    assert series(past, [0.1] * 6 + [0.3] * 8) == ()


def test_it_takes_a_few_runs_to_say_anything(past: History) -> None:
    assert series(past, [0.1] * 4 + [1.0]) == ()


def test_small_differences_are_nobodys_business(past: History) -> None:
    assert series(past, [0.1] * 10 + [0.12]) == ()
    assert judge([0.002] * 10, 0.0045, TIME) is None


def test_a_node_that_was_as_slow_before_is_not_told(past: History) -> None:
    assert series(past, [0.1, 0.1, 0.31, 0.1, 0.1, 0.1, 0.1, 0.3]) == ()


def test_a_machine_that_is_slow_as_a_whole_is_no_fault_of_a_node(past: History) -> None:
    assert series(past, [0.1] * 8 + [0.2], others=5, slower=2.0) == ()


def test_a_slow_node_stands_out_of_a_slow_machine(past: History) -> None:
    assert [one.node for one in series(past, [0.1] * 8 + [0.6], others=5, slower=1.5)] == ["blur"]


def test_what_other_programs_disturbed_must_happen_twice(past: History) -> None:
    series(past, [0.1] * 7)
    busy = (ResourceUse(PROCESSOR, "s", 0.0, 1.0), ResourceUse(INTERRUPTIONS, "times", 0.0, 400.0))
    slow = [rows(f"20261120-13000{each}-0001", node(took=0.4), at=NOON + 60 + each) for each in range(2)]
    assert record(past.database, replace(slow[0], resources=busy)) == ()
    again = record(past.database, replace(slow[1], resources=busy))
    assert again is not None
    assert again[0].sure > 0.95


def test_a_node_that_holds_more_memory_is_told(past: History) -> None:
    series(past, [0.1] * 7)
    found = record(past.database, rows("20261120-130000-0001", node(took=0.1, peak=9_000_000), at=NOON + 60))
    assert found is not None
    assert [(one.measure, one.now, one.usual) for one in found] == [("memory", 9_000_000.0, 5_000_000.0)]


def test_other_values_or_other_input_are_another_past(past: History) -> None:
    series(past, [0.1] * 7)
    run = rows("20261120-130000-0001", node(took=1.0, likeness=2), at=NOON + 60)
    assert record(past.database, run) == ()


@pytest.mark.parametrize("scatter", [0.05, 0.2, 0.5])
def test_noise_raises_no_alarm(scatter: float) -> None:
    """Times of a machine that does other things besides: log-normal, and now and then three times as long."""
    chance = random.Random(5)

    def took() -> float:
        usual = 0.1 * chance.lognormvariate(0.0, scatter)
        return usual * 3 if chance.random() < 0.03 else usual

    alarms = 0
    for _ in range(400):
        times = [took() for _ in range(31)]
        alarms += judge(times[1:], times[0], TIME, 1.0, 20) is not None
    assert alarms <= 8


def test_a_slowdown_in_noise_is_found() -> None:
    chance = random.Random(7)
    found = 0
    for _ in range(200):
        times = [0.1 * chance.lognormvariate(0.0, 0.1) for _ in range(20)]
        found += judge(times, 0.22 * chance.lognormvariate(0.0, 0.1), TIME, 1.0, 20) is not None
    assert found > 190


def test_the_tail_of_students_distribution_is_as_in_the_tables() -> None:
    assert student_tail(2.571) == pytest.approx(0.025, abs=1e-4)
    assert student_tail(4.032) == pytest.approx(0.005, abs=1e-4)
    assert student_tail(30.0) > 1 - NormalDist().cdf(30.0)


def test_memory_that_never_changes_is_compared_all_the_same() -> None:
    judged = judge([10_000_000.0] * 10, 15_000_000.0, MEMORY)
    assert judged is not None
    assert judged[1] > 0.9


def test_runs_of_the_same_node_are_alike_and_with_another_value_are_not(
    ran: Callable[..., RunResult], past: History
) -> None:
    from contextlib import closing

    graph = shtairir.Graph("demo")
    zeros = graph.add("array.zeros", shape=[600, 600])
    scaled = graph.add("array.multiply", x2=2.0)
    graph.link(zeros["out"], scaled["x1"])
    for factor in (2.0, 2.0, 3.0):
        graph.set("multiply.x2", factor)
        ran(graph, level="none")
    with closing(past.database._open()) as connection:
        alike = connection.execute("SELECT likeness FROM node_runs WHERE node = 'multiply' ORDER BY run_id").fetchall()
    assert alike[0] == alike[1] != alike[2]
    put(past)
