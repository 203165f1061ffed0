"""The panel follows the selection, tells why there is nothing to see, and steps into lists."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.preview.image_view import ImageView
from shtairir_ui.preview.list_view import ItemsView
from shtairir_ui.preview.scalar_view import ScalarView
from shtairir_ui.runtime import NodeRuntime


def words(panel) -> str:
    return f"{panel.empty.title.text()} {panel.empty.hint.text()}"


def test_without_a_selection_it_says_what_to_do(panel):
    assert panel.view is None
    assert "Select a node to see its result" in words(panel)


def test_without_a_selection_it_shows_what_the_run_came_to(editor, panel, qtbot):
    editor.put("last", {"out": "float"}, {"out": 1.0})
    editor.put("first", {"out": "float"}, {"out": 2.0})
    editor.graph.links = {PortRef.parse("last.x"): SimpleNamespace(source=PortRef.parse("first.out"))}
    editor.run_finished.emit(None)
    qtbot.waitUntil(lambda: isinstance(panel.view, ScalarView))
    assert panel.node == "last"
    failure = NodeFailure(NodeId("first"), "x.first", "ValueError", "It broke.", "")
    editor.runtime[NodeId("first")] = NodeRuntime(status=NodeStatus.FAILED, failure=failure)
    assert panel.node == "first"
    editor.is_running = True
    assert panel.node is None


def test_of_several_nodes_it_shows_none(editor, panel, qtbot):
    editor.put("a", {"out": "float"}, {"out": 1.0})
    editor.put("b", {"out": "float"}, {"out": 2.0})
    editor.select("a", "b")
    qtbot.waitUntil(lambda: "Several nodes" in words(panel))


def test_a_node_that_did_not_run_asks_for_a_run(editor, panel, qtbot):
    editor.put("blur", {"out": "image"}, {}, runtime=None)
    editor.select("blur")
    qtbot.waitUntil(lambda: "Run the graph to see this result" in words(panel))


def test_a_value_that_was_freed_is_told_from_one_that_never_was(editor, panel, qtbot):
    editor.put("blur", {"out": "image"}, {})
    editor.select("blur")
    qtbot.waitUntil(lambda: "Freed to stay within the memory budget" in words(panel))


def test_a_failed_node_shows_its_cause_and_the_way_out(editor, panel, qtbot):
    failure = NodeFailure(NodeId("load"), "io.read_image", "FileNotFoundError", "There is no file.", "Choose another.")
    editor.put("load", {"out": "image"}, {}, NodeRuntime(status=NodeStatus.FAILED, failure=failure))
    editor.select("load")
    qtbot.waitUntil(lambda: "There is no file." in words(panel) and "Choose another." in words(panel))


def test_a_skipped_node_names_the_reason(editor, panel, qtbot):
    editor.put("blur", {"out": "image"}, {}, NodeRuntime(status=NodeStatus.SKIPPED, reason="load failed"))
    editor.select("blur")
    qtbot.waitUntil(lambda: "load failed" in words(panel))


def test_a_node_without_outputs_says_so(editor, panel, qtbot):
    editor.put("write", {}, {})
    editor.select("write")
    qtbot.waitUntil(lambda: "no outputs" in words(panel))


def test_a_result_appears_when_the_run_ends(editor, panel, qtbot):
    editor.put("number", {"out": "float"}, {}, runtime=None)
    editor.select("number")
    qtbot.waitUntil(lambda: "No result yet" in words(panel))
    editor.put("number", {"out": "float"}, {"out": 2.5})
    editor.run_finished.emit(None)
    qtbot.waitUntil(lambda: isinstance(panel.view, ScalarView))
    assert panel.view.label.text() == "2.5"


def test_a_stale_result_stays_and_says_so(editor, panel, qtbot):
    editor.put("number", {"out": "float"}, {"out": 2.5}, NodeRuntime(status=NodeStatus.DONE, stale=True))
    editor.select("number")
    qtbot.waitUntil(lambda: panel.view is not None)
    assert panel.banner.isVisible()


def test_outputs_are_chosen_by_their_tabs(editor, panel, qtbot):
    picture = np.zeros((20, 30, 3), np.float32)
    editor.put("count", {"picture": "image", "total": "int"}, {"picture": picture, "total": 24})
    editor.select("count")
    qtbot.waitUntil(lambda: isinstance(panel.view, ImageView))
    QTest.mouseClick(panel.ports, Qt.MouseButton.LeftButton, pos=panel.ports.tabRect(1).center())
    qtbot.waitUntil(lambda: isinstance(panel.view, ScalarView))
    assert panel.view.label.text() == "24"


def test_a_chosen_output_is_remembered_for_its_node(editor, panel, qtbot):
    editor.put("count", {"level": "float", "total": "int"}, {"level": 0.5, "total": 24})
    editor.put("other", {"out": "int"}, {"out": 7})
    editor.select("count")
    qtbot.waitUntil(lambda: panel.ports.isVisible())
    QTest.mouseClick(panel.ports, Qt.MouseButton.LeftButton, pos=panel.ports.tabRect(1).center())
    editor.select("other")
    qtbot.waitUntil(lambda: panel.view.label.text() == "7")
    editor.select("count")
    qtbot.waitUntil(lambda: panel.view.label.text() == "24")


def test_a_pinned_node_stays_while_another_is_selected(editor, panel, qtbot):
    editor.put("a", {"out": "int"}, {"out": 1})
    editor.put("b", {"out": "int"}, {"out": 2})
    editor.select("a")
    qtbot.waitUntil(lambda: panel.view is not None)
    QTest.mouseClick(panel.pin, Qt.MouseButton.LeftButton)
    editor.select("b")
    qtbot.wait(50)
    assert panel.view.label.text() == "1"
    QTest.mouseClick(panel.pin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.view.label.text() == "2")


def test_a_pin_goes_with_its_node(editor, panel, qtbot):
    editor.put("a", {"out": "int"}, {"out": 1})
    editor.select("a")
    qtbot.waitUntil(lambda: panel.view is not None)
    QTest.mouseClick(panel.pin, Qt.MouseButton.LeftButton)
    editor.graph.nodes.clear()
    editor.graph_changed.emit(None)
    qtbot.waitUntil(lambda: panel.view is None)
    assert not panel.pin.isChecked()


def test_an_item_of_a_list_opens_and_closes_again(editor, panel, qtbot, show):
    view = show([np.zeros((9, 9, 3), np.float32), np.ones((9, 9, 3), np.float32)], "list")
    assert isinstance(view, ItemsView)
    place = view.pictures.visualRect(view.model.index(1)).center()
    QTest.mouseClick(view.pictures.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.pictures.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: isinstance(panel.view, ImageView))
    assert panel.title.full_text() == "Node › 1"
    QTest.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(panel.view, ItemsView))


def test_an_answer_for_a_value_that_is_gone_is_dropped(editor, panel, qtbot, show):
    large = np.zeros((2000, 2000, 3), np.float32)
    view = show(large, "image")
    show(np.ones((10, 12, 3), np.float32), "image")
    editor.results.clear()
    editor.select()
    qtbot.waitUntil(lambda: panel.view is None)
    qtbot.wait(200)
    assert view.surface.pixel_at(QPoint(50, 50).toPointF()) is None


def test_another_theme_is_taken_over_at_once(panel, qapp, qtbot, show):
    view = show(np.sin(np.arange(300.0)), "array")
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.line)
    theme.apply(qapp, "light")
    ground = theme.tokens("light").background
    line = theme.tokens("light").type_color("array")

    def painted() -> set[str]:
        image = view.line.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 3)}

    qtbot.waitUntil(lambda: {ground.name(), line.name()} <= painted())
    theme.apply(qapp, "dark")
