"""Nodes: selecting, moving, deleting, copying, renaming."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from shtairir.document import dumps
from shtairir.ids import NodeId
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_click_selects_a_node_and_a_click_on_the_ground_selects_none(pipeline: Desk) -> None:
    gestures.click(pipeline.viewport, pipeline.title("blur"))
    assert pipeline.editor.selection == ("blur",)
    assert pipeline.canvas.board.nodes[NodeId("blur")].isSelected()
    gestures.click(pipeline.viewport, pipeline.empty_place())
    assert pipeline.editor.selection == ()
    assert not pipeline.canvas.board.nodes[NodeId("blur")].isSelected()


@pytest.mark.parametrize("modifier", [CTRL, SHIFT])
def test_shift_and_ctrl_add_to_the_selection_and_take_from_it(pipeline: Desk, modifier: Qt.KeyboardModifier) -> None:
    gestures.click(pipeline.viewport, pipeline.title("blur"))
    gestures.click(pipeline.viewport, pipeline.title("load"), modifiers=modifier)
    assert pipeline.editor.selection == ("blur", "load")
    gestures.click(pipeline.viewport, pipeline.title("blur"), modifiers=modifier)
    assert pipeline.editor.selection == ("load",)


def test_a_click_on_one_of_several_selected_nodes_selects_only_it(pipeline: Desk) -> None:
    pipeline.editor.select_all()
    gestures.click(pipeline.viewport, pipeline.title("load"))
    assert pipeline.editor.selection == ("load",)


def test_a_box_selects_what_it_touches(pipeline: Desk) -> None:
    corner = pipeline.title("load") - QPoint(140, 60)
    gestures.drag(pipeline.viewport, corner, pipeline.body("blur"))
    assert set(pipeline.editor.selection) == {"load", "blur"}
    assert not pipeline.view._rubber_band.isVisible()


def test_a_box_with_shift_adds_and_with_ctrl_takes_away(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("number")])
    corner = pipeline.title("load") - QPoint(140, 60)
    gestures.drag(pipeline.viewport, corner, pipeline.title("load"), modifiers=SHIFT)
    assert set(pipeline.editor.selection) == {"load", "number"}
    gestures.drag(pipeline.viewport, corner, pipeline.title("load"), modifiers=CTRL)
    assert pipeline.editor.selection == ("number",)


def test_dragging_selected_nodes_moves_them_all_in_one_step(pipeline: Desk) -> None:
    before = dumps(pipeline.graph)
    pipeline.editor.select([NodeId("load"), NodeId("blur")])
    start = pipeline.title("load")
    by = QPoint(round(40 * pipeline.view.zoom), round(30 * pipeline.view.zoom))
    gestures.drag(pipeline.viewport, start, start + by)
    moved = pipeline.graph.nodes[NodeId("load")].position
    assert moved == pytest.approx((40, 30), abs=2)
    assert pipeline.graph.nodes[NodeId("blur")].position == (260 + moved[0], 20 + moved[1])
    assert pipeline.graph.undo_label == "move 2 nodes"
    pipeline.assert_same()
    pipeline.graph.undo()
    assert dumps(pipeline.graph) == before
    pipeline.assert_same()


def test_dragging_a_node_that_is_not_selected_selects_and_moves_only_it(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("load")])
    start = pipeline.title("number")
    gestures.drag(pipeline.viewport, start, start + QPoint(30, 10))
    assert pipeline.editor.selection == ("number",)
    assert pipeline.graph.nodes[NodeId("load")].position == (0, 0)
    assert pipeline.graph.nodes[NodeId("number")].position != (0, 220)


def test_the_document_is_told_of_a_move_only_at_its_end(pipeline: Desk) -> None:
    start = pipeline.title("number")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(30, 10))
    assert pipeline.graph.nodes[NodeId("number")].position == (0, 220)
    assert pipeline.canvas.board.nodes[NodeId("number")].x() != 0
    gestures.key(pipeline.view, Qt.Key.Key_Escape)
    gestures.release(pipeline.viewport, start + QPoint(30, 10))
    pipeline.assert_same()
    assert pipeline.graph.nodes[NodeId("number")].position == (0, 220)


def test_a_second_button_takes_a_move_back(pipeline: Desk) -> None:
    start = pipeline.title("number")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(30, 10))
    gestures.press(pipeline.viewport, start + QPoint(30, 10), gestures.RIGHT)
    gestures.context_menu(pipeline.viewport, start + QPoint(30, 10))
    assert QApplication.activePopupWidget() is None
    gestures.release(pipeline.viewport, start + QPoint(30, 10))
    assert pipeline.graph.nodes[NodeId("number")].position == (0, 220)
    pipeline.assert_same()


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_deleting_selected_nodes_can_be_undone_to_the_byte(pipeline: Desk, key: Qt.Key) -> None:
    before = dumps(pipeline.graph)
    gestures.click(pipeline.viewport, pipeline.title("blur"))
    gestures.key(pipeline.view, key)
    assert "blur" not in pipeline.graph.nodes
    assert pipeline.links == set()
    pipeline.assert_same()
    pipeline.graph.undo()
    assert dumps(pipeline.graph) == before
    pipeline.assert_same()


def test_arrow_keys_move_the_selection(pipeline: Desk) -> None:
    gestures.click(pipeline.viewport, pipeline.title("load"))
    gestures.key(pipeline.view, Qt.Key.Key_Right)
    gestures.key(pipeline.view, Qt.Key.Key_Down, SHIFT)
    assert pipeline.graph.nodes[NodeId("load")].position == (8, 48)
    pipeline.assert_same()


def test_copied_nodes_are_pasted_at_the_mouse_with_the_links_among_them(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("load"), NodeId("blur")])
    gestures.key(pipeline.view, Qt.Key.Key_C, CTRL)
    place = pipeline.empty_place()
    gestures.move(pipeline.viewport, place)
    gestures.key(pipeline.view, Qt.Key.Key_V, CTRL)
    assert {"load_2", "blur_2"} <= set(pipeline.graph.nodes)
    assert "load_2.out -> blur_2.image" in pipeline.links
    assert set(pipeline.editor.selection) == {"load_2", "blur_2"}
    expected = pipeline.view.to_scene(place)
    assert pipeline.graph.nodes[NodeId("load_2")].position == pytest.approx((expected.x(), expected.y()), abs=140)
    pipeline.assert_same()


def test_cut_and_duplicate_work_from_the_keyboard(pipeline: Desk) -> None:
    gestures.click(pipeline.viewport, pipeline.title("number"))
    gestures.key(pipeline.view, Qt.Key.Key_D, CTRL)
    assert "number_2" in pipeline.graph.nodes
    gestures.key(pipeline.view, Qt.Key.Key_X, CTRL)
    assert "number_2" not in pipeline.graph.nodes
    gestures.key(pipeline.view, Qt.Key.Key_A, CTRL)
    assert set(pipeline.editor.selection) == set(pipeline.graph.nodes)
    pipeline.assert_same()


def title_field(desk: Desk) -> QLineEdit:
    field = desk.view.findChild(QLineEdit, "canvasTitleField")
    assert isinstance(field, QLineEdit)
    return field


def test_a_double_click_on_the_title_renames_in_place(pipeline: Desk) -> None:
    gestures.double_click(pipeline.viewport, pipeline.title("blur"))
    field = title_field(pipeline)
    field.selectAll()
    QTest.keyClicks(field, "Soften")
    QTest.keyClick(field, Qt.Key.Key_Return)
    gestures.settle()
    assert pipeline.graph.nodes[NodeId("blur")].title == "Soften"
    assert pipeline.canvas.board.nodes[NodeId("blur")].face.title == "Soften"
    assert not field.isVisible()
    pipeline.graph.undo()
    assert pipeline.canvas.board.nodes[NodeId("blur")].face.title == "Blur"


def test_escape_leaves_the_title_as_it_was(pipeline: Desk) -> None:
    gestures.click(pipeline.viewport, pipeline.title("blur"))
    gestures.key(pipeline.view, Qt.Key.Key_F2)
    field = title_field(pipeline)
    QTest.keyClicks(field, "Soften")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert pipeline.graph.nodes[NodeId("blur")].title is None


def test_an_emptied_title_shows_the_blocks_name_again(pipeline: Desk) -> None:
    pipeline.editor.set_title(NodeId("blur"), "Soften")
    pipeline.canvas.rename(NodeId("blur"))
    field = title_field(pipeline)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert pipeline.graph.nodes[NodeId("blur")].title is None


def test_delete_in_the_title_field_deletes_letters_not_nodes(pipeline: Desk) -> None:
    gestures.double_click(pipeline.viewport, pipeline.title("blur"))
    field = title_field(pipeline)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == ""
    assert "blur" in pipeline.graph.nodes


def test_a_double_click_on_the_body_tells_that_the_node_is_meant(pipeline: Desk) -> None:
    meant: list[str] = []
    pipeline.canvas.node_activated.connect(meant.append)
    gestures.double_click(pipeline.viewport, pipeline.body("count"))
    assert meant == ["count"]
