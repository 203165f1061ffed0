"""The plan panel: the forecast before a run, the truth after it, and the way to the canvas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId, PortName
from shtairir.planning.schedule import Holding, Schedule, Span
from shtairir_ui import theme
from shtairir_ui.canvas.spotlight import Ring
from shtairir_ui.planpanel import PlanPanel
from shtairir_ui.planpanel.scene import Item, scene_of
from shtairir_ui.window import MainWindow
from tests.ui.gestures import click, double_click, drag, key, move, settle, wheel
from tests.ui.planpanel.conftest import WAIT_MS, foreseen, run


def span(panel: PlanPanel, node: str) -> Span:
    found = panel.before.scene.of(node)
    assert found is not None
    return found


def rings(window: MainWindow) -> list[Ring]:
    return [item for item in window.canvas.scene.items() if isinstance(item, Ring) and item.isVisible()]


class TestBefore:
    def test_an_empty_graph_is_told_what_to_do(self, window: MainWindow, panel: PlanPanel) -> None:
        assert panel._stack.currentWidget() is panel._empty
        assert "Drag a block" in panel._empty._hint.text()

    def test_a_graph_is_planned_before_it_has_run(self, planned: PlanPanel) -> None:
        assert {one.node for one in planned.before.scene.course.spans} == {
            "first", "second", "quick", "last", "array", "read"
        }  # fmt: skip
        assert planned._stack.currentWidget() is planned.splitter
        assert planned._after_stack.currentWidget() is planned._no_run
        assert planned.stages.topLevelItemCount() == 5

    def test_an_edit_is_planned_when_it_has_been_quiet(
        self, planned: PlanPanel, window: MainWindow, qtbot: QtBot
    ) -> None:
        window.editor.graph.add("sample.nap", id="more")
        foreseen(planned, qtbot)
        assert planned.before.scene.of("more") is not None

    def test_a_graph_that_cannot_be_planned_says_why(
        self, planned: PlanPanel, window: MainWindow, qtbot: QtBot
    ) -> None:
        window.editor.graph.add("sample.look", id="lost")
        qtbot.waitUntil(lambda: bool(planned.courses.refusal), timeout=WAIT_MS)
        assert "lost" in planned._empty._hint.text() or "array" in planned._empty._hint.text()

    def test_nothing_is_planned_while_nobody_looks(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        window.panels.show_problems()
        window.editor.graph.add("sample.nap", id="unseen")
        assert not planned.courses.watched
        window.panels.show_below(planned)
        foreseen(planned, qtbot)

    def test_words_without_room_end_in_dots(self, planned: PlanPanel) -> None:
        words = planned.before_words
        assert words.full_text()
        words.setFixedWidth(60)
        settle()
        assert words.text().endswith("…")
        assert words.toolTip() == words.full_text()

    def test_another_level_shows_what_it_would_change(self, planned: PlanPanel, qtbot: QtBot) -> None:
        planned.level.setCurrentText("none")
        qtbot.waitUntil(
            lambda: planned.courses.before is not None and planned.courses.before.plan.level == "none", timeout=WAIT_MS
        )
        assert len(planned.before.scene.rows) == 1
        assert "changes nothing" in _first(planned.changes).text(0)


def _first(tree: object) -> QTreeWidgetItem:
    item = tree.topLevelItem(0)  # type: ignore[attr-defined]
    assert isinstance(item, QTreeWidgetItem)
    return item


class TestAfter:
    def test_the_run_stands_beside_what_was_expected(
        self, planned: PlanPanel, window: MainWindow, qtbot: QtBot
    ) -> None:
        run(window, planned, qtbot)
        after = planned.courses.after
        assert after is not None
        assert {one.node for one in after.course.spans} == {one.node for one in planned.before.scene.course.spans}
        assert after.course.elapsed_s >= max(span.to_s for span in after.course.spans) > 0.03
        assert planned._after_stack.currentWidget() is planned.after
        assert _first(planned.stages).text(3)
        held = next(holding for holding in after.course.holdings if holding.owner == "array")
        assert held.is_pooled
        assert held.nbytes >= 2_400_000

    def test_both_have_one_scale_of_time_and_memory(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        run(window, planned, qtbot)
        assert planned.before.axis.whole_s == planned.after.axis.whole_s
        assert planned.before.geometry_.ceiling_bytes == planned.after.geometry_.ceiling_bytes

    def test_an_edit_makes_the_last_run_an_old_one(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        run(window, planned, qtbot)
        assert "before your last changes" not in planned.after_words.full_text()
        window.editor.graph.set("quick.seconds", 0.03)
        qtbot.waitUntil(lambda: "before your last changes" in planned.after_words.full_text(), timeout=WAIT_MS)

    def test_a_run_that_nobody_watched_is_looked_back_at_when_somebody_looks(
        self, planned: PlanPanel, window: MainWindow, qtbot: QtBot
    ) -> None:
        window.panels.show_problems()
        with qtbot.waitSignal(window.editor.run_finished, timeout=WAIT_MS):
            window.editor.run()
        assert planned.courses.after is None
        window.panels.show_below(planned)
        qtbot.waitUntil(lambda: planned.courses.after is not None, timeout=WAIT_MS)

    def test_another_graph_has_not_run(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        run(window, planned, qtbot)
        window.editor.new()
        assert planned.courses.after is None
        assert planned._stack.currentWidget() is planned._empty


class TestHand:
    def test_pointing_at_a_task_shows_its_node_on_the_canvas(self, planned: PlanPanel, window: MainWindow) -> None:
        move(planned.before, planned.before.place_of(span(planned, "second")))
        assert len(rings(window)) == 1
        outline = window.canvas.board.nodes[NodeId("second")].outline
        assert rings(window)[0].boundingRect().contains(outline)
        move(planned.before, QPoint(2, 2))
        assert not rings(window)

    def test_a_node_out_of_sight_is_brought_into_it(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        view, outline = window.canvas.view, window.canvas.board.nodes[NodeId("read")].outline
        view.zoom_to(1.0)
        view.centerOn(QPointF(-5000, -5000))
        move(planned.before, planned.before.place_of(span(planned, "read")))
        qtbot.waitUntil(lambda: view.visible_rect().intersects(outline), timeout=WAIT_MS)

    def test_the_ring_follows_its_node(self, planned: PlanPanel, window: MainWindow) -> None:
        move(planned.before, planned.before.place_of(span(planned, "second")))
        window.editor.move({NodeId("second"): (900.0, 900.0)})
        assert rings(window)[0].boundingRect().contains(window.canvas.board.nodes[NodeId("second")].outline)
        window.editor.graph.remove("second")
        assert not rings(window)

    def test_a_click_selects_the_node(self, planned: PlanPanel, window: MainWindow) -> None:
        click(planned.before, planned.before.place_of(span(planned, "quick")))
        assert window.editor.selection == ("quick",)

    def test_what_is_held_is_pointed_at_too(self, planned: PlanPanel, window: MainWindow, qtbot: QtBot) -> None:
        run(window, planned, qtbot)
        held = next(holding for holding in planned.after.scene.course.holdings if holding.owner == "array")
        seen: list[str] = []
        planned.after.hovered.connect(seen.append)
        move(planned.after, planned.after.place_of(held))
        assert seen == ["array"]

    def test_the_wheel_zooms_both_charts_and_a_double_click_shows_all(
        self, planned: PlanPanel, window: MainWindow, qtbot: QtBot
    ) -> None:
        run(window, planned, qtbot)
        wheel(planned.before, planned.before.rect().center(), 3)
        assert planned.before.axis.span_s < planned.before.axis.whole_s
        assert planned.after.axis.from_s == planned.before.axis.from_s
        assert planned.after.axis.to_s == planned.before.axis.to_s
        began_s = planned.before.axis.from_s
        center = planned.before.rect().center()
        drag(planned.before, center, center + QPoint(40, 0))
        assert planned.before.axis.from_s < began_s
        double_click(planned.after, planned.after.rect().center())
        assert planned.before.axis.is_whole
        assert planned.after.axis.is_whole

    def test_the_keys_walk_through_tasks_and_memory(self, planned: PlanPanel, window: MainWindow) -> None:
        chart = planned.before
        chart.setFocus()
        key(chart, Qt.Key.Key_Right)
        assert chart._pointed is chart.scene.first()
        key(chart, Qt.Key.Key_Right)
        key(chart, Qt.Key.Key_Left)
        assert chart._pointed == chart.scene.first()
        assert chart.accessibleDescription().startswith(str(chart.scene.rows[0][0].label))
        key(chart, Qt.Key.Key_Return)
        first = chart.scene.first()
        assert isinstance(first, Span)
        assert window.editor.selection == (first.node,)

    def test_a_row_of_the_table_shows_its_node(self, planned: PlanPanel, window: MainWindow) -> None:
        tree = planned.stages
        item = tree.topLevelItem(tree.topLevelItemCount() - 1)
        assert item is not None
        click(tree.viewport(), tree.visualItemRect(item).center())
        assert window.editor.selection == ("read",)


class TestFiles:
    def test_the_plan_is_exported_in_the_form_of_the_ending(
        self, planned: PlanPanel, qtbot: QtBot, tmp_path: Path
    ) -> None:
        texts = {}
        for ending in (".svg", ".mmd", ".json"):
            with qtbot.waitSignal(planned.message, timeout=WAIT_MS) as told:
                planned.export(tmp_path / f"plan{ending}")
            assert told.args == [f"Wrote plan{ending}."]
            texts[ending] = (tmp_path / f"plan{ending}").read_text("utf-8")
        assert texts[".svg"].startswith("<svg")
        assert texts[".mmd"].startswith("flowchart")
        assert len(json.loads(texts[".json"])["levels"]) == 4

    def test_a_folder_that_takes_no_file_is_told(self, planned: PlanPanel, qtbot: QtBot, tmp_path: Path) -> None:
        with qtbot.waitSignal(planned.message, timeout=WAIT_MS) as told:
            planned.export(tmp_path / "nowhere" / "plan.svg")
        assert "was not written" in str(told.args)


def large(count: int = 1000) -> Schedule:
    """A course of many tasks, each of which holds something."""
    spans = tuple(
        Span(NodeId(f"n{number}"), f"n{number}", number % 2, number // 2, number // 2 + 0.9, number % 7 == 0)
        for number in range(count)
    )
    held = tuple(
        Holding(one.node, PortName("out"), 1000 + number % 50 * 1000, one.from_s, one.to_s + number % 9, one.node, True)
        for number, one in enumerate(spans)
    )
    return Schedule(2, spans, held, elapsed_s=count / 2, busy_s=float(count), peak_bytes=100_000, peak_at_s=3.0)


class TestScene:
    def test_all_can_be_reached_by_keys(self) -> None:
        scene = scene_of(large(20), {})
        seen: list[Item] = []
        item = scene.first()
        assert item is not None
        for line in range(3):
            while item not in seen:
                seen.append(item)
                item = scene.beside(item, 1)
            item = scene.across(item, 1)
            while line < 2 and item != scene.beside(item, -1):
                item = scene.beside(item, -1)
        assert len(seen) == 40

    def test_what_is_held_is_found_where_it_is_drawn(self) -> None:
        scene = scene_of(large(50), {})
        for block in scene.blocks:
            middle_s = (block.holding.from_s + block.holding.to_s) / 2
            assert scene.block_at(middle_s, block.place + block.holding.nbytes / 2) is block

    @pytest.mark.parametrize("name", ["light", "dark"])
    def test_a_thousand_tasks_are_painted(self, panel: PlanPanel, name: str) -> None:
        scene = scene_of(large(), {})
        panel.before.show_scene(scene, scene.course.elapsed_s, scene.ceiling_bytes)
        picture = QImage(600, 200, QImage.Format.Format_RGB32)
        picture.fill(theme.current().surface)
        painter = QPainter(picture)
        panel.before.resize(600, 200)
        panel.before.render(painter, QPoint(0, 0))
        painter.end()
        colors = {picture.pixelColor(x, y).name() for x in range(0, 600, 7) for y in range(0, 200, 5)}
        assert len(colors) > 4
