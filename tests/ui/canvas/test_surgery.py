"""Links and nodes rewired by hand: spliced, pulled out, bent, swapped, connected, replaced; each one step of undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QMenu

from shtairir.document import Graph, dumps, edits
from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas.hitting import Hit
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.canvas.tips import tip
from shtairir_ui.replacing import replaced
from shtairir_ui.rewiring import connected_in_order, pulled_out, spliced, swapped
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
BLUR, COUNT = NodeId("blur"), NodeId("count")


@pytest.fixture
def wide(desk: Desk) -> Desk:
    """load → count, far apart, and a blur that is linked to nothing below."""
    graph = Graph("wide")
    load = graph.add("image.load", position=(0, 0))
    graph.add("image.count", position=(520, 0), image=load["out"])
    graph.add("image.blur", position=(260, 200))
    desk.editor.show_graph(graph)
    gestures.settle()
    return desk


def _undo_gives_it_back(desk: Desk, before: bytes, label: str) -> None:
    assert desk.graph.undo_label == label
    desk.assert_same()
    desk.graph.undo()
    assert dumps(desk.graph) == before
    desk.assert_same()


def _middle(desk: Desk, target: str, share: float = 0.5) -> QPoint:
    path = desk.canvas.board.links[PortRef.parse(target)].path()
    return desk.view.to_viewport(path.pointAtPercent(share))


def _drag_onto(desk: Desk, node: str, place: QPoint, modifiers: Qt.KeyboardModifier = gestures.NO_MODIFIER) -> None:
    """Drag a node by its title so that its middle comes to lie on a place."""
    middle = desk.view.to_viewport(desk.canvas.board.nodes[NodeId(node)].outline.center())
    start = desk.title(node)
    gestures.drag(desk.viewport, start, start + place - middle, modifiers=modifiers)


# --- splice ---------------------------------------------------------------------------------------------------


def test_a_node_dropped_on_a_link_is_led_into_it_in_one_step(wide: Desk) -> None:
    before = dumps(wide.graph)
    _drag_onto(wide, "blur", _middle(wide, "count.image"))
    assert wide.links == {"load.out -> blur.image", "blur.out -> count.image"}
    _undo_gives_it_back(wide, before, "insert blur into load.out → count.image")


def test_with_ctrl_a_node_just_lies_on_the_link(wide: Desk) -> None:
    _drag_onto(wide, "blur", _middle(wide, "count.image"), CTRL)
    assert wide.links == {"load.out -> count.image"}
    assert wide.graph.undo_label == "move 1 node"


def test_a_node_that_is_linked_or_does_not_fit_is_just_moved(wide: Desk) -> None:
    wide.graph.add("math.number", id="n", position=(260, 420))
    _drag_onto(wide, "n", _middle(wide, "count.image"))
    assert wide.links == {"load.out -> count.image"}
    assert spliced(wide.graph, wide.editor.registry, wide.graph.node("load"), PortRef.parse("count.image")) is None


def test_a_drag_onto_a_link_that_is_cancelled_leaves_all_as_it_was(wide: Desk) -> None:
    before = dumps(wide.graph)
    start = wide.title("blur")
    gestures.begin_drag(wide.viewport, start, start + QPoint(0, -200))
    assert any(link.hovered for link in wide.canvas.board.links.values())
    gestures.key(wide.view, Qt.Key.Key_Escape)
    gestures.release(wide.viewport, start + QPoint(0, -200))
    assert dumps(wide.graph) == before
    wide.assert_same()


def test_a_block_dragged_from_the_palette_onto_a_link_is_led_into_it(wide: Desk) -> None:
    before = dumps(wide.graph)
    gestures.drop(wide.viewport, _middle(wide, "count.image"), gestures.block_mime("image.blur"))
    assert wide.links == {"load.out -> blur_2.image", "blur_2.out -> count.image"}
    _undo_gives_it_back(wide, before, "insert blur_2 into load.out → count.image")


def test_while_a_block_is_dragged_the_link_that_it_would_come_into_is_lit(wide: Desk) -> None:
    item = wide.canvas.board.links[PortRef.parse("count.image")]
    for block, is_lit in (("image.blur", True), ("math.number", False)):
        gestures.drag_over(wide.viewport, _middle(wide, "count.image"), gestures.block_mime(block))
        assert item.hovered is is_lit
        gestures.drag_away(wide.viewport)
        assert not item.hovered


# --- pull out -------------------------------------------------------------------------------------------------


def test_alt_drag_pulls_a_node_out_and_joins_what_it_was_between(pipeline: Desk) -> None:
    before = dumps(pipeline.graph)
    start = pipeline.title("blur")
    gestures.drag(pipeline.viewport, start, start + QPoint(0, 120), modifiers=ALT)
    assert pipeline.links == {"load.out -> count.image"}
    assert pipeline.graph.node("blur").position == (260, 140)
    _undo_gives_it_back(pipeline, before, "pull out blur")


def test_a_shaken_node_falls_out_of_its_links(pipeline: Desk) -> None:
    before = dumps(pipeline.graph)
    start = pipeline.title("blur")
    gestures.move(pipeline.viewport, start)
    gestures.press(pipeline.viewport, start)
    for swing in range(7):
        for step in range(0, 50, 10):
            x = step if swing % 2 == 0 else 40 - step
            gestures.move(pipeline.viewport, start + QPoint(x, 0), gestures.LEFT)
    gestures.release(pipeline.viewport, start + QPoint(40, 0))
    assert pipeline.links == {"load.out -> count.image"}
    _undo_gives_it_back(pipeline, before, "pull out blur")


def test_a_drag_that_bends_once_is_no_shake(pipeline: Desk) -> None:
    start = pipeline.title("blur")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(80, 0))
    for x in range(70, -1, -10):
        gestures.move(pipeline.viewport, start + QPoint(x, 20), gestures.LEFT)
    gestures.release(pipeline.viewport, start + QPoint(0, 20))
    assert len(pipeline.links) == 2


def test_links_that_nothing_can_take_over_are_taken_away(pipeline: Desk) -> None:
    edit = pulled_out(pipeline.graph, pipeline.editor.registry, [COUNT])
    assert edit is not None
    pipeline.editor.apply(edit)
    assert pipeline.links == {"load.out -> blur.image"}


def test_several_nodes_are_pulled_out_together_and_keep_their_own_links(pipeline: Desk) -> None:
    graph = pipeline.graph
    graph.apply(edits.RemoveLinks((PortRef.parse("count.image"),)))
    more = graph.add("image.blur", id="more", position=(400, 200))
    graph.link("blur.out", "more.image")
    graph.link(more["out"], "count.image")
    edit = pulled_out(graph, pipeline.editor.registry, [BLUR, NodeId("more")])
    assert edit is not None
    pipeline.editor.apply(edit)
    assert pipeline.links == {"load.out -> count.image", "blur.out -> more.image"}
    assert graph.undo_label == "pull out 2 nodes"


# --- dots -----------------------------------------------------------------------------------------------------


def test_a_double_click_on_a_link_adds_a_dot_and_one_on_the_dot_removes_it(pipeline: Desk) -> None:
    before = dumps(pipeline.graph)
    place = _middle(pipeline, "count.image")
    gestures.double_click(pipeline.viewport, place)
    ((x, y),) = pipeline.graph.links[PortRef.parse("count.image")].via
    assert (pipeline.view.to_viewport(QPointF(x, y)) - place).manhattanLength() <= 3
    pipeline.assert_same()
    gestures.double_click(pipeline.viewport, pipeline.view.to_viewport(QPointF(x, y)))
    assert pipeline.graph.links[PortRef.parse("count.image")].via == ()
    assert list(pipeline.graph.history)[-2:] == [
        "add a dot to the link into count.image",
        "remove a dot of the link into count.image",
    ]
    pipeline.graph.undo()
    _undo_gives_it_back(pipeline, before, "add a dot to the link into count.image")


def _bent(desk: Desk, *points: tuple[float, float]) -> None:
    desk.editor.apply(edits.SetVia(PortRef.parse("count.image"), points))
    gestures.settle()


def test_a_dot_is_dragged_in_one_step_and_the_line_follows(pipeline: Desk) -> None:
    _bent(pipeline, (460, 200))
    before = dumps(pipeline.graph)
    start = pipeline.view.to_viewport(QPointF(460, 200))
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(30, 70))
    item = pipeline.canvas.board.links[PortRef.parse("count.image")]
    assert item.via[0] != QPointF(460, 200)
    gestures.release(pipeline.viewport, start + QPoint(30, 70))
    assert pipeline.graph.links[PortRef.parse("count.image")].via == ((490, 270),)
    _undo_gives_it_back(pipeline, before, "move a dot of the link into count.image")


def test_a_dot_settles_level_with_what_it_comes_from(pipeline: Desk) -> None:
    _bent(pipeline, (460, 200))
    level = pipeline.canvas.board.nodes[BLUR].anchor("out", "out").y()
    start = pipeline.view.to_viewport(QPointF(460, 200))
    gestures.drag(pipeline.viewport, start, pipeline.view.to_viewport(QPointF(460, level + 4)))
    assert pipeline.graph.links[PortRef.parse("count.image")].via == ((460, round(level)),)


def test_delete_takes_the_chosen_dot_away_and_not_the_link(pipeline: Desk) -> None:
    _bent(pipeline, (460, 200), (480, 240))
    gestures.click(pipeline.viewport, pipeline.view.to_viewport(QPointF(460, 200)))
    gestures.key(pipeline.view, Qt.Key.Key_Delete)
    assert pipeline.graph.links[PortRef.parse("count.image")].via == ((480, 240),)
    gestures.key(pipeline.view, Qt.Key.Key_Delete)
    assert "blur.out -> count.image" in pipeline.links
    pipeline.assert_same()


def test_dots_go_along_while_both_nodes_are_dragged(pipeline: Desk) -> None:
    _bent(pipeline, (460, 200))
    pipeline.editor.select([BLUR, COUNT])
    start = pipeline.title("blur")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(40, 90))
    dot = pipeline.canvas.board.dots.items[PortRef.parse("count.image")][0]
    moved = pipeline.canvas.board.nodes[BLUR].pos() - QPointF(260, 20)
    assert dot.pos() == QPointF(460, 200) + moved
    gestures.release(pipeline.viewport, start + QPoint(40, 90))
    x, y = pipeline.graph.node("blur").position
    assert pipeline.graph.links[PortRef.parse("count.image")].via == ((460 + x - 260, 200 + y - 20),)
    pipeline.assert_same()


def test_a_second_dot_comes_between_what_it_lies_between(pipeline: Desk) -> None:
    _bent(pipeline, (460, 300))
    pipeline.canvas.surgery.add_dot(
        pipeline.canvas.board.links[PortRef.parse("count.image")],
        pipeline.canvas.board.links[PortRef.parse("count.image")].path().pointAtPercent(0.9),
    )
    via = pipeline.graph.links[PortRef.parse("count.image")].via
    assert via[0] == (460, 300)
    assert len(via) == 2


# --- other verbs ----------------------------------------------------------------------------------------------


def test_selected_nodes_are_connected_in_the_order_of_their_selection(desk: Desk) -> None:
    graph = Graph("row")
    for number, block in enumerate(("image.load", "image.blur", "image.blur", "image.count")):
        graph.add(block, position=(200.0 * number, 0))
    desk.editor.show_graph(graph)
    before = dumps(graph)
    desk.editor.select([NodeId("load"), NodeId("blur_2"), NodeId("blur"), NodeId("count")])
    desk.canvas.surgery.connect_in_order()
    assert desk.links == {"load.out -> blur_2.image", "blur_2.out -> blur.image", "blur.out -> count.image"}
    _undo_gives_it_back(desk, before, "connect 4 nodes")


def test_what_cannot_be_connected_says_why(pipeline: Desk) -> None:
    registry = pipeline.editor.registry
    plus = pipeline.graph.add("math.add").id
    assert "cannot feed" in str(connected_in_order(pipeline.graph, registry, [NodeId("text"), plus]))
    assert "circle" in str(connected_in_order(pipeline.graph, registry, [COUNT, NodeId("load")]))
    said: list[str] = []
    pipeline.editor.message.connect(said.append)
    pipeline.editor.select([BLUR])
    pipeline.canvas.surgery.connect_in_order()
    assert said == ["Select two nodes at least: each is linked to the next, in the order in which they were selected."]


def test_two_inputs_swap_what_feeds_them(desk: Desk) -> None:
    graph = Graph("sum")
    one, two = graph.add("math.number", id="one"), graph.add("math.number", id="two", position=(0, 200))
    graph.add("math.add", id="sum", position=(300, 0), a=one["out"], b=two["out"])
    desk.editor.show_graph(graph)
    before = dumps(graph)
    desk.editor.select([NodeId("sum")])
    desk.canvas.surgery.swap()
    assert desk.links == {"two.out -> sum.a", "one.out -> sum.b"}
    _undo_gives_it_back(desk, before, "swap a and b of sum")


def test_a_link_dragged_with_alt_to_another_input_changes_places_with_what_is_there(desk: Desk) -> None:
    graph = Graph("sum")
    one, two = graph.add("math.number", id="one"), graph.add("math.number", id="two", position=(0, 200))
    graph.add("math.add", id="sum", position=(300, 0), a=one["out"], b=two["out"])
    desk.editor.show_graph(graph)
    before = dumps(graph)
    gestures.drag(desk.viewport, desk.input("sum.a"), desk.input("sum.b"), modifiers=ALT)
    assert desk.links == {"two.out -> sum.a", "one.out -> sum.b"}
    _undo_gives_it_back(desk, before, "swap a and b of sum")


def test_a_link_is_swapped_to_a_free_input(desk: Desk) -> None:
    graph = Graph("sum")
    one = graph.add("math.number", id="one")
    graph.add("math.add", id="sum", position=(300, 0), a=one["out"])
    desk.editor.show_graph(graph)
    found = swapped(graph, desk.editor.registry, PortRef.parse("sum.a"), PortRef.parse("sum.b"))
    assert not isinstance(found, str)
    desk.editor.apply(found)
    assert desk.links == {"one.out -> sum.b"}


def test_a_replaced_node_keeps_place_links_and_what_fits_of_its_values(pipeline: Desk) -> None:
    graph = pipeline.graph
    graph.set("blur.sigma", 3.0)
    graph.publish("strength", "blur.sigma")
    before = dumps(graph)
    found = replaced(graph, pipeline.editor.registry, BLUR, "view.show")
    assert not isinstance(found, str)
    pipeline.editor.apply(found[0])
    assert found[1] == "show"
    assert pipeline.links == {"load.out -> show.value"}
    assert graph.node("show").values == {}
    assert graph.node("show").position == (260, 20)
    assert graph.parameters == ()
    _undo_gives_it_back(pipeline, before, "replace blur by Show")


def test_a_node_replaced_by_one_of_its_own_kind_loses_nothing(pipeline: Desk) -> None:
    pipeline.graph.set("blur.sigma", 3.0)
    before = dumps(pipeline.graph)
    found = replaced(pipeline.graph, pipeline.editor.registry, BLUR, "image.blur")
    assert not isinstance(found, str)
    pipeline.editor.apply(found[0])
    assert pipeline.links == {f"load.out -> {found[1]}.image", f"{found[1]}.out -> count.image"}
    assert pipeline.graph.node(found[1]).values == {"sigma": 3.0}
    pipeline.graph.undo()
    assert dumps(pipeline.graph) == before


def test_states_toggle_for_all_selected_nodes(pipeline: Desk) -> None:
    pipeline.editor.select([BLUR, COUNT])
    surgery = pipeline.canvas.surgery
    surgery.toggle_state("bypassed")
    assert [pipeline.graph.node(node).state for node in (BLUR, COUNT)] == ["bypassed", "bypassed"]
    surgery.toggle_state("disabled")
    assert [pipeline.graph.node(node).state for node in (BLUR, COUNT)] == ["disabled", "disabled"]
    surgery.toggle_state("disabled")
    assert [pipeline.graph.node(node).state for node in (BLUR, COUNT)] == ["active", "active"]
    assert list(pipeline.graph.history)[-3:] == ["bypass 2 nodes", "disable 2 nodes", "activate 2 nodes"]
    pipeline.assert_same()


def test_a_collapsed_node_shows_its_title_only_and_its_links_still_meet_it(pipeline: Desk) -> None:
    tall = pipeline.canvas.board.nodes[BLUR].outline.height()
    pipeline.editor.select([BLUR])
    pipeline.canvas.surgery.toggle_collapsed()
    assert pipeline.canvas.board.nodes[BLUR].outline.height() < tall
    pipeline.assert_same()
    gestures.drag(pipeline.viewport, pipeline.output("blur.out"), pipeline.empty_place())
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, BlockSearch)
    gestures.key(popup, Qt.Key.Key_Escape)
    pipeline.canvas.surgery.toggle_collapsed()
    assert pipeline.canvas.board.nodes[BLUR].outline.height() == tall


def test_nodes_are_pasted_in_place_into_another_graph(pipeline: Desk) -> None:
    pipeline.editor.select([BLUR])
    gestures.key(pipeline.view, Qt.Key.Key_C, CTRL)
    pipeline.editor.show_graph(Graph("other"))
    pipeline.editor.paste_in_place()
    assert pipeline.graph.node("blur").position == (260, 20)
    pipeline.assert_same()


# --- menus ----------------------------------------------------------------------------------------------------


def _texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_the_menu_of_a_port_links_unlinks_and_hides(pipeline: Desk) -> None:
    pipeline.editor.expose(BLUR, "sigma", True)
    item = pipeline.canvas.board.nodes[BLUR]
    sigma = item.face.port("in", "sigma")
    menu = pipeline.canvas.menu_for(Hit(item, sigma))
    entries = {action.text(): action for action in menu.actions()}
    assert {"Feed it from a new block…", "Remove its link", "Hide this input"} <= entries.keys()
    assert not entries["Remove its link"].isEnabled()
    entries["Hide this input"].trigger()
    assert pipeline.graph.node("blur").exposed == ()
    menu.deleteLater()
    menu = pipeline.canvas.menu_for(Hit(item, item.face.port("in", "image")))
    next(action for action in menu.actions() if action.text() == "Remove its link").trigger()
    assert pipeline.links == {"blur.out -> count.image"}
    menu.deleteLater()


def test_the_menu_of_a_link_offers_blocks_that_fit_into_it(pipeline: Desk) -> None:
    item = pipeline.canvas.board.links[PortRef.parse("count.image")]
    menu = pipeline.canvas.menu_for(Hit(link=item))
    assert "Add a dot here" in _texts(menu)
    next(action for action in menu.actions() if action.text() == "Insert a block…").trigger()
    menu.deleteLater()
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, BlockSearch)
    assert [popup.list.item(row).text() for row in range(popup.list.count())] == ["Blur", "Count"]
    gestures.key(popup, Qt.Key.Key_Return)
    assert {"blur.out -> blur_2.image", "blur_2.out -> count.image"} < pipeline.links
    pipeline.assert_same()


# --- search ---------------------------------------------------------------------------------------------------


def _search(desk: Desk, typed: str = "") -> BlockSearch:
    gestures.key(desk.view, Qt.Key.Key_Tab)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, BlockSearch)
    popup.field.setText(typed)
    return popup


def _listed(popup: BlockSearch) -> list[str]:
    return [popup.list.item(row).text() for row in range(popup.list.count())]


def test_the_search_finds_letters_in_their_order_and_shows_what_the_block_does(desk: Desk) -> None:
    popup = _search(desk, "blr")
    assert _listed(popup) == ["Blur"]
    assert "Blur a picture." in popup.reading.toPlainText()
    assert "sigma" in popup.reading.toPlainText()
    gestures.key(popup, Qt.Key.Key_Escape)


def test_blocks_placed_lately_and_often_come_first(desk: Desk) -> None:
    for block in ("text.constant", "math.add", "math.add", "view.show"):
        gestures.drop(desk.viewport, QPoint(300, 300), gestures.block_mime(block))
    popup = _search(desk)
    assert _listed(popup)[:3] == ["Show", "Add", "Text"]
    gestures.key(popup, Qt.Key.Key_Escape)
    popup = _search(desk, "no such thing")
    assert not popup.list.isVisible()
    assert popup.empty.isVisible()
    gestures.key(popup, Qt.Key.Key_Escape)


def test_the_search_is_used_by_keys_alone(desk: Desk) -> None:
    popup = _search(desk, "number")
    gestures.key(popup, Qt.Key.Key_Return)
    assert [node.block for node in desk.graph.nodes.values()] == ["math.number"]
    assert desk.canvas.placing.uses.late == ("math.number",)


# --- navigation -----------------------------------------------------------------------------------------------


def test_on_a_trackpad_the_wheel_pans_and_with_ctrl_it_zooms(pipeline: Desk) -> None:
    pipeline.view.use_navigation("trackpad")
    zoom, seen = pipeline.view.zoom, pipeline.view.visible_rect()
    gestures.wheel(pipeline.viewport, QPoint(300, 300), 1)
    assert pipeline.view.zoom == zoom
    assert pipeline.view.visible_rect() != seen
    gestures.wheel(pipeline.viewport, QPoint(300, 300), 1, CTRL)
    assert pipeline.view.zoom > zoom


def test_with_a_pen_the_empty_ground_is_dragged(pipeline: Desk) -> None:
    pipeline.view.use_navigation("pen")
    seen = pipeline.view.visible_rect()
    place = pipeline.empty_place()
    gestures.drag(pipeline.viewport, place, place + QPoint(60, 40))
    assert pipeline.view.visible_rect().topLeft() == seen.topLeft() - QPointF(60, 40) / pipeline.view.zoom
    assert pipeline.editor.selection == ()


def test_pinching_on_a_touchpad_zooms(pipeline: Desk) -> None:
    zoom = pipeline.view.zoom
    gestures.pinch(pipeline.viewport, QPoint(300, 300), 0.25)
    assert pipeline.view.zoom == pytest.approx(zoom * 1.25)


def test_a_node_out_of_action_says_so_and_how_to_bring_it_back(pipeline: Desk) -> None:
    for state, word in (("bypassed", "B lets it work again"), ("disabled", "M lets it work again")):
        pipeline.editor.apply(edits.SetState((BLUR,), state))  # type: ignore[arg-type]
        assert word in tip(pipeline.canvas.board.nodes[BLUR])
