"""What several nodes have in common is set for all of them, in one step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from shtairir.ids import NodeId
from shtairir_ui.editor import Editor
from shtairir_ui.inspector import InspectorPanel
from shtairir_ui.inspector.together import SharedForm

FIRST, SECOND = NodeId("everything"), NodeId("everything_2")


@pytest.fixture
def form(panel: InspectorPanel, editor: Editor) -> SharedForm:
    """Two nodes of the same block, both selected."""
    editor.duplicate()
    editor.select_all()
    return panel.several_page.form


def _line(form: SharedForm, port: str) -> QLineEdit:
    field = form.rows[port].field
    assert field is not None
    line = field.findChild(QLineEdit)
    assert line is not None
    return line


def _type(line: QLineEdit, text: str) -> None:
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_value_is_given_to_all_in_one_step(form: SharedForm, editor: Editor) -> None:
    steps = len(editor.graph.history)
    _type(_line(form, "count"), "12")
    assert [editor.graph.nodes[node].values["count"] for node in (FIRST, SECOND)] == [12, 12]
    assert len(editor.graph.history) == steps + 1
    assert editor.graph.undo_label == "change count of 2 nodes"
    editor.undo()
    assert "count" not in editor.graph.nodes[SECOND].values


def test_values_that_differ_are_told(form: SharedForm, editor: Editor) -> None:
    assert form.notes["sigma"].isHidden()
    editor.set_value(SECOND, "sigma", 8.0)
    assert form.notes["sigma"].text() == "now 1.0, 8.0"
    assert not form.notes["sigma"].isHidden()
    _type(_line(form, "sigma"), "3")
    assert form.notes["sigma"].isHidden()
    assert editor.graph.nodes[SECOND].values["sigma"] == 3


def test_what_does_not_fit_is_refused_for_all(form: SharedForm, editor: Editor) -> None:
    _type(_line(form, "sigma"), "99")
    assert "50" in form.rows["sigma"].error.text()
    # What was typed on the way, a 9, fits and was taken.
    assert {editor.graph.nodes[node].values["sigma"] for node in (FIRST, SECOND)} == {9.0}


def test_reset_is_for_all_too(form: SharedForm, editor: Editor) -> None:
    _type(_line(form, "count"), "12")
    form.rows["count"].reset_action.trigger()
    assert [editor.graph.nodes[node].values for node in (FIRST, SECOND)] == [{}, {}]
    assert editor.graph.undo_label == "reset count of 2 nodes"


def test_only_what_all_have_is_shown(form: SharedForm, editor: Editor, panel: InspectorPanel) -> None:
    assert "sigma" in form.rows
    assert "image" not in form.rows
    editor.add_block("sample.source", 300, 0)
    editor.select_all()
    assert form.rows == {}
    assert not form.isVisible()


def test_an_input_that_is_linked_somewhere_is_left_out(form: SharedForm, editor: Editor) -> None:
    made = editor.add_block("sample.everything", 600, 0)
    assert made is not None
    editor.graph.link(f"{made}.out", f"{SECOND}.limit")
    editor.select([FIRST, SECOND])
    assert "limit" not in form.rows
    assert "count" in form.rows


def test_the_field_keeps_the_cursor_while_one_types(form: SharedForm, editor: Editor) -> None:
    line = _line(form, "count")
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(line, "45")
    assert _line(form, "count") is line
    assert editor.graph.nodes[SECOND].values["count"] == 45
