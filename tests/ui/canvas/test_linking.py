"""Links, drawn with the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from shtairir.document import Graph
from shtairir.ids import NodeId, PortRef
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk


def test_a_drag_from_output_to_input_links_them(pipeline: Desk) -> None:
    pipeline.graph.unlink("blur.image")
    pipeline.drag(pipeline.output("load.out"), pipeline.input("blur.image"))
    assert "load.out -> blur.image" in pipeline.links
    pipeline.assert_same()


def test_a_drag_from_input_to_output_links_them_too(pipeline: Desk) -> None:
    pipeline.graph.unlink("blur.image")
    pipeline.drag(pipeline.input("blur.image"), pipeline.output("load.out"))
    assert "load.out -> blur.image" in pipeline.links
    pipeline.assert_same()


def test_a_refused_link_says_why_beside_the_mouse_and_changes_nothing(pipeline: Desk) -> None:
    before = pipeline.links
    start, end = pipeline.output("text.out"), pipeline.input("count.image")
    gestures.begin_drag(pipeline.viewport, start, end)
    assert pipeline.canvas.bubble.isVisible()
    assert pipeline.canvas.bubble.text().startswith("text cannot feed image")
    gestures.release(pipeline.viewport, end)
    assert not pipeline.canvas.bubble.isVisible()
    assert pipeline.links == before
    pipeline.assert_same()


def test_a_link_that_would_close_a_circle_is_refused(pipeline: Desk) -> None:
    pipeline.graph.unlink("blur.image")
    start, end = pipeline.output("blur.out"), pipeline.input("blur.image")
    gestures.begin_drag(pipeline.viewport, start, end)
    assert "feed itself" in pipeline.canvas.bubble.text()
    gestures.release(pipeline.viewport, end)
    assert "blur.out -> blur.image" not in pipeline.links


def test_while_a_link_is_drawn_only_ports_that_fit_stay_bright(pipeline: Desk) -> None:
    start = pipeline.output("load.out")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(40, 60))
    items = pipeline.canvas.board.nodes
    assert items[NodeId("count")].fitting == {("in", "image")}
    assert items[NodeId("number")].fitting == frozenset()
    gestures.key(pipeline.view, Qt.Key.Key_Escape)
    assert items[NodeId("count")].fitting is None
    gestures.release(pipeline.viewport, start + QPoint(40, 60))


def test_dropping_on_a_linked_input_replaces_its_link_in_one_step(pipeline: Desk) -> None:
    pipeline.drag(pipeline.output("load.out"), pipeline.input("count.image"))
    assert pipeline.links == {"load.out -> blur.image", "load.out -> count.image"}
    pipeline.assert_same()
    pipeline.graph.undo()
    assert pipeline.links == {"load.out -> blur.image", "blur.out -> count.image"}
    pipeline.assert_same()


def test_dragging_off_an_input_takes_the_link_away(pipeline: Desk) -> None:
    pipeline.drag(pipeline.input("count.image"), pipeline.empty_place())
    assert pipeline.links == {"load.out -> blur.image"}
    pipeline.assert_same()
    pipeline.graph.undo()
    pipeline.assert_same()
    assert "blur.out -> count.image" in pipeline.links


def test_a_link_taken_off_and_put_elsewhere_is_one_step(pipeline: Desk) -> None:
    steps = pipeline.graph.revision
    pipeline.graph.remove("count")
    pipeline.editor.add_block("image.count", 520, 160)
    pipeline.drag(pipeline.input("blur.image"), pipeline.input("count.image"))
    assert pipeline.links == {"load.out -> count.image"}
    assert pipeline.graph.revision == steps + 3
    pipeline.assert_same()


def test_a_link_taken_off_and_dropped_where_it_is_refused_comes_back(pipeline: Desk) -> None:
    before, revision = pipeline.links, pipeline.graph.revision
    pipeline.graph.add("math.add", id="sum", position=(260, 260))
    gestures.settle()
    pipeline.drag(pipeline.input("blur.image"), pipeline.input("sum.a"))
    assert pipeline.links == before
    assert pipeline.graph.revision == revision + 1
    assert pipeline.canvas.board.links[PortRef.parse("blur.image")].isVisible()
    pipeline.assert_same()


def test_a_link_put_back_on_its_own_input_changes_nothing(pipeline: Desk) -> None:
    revision, port = pipeline.graph.revision, pipeline.input("blur.image")
    gestures.begin_drag(pipeline.viewport, port, port - QPoint(60, 40))
    gestures.move(pipeline.viewport, port, gestures.LEFT)
    gestures.release(pipeline.viewport, port)
    assert pipeline.graph.revision == revision
    pipeline.assert_same()


def test_a_click_on_a_linked_input_leaves_the_link_alone(pipeline: Desk) -> None:
    revision = pipeline.graph.revision
    gestures.click(pipeline.viewport, pipeline.input("blur.image"))
    assert pipeline.graph.revision == revision
    pipeline.assert_same()


def test_dropping_on_a_body_links_the_first_free_input_that_fits(pipeline: Desk) -> None:
    pipeline.graph.add("math.add", id="sum", position=(260, 260))
    gestures.settle()
    for expected in ("number.out -> sum.a", "number.out -> sum.b"):
        pipeline.drag(pipeline.output("number.out"), pipeline.body("sum"))
        assert expected in pipeline.links
    pipeline.assert_same()


def test_dropping_on_a_body_with_no_free_input_says_so(pipeline: Desk) -> None:
    start, end = pipeline.output("load.out"), pipeline.body("count")
    gestures.begin_drag(pipeline.viewport, start, end)
    assert "linked already" in pipeline.canvas.bubble.text()
    gestures.release(pipeline.viewport, end)
    assert "blur.out -> count.image" in pipeline.links


def test_dropping_on_a_body_links_a_hidden_input_when_no_shown_one_fits(pipeline: Desk) -> None:
    start, end = pipeline.output("number.out"), pipeline.body("blur")
    gestures.begin_drag(pipeline.viewport, start, end)
    assert "sigma" in pipeline.canvas.bubble.text()
    gestures.release(pipeline.viewport, end)
    assert "number.out -> blur.sigma" in pipeline.links
    assert [port.name for port in pipeline.canvas.board.nodes[NodeId("blur")].face.inputs] == ["image", "sigma"]
    pipeline.assert_same()
    pipeline.graph.undo()
    assert [port.name for port in pipeline.canvas.board.nodes[NodeId("blur")].face.inputs] == ["image"]
    pipeline.assert_same()


def test_escape_takes_a_link_gesture_back(pipeline: Desk) -> None:
    before, port = pipeline.links, pipeline.input("count.image")
    gestures.begin_drag(pipeline.viewport, port, pipeline.empty_place())
    gestures.key(pipeline.view, Qt.Key.Key_Escape)
    gestures.release(pipeline.viewport, pipeline.empty_place())
    assert pipeline.links == before
    pipeline.assert_same()


def test_undo_during_a_link_gesture_ends_it(pipeline: Desk) -> None:
    pipeline.editor.move({NodeId("load"): (10, 10)})
    start = pipeline.output("load.out")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(50, 50))
    pipeline.graph.undo()
    assert not pipeline.canvas.hand.busy
    gestures.release(pipeline.viewport, start + QPoint(50, 50))
    pipeline.assert_same()


def test_a_chosen_link_is_deleted_by_the_delete_key(pipeline: Desk) -> None:
    middle = (pipeline.output("blur.out") + pipeline.input("count.image")) / 2
    gestures.click(pipeline.viewport, middle)
    assert pipeline.canvas.hand.chosen_links == [PortRef.parse("count.image")]
    gestures.key(pipeline.view, Qt.Key.Key_Delete)
    assert pipeline.links == {"load.out -> blur.image"}
    pipeline.assert_same()


def test_choosing_a_node_lets_the_chosen_link_go(pipeline: Desk) -> None:
    gestures.click(pipeline.viewport, (pipeline.output("blur.out") + pipeline.input("count.image")) / 2)
    gestures.click(pipeline.viewport, pipeline.title("load"))
    gestures.key(pipeline.view, Qt.Key.Key_Delete)
    assert pipeline.links == {"blur.out -> count.image"}
    assert "load" not in pipeline.graph.nodes


def test_a_stroke_with_alt_and_shift_cuts_all_links_it_crosses_in_one_step(pipeline: Desk) -> None:
    pipeline.graph.add("view.show", id="show", position=(520, 240), value=PortRef.parse("load.out"))
    gestures.settle()
    start = pipeline.output("load.out") + QPoint(12, -60)
    modifiers = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    gestures.drag(pipeline.viewport, start, start + QPoint(0, 160), modifiers=modifiers)
    assert pipeline.links == {"blur.out -> count.image"}
    pipeline.assert_same()
    pipeline.graph.undo()
    assert len(pipeline.links) == 3


def test_a_link_to_a_block_that_is_not_installed_is_refused_with_the_reason(pipeline: Desk) -> None:
    pipeline.graph.add("lost.thing", id="lost", position=(520, 260), values={"x": 1})
    gestures.settle()
    start, end = pipeline.output("number.out"), pipeline.input("lost.x")
    gestures.begin_drag(pipeline.viewport, start, end)
    assert "not installed" in pipeline.canvas.bubble.text()
    gestures.release(pipeline.viewport, end)
    assert not any("lost" in link for link in pipeline.links)


def test_a_link_keeps_the_colour_of_what_flows_in_it(pipeline: Desk) -> None:
    link = pipeline.canvas.board.links[PortRef.parse("blur.image")]
    assert link.color == pipeline.canvas.board.look.tokens.type_color("image")


@pytest.mark.parametrize("zoom", [0.2, 0.5, 1.0, 2.0])
def test_ports_can_be_hit_at_any_zoom(desk: Desk, zoom: float) -> None:
    graph = Graph("two")
    graph.add("math.number", position=(0, 0))
    graph.add("math.add", position=(220, 0))
    desk.editor.show_graph(graph)
    desk.view.zoom_to(zoom)
    desk.view.centerOn(desk.canvas.board.extent().center())
    desk.drag(desk.output("number.out"), desk.input("add.b"))
    assert desk.links == {"number.out -> add.b"}
