"""Frames carry their nodes, notes are written in place; both by real mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from shtairir.document import Frame, Note, PutFrame, PutNote, RemoveNote, dumps
from shtairir.ids import NodeId
from shtairir_ui.canvas import areahand
from shtairir_ui.canvas.area_item import AreaKey
from shtairir_ui.canvas.textfields import FrameTitleField, NoteField
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
FRAME, NOTE = AreaKey("frame", "clean"), AreaKey("note", "why")


@pytest.fixture
def framed(pipeline: Desk) -> Desk:
    """A frame around load and blur with a note in it, and a small frame in it; all in sight."""
    graph = pipeline.graph
    graph.apply(PutFrame(Frame("clean", "Clean up", "#3f7fe0", (-60, -160, 560, 340))))
    graph.apply(PutNote(Note("why", "# Why\n[Read](https://example.org/more) **this**", (-20, -120, 220, 90))))
    pipeline.canvas.fit()
    gestures.settle()
    return pipeline


def at(desk: Desk, x: float, y: float) -> QPoint:
    return desk.view.to_viewport(QPointF(x, y))


def title(desk: Desk, frame: str = "clean") -> QPoint:
    rect = desk.canvas.board.areas.frames[frame].rect
    return desk.view.to_viewport(QPointF(rect.left() + 90, rect.top() + 14))


def rect_of(desk: Desk, key: AreaKey) -> tuple[float, float, float, float]:
    areas = desk.graph.frames if key.kind == "frame" else desk.graph.notes
    return next(one.rect for one in areas if one.id == key.id)


def fields(desk: Desk) -> list[FrameTitleField | NoteField]:
    found = [*desk.view.findChildren(FrameTitleField), *desk.view.findChildren(NoteField)]
    return [field for field in found if not field.isHidden()]


def entry(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_frame_carries_its_nodes_and_notes_in_one_step(framed: Desk) -> None:
    graph, before = framed.graph, dumps(framed.graph)
    places = {node.id: node.position for node in graph.nodes.values()}
    start = title(framed)
    framed.drag(start, start + QPoint(70, 40))
    by = (rect_of(framed, FRAME)[0] + 60, rect_of(framed, FRAME)[1] + 160)
    assert by != (0, 0)
    moved = {key for key, node in graph.nodes.items() if node.position != places[key]}
    assert moved == {"load", "blur"}
    assert graph.nodes[NodeId("load")].position == by
    assert rect_of(framed, NOTE)[:2] == (-20 + by[0], -120 + by[1])
    assert graph.undo_label == "move frame Clean up"
    framed.assert_same()
    graph.undo()
    assert dumps(graph) == before
    framed.assert_same()


def test_with_alt_a_frame_moves_alone(framed: Desk) -> None:
    start = title(framed)
    gestures.drag(framed.viewport, start, start + QPoint(70, 40), modifiers=ALT)
    assert rect_of(framed, FRAME)[0] > -60
    assert framed.graph.nodes[NodeId("load")].position == (0, 0)
    framed.assert_same()


def test_escape_puts_a_dragged_frame_back(framed: Desk) -> None:
    before = dumps(framed.graph)
    start = title(framed)
    gestures.begin_drag(framed.viewport, start, start + QPoint(70, 40))
    assert framed.canvas.board.areas.frames["clean"].rect.left() != -60
    gestures.key(framed.view, Qt.Key.Key_Escape)
    gestures.release(framed.viewport, start + QPoint(70, 40))
    assert dumps(framed.graph) == before
    framed.assert_same()


@pytest.mark.parametrize(
    ("place", "by", "sides"),
    [((-60, 100), (-30, 0), (1, 0, 0, 0)), ((500, 180), (40, 30), (0, 0, 1, 1)), ((200, 180), (0, 40), (0, 0, 0, 1))],
)
def test_a_frame_is_resized_by_its_edges(
    framed: Desk, place: tuple[int, int], by: tuple[int, int], sides: tuple[int, int, int, int]
) -> None:
    x, y, width, height = rect_of(framed, FRAME)
    before = (x, y, x + width, y + height)
    start = at(framed, *place)
    framed.drag(start, start + QPoint(*by))
    x, y, width, height = rect_of(framed, FRAME)
    after = (x, y, x + width, y + height)
    assert tuple(int(one != other) for one, other in zip(before, after, strict=True)) == sides
    assert framed.graph.undo_label == "resize frame Clean up"
    assert framed.graph.nodes[NodeId("load")].position == (0, 0)
    framed.assert_same()


def test_a_frame_cannot_be_turned_inside_out(framed: Desk) -> None:
    start = at(framed, 500, 100)
    framed.drag(start, at(framed, -900, 100))
    x, _, width, _ = rect_of(framed, FRAME)
    assert x == -60
    assert width > 0


def test_what_lies_in_a_frame_is_reached_as_if_it_were_not_there(framed: Desk) -> None:
    gestures.click(framed.viewport, framed.title("blur"))
    assert framed.editor.selection == ("blur",)
    gestures.drag(framed.viewport, at(framed, -40, 150), at(framed, 100, 170))
    assert framed.editor.selection == ()
    assert rect_of(framed, FRAME) == (-60, -160, 560, 340)


def test_a_title_is_typed_in_place(framed: Desk) -> None:
    gestures.double_click(framed.viewport, title(framed))
    (field,) = fields(framed)
    QTest.keyClicks(field, "Tidy")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert framed.graph.frames[0].title == "Tidy"
    assert framed.graph.undo_label == "name frame Tidy"
    framed.assert_same()


def test_escape_leaves_the_title(framed: Desk) -> None:
    gestures.click(framed.viewport, title(framed))
    gestures.key(framed.view, Qt.Key.Key_F2)
    (field,) = fields(framed)
    QTest.keyClicks(field, "No")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert framed.graph.frames[0].title == "Clean up"


def test_delete_takes_the_frame_and_leaves_its_nodes(framed: Desk) -> None:
    gestures.click(framed.viewport, title(framed))
    gestures.key(framed.view, Qt.Key.Key_Delete)
    assert not framed.graph.frames
    assert "blur" in framed.graph.nodes
    assert framed.graph.undo_label == "remove frame Clean up"
    framed.assert_same()


def test_the_menu_deletes_the_nodes_too(framed: Desk) -> None:
    menu = framed.canvas.menu_for(framed.canvas.hand.hit(QPointF(title(framed))))
    entry(menu, "Delete frame with nodes")
    assert set(framed.graph.nodes) == {"count", "number", "text"}
    assert framed.graph.undo_label == "remove frame Clean up with 2 nodes"
    framed.graph.undo()
    assert "load" in framed.graph.nodes
    framed.assert_same()


def test_the_menu_gives_a_colour(framed: Desk) -> None:
    menu = framed.canvas.menu_for(framed.canvas.hand.hit(QPointF(title(framed))))
    colors = next(action.menu() for action in menu.actions() if action.text() == "Colour")
    assert isinstance(colors, QMenu)
    assert [action.text() for action in colors.actions() if action.isChecked()] == ["Blue"]
    entry(colors, "Green")
    assert framed.graph.frames[0].color == "#4b9b45"
    assert framed.graph.undo_label == "colour frame Clean up"
    framed.assert_same()


def test_a_frame_shrinks_to_its_nodes(framed: Desk) -> None:
    framed.graph.apply(RemoveNote("why"))
    menu = framed.canvas.menu_for(framed.canvas.hand.hit(QPointF(title(framed))))
    entry(menu, "Shrink to fit")
    board = framed.canvas.board
    rect, nodes = board.areas.frames["clean"].rect, board.extent([NodeId("load"), NodeId("blur")])
    assert rect.contains(nodes)
    assert rect.width() <= nodes.width() + 60
    assert board.areas.nodes_in("clean") == ("load", "blur")
    framed.assert_same()


def test_a_frame_is_put_around_the_selection_and_named(pipeline: Desk) -> None:
    pipeline.editor.select([NodeId("blur"), NodeId("count")])
    pipeline.canvas.framing.frame_selection()
    (field,) = fields(pipeline)
    QTest.keyClicks(field, "Measure")
    QTest.keyClick(field, Qt.Key.Key_Return)
    (frame,) = pipeline.graph.frames
    assert frame.title == "Measure"
    assert pipeline.canvas.board.areas.nodes_in(frame.id) == ("blur", "count")
    pipeline.graph.undo()
    assert pipeline.graph.undo_label == "frame 2 nodes"
    pipeline.assert_same()


def test_an_inner_frame_is_reached_and_goes_along(framed: Desk) -> None:
    framed.graph.apply(PutFrame(Frame("inner", "Inner", rect=(220, -60, 230, 200))))
    start = title(framed, "inner")
    framed.drag(start, start + QPoint(10, 10))
    assert framed.graph.undo_label == "move frame Inner"
    inner = rect_of(framed, AreaKey("frame", "inner"))
    framed.drag(title(framed), title(framed) + QPoint(40, 0))
    assert framed.graph.undo_label == "move frame Clean up"
    assert rect_of(framed, AreaKey("frame", "inner"))[0] > inner[0]
    framed.assert_same()


# --- notes --------------------------------------------------------------------------------------------------------


def test_a_note_is_there_once_something_is_written(pipeline: Desk) -> None:
    pipeline.canvas.framing.add_note(QPointF(300, 300))
    (field,) = fields(pipeline)
    QTest.keyClicks(field, "# Here")
    assert not pipeline.graph.notes
    QTest.keyClick(field, Qt.Key.Key_Return, CTRL)
    (note,) = pipeline.graph.notes
    assert (note.text, note.rect[:2]) == ("# Here", (300, 300))
    assert pipeline.graph.undo_label == "add note"
    pipeline.assert_same()


def test_a_note_that_stays_empty_makes_no_step(pipeline: Desk) -> None:
    revision = pipeline.graph.revision
    pipeline.canvas.framing.add_note(QPointF(300, 300))
    gestures.click(pipeline.viewport, QPoint(5, 5))
    gestures.settle()
    assert fields(pipeline) == []
    assert pipeline.graph.revision == revision


def test_a_note_is_written_in_place_by_a_double_click(framed: Desk) -> None:
    gestures.double_click(framed.viewport, at(framed, 100, -45))
    (field,) = fields(framed)
    assert isinstance(field, NoteField)
    assert field.toPlainText().startswith("# Why")
    for word in ("one", "two", "three", "four", "five", "six", "seven"):
        QTest.keyClicks(field, word)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Return)
    gestures.click(framed.viewport, at(framed, 700, 300))
    (note,) = framed.graph.notes
    assert note.text.strip().endswith("seven")
    assert note.rect[3] > 90
    assert framed.graph.undo_label == "write note"
    framed.assert_same()


def test_a_note_that_is_emptied_is_gone(framed: Desk) -> None:
    gestures.double_click(framed.viewport, at(framed, 100, -45))
    (field,) = fields(framed)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return, CTRL)
    assert not framed.graph.notes
    framed.graph.undo()
    assert framed.graph.notes[0].id == "why"
    framed.assert_same()


def test_a_note_is_dragged_and_resized(framed: Desk) -> None:
    start = at(framed, 100, -45)
    framed.drag(start, start + QPoint(30, 20))
    assert framed.graph.undo_label == "move note"
    x, y, width, height = rect_of(framed, NOTE)
    corner = at(framed, x + width, y + height)
    framed.drag(corner, corner + QPoint(30, 20))
    assert framed.graph.undo_label == "resize note"
    assert rect_of(framed, NOTE)[2] > width
    framed.assert_same()


def link_place(desk: Desk) -> QPoint:
    """Where the link in the note is on the viewport."""
    item = desk.canvas.board.areas.notes["why"]
    places = (
        QPointF(x, y)
        for y in range(round(item.rect.top()), round(item.rect.bottom()), 4)
        for x in range(round(item.rect.left()), round(item.rect.right()), 4)
    )
    return desk.view.to_viewport(next(place for place in places if item.link_at(place)) + QPointF(4, 4))


def test_a_link_in_a_note_opens_only_on_a_click(framed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(areahand, "open_address", opened.append)
    framed.view.zoom_to(1.0)
    framed.view.centerOn(100, -80)
    place = link_place(framed)
    gestures.move(framed.viewport, place)
    assert framed.viewport.cursor().shape() == Qt.CursorShape.PointingHandCursor
    gestures.drag(framed.viewport, place, place + QPoint(40, 0))
    assert opened == []
    gestures.click(framed.viewport, link_place(framed))
    assert opened == ["https://example.org/more"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "shtairir:run"])
def test_other_addresses_are_no_links(framed: Desk, address: str) -> None:
    (note,) = framed.graph.notes
    framed.graph.apply(PutNote(replace(note, text=f"[Read]({address})")))
    item = framed.canvas.board.areas.notes["why"]
    rect = item.rect
    assert not any(
        item.link_at(QPointF(x, y))
        for x in range(round(rect.left()), round(rect.right()), 3)
        for y in range(round(rect.top()), round(rect.bottom()), 3)
    )


def test_a_note_reads_no_file_and_shows_no_html(framed: Desk) -> None:
    (note,) = framed.graph.notes
    framed.graph.apply(PutNote(replace(note, text="![x](/etc/hostname) <b>bold</b>")))
    text = framed.canvas.board.areas.notes["why"].text
    assert "<b>bold</b>" in text.toPlainText()
    assert text.loadResource(int(QTextDocument.ResourceType.ImageResource.value), "/etc/hostname") is None


def test_areas_are_drawn_at_every_zoom_and_in_another_theme(framed: Desk) -> None:
    from shtairir_ui import theme
    from shtairir_ui.canvas.look import Look

    for zoom in (0.1, 0.25, 0.6, 2.0):
        framed.view.zoom_to(zoom)
        assert not framed.canvas.grab().isNull()
    framed.canvas.board.use(Look(theme.tokens("light")))
    framed.assert_same()
    assert not framed.canvas.grab().isNull()


def test_shift_chooses_several(framed: Desk) -> None:
    gestures.click(framed.viewport, title(framed))
    gestures.click(framed.viewport, at(framed, 100, -45), modifiers=SHIFT)
    assert set(framed.canvas.framing.chosen) == {FRAME, NOTE}
    gestures.key(framed.view, Qt.Key.Key_Delete)
    assert (framed.graph.frames, framed.graph.notes) == ((), ())
    assert framed.graph.undo_label == "remove 2 things"


def test_a_frame_of_a_definition_is_its_own(framed: Desk) -> None:
    rect = framed.canvas.board.areas.frames["clean"].rect
    assert rect == QRectF(-60, -160, 560, 340)
    framed.graph.undo()
    framed.graph.undo()
    assert framed.canvas.board.frames == {}
    framed.assert_same()


def test_arrow_keys_move_a_chosen_frame_with_what_is_in_it(framed: Desk) -> None:
    gestures.click(framed.viewport, title(framed))
    gestures.key(framed.view, Qt.Key.Key_Right)
    assert rect_of(framed, FRAME)[0] == -52
    assert rect_of(framed, NOTE)[0] == -12
    assert framed.graph.nodes[NodeId("load")].position == (8, 0)
    assert framed.graph.nodes[NodeId("count")].position == (520, 0)
    assert framed.graph.undo_label == "move frame Clean up"
    framed.assert_same()


def test_escape_lets_go_of_a_frame(framed: Desk) -> None:
    gestures.click(framed.viewport, title(framed))
    gestures.key(framed.view, Qt.Key.Key_Escape)
    assert framed.canvas.framing.chosen == ()
    gestures.key(framed.view, Qt.Key.Key_Delete)
    assert len(framed.graph.frames) == 1
