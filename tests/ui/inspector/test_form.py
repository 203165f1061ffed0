"""Values typed, chosen and dragged in the inspector reach the document, and only when they fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId, PortRef
from shtairir_ui.editor import Editor
from shtairir_ui.inspector import InspectorPanel
from shtairir_ui.inspector.row import ParameterRow

NODE = NodeId("everything")


def row_of(panel: InspectorPanel, port: str) -> ParameterRow:
    return panel.node_page.form.rows[port]


def widget_of(panel: InspectorPanel, port: str, kind: type[QWidget]) -> QWidget:
    field = row_of(panel, port).field
    assert field is not None
    found = field.findChild(kind)
    assert found is not None
    return found


def type_into(widget: QWidget, text: str) -> None:
    """Click, select what is there, type over it."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(widget, Qt.Key.Key_Delete)
    QTest.keyClicks(widget, text)


def values(editor: Editor) -> dict[str, object]:
    return dict(editor.graph.nodes[NODE].values)


def test_a_typed_number_is_written(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "sigma", QLineEdit), "12.5")
    assert values(editor) == {"sigma": 12.5}


def test_a_whole_number_stays_whole(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "count", QLineEdit), "42")
    assert values(editor) == {"count": 42}
    assert isinstance(values(editor)["count"], int)


@pytest.mark.parametrize(
    ("chosen", "written"), [("data/coins.png", "data/coins.png"), ("../coins.png", "../coins.png")]
)
def test_a_chosen_file_is_written_relative_to_the_graph(
    panel: InspectorPanel,
    editor: Editor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str,
    written: str,
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    editor.save(folder / "graph.shtairir")
    answer = str((folder / chosen).resolve())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (answer, ""))
    QTest.mouseClick(widget_of(panel, "file", QToolButton), Qt.MouseButton.LeftButton)
    assert values(editor) == {"file": written}


def test_entries_are_typed_as_json(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "entries", QPlainTextEdit), '{"width": 3, "names": ["a"]}')
    assert values(editor) == {"entries": {"width": 3, "names": ["a"]}}
    assert widget_of(panel, "entries", QPlainTextEdit).toPlainText() == '{"width": 3, "names": ["a"]}'


def test_entries_that_are_no_json_are_refused_and_not_written(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "entries", QPlainTextEdit), '{"width": ')
    row = row_of(panel, "entries")
    assert row.error.isVisible()
    assert "not JSON in line 1" in row.error.text()
    assert "entries" not in values(editor)


def test_a_number_out_of_range_is_refused_in_words(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "sigma", QLineEdit), "99")
    row = row_of(panel, "sigma")
    assert row.error.isVisible()
    assert "at most 50" in row.error.text()
    assert values(editor) == {"sigma": 9}, "the first digit fitted, the second did not"


def test_words_are_no_number(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "count", QLineEdit), "many")
    assert row_of(panel, "count").error.text() == "“many” is not a whole number."
    assert "count" not in values(editor)


def test_the_sentence_goes_away_when_the_value_fits(panel: InspectorPanel) -> None:
    line = widget_of(panel, "sigma", QLineEdit)
    type_into(line, "99")
    type_into(line, "7")
    assert row_of(panel, "sigma").error.isHidden()


def test_arrow_keys_step_and_stop_at_the_bound(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "sigma", QLineEdit)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClick(line, Qt.Key.Key_Up)
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert values(editor) == {"sigma": 1.2}
    for _ in range(3):
        QTest.keyClick(line, Qt.Key.Key_PageDown)
    assert values(editor) == {"sigma": 0}


