"""Time and place: zooming about a point, moving, staying inside, round ticks."""

from __future__ import annotations

import pytest

from shtairir_ui.profiler.axis import TimeAxis


@pytest.fixture
def axis() -> TimeAxis:
    return TimeAxis().fitted(10.0).placed(100.0, 500.0)


def test_place_and_moment_are_each_others_inverse(axis: TimeAxis) -> None:
    zoomed = axis.zoomed(3.0, 222.0)
    assert zoomed.at(zoomed.x(4.2)) == pytest.approx(4.2)


@pytest.mark.parametrize("x", [150.0, 350.0, 580.0])
def test_what_is_under_the_cursor_stays_there_while_zooming(axis: TimeAxis, x: float) -> None:
    before = axis.at(x)
    assert axis.zoomed(4.0, x).at(x) == pytest.approx(before)


def test_zooming_out_ends_with_the_whole(axis: TimeAxis) -> None:
    out = axis.zoomed(5.0, 400.0).zoomed(0.01, 120.0)
    assert (out.from_s, out.to_s) == (0.0, 10.0)
    assert out.is_whole


def test_moving_stops_at_both_ends(axis: TimeAxis) -> None:
    near = axis.zoomed(2.0, 350.0)
    assert near.panned(1e6).from_s == 0.0
    assert near.panned(-1e6).to_s == pytest.approx(10.0)
    assert near.panned(50.0).span_s == pytest.approx(5.0)


def test_nothing_can_be_zoomed_to_nothing(axis: TimeAxis) -> None:
    for _ in range(200):
        axis = axis.zoomed(10.0, 333.0)
    assert axis.span_s > 0
    assert axis.ticks(80)


@pytest.mark.parametrize(
    ("whole_s", "labels"),
    [
        (10.0, ["0 s", "2 s", "4 s", "6 s", "8 s", "10 s"]),
        (0.01, ["0 ms", "2 ms", "4 ms", "6 ms", "8 ms", "10 ms"]),
        (0.0004, ["0 µs", "100 µs", "200 µs", "300 µs", "400 µs"]),
        (2.5, ["0.0 s", "0.5 s", "1.0 s", "1.5 s", "2.0 s", "2.5 s"]),
    ],
)
def test_ticks_are_round_and_told_in_the_unit_that_suits(whole_s: float, labels: list[str]) -> None:
    ticks = TimeAxis().fitted(whole_s).placed(0.0, 500.0).ticks(80)
    assert [label for _, label in ticks] == labels


def test_run_of_no_time_has_an_axis() -> None:
    assert TimeAxis().fitted(0.0).placed(0, 100).ticks(50)
