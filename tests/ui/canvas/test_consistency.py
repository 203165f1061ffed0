"""Whatever people do, the scene shows the document, and undo leads back to the first byte."""

from __future__ import annotations

import gc
import random
import weakref

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, dumps
from shtairir.ids import NodeId
from shtairir_ui.canvas import GraphCanvas
from tests.ui import gestures
from tests.ui.canvas.conftest import BLOCKS, Desk, FakeEditor

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class Monkey:
    """Does something at random on a canvas, by real events."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.random = random.Random(seed)

    def step(self) -> str:
        deed = self.random.choice(
            [self.link] * 6 + [self.move] * 4 + [self.add, self.cut_links, self.delete, self.box] + [self.press] * 2
        )
        deed()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            gestures.key(popup, self.random.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))
        assert QApplication.activePopupWidget() is None
        gestures.settle(1)
        return deed.__name__

    def place(self) -> QPoint:
        area = self.desk.viewport.rect()
        return QPoint(self.random.randrange(area.width()), self.random.randrange(area.height()))

    def port(self) -> QPoint:
        items = list(self.desk.canvas.board.nodes.values())
        ports = [(item, placed) for item in items for placed in item.layout.ports]
        if not ports or self.random.random() < 0.1:
            return self.place()
        item, placed = self.random.choice(ports)
        return self.desk.view.to_viewport(item.pos() + placed.center)

    def title(self) -> QPoint:
        nodes = list(self.desk.graph.nodes)
        return self.desk.title(self.random.choice(nodes)) if nodes else self.place()

    def link(self) -> None:
        start, end = self.port(), self.random.choice([self.port, self.port, self.title, self.place])()
        gestures.begin_drag(self.desk.viewport, start, end, steps=3)
        if self.random.random() < 0.1:
            gestures.key(self.desk.view, Qt.Key.Key_Escape)
        gestures.release(self.desk.viewport, end)

    def move(self) -> None:
        start = self.title()
        by = QPoint(self.random.randrange(-60, 60), self.random.randrange(-60, 60))
        gestures.drag(self.desk.viewport, start, start + by, steps=3)

    def add(self) -> None:
        block = self.random.choice(self.desk.editor.registry.all()).id
        gestures.drop(self.desk.viewport, self.place(), gestures.block_mime(block))

    def cut_links(self) -> None:
        gestures.drag(self.desk.viewport, self.place(), self.place(), modifiers=ALT | SHIFT, steps=2)

    def delete(self) -> None:
        gestures.click(self.desk.viewport, self.random.choice([self.title, self.place])())
        gestures.key(self.desk.view, Qt.Key.Key_Delete)

    def box(self) -> None:
        modifiers = self.random.choice([gestures.NO_MODIFIER, SHIFT, CTRL])
        gestures.drag(self.desk.viewport, self.place(), self.place(), modifiers=modifiers, steps=3)

    def press(self) -> None:
        graph, view = self.desk.graph, self.desk.view
        deed = self.random.randrange(8)
        if deed < 2:
            graph.undo()
        elif deed == 2:
            graph.redo()
        elif deed == 3 and self.desk.editor.selection and len(graph.nodes) < 25:
            gestures.key(view, Qt.Key.Key_D, CTRL)
        elif deed == 4 and self.desk.editor.selection and len(graph.nodes) < 25:
            gestures.key(view, Qt.Key.Key_C, CTRL)
            gestures.key(view, Qt.Key.Key_V, CTRL)
        elif deed == 5:
            gestures.wheel(self.desk.viewport, self.place(), self.random.choice([-1, 1]))
        elif deed == 6:
            self.desk.canvas.fit()
        else:
            gestures.key(view, Qt.Key.Key_Right)


@pytest.mark.parametrize("seed", range(4))
def test_random_gestures_never_part_scene_and_document(pipeline: Desk, seed: int) -> None:
    monkey = Monkey(pipeline, seed)
    pipeline.graph.add("lost.thing", id="lost", position=(520, 300), values={"x": 1})
    original = dumps(pipeline.graph)
    revision = pipeline.graph.revision
    done = []
    for _ in range(120):
        done.append(monkey.step())
        assert pipeline.canvas.board.disagreements() == [], done[-3:]
    assert pipeline.graph.revision > revision + 20
    while pipeline.graph.can_undo:
        pipeline.graph.undo()
    pipeline.assert_same()
    for _ in range(3):  # the three edits of the preparation
        if dumps(pipeline.graph) == original:
            break
        pipeline.graph.redo()
    else:
        redone = [pipeline.graph.redo() for _ in range(10) if dumps(pipeline.graph) != original]
        assert dumps(pipeline.graph) == original, redone
    pipeline.assert_same()


def crowded(count: int) -> Graph:
    graph = Graph("crowd")
    before = graph.add("math.number")
    for index in range(count):
        before = graph.add("math.add", position=(200.0 * index, 0.0), a=before["out"])
    return graph


def test_replacing_the_graph_many_times_leaves_nothing_behind(desk: Desk, qtbot: QtBot) -> None:
    desk.editor.show_graph(crowded(10))
    first = [weakref.ref(item) for item in desk.canvas.board.nodes.values()]
    items = len(desk.canvas.scene.items())
    widgets = len(desk.canvas.findChildren(QWidget))
    for _ in range(50):
        desk.editor.show_graph(crowded(10))
        gestures.settle(1)
    gc.collect()
    assert len(desk.canvas.scene.items()) == items
    assert len(desk.canvas.findChildren(QWidget)) == widgets
    assert [ref() for ref in first] == [None] * len(first)


def test_a_canvas_that_is_deleted_takes_its_widgets_along(qtbot: QtBot, qapp: QApplication) -> None:
    editor = FakeEditor()
    before = set(qapp.allWidgets())
    canvas = GraphCanvas(editor)
    editor.show_graph(crowded(3))
    canvas.show()
    gestures.settle()
    canvas.close()
    canvas.deleteLater()
    del canvas
    qapp.sendPostedEvents(None, 52)  # QEvent.Type.DeferredDelete
    gestures.settle()
    gc.collect()
    left = [widget for widget in qapp.allWidgets() if widget not in before]
    assert left == []
    editor.graph.add("math.number")  # nobody listens any more


def test_a_gesture_outlives_the_graph_it_began_in(pipeline: Desk) -> None:
    start = pipeline.output("load.out")
    gestures.begin_drag(pipeline.viewport, start, start + QPoint(40, 40))
    pipeline.editor.show_graph(crowded(2))
    gestures.move(pipeline.viewport, start + QPoint(60, 60), gestures.LEFT)
    gestures.release(pipeline.viewport, start + QPoint(60, 60))
    pipeline.assert_same()
    assert set(pipeline.graph.nodes) == {NodeId("number"), NodeId("add"), NodeId("add_2")}


def test_the_test_blocks_are_all_there(desk: Desk) -> None:
    assert len(desk.editor.registry.all()) == len(BLOCKS)
