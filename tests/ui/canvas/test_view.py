"""The view: zoom, pan, framing, drops, search, menus."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from shtairir.document import Frame, Graph
from shtairir.document.edits import PutFrame
from shtairir.ids import NodeId
from shtairir_ui.canvas.hitting import Hit
from shtairir_ui.canvas.scene import grid
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.canvas.view import ZOOM_MAX, ZOOM_MIN
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk


def test_the_wheel_zooms_about_the_mouse(pipeline: Desk) -> None:
    at = pipeline.title("blur") + QPoint(7, 3)
    zoom, place = pipeline.view.zoom, pipeline.view.to_scene(at)
    gestures.wheel(pipeline.viewport, at, 2)
    assert pipeline.view.zoom > zoom * 1.2
    after = pipeline.view.to_scene(at)
    assert (after - place).manhattanLength() * pipeline.view.zoom <= 2


@pytest.mark.parametrize(("notches", "limit"), [(3, ZOOM_MAX), (-3, ZOOM_MIN)])
def test_the_wheel_stops_at_its_limits(pipeline: Desk, notches: int, limit: float) -> None:
    for _ in range(60):
        gestures.wheel(pipeline.viewport, QPoint(300, 200), notches)
    assert pipeline.view.zoom == pytest.approx(limit)
    gestures.wheel(pipeline.viewport, QPoint(300, 200), -notches)
    assert pipeline.view.zoom != pytest.approx(limit)


def test_the_middle_button_pans(pipeline: Desk) -> None:
    start = QPoint(400, 300)
    place = pipeline.view.to_scene(start)
    gestures.drag(pipeline.viewport, start, start + QPoint(80, -50), button=gestures.MIDDLE)
    assert (pipeline.view.to_scene(start + QPoint(80, -50)) - place).manhattanLength() < 2


def test_space_and_the_left_button_pan_and_select_nothing(pipeline: Desk) -> None:
    start = pipeline.title("blur")
    place = pipeline.view.to_scene(start)
    gestures.hold_key(pipeline.view, Qt.Key.Key_Space)
    gestures.drag(pipeline.viewport, start, start + QPoint(60, 40))
    gestures.let_key(pipeline.view, Qt.Key.Key_Space)
    assert (pipeline.view.to_scene(start + QPoint(60, 40)) - place).manhattanLength() < 2
    assert pipeline.editor.selection == ()
    assert pipeline.graph.nodes[NodeId("blur")].position == (260, 20)


def test_resizing_keeps_the_zoom(pipeline: Desk) -> None:
    zoom = pipeline.view.zoom
    pipeline.canvas.resize(700, 500)
    gestures.settle()
    assert pipeline.view.zoom == zoom


def test_home_shows_all_and_the_full_stop_the_selection(pipeline: Desk) -> None:
    pipeline.view.zoom_to(2.5)
    gestures.key(pipeline.view, Qt.Key.Key_Home)
    assert pipeline.view.visible_rect().contains(pipeline.canvas.board.extent())
    pipeline.editor.select([NodeId("text")])
    gestures.key(pipeline.view, Qt.Key.Key_Period)
    center = pipeline.canvas.board.nodes[NodeId("text")].outline.center()
    assert (pipeline.view.visible_rect().center() - center).manhattanLength() < 4


def test_focus_node_selects_shows_and_takes_the_keyboard(pipeline: Desk) -> None:
    pipeline.view.zoom_to(0.1)
    pipeline.canvas.focus_node(NodeId("count"))
    assert pipeline.editor.selection == ("count",)
    assert pipeline.view.zoom >= 0.6
    assert pipeline.view.visible_rect().contains(pipeline.canvas.board.nodes[NodeId("count")].outline)


def test_an_empty_canvas_shows_what_to_do(desk: Desk) -> None:
    hint = desk.canvas.findChild(QLabel, "canvasHint")
    assert isinstance(hint, QLabel)
    assert hint.isVisible()
    gestures.drop(desk.viewport, QPoint(300, 200), gestures.block_mime("math.number"))
    assert not hint.isVisible()
    desk.graph.undo()
    assert hint.isVisible()


def test_a_block_from_the_palette_lands_under_the_mouse_and_is_selected(desk: Desk) -> None:
    assert gestures.drop(desk.viewport, QPoint(300, 200), gestures.block_mime("image.blur"))
    item = desk.canvas.board.nodes[NodeId("blur")]
    assert item.outline.contains(desk.view.to_scene(QPoint(300, 200)))
    assert desk.editor.selection == ("blur",)
    desk.assert_same()


def test_dropped_files_are_told_with_their_place(desk: Desk, tmp_path: Path) -> None:
    told: list[tuple[list[Path], QPointF]] = []
    desk.canvas.files_dropped.connect(lambda paths, at: told.append((paths, at)))
    files = [tmp_path / "a.shtairir", tmp_path / "a.txt"]
    assert gestures.drop(desk.viewport, QPoint(300, 200), gestures.files_mime(files))
    assert told == [(files, desk.view.to_scene(QPoint(300, 200)))]


def popup() -> BlockSearch:
    found = QApplication.activePopupWidget()
    assert isinstance(found, BlockSearch)
    return found


def test_tab_opens_a_search_that_adds_at_the_mouse(desk: Desk) -> None:
    gestures.move(desk.viewport, QPoint(420, 330))
    QTest.keyClick(desk.view, Qt.Key.Key_Tab)
    search = popup()
    QTest.keyClicks(search.field, "blur")
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    gestures.settle()
    item = desk.canvas.board.nodes[NodeId("blur")]
    assert item.outline.contains(desk.view.to_scene(QPoint(420, 330)))
    assert QApplication.activePopupWidget() is None


def test_the_search_says_when_nothing_matches_and_escape_closes_it(desk: Desk) -> None:
    desk.canvas.search_blocks(QPointF(0, 0))
    search = popup()
    QTest.keyClicks(search.field, "zzzz")
    assert search.empty.isVisible()
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert desk.graph.nodes == {}
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize(
    ("port", "side", "listed", "chosen", "link"),
    [
        ("blur.out", "out", {"image.blur", "image.count", "view.show"}, "count", "blur.out -> count_2.image"),
        ("blur.sigma", "in", {"math.number", "math.add", "image.count"}, "number", "number_2.out -> blur.sigma"),
    ],
)
def test_a_link_dropped_on_the_ground_offers_blocks_that_fit_and_links_the_chosen_one(
    pipeline: Desk, port: str, side: str, listed: set[str], chosen: str, link: str
) -> None:
    pipeline.editor.expose(NodeId("blur"), "sigma", True)
    start = pipeline.output(port) if side == "out" else pipeline.input(port)
    pipeline.drag(start, pipeline.empty_place() + QPoint(260, -120))
    search = popup()
    rows = [search.list.item(row) for row in range(search.list.count())]
    assert {row.data(Qt.ItemDataRole.UserRole) for row in rows} == listed
    revision = pipeline.graph.revision
    QTest.keyClicks(search.field, chosen)
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert link in pipeline.links
    assert pipeline.graph.revision == revision + 1
    pipeline.assert_same()


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_of_a_node_exposes_inputs_and_removes_links(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("blur")])
    menu = pipeline.canvas.menu_for(Hit(pipeline.canvas.board.nodes[NodeId("blur")]))
    found = actions(menu)
    inputs = found["Inputs as ports"].menu()
    assert isinstance(inputs, QMenu)
    actions(inputs)["sigma"].trigger()
    assert pipeline.graph.nodes[NodeId("blur")].exposed == ("sigma",)
    links = found["Links"].menu()
    assert isinstance(links, QMenu)
    actions(links)["Detach"].trigger()
    assert pipeline.links == set()
    pipeline.assert_same()
    menu.deleteLater()


def test_the_right_button_selects_what_is_under_it_and_opens_a_menu(pipeline: Desk) -> None:
    gestures.context_menu(pipeline.viewport, pipeline.title("load"))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert pipeline.editor.selection == ("load",)
    actions(menu)["Delete"].trigger()
    menu.close()
    assert "load" not in pipeline.graph.nodes


def test_the_menu_of_the_ground_pastes_there(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("number")])
    pipeline.editor.copy()
    place = pipeline.empty_place()
    gestures.context_menu(pipeline.viewport, place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    actions(menu)["Paste here"].trigger()
    menu.close()
    assert "number_2" in pipeline.graph.nodes


def test_what_the_canvas_does_not_know_goes_to_the_window(pipeline: Desk) -> None:
    seen: list[int] = []
    parent = pipeline.canvas
    parent.keyPressEvent = lambda event: seen.append(event.key())  # type: ignore[method-assign]
    QTest.keyClick(pipeline.view, Qt.Key.Key_F8)
    assert seen == [Qt.Key.Key_F8]


@pytest.mark.parametrize("scale", [ZOOM_MIN, 0.08, 0.3, 1.0, ZOOM_MAX])
def test_grid_dots_stay_apart_and_few_at_any_zoom(scale: float) -> None:
    seen = QRectF(-1000, -700, 1440 / scale, 900 / scale)
    _, columns, rows = grid(seen, scale)
    assert 0 < len(columns) * len(rows) < 6000


def test_the_graph_is_shown_whole_when_it_is_replaced(desk: Desk) -> None:
    graph = Graph("wide")
    graph.add("math.number", position=(-8000, 0))
    graph.add("math.number", position=(8000, 100))
    desk.editor.show_graph(graph)
    assert desk.view.visible_rect().contains(desk.canvas.board.extent())


def test_a_gesture_at_the_edge_pulls_the_canvas_along(pipeline: Desk, qtbot: QtBot) -> None:
    pipeline.view.zoom_to(1.0)
    pipeline.canvas.center_on(NodeId("blur"))
    seen = pipeline.view.visible_rect().left()
    start, edge = pipeline.title("blur"), QPoint(3, 300)
    gestures.begin_drag(pipeline.viewport, start, edge)
    qtbot.waitUntil(lambda: pipeline.view.visible_rect().left() < seen - 60, timeout=2000)
    under = pipeline.canvas.node_position(NodeId("blur"))
    assert abs(under.x() - edge.x()) <= 2
    gestures.release(pipeline.viewport, edge)
    still = pipeline.view.visible_rect().left()
    qtbot.wait(60)
    assert pipeline.view.visible_rect().left() == still
    pipeline.assert_same()


def test_frames_are_shown_behind_the_nodes_and_follow_undo(pipeline: Desk) -> None:
    frame = Frame("f", "Input", "#88aaff", (-40.0, -60.0, 300.0, 220.0))
    pipeline.graph.apply(PutFrame(frame))
    assert [item.frame for item in pipeline.canvas.board.frames.values()] == [frame]
    assert pipeline.canvas.board.extent().contains(QRectF(*frame.rect))
    gestures.click(pipeline.viewport, pipeline.title("load"))
    assert pipeline.editor.selection == ("load",)
    pipeline.canvas.grab()
    pipeline.assert_same()
    pipeline.graph.undo()
    assert pipeline.canvas.board.frames == {}
