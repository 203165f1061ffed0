"""The canvas with the editor of the window and blocks of the library: what the fake editor cannot show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from shtairir.document import dumps
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.editor import Editor
from tests.ui import gestures


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[GraphCanvas]:
    """A canvas on the real editor."""
    editor = Editor()
    canvas = GraphCanvas(editor)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 700)
    canvas.show()
    qtbot.waitExposed(canvas)
    yield canvas
    editor.close()


def build(canvas: GraphCanvas) -> None:
    """Two numbers and a division, placed and linked by the mouse."""
    viewport = canvas.view.viewport()
    for block, place in (("math.number", (200, 150)), ("math.number", (200, 350)), ("math.divide", (560, 250))):
        assert gestures.drop(viewport, QPoint(*place), gestures.block_mime(block))
    for source, target in (("number.out", "divide.a"), ("number_2.out", "divide.b")):
        start = canvas.port_position(PortRef.parse(source), "out")
        gestures.drag(viewport, start, canvas.port_position(PortRef.parse(target), "in"))


def run(canvas: GraphCanvas, qtbot: QtBot) -> None:
    editor = canvas.editor
    assert isinstance(editor, Editor)
    with qtbot.waitSignal(editor.run_finished, timeout=20_000):
        editor.run()
    gestures.settle()


def test_a_graph_built_by_the_mouse_runs_and_every_node_says_so(canvas: GraphCanvas, qtbot: QtBot) -> None:
    build(canvas)
    canvas.editor.graph.set("number.value", 6)
    canvas.editor.graph.set("number_2.value", 3)
    run(canvas, qtbot)
    statuses = {item.runtime.status for item in canvas.board.nodes.values()}
    assert statuses == {NodeStatus.DONE}
    assert canvas.board.disagreements() == []


def test_a_failure_is_written_on_its_node_and_its_dependants_are_skipped(canvas: GraphCanvas, qtbot: QtBot) -> None:
    build(canvas)
    gestures.drop(canvas.view.viewport(), QPoint(860, 250), gestures.block_mime("math.negate"))
    start = canvas.port_position(PortRef.parse("divide.out"), "out")
    gestures.drag(canvas.view.viewport(), start, canvas.port_position(PortRef.parse("negate.x"), "in"))
    run(canvas, qtbot)
    failed = canvas.board.nodes[NodeId("divide")]
    assert failed.runtime.status is NodeStatus.FAILED
    assert failed.alert is not None
    assert failed.layout.alert is not None
    assert canvas.board.nodes[NodeId("negate")].runtime.status is NodeStatus.SKIPPED
    assert canvas.board.disagreements() == []


def test_a_changed_value_makes_what_follows_out_of_date(canvas: GraphCanvas, qtbot: QtBot) -> None:
    build(canvas)
    canvas.editor.graph.set("number_2.value", 3)
    run(canvas, qtbot)
    canvas.editor.graph.set("number.value", 5)
    qtbot.waitUntil(lambda: canvas.board.nodes[NodeId("divide")].runtime.stale, timeout=2000)
    assert not canvas.board.nodes[NodeId("number_2")].runtime.stale


def test_what_the_check_finds_comes_onto_the_node(canvas: GraphCanvas, qtbot: QtBot) -> None:
    gestures.drop(canvas.view.viewport(), QPoint(300, 300), gestures.block_mime("image.gaussian_blur"))
    item = canvas.board.nodes[NodeId("gaussian_blur")]
    qtbot.waitUntil(lambda: item.concern is not None, timeout=2000)
    assert canvas.board.disagreements() == []


def test_a_refused_link_leaves_no_trace_in_the_document(canvas: GraphCanvas) -> None:
    build(canvas)
    before = dumps(canvas.editor.graph)
    start = canvas.port_position(PortRef.parse("divide.out"), "out")
    gestures.drag(canvas.view.viewport(), start, canvas.port_position(PortRef.parse("divide.a"), "in"))
    assert dumps(canvas.editor.graph) == before


def test_copy_and_paste_go_through_the_clipboard_to_the_mouse(canvas: GraphCanvas) -> None:
    build(canvas)
    canvas.editor.select_all()
    control = Qt.KeyboardModifier.ControlModifier
    gestures.key(canvas.view, Qt.Key.Key_C, control)
    gestures.move(canvas.view.viewport(), QPoint(500, 550))
    gestures.key(canvas.view, Qt.Key.Key_V, control)
    pasted = canvas.board.extent(canvas.editor.selection)
    assert len(canvas.editor.selection) == 3
    mouse = canvas.view.to_scene(QPointF(500, 550))
    assert pasted.adjusted(-40, -40, 40, 40).contains(mouse)
    assert canvas.board.disagreements() == []


def test_operands_are_ports_from_the_start_and_options_are_not(canvas: GraphCanvas) -> None:
    gestures.drop(canvas.view.viewport(), QPoint(300, 300), gestures.block_mime("math.clamp"))
    face = canvas.board.nodes[NodeId("clamp")].face
    assert [port.name for port in face.inputs] == ["x"]
    assert [port.name for port in face.hidden] == ["low", "high"]
