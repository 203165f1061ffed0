"""The inspector's section about what happens when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from shtairir.block import Image, block
from shtairir.block.registry import Registry
from shtairir.document import dumps
from shtairir.ids import NodeId
from shtairir_ui.editor import Editor
from shtairir_ui.inspector import InspectorPanel
from shtairir_ui.inspector.policy import PolicySection
from shtairir_ui.inspector.policy.row import SettingRow
from shtairir_ui.inspector.policy.words import WORDS


class Parts(NamedTuple):
    """Two results."""

    number: float
    word: str


@block(category="Sample", id="sample.work", retries=2)
def work(x: float = 0.0, count: int = 1) -> Parts:
    """Work."""
    return Parts(x, str(count))


@block(category="Sample", id="sample.send", pure=False)
def send(x: float = 0.0) -> None:
    """Have an effect."""


@block(category="Sample", id="sample.draw")
def draw(x: float = 0.0) -> Image:
    """Make a picture."""
    raise NotImplementedError(x)


@block(category="Sample", id="sample.wait", runs_on="async")
async def wait(x: float = 0.0) -> float:
    """Wait."""
    return x


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[Editor]:
    registry = Registry(packs={}, folders=())
    for function in (work, send, draw, wait):
        registry.add(function)
    editor = Editor(registry=registry)
    for name in ("work", "send", "draw", "wait"):
        editor.add_block(f"sample.{name}", 0, 0)
    yield editor
    editor.close()


@pytest.fixture
def panel(editor: Editor, qtbot: QtBot) -> InspectorPanel:
    panel = InspectorPanel(editor)
    qtbot.addWidget(panel)
    panel.resize(340, 1400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def opened(panel: InspectorPanel, editor: Editor, *nodes: str) -> PolicySection:
    """Select nodes and open the section with a click."""
    editor.select([NodeId(node) for node in nodes])
    section = shown_section(panel)
    if not section.button.isChecked():
        QTest.mouseClick(section.button, Qt.MouseButton.LeftButton)
    section = shown_section(panel)
    assert section.more is not None
    if not section.more.isChecked():
        QTest.mouseClick(section.more, Qt.MouseButton.LeftButton)
    return section


def shown_section(panel: InspectorPanel) -> PolicySection:
    (section,) = [one for one in panel.findChildren(PolicySection) if one.isVisible()]
    return section


def row(section: PolicySection, key: str) -> SettingRow:
    return section.rows[key]


def type_into(row: SettingRow, text: str) -> None:
    target = row.field.focusProxy()
    assert isinstance(target, QWidget)
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if text:
        QTest.keyClicks(target, text)
    else:
        QTest.keyClick(target, Qt.Key.Key_Delete)


def choose(row: SettingRow, word: str, number: int = 0) -> None:
    combo = row.field.findChildren(QComboBox)[number]
    index = combo.findText(word)
    assert index >= 0, [combo.itemText(place) for place in range(combo.count())]
    combo.setFocus()
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def policy(editor: Editor, node: str) -> dict[str, object]:
    return dict(editor.graph.nodes[NodeId(node)].policy)


def origin(row: SettingRow) -> str:
    return "here" if row.origin.reset.isVisible() else row.origin.word.text()


def test_it_is_a_line_until_it_is_opened(panel: InspectorPanel, editor: Editor) -> None:
    editor.select([NodeId("work")])
    section = shown_section(panel)
    assert section.summary.text() == "2 retries · timeout 5 min · on failure: finish"
    assert not section.rows
    section = opened(panel, editor, "work")
    assert set(section.rows) == set(WORDS) - {"checkpoints"}
    assert not section.summary.isVisible()
    editor.select([NodeId("send")])
    assert shown_section(panel).button.isChecked()


def test_a_number_that_is_typed_is_one_step_of_undo_and_one_line_of_the_file(
    panel: InspectorPanel, editor: Editor
) -> None:
    before = dumps(editor.graph)
    section = opened(panel, editor, "work")
    type_into(row(section, "retries"), "12")
    assert policy(editor, "work") == {"retries": 12}
    assert origin(row(section, "retries")) == "here"
    assert len(set(dumps(editor.graph).splitlines()) - set(before.splitlines())) == 1
    editor.undo()
    assert dumps(editor.graph) == before
    assert origin(row(section, "retries")) == "block"


def test_it_says_who_has_said_what(panel: InspectorPanel, editor: Editor) -> None:
    editor.graph.set_policy(None, node={"timeout_s": 60})
    editor.graph.set_policy("work", priority="high")
    section = opened(panel, editor, "work")
    assert {key: origin(row(section, key)) for key in ("retries", "timeout_s", "priority", "worker")} == {
        "retries": "block",
        "timeout_s": "graph",
        "priority": "here",
        "worker": "default",
    }


def test_each_setting_is_reset_by_itself(panel: InspectorPanel, editor: Editor) -> None:
    editor.graph.set_policy("work", retries=7, timeout_s=5)
    section = opened(panel, editor, "work")
    button = section.findChild(QToolButton, "reset_retries")
    assert button.toolTip() == "Reset to 2"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert policy(editor, "work") == {"timeout_s": 5}
    assert row(section, "retries").field.focusProxy().text() == "2"  # type: ignore[attr-defined]


def test_what_holds_anyway_is_not_written_to_the_file(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    type_into(row(section, "retries"), "5")
    type_into(row(section, "retries"), "2")
    assert policy(editor, "work") == {}


def test_a_time_is_set_in_any_unit_and_may_have_no_limit(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    timeout = row(section, "timeout_s")
    type_into(timeout, "2")
    assert policy(editor, "work") == {"timeout_s": 120}
    choose(timeout, "s")
    assert policy(editor, "work") == {"timeout_s": 2}
    choose(timeout, "no limit")
    assert policy(editor, "work") == {"timeout_s": None}
    assert not timeout.field.box.isVisible()  # type: ignore[attr-defined]
    choose(timeout, "min")
    assert policy(editor, "work")["timeout_s"] is not None


def test_a_choice_says_what_it_means(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    choose(row(section, "on_failure"), "Continue")
    note = section.findChild(QLabel, "note_on_failure")
    assert "the run is partial" in note.text()
    assert policy(editor, "work") == {"on_failure": "continue"}


def test_a_condition_is_checked_while_it_is_written(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    condition = row(section, "condition")
    type_into(condition, "total > 3")
    assert "'total', which is no input. Its inputs are: x, count." in condition.error.text()
    assert policy(editor, "work") == {}
    type_into(condition, "count > 3")
    assert not condition.error.isVisible()
    assert policy(editor, "work") == {"condition": "count > 3"}
    type_into(condition, "")
    assert policy(editor, "work") == {}


def test_fallback_values_have_the_types_of_the_outputs(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    fallback = row(section, "fallback")
    assert not fallback.field.isVisible()
    choose(row(section, "on_failure"), "Fallback")
    assert fallback.field.isVisible()
    number = fallback.field.findChild(QWidget, "fallback_number")
    number.focusProxy().setFocus()
    QTest.keyClicks(number.focusProxy(), "2.5")
    word = fallback.field.findChild(QWidget, "fallback_word")
    word.focusProxy().setFocus()
    QTest.keyClicks(word.focusProxy(), "none")
    assert policy(editor, "work") == {"on_failure": "fallback", "fallback": {"number": 2.5, "word": "none"}}
    QTest.keyClick(number.focusProxy(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(number.focusProxy(), "many")
    assert "not a number" in fallback.error.text()


def test_a_picture_has_no_fallback_value_and_nothing_at_all_has_no_fallback(
    panel: InspectorPanel, editor: Editor
) -> None:
    section = opened(panel, editor, "draw")
    choose(row(section, "on_failure"), "Fallback")
    texts = [label.text() for label in row(section, "fallback").field.findChildren(QLabel)]
    assert any("Try block" in text for text in texts)
    section = opened(panel, editor, "send")
    combo = row(section, "on_failure").field.findChild(QComboBox)
    assert combo.findText("Fallback") < 0


def test_only_workers_that_can_run_the_block_are_offered(panel: InspectorPanel, editor: Editor) -> None:
    def offered(node: str) -> list[str]:
        combo = row(opened(panel, editor, node), "worker").field.findChild(QComboBox)
        return [combo.itemText(index) for index in range(combo.count())]

    assert offered("work") == ["Auto", "Thread", "Process"]
    assert offered("wait") == ["Auto", "Async"]


def test_names_are_a_list(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    type_into(row(section, "retry_on"), "ValueError, httpx.HTTPError")
    assert policy(editor, "work") == {"retry_on": ["ValueError", "httpx.HTTPError"]}
    type_into(row(section, "retry_on"), "")
    assert policy(editor, "work") == {}


def test_a_number_out_of_range_is_refused_in_words(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    type_into(row(section, "retries"), "5000")
    assert "Write a whole number from 0 to 1000." in row(section, "retries").error.text()
    assert policy(editor, "work").get("retries") != 5000


def test_several_nodes_are_changed_in_one_step(panel: InspectorPanel, editor: Editor) -> None:
    before = dumps(editor.graph)
    section = opened(panel, editor, "work", "send", "draw")
    assert origin(row(section, "retries")) == "mixed"
    assert row(section, "retries").field.focusProxy().text() == ""  # type: ignore[attr-defined]
    assert "condition" not in section.rows
    type_into(row(section, "retries"), "4")
    assert [policy(editor, node) for node in ("work", "send", "draw")] == [{"retries": 4}] * 3
    choose(row(section, "on_failure"), "Stop")
    editor.undo()
    editor.undo()
    assert dumps(editor.graph) == before
    assert editor.graph.redo() == "change how 3 nodes run"


def test_the_graph_says_what_holds_for_all_and_for_the_run(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor)
    assert section.rows["run.timeout_s"].label.text() == "Run timeout"
    type_into(row(section, "run.timeout_s"), "3")
    choose(row(section, "run.checkpoints"), "All")
    type_into(row(section, "retries"), "1")
    assert editor.root.raw_policy == {"node": {"retries": 1}, "timeout_s": 10800, "checkpoints": "all"}
    QTest.mouseClick(section.findChild(QToolButton, "reset_checkpoints"), Qt.MouseButton.LeftButton)
    assert editor.root.raw_policy == {"node": {"retries": 1}, "timeout_s": 10800}
    for _ in range(4):
        editor.undo()
    assert editor.root.raw_policy == {}


def test_a_definition_has_no_section_of_its_own_for_the_run(panel: InspectorPanel, editor: Editor) -> None:
    editor.select([NodeId("work")])
    instance = editor.make_subgraph()
    assert instance is not None
    assert "condition" not in opened(panel, editor, instance).rows
    editor.enter(instance)
    assert not [one for one in panel.findChildren(PolicySection) if one.isVisible()]


def test_every_setting_has_a_name_and_is_explained(panel: InspectorPanel, editor: Editor) -> None:
    section = opened(panel, editor, "work")
    for key, one in section.rows.items():
        assert one.field.accessibleName(), key
        assert one.field.toolTip(), key
        assert one.label.text(), key


def test_what_is_seldom_set_is_folded_away_until_it_is(panel: InspectorPanel, editor: Editor) -> None:
    editor.graph.set_policy("work", jitter=0.25)
    section = opened(panel, editor, "work")
    assert section.more is not None
    assert row(section, "backoff_factor").field.isVisible()
    QTest.mouseClick(section.more, Qt.MouseButton.LeftButton)
    assert not row(section, "backoff_factor").field.isVisible()
    assert row(section, "jitter").field.isVisible()
    editor.undo()
    assert not row(section, "jitter").field.isVisible()


def test_an_opened_section_comes_into_sight(panel: InspectorPanel, editor: Editor, qtbot: QtBot) -> None:
    panel.resize(340, 300)
    editor.select([NodeId("work")])
    QTest.mouseClick(shown_section(panel).button, Qt.MouseButton.LeftButton)
    bar = panel.node_page.form.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > 0)
    assert abs(bar.value() - shown_section(panel).y()) < 2


def test_what_is_typed_for_one_node_and_then_for_another_is_two_steps(panel: InspectorPanel, editor: Editor) -> None:
    editor.add_block("sample.work", 0, 0)
    type_into(row(opened(panel, editor, "work"), "retries"), "7")
    section = opened(panel, editor, "work_2")
    assert row(section, "retries").field.focusProxy().text() == "2"  # type: ignore[attr-defined]
    type_into(row(section, "retries"), "8")
    assert (policy(editor, "work"), policy(editor, "work_2")) == ({"retries": 7}, {"retries": 8})
    editor.undo()
    assert (policy(editor, "work"), policy(editor, "work_2")) == ({"retries": 7}, {})


def test_what_was_refused_for_one_node_does_not_stay_for_another(panel: InspectorPanel, editor: Editor) -> None:
    editor.add_block("sample.work", 0, 0)
    type_into(row(opened(panel, editor, "work"), "condition"), "count >")
    section = opened(panel, editor, "work_2")
    assert not row(section, "condition").error.isVisible()
    assert row(section, "condition").field.focusProxy().text() == ""  # type: ignore[attr-defined]


def test_it_says_why_an_effect_is_tried_once_and_what_a_condition_may_look_at(
    panel: InspectorPanel, editor: Editor
) -> None:
    section = opened(panel, editor, "send")
    assert row(section, "retries").note.text() == "The block has an effect, which is not to happen twice."
    type_into(row(section, "retries"), "2")
    assert not row(section, "retries").note.isVisible()
    assert row(opened(panel, editor, "work"), "condition").note.text() == "Over: x, count"
