"""The timeline by mouse and keys, and what it paints."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId, RunId
from shtairir.memory.profiler import NodeProfile, Profile
from shtairir.memory.timeline import MemorySample
from shtairir_ui import theme
from shtairir_ui.profiler import ProfilerPanel
from shtairir_ui.profiler.chart import TimelineChart
from shtairir_ui.profiler.lanes import Bar, memory_scale, scene_of
from shtairir_ui.profiler.look import Look
from shtairir_ui.theme.tokens import CATEGORY_TYPES
from shtairir_ui.window import MainWindow
from tests.ui.gestures import click, double_click, drag, key, move, wheel
from tests.ui.profiler.conftest import run


def bar_of(panel: ProfilerPanel, node: str) -> Bar:
    found = panel.chart.scene.bar(NodeId(node))
    assert found is not None
    return found


def place_of(panel: ProfilerPanel, node: str) -> QPoint:
    place = panel.chart.place_of(NodeId(node))
    assert place is not None
    return place


def wide_run(count: int = 1000, workers: int = 2) -> Profile:
    """A run of many nodes, one millisecond each."""
    nodes = tuple(
        NodeProfile(NodeId(f"node_{number}"), f"worker-{number % workers + 1}", number // workers * 0.001, 0.0009)
        for number in range(count)
    )
    samples = tuple(MemorySample(number * 0.0005, number * 1000, 500_000, 80_000_000) for number in range(count))
    return Profile("wide", RunId(1), workers, RunStatus.DONE, count / workers * 0.001, nodes, samples, 999_000, 0.4)


class TestBars:
    def test_every_node_has_a_bar_in_the_lane_of_its_worker(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        scene = panel.chart.scene
        assert {bar.node for bar in scene.bars} == {"first", "second", "quick", "last", "array"}
        for bar in scene.bars:
            assert scene.lanes[bar.lane].name == bar.profile.worker
        assert bar_of(panel, "first").to_s <= bar_of(panel, "second").from_s
        assert bar_of(panel, "array").category == "Array"

    def test_critical_path_is_the_row_that_took_longest(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        assert {bar.node for bar in panel.chart.scene.bars if bar.critical} == {"first", "second", "last", "array"}
        assert "critical path" in panel.legend.text

    def test_click_selects_the_node_on_the_canvas(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        click(panel.chart, place_of(panel, "second"))
        assert graph_ran.editor.selection == ("second",)
        click(panel.chart, place_of(panel, "first"))
        assert graph_ran.editor.selection == ("first",)

    def test_selection_on_the_canvas_is_marked_in_timeline_and_table(
        self, graph_ran: MainWindow, panel: ProfilerPanel
    ) -> None:
        before = panel.chart.grab().toImage()
        graph_ran.editor.select((NodeId("second"),))
        assert panel.chart.grab().toImage() != before
        rows = panel.table.selectionModel().selectedRows()
        assert [index.data() for index in rows] == ["second"]

    def test_pointing_lights_the_bar_and_tells_its_figures(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        before = panel.chart.grab().toImage()
        told: list[str] = []
        panel.chart.hovered.connect(told.append)
        move(panel.chart, place_of(panel, "first"))
        assert told == ["first"]
        assert "<b>first</b>" in QToolTip.text()
        assert "On the critical path." in QToolTip.text()
        assert panel.chart.grab().toImage() != before

    def test_pointing_at_memory_tells_values_pool_and_process(
        self, graph_ran: MainWindow, panel: ProfilerPanel
    ) -> None:
        move(panel.chart, panel.chart.geometry_.memory.center().toPoint())
        assert "values" in QToolTip.text()
        assert "process" in QToolTip.text()

    def test_failed_run_shows_the_node_that_failed(
        self, window: MainWindow, panel: ProfilerPanel, qtbot: QtBot
    ) -> None:
        window.editor.graph.add("sample.broken", id="bad")
        run(window, qtbot)
        assert bar_of(panel, "bad").profile.status is NodeStatus.FAILED
        assert bar_of(panel, "bad").is_bad
        assert panel.summary.text().startswith("Failed after")

    def test_nodes_of_one_task_are_bars_beside_each_other(self) -> None:
        nodes = (
            NodeProfile(NodeId("a"), "worker-1", 0.0, 0.2, part_of=NodeId("a")),
            NodeProfile(NodeId("b"), "worker-1", 0.2, 0.1, part_of=NodeId("a")),
            NodeProfile(NodeId("same"), "worker-1", 0.3, 0.0, part_of=NodeId("a")),
        )
        profile = Profile("p", RunId(1), 2, RunStatus.DONE, 0.3, nodes)
        scene = scene_of(profile, lambda node: "Math")
        assert [(bar.node, bar.lane) for bar in scene.bars] == [("a", 0), ("b", 0)]
        assert len(scene.lanes) == 2


class TestMoving:
    def test_wheel_zooms_about_the_cursor(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        chart, at = panel.chart, place_of(panel, "second")
        moment, span_s = chart.axis.at(at.x()), chart.axis.span_s
        wheel(chart, at, 3)
        assert chart.axis.span_s < span_s / 1.8
        assert chart.axis.at(at.x()) == pytest.approx(moment)
        wheel(chart, at, -12)
        assert chart.axis.is_whole

    def test_drag_moves_the_time_and_selects_nothing(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        chart, at = panel.chart, place_of(panel, "second")
        wheel(chart, at, 4)
        from_s = chart.axis.from_s
        drag(chart, at, at + QPoint(60, 0))
        assert chart.axis.from_s < from_s
        assert graph_ran.editor.selection == ()

    def test_double_click_and_home_and_the_button_show_all_again(
        self, graph_ran: MainWindow, panel: ProfilerPanel
    ) -> None:
        chart, at = panel.chart, place_of(panel, "second")
        for again in (
            lambda: double_click(chart, at),
            lambda: key(chart, Qt.Key.Key_Home),
            panel.fit_button.click,
        ):
            wheel(chart, at, 4)
            assert not chart.axis.is_whole
            again()
            assert chart.axis.is_whole

    def test_arrows_walk_from_bar_to_bar_and_enter_goes_to_the_node(
        self, graph_ran: MainWindow, panel: ProfilerPanel
    ) -> None:
        chart = panel.chart
        chart.setFocus()
        assert chart.hasFocus()
        key(chart, Qt.Key.Key_Right)
        lane = chart.scene.lanes[bar_of(panel, "first").lane]
        walked = []
        chart.hovered.connect(walked.append)
        for _ in lane.bars:
            key(chart, Qt.Key.Key_Right)
        assert chart.accessibleDescription()
        key(chart, Qt.Key.Key_Return)
        assert graph_ran.editor.selection == (NodeId(chart._hovered or ""),)
        assert graph_ran.canvas.view.hasFocus()

    def test_keys_reach_the_other_lane(self, panel: ProfilerPanel) -> None:
        chart = panel.chart
        chart.show_scene(scene_of(wide_run(10), lambda node: "Math"))
        key(chart, Qt.Key.Key_Right)
        key(chart, Qt.Key.Key_Down)
        assert chart._hovered == "node_1"
        key(chart, Qt.Key.Key_Up)
        key(chart, Qt.Key.Key_Right)
        assert chart._hovered == "node_2"

    def test_focus_is_shown(self, graph_ran: MainWindow, panel: ProfilerPanel) -> None:
        graph_ran.canvas.setFocus()
        before = panel.chart.grab().toImage()
        panel.chart.setFocus()
        after = panel.chart.grab().toImage()
        assert after.pixelColor(0, 0) != before.pixelColor(0, 0)


class TestPainting:
    @pytest.fixture
    def chart(self, qtbot: QtBot, window: MainWindow) -> TimelineChart:
        chart = TimelineChart()
        qtbot.addWidget(chart)
        chart.resize(1000, 240)
        return chart

    def test_a_thousand_nodes_are_painted_without_delay(self, chart: TimelineChart) -> None:
        chart.show_scene(scene_of(wide_run(), lambda node: "Image"))
        picture = QImage(1000, 240, QImage.Format.Format_ARGB32_Premultiplied)
        times = []
        for _ in range(5):
            began_s = time.perf_counter()
            painter = QPainter(picture)
            chart.render(painter, QPoint())
            painter.end()
            times.append(time.perf_counter() - began_s)
        # Sixteen milliseconds are a frame. The bound is wide, for machines that do much else meanwhile.
        assert min(times) < 0.16, times

    @pytest.mark.parametrize("workers", [1, 4, 64])
    def test_lanes_and_memory_find_room_at_every_size(self, chart: TimelineChart, workers: int) -> None:
        chart.show_scene(scene_of(wide_run(200, workers), lambda node: "Math"))
        for height in (96, 140, 400):
            chart.resize(300, height)
            geometry = chart.geometry_
            assert geometry.lane_height >= 1
            if workers < 64:
                assert geometry.lane(workers - 1).bottom() <= geometry.memory.top()
                assert geometry.memory.bottom() <= height
                assert geometry.memory.height() >= 20
            chart.grab()

    def test_empty_timeline_paints_and_answers(self, chart: TimelineChart) -> None:
        chart.grab()
        move(chart, QPoint(300, 30))
        wheel(chart, QPoint(300, 30), 2)
        key(chart, Qt.Key.Key_Right)
        double_click(chart, QPoint(300, 30))

    @pytest.mark.parametrize("name", ["dark", "light"])
    def test_names_on_bars_are_readable_in_both_themes(self, name: str, window: MainWindow) -> None:
        look = Look(theme.tokens(name))
        for category in [*CATEGORY_TYPES, "Somebody's own"]:
            assert theme.contrast(look.on_fill(category), look.fill(category)) >= 4.5, category


class TestMemoryScale:
    def test_values_and_process_share_a_scale_where_they_compare(self) -> None:
        samples = [MemorySample(0.0, 600_000_000, 0, 800_000_000)]
        scale = memory_scale(samples, 700_000_000)
        assert scale.is_shared
        assert scale.top_bytes > 800_000_000

    def test_few_values_beside_a_large_process_have_a_scale_of_their_own(self) -> None:
        scale = memory_scale([MemorySample(0.0, 1_000_000, 500_000, 300_000_000)], 2_000_000)
        assert not scale.is_shared
        assert 2_000_000 < scale.top_bytes < 3_000_000
        assert scale.resident_top_bytes > 300_000_000
