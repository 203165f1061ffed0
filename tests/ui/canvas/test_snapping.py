"""What is dragged settles in line with its neighbours, where links are level, or on the grid."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from shtairir.document import Frame, PutFrame
from shtairir.ids import NodeId
from shtairir_ui.canvas.snapping import STEP, Guides
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
NUMBER, TEXT, BLUR = NodeId("number"), NodeId("text"), NodeId("blur")


@pytest.fixture
def near(pipeline: Desk) -> Desk:
    """At 100 %, with the neighbours on; number and text stand below each other."""
    pipeline.canvas.board.snaps.neighbours = True
    pipeline.view.zoom_to(1.0)
    pipeline.view.centerOn(250, 250)
    return pipeline


def guides(desk: Desk) -> list[Guides]:
    return [item for item in desk.canvas.scene.items() if isinstance(item, Guides)]


def begin(desk: Desk, node: str, by: QPoint, modifiers: Qt.KeyboardModifier = gestures.NO_MODIFIER) -> QPoint:
    start = desk.title(node)
    gestures.begin_drag(desk.viewport, start, start + by, modifiers=modifiers)
    return start + by


def test_a_node_settles_in_line_with_a_neighbour_and_shows_the_line(near: Desk) -> None:
    end = begin(near, "text", QPoint(4, 90))
    (shown,) = guides(near)
    assert next(line.x1() for line in shown.lines if line.x1() == line.x2()) == 0
    gestures.release(near.viewport, end)
    assert near.graph.nodes[TEXT].position[0] == 0
    assert guides(near) == []
    near.assert_same()


def test_far_from_all_lines_it_goes_where_the_mouse_is(near: Desk) -> None:
    end = begin(near, "text", QPoint(41, 93))
    assert all(not shown.lines for shown in guides(near))
    gestures.release(near.viewport, end)
    assert near.graph.nodes[TEXT].position == (41, 473)


def test_ctrl_lets_it_go_anywhere(near: Desk) -> None:
    start = near.title("text")
    gestures.begin_drag(near.viewport, start, start + QPoint(2, 90))
    gestures.move(near.viewport, start + QPoint(4, 90), gestures.LEFT, CTRL)
    assert all(not shown.lines for shown in guides(near))
    gestures.release(near.viewport, start + QPoint(4, 90), modifiers=CTRL)
    assert near.graph.nodes[TEXT].position == (4, 470)


def test_without_the_setting_nothing_settles(near: Desk) -> None:
    near.canvas.board.snaps.neighbours = False
    end = begin(near, "text", QPoint(4, 90))
    gestures.release(near.viewport, end)
    assert near.graph.nodes[TEXT].position == (4, 470)


def test_a_node_settles_where_its_link_is_level(near: Desk) -> None:
    """load and count stand at 0, blur at 20: three units below level it goes all the way."""
    board = near.canvas.board
    near.graph.unlink("count.image")
    link = next(iter(board.links.values()))
    off = link.path().currentPosition().y() - link.path().pointAtPercent(0).y()
    end = begin(near, "blur", QPoint(37, round(3 - off)))
    gestures.release(near.viewport, end)
    ends = next(iter(board.links.values())).path()
    assert ends.pointAtPercent(0).y() == ends.currentPosition().y()
    near.assert_same()


def test_on_the_grid_it_settles_on_dots(near: Desk) -> None:
    near.canvas.board.snaps.neighbours = False
    near.canvas.board.snaps.grid = True
    end = begin(near, "text", QPoint(31, 77))
    gestures.release(near.viewport, end)
    x, y = near.graph.nodes[TEXT].position
    assert (x % STEP, y % STEP) == (0, 0)
    assert (x, y) != (0, 380)


def test_several_nodes_settle_as_one(near: Desk) -> None:
    near.editor.select([NUMBER, TEXT])
    before = near.graph.nodes[TEXT].position[1] - near.graph.nodes[NUMBER].position[1]
    near.canvas.board.snaps.grid = True
    near.canvas.board.snaps.neighbours = False
    end = begin(near, "text", QPoint(50, 31))
    gestures.release(near.viewport, end)
    assert near.graph.nodes[NUMBER].position[0] % STEP == 0
    assert near.graph.nodes[TEXT].position[1] - near.graph.nodes[NUMBER].position[1] == before


def test_the_edge_of_a_frame_settles_too(near: Desk) -> None:
    near.graph.apply(PutFrame(Frame("f", "F", rect=(-40, 180, 400, 400))))
    right = near.canvas.board.nodes[BLUR].outline.right()
    start = near.view.to_viewport(QPointF(360, 420))
    near.drag(start, near.view.to_viewport(QPointF(right + 4, 420)))
    assert near.graph.frames[0].rect[0] + near.graph.frames[0].rect[2] == round(right)
    near.assert_same()


def test_escape_takes_the_lines_away(near: Desk) -> None:
    end = begin(near, "text", QPoint(4, 90))
    gestures.key(near.view, Qt.Key.Key_Escape)
    assert guides(near) == []
    gestures.release(near.viewport, end)
    assert near.graph.nodes[TEXT].position == (0, 380)
