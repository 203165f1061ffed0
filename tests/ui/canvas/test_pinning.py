"""Previews pinned to the canvas: they come and go with the document, stand under their node, and are resized."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from shtairir.document import SetShown
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.canvas.pinned_item import SMALLEST, PinnedItem
from shtairir_ui.canvas.pinned_painter import letters_for
from shtairir_ui.canvas.pinning import pinned_entries, toggled
from shtairir_ui.preview import Glance, glance
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk, FakeEditor

OUT = PortName("out")
LOAD = NodeId("load")
REF = PortRef(LOAD, OUT)


class Source:
    """Hands out one glance for everything."""

    def __init__(self, value: object, family: str = "image") -> None:
        self.value, self.family = value, family
        self.asked: list[QSize] = []

    def glance(self, ref: PortRef, size: QSize) -> Glance:
        """Make it at once."""
        self.asked.append(size)
        return glance(self.value, size, self.family)


@pytest.fixture
def canvas(desk: Desk) -> GraphCanvas:
    return desk.canvas


@pytest.fixture
def editor(desk: Desk) -> FakeEditor:
    return desk.editor


@pytest.fixture
def pinned(canvas: GraphCanvas, editor: FakeEditor) -> PinnedItem:
    editor.add_block("image.load", 0, 0)
    editor.apply(SetShown(LOAD, (OUT,)))
    item: PinnedItem = canvas.board.pins.items[REF]
    return item


def card_on_screen(canvas: GraphCanvas, item: PinnedItem) -> QImage:
    canvas.view.viewport().repaint()
    image: QImage = canvas.view.viewport().grab().toImage()
    corners = [canvas.view.to_viewport(corner) for corner in (item.outline.topLeft(), item.outline.bottomRight())]
    from PySide6.QtCore import QRect

    return image.copy(QRect(*corners))


def test_a_preview_stands_under_its_node_and_moves_with_it(
    canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem
) -> None:
    node = canvas.board.nodes[LOAD]
    assert pinned.outline.left() == node.outline.left()
    assert pinned.outline.top() > node.outline.bottom()
    before = pinned.pos()
    editor.move({LOAD: (300.0, 200.0)})
    assert pinned.pos() - before == QPointF(300, 200)
    assert canvas.board.disagreements() == []


def test_it_is_seen_and_held_where_another_node_stands_below_its_own(
    canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem
) -> None:
    middle = pinned.outline.center()
    other = editor.add_block("math.number", middle.x() - 60, middle.y() - 20)
    editor.select(())
    assert canvas.board.nodes[other].outline.contains(middle)
    assert canvas.hand.hit(QPointF(canvas.view.to_viewport(middle))).pinned is pinned
    assert pinned.zValue() > canvas.board.nodes[other].zValue()
    editor.select((other,))
    hit = canvas.hand.hit(QPointF(canvas.view.to_viewport(middle)))
    assert hit.pinned is None
    assert hit.node is canvas.board.nodes[other]


def test_it_goes_with_its_node_and_comes_back_with_undo(
    canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem
) -> None:
    editor.remove((LOAD,))
    assert canvas.board.pins.items == {}
    editor.graph.undo()
    assert set(canvas.board.pins.items) == {REF}
    editor.graph.undo()
    assert canvas.board.pins.items == {}


def test_several_previews_stand_one_below_the_other(canvas: GraphCanvas, editor: FakeEditor) -> None:
    count = editor.add_block("image.count", 0, 0)
    editor.apply(SetShown(count, (PortName("labels"), PortName("total"))))
    first, second = (canvas.board.pins.items[PortRef(count, PortName(name))] for name in ("labels", "total"))
    assert second.outline.top() > first.outline.bottom()


def test_the_corner_resizes_in_one_step_that_can_be_undone(
    canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem
) -> None:
    view, size = canvas.view, pinned.size
    at = view.to_viewport(pinned.outline.bottomRight() - QPointF(4, 4))
    gestures.drag(view.viewport(), at, at + QPointF(60, 40).toPoint())
    assert (pinned.size.width(), pinned.size.height()) == (size.width() + 60, size.height() + 40)
    assert editor.graph.nodes[LOAD].shown_sizes == {OUT: (pinned.size.width(), pinned.size.height())}
    editor.graph.undo()
    assert pinned.size == size


def test_it_cannot_be_made_too_small_to_be_taken_again(canvas: GraphCanvas, pinned: PinnedItem) -> None:
    view = canvas.view
    at = view.to_viewport(pinned.outline.bottomRight() - QPointF(4, 4))
    gestures.drag(view.viewport(), at, view.to_viewport(QPointF(0, 0)))
    assert pinned.size == SMALLEST


def test_a_press_on_it_takes_its_node(canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem) -> None:
    at = canvas.view.to_viewport(pinned.outline.center())
    gestures.click(canvas.view.viewport(), at)
    assert editor.selection == (LOAD,)
    gestures.drag(canvas.view.viewport(), at, at + QPointF(50, 30).toPoint())
    assert editor.graph.nodes[LOAD].position != (0, 0)


def test_a_double_click_asks_for_a_window(canvas: GraphCanvas, pinned: PinnedItem) -> None:
    wanted: list[PortRef] = []
    canvas.viewer_wanted.connect(wanted.append)
    gestures.double_click(canvas.view.viewport(), canvas.view.to_viewport(pinned.outline.center()))
    assert wanted == [REF]


def test_the_menu_pins_and_unpins(canvas: GraphCanvas, editor: FakeEditor) -> None:
    count = editor.add_block("image.count", 0, 0)
    menu = QMenu()
    pinned_entries(canvas, menu, count)
    submenu = menu.actions()[0].menu()
    assert isinstance(submenu, QMenu)
    entries = submenu.actions()
    assert [entry.isChecked() for entry in entries] == [False, False]
    entries[1].trigger()
    assert editor.graph.nodes[count].shown == ("total",)
    again = QMenu()
    pinned_entries(canvas, again, count, PortName("total"))
    assert again.actions()[0].isChecked()
    again.actions()[0].trigger()
    assert editor.graph.nodes[count].shown == ()


def test_of_several_nodes_all_are_pinned_in_one_step_or_all_taken_off(editor: FakeEditor) -> None:
    one, two = editor.add_block("math.number", 0, 0), editor.add_block("math.number", 0, 90)
    nodes = {one: (OUT,), two: (OUT,)}
    editor.apply(SetShown(one, (OUT,)))
    pin = toggled(editor.graph, nodes)
    assert pin is not None
    editor.apply(pin)
    assert [editor.graph.nodes[node].shown for node in nodes] == [("out",), ("out",)]
    unpin = toggled(editor.graph, nodes)
    assert unpin is not None
    editor.apply(unpin)
    assert [editor.graph.nodes[node].shown for node in nodes] == [(), ()]
    assert toggled(editor.graph, {}) is None


def test_the_picture_is_seen_and_finer_as_one_comes_nearer(canvas: GraphCanvas, pinned: PinnedItem) -> None:
    source = Source(np.full((900, 900, 3), (1.0, 0, 0), np.float32))
    canvas.board.pins.show_from(source)
    card = card_on_screen(canvas, pinned)
    assert card.pixelColor(card.rect().center()).name() == "#ff0000"
    asked = source.asked[-1]
    canvas.view.zoom_to(2.5)
    canvas.view.centerOn(pinned)
    card_on_screen(canvas, pinned)
    assert source.asked[-1].width() > asked.width() * 2


@pytest.mark.parametrize("zoom", [0.1, 0.2, 0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    "value",
    [
        3.14,
        "Grüße 雪\n" * 5000,
        "",
        "x" * 100_000,
        [1, 2],
        [],
        {"a": 1},
        None,
        10**400,
        np.zeros((0, 3)),
        np.array(["a"]),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_anything_is_painted_at_any_zoom(canvas: GraphCanvas, pinned: PinnedItem, value: object, zoom: float) -> None:
    canvas.board.pins.show_from(Source(value, "any"))
    canvas.view.zoom_to(zoom)
    canvas.view.centerOn(pinned)
    assert not card_on_screen(canvas, pinned).isNull()


def test_letters_stay_readable_on_the_screen() -> None:
    for zoom in (0.2, 0.35, 0.5, 0.8, 1.0, 2.0):
        letters = letters_for(zoom)
        assert letters is not None
        assert letters * zoom >= 9.5
    assert letters_for(0.1) is None


def test_a_node_at_a_corner_of_the_graph_is_fitted_with_its_preview(canvas: GraphCanvas, pinned: PinnedItem) -> None:
    assert canvas.board.extent().contains(pinned.outline)
    canvas.fit()
    assert canvas.view.visible_rect().contains(pinned.outline)


def test_the_keyboard_modifier_shift_adds_the_node_of_a_preview(
    canvas: GraphCanvas, editor: FakeEditor, pinned: PinnedItem
) -> None:
    other = editor.add_block("math.number", 500, 0)
    editor.select((other,))
    at = canvas.view.to_viewport(pinned.outline.center())
    gestures.click(canvas.view.viewport(), at, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert set(editor.selection) == {other, LOAD}