def test_one_drag_of_the_slider_is_one_undo_step(panel: InspectorPanel, editor: Editor) -> None:
    slider = widget_of(panel, "sigma", QSlider)
    steps = len(editor.graph.history)
    start = QPoint(4, slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for x in (20, 40, 60):
        QTest.mouseMove(slider, QPoint(x, slider.height() // 2))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(60, slider.height() // 2))
    assert values(editor)["sigma"] != 1.0
    assert len(editor.graph.history) == steps + 1
    editor.undo()
    assert values(editor) == {}


def test_the_field_follows_undo(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "sigma", QLineEdit)
    assert isinstance(line, QLineEdit)
    type_into(line, "8")
    QTest.keyClick(line, Qt.Key.Key_Return)
    editor.undo()
    assert line.text() == "1"
    editor.redo()
    assert line.text() == "8"


def test_leaving_a_field_ends_the_undo_step(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "count", QLineEdit)
    type_into(line, "12")
    QTest.keyClick(line, Qt.Key.Key_Return)
    type_into(line, "77")
    editor.undo()
    assert values(editor) == {"count": 12}


def test_a_choice_is_chosen_with_the_keyboard(panel: InspectorPanel, editor: Editor) -> None:
    combo = widget_of(panel, "kind", QComboBox)
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert values(editor) == {"kind": "square"}


def test_an_enum_is_stored_as_its_value(panel: InspectorPanel, editor: Editor) -> None:
    combo = widget_of(panel, "mode", QComboBox)
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert values(editor) == {"mode": "exact"}


def test_a_tick_is_yes(panel: InspectorPanel, editor: Editor) -> None:
    box = widget_of(panel, "flag", QCheckBox)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert values(editor) == {"flag": True}


def test_a_colour_is_typed_as_hexadecimal(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "colour", QLineEdit), "#00ff80")
    assert values(editor) == {"colour": "#00ff80"}
    type_into(widget_of(panel, "colour", QLineEdit), "#zz")
    assert "not a colour" in row_of(panel, "colour").error.text()


def test_text_of_several_lines(panel: InspectorPanel, editor: Editor) -> None:
    view = widget_of(panel, "note", QPlainTextEdit)
    view.setFocus()
    QTest.keyClicks(view, "first")
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClicks(view, "second")
    assert values(editor) == {"note": "first\nsecond"}


def test_a_list_is_typed_with_commas(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "sizes", QLineEdit), "1, 2.5, 4")
    assert values(editor) == {"sizes": [1, 2.5, 4]}
    type_into(widget_of(panel, "words", QLineEdit), "red, green")
    assert values(editor)["words"] == ["red", "green"]
    type_into(widget_of(panel, "sizes", QLineEdit), "1, x")
    assert row_of(panel, "sizes").error.text() == "“x” is not a number."


def test_an_array_or_number_takes_both(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "factor", QLineEdit), "3")
    assert values(editor) == {"factor": 3}
    type_into(widget_of(panel, "factor", QLineEdit), "1, 2")
    assert values(editor) == {"factor": [1, 2]}


def test_an_optional_number_can_be_none_again(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "limit", QLineEdit)
    type_into(line, "5")
    assert values(editor) == {"limit": 5}
    type_into(line, "")
    assert values(editor) == {"limit": None}
    assert row_of(panel, "limit").error.isHidden()


def test_an_emptied_number_takes_its_default(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "count", QLineEdit)
    assert isinstance(line, QLineEdit)
    type_into(line, "5")
    type_into(line, "")
    assert values(editor) == {}
    assert line.text() == "", "nothing is written under the cursor"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "3"


def test_reset_gives_the_default_back(panel: InspectorPanel, editor: Editor) -> None:
    type_into(widget_of(panel, "count", QLineEdit), "9")
    row_of(panel, "count").reset_action.trigger()
    assert values(editor) == {}
    line = widget_of(panel, "count", QLineEdit)
    assert isinstance(line, QLineEdit)
    assert line.text() == "3"


def test_a_value_is_shown_as_a_port(panel: InspectorPanel, editor: Editor) -> None:
    row_of(panel, "sigma").expose_action.trigger()
    assert "sigma" in editor.graph.nodes[NODE].exposed


def test_a_linked_input_says_where_from(panel: InspectorPanel, editor: Editor, qtbot: QtBot) -> None:
    source = editor.add_block("sample.source", -200, 0)
    assert editor.link(PortRef(source, "out"), PortRef(NODE, "image")) is None  # type: ignore[arg-type]
    editor.select((NODE,))
    row = row_of(panel, "image")
    assert row.field is None
    with qtbot.waitSignal(panel.node_wanted) as wanted:
        QTest.mouseClick(row.body, Qt.MouseButton.LeftButton)
    assert wanted.args == ["source"]


def test_a_missing_input_says_so(panel: InspectorPanel) -> None:
    body = row_of(panel, "image").body
    assert isinstance(body, QLabel)
    assert body.text() == "needs a link"


def test_advanced_inputs_are_folded_away(panel: InspectorPanel) -> None:
    assert not row_of(panel, "deep").body.isVisible()
    button = panel.findChild(QWidget, "moreButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert row_of(panel, "deep").body.isVisible()


def test_undo_passes_through_a_field(panel: InspectorPanel, editor: Editor) -> None:
    line = widget_of(panel, "name", QLineEdit)
    type_into(line, "pennies")
    QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert values(editor) == {"name": "pennies"}, "the text has no undo of its own; the window's command has"


def test_the_wheel_scrolls_the_form_and_changes_nothing(panel: InspectorPanel, editor: Editor) -> None:
    from tests.ui.gestures import wheel

    for port in ("sigma", "count", "kind"):
        field = row_of(panel, port).field
        assert field is not None
        target = field.focusProxy()
        wheel(target, target.rect().center(), -1)
    assert values(editor) == {}


@pytest.mark.parametrize("port", ["sigma", "image"])
def test_help_is_in_the_tooltip(panel: InspectorPanel, port: str) -> None:
    assert port in row_of(panel, port).label.toolTip()


def test_labels_carry_the_unit(panel: InspectorPanel) -> None:
    assert row_of(panel, "sigma").label.text().endswith("(px)")
