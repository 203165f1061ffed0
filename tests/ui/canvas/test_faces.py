"""What nodes show: values, hidden inputs, placeholders, states, causes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from shtairir.block import BlockDefinition, block, definition_of
from shtairir.document import Graph, Node, loads
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import BlockId, NodeId, PortName
from shtairir.validation import Problem
from shtairir_ui import theme
from shtairir_ui.canvas.face import NodeFace, node_face, short_value
from shtairir_ui.canvas.footer import footer_texts
from shtairir_ui.canvas.layout import arrange
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.tips import heading, tip
from shtairir_ui.runtime import NodeRuntime
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk, blur, number


def face_of(definition: BlockDefinition | None, linked: tuple[str, ...] = (), **fields: object) -> NodeFace:
    node = Node(NodeId("n"), BlockId("image.blur"), **fields)  # type: ignore[arg-type]
    return node_face(node, definition, [PortName(name) for name in linked], ())


def names(face: NodeFace) -> list[str]:
    return [port.name for port in face.inputs]


def test_an_input_with_a_default_is_hidden_until_it_is_exposed_or_linked() -> None:
    definition = definition_of(blur)
    assert names(face_of(definition)) == ["image"]
    assert names(face_of(definition, exposed=(PortName("sigma"),))) == ["image", "sigma"]
    assert names(face_of(definition, linked=("edge",))) == ["image", "edge"]


def test_an_exposed_input_shows_the_value_in_use_and_a_linked_one_does_not() -> None:
    definition = definition_of(blur)
    exposed = face_of(definition, exposed=(PortName("sigma"),))
    assert exposed.inputs[1].value == "1.0"
    given = face_of(definition, exposed=(PortName("sigma"),), values={"sigma": 3})
    assert given.inputs[1].value == "3.0"
    linked = face_of(definition, linked=("sigma",), values={"sigma": 3})
    assert linked.inputs[1].value == ""


def test_values_given_to_hidden_inputs_are_noted() -> None:
    assert face_of(definition_of(blur)).note == ()
    assert face_of(definition_of(blur), values={"edge": "wrap"}).note == (("edge", "wrap"),)


def test_a_constant_shows_its_value_even_where_nobody_changed_it(desk: Desk) -> None:
    assert face_of(definition_of(number)).note == (("value", "0.0"),)
    assert face_of(definition_of(number), linked=("value",)).note == ()
    assert face_of(definition_of(blur)).note == ()


def test_a_link_to_an_input_that_the_block_no_longer_has_stays_in_sight() -> None:
    assert names(face_of(definition_of(blur), linked=("radius",))) == ["image", "radius"]


def test_a_block_whose_library_is_missing_keeps_its_ports_and_says_what_to_install() -> None:
    @block(category="Image", id="image.deep", requires=("no_such_library",), extra="image")
    def deep(image: float) -> float:
        """Needs a library."""
        return image

    face = face_of(definition_of(deep))
    assert names(face) == ["image"]
    assert "no_such_library" in face.absence


@pytest.mark.parametrize(
    ("value", "family", "text"),
    [
        (2, "float", "2.0"),
        (0.1 + 0.2, "float", "0.3"),
        (1e-9, "float", "1e-09"),
        (7, "int", "7"),
        (False, "bool", "no"),
        ("data/coins.png", "path", "coins.png"),
        ("", "text", "empty"),
        ("two\nlines", "text", "two lines"),
        ([1], "list", "1 item"),
        (None, "float", "none"),
        ({"a": 1}, "any", "set"),
    ],
)
def test_values_are_shown_in_a_few_characters(value: object, family: str, text: str) -> None:
    assert short_value(value, family) == text


def test_labels_of_a_row_never_overlap(qapp: QApplication) -> None:
    look = Look(theme.current())

    @block(category="Text", id="text.wide")
    def wide(a_very_long_input_name_that_needs_room: float, b: float) -> float:
        """Wide."""
        return b

    layout = arrange(face_of(definition_of(wide), exposed=()), look, QSizeF(400, 20), "What went wrong " * 20)
    for left, right in zip(layout.inputs, layout.outputs, strict=False):
        assert not left.label.intersects(right.label)
    assert len(layout.alert_lines) == 3
    assert layout.alert is not None
    assert layout.outline.contains(layout.alert)
    assert layout.outline.contains(layout.footer)


LOST = b"""{
  "format": "shtairir-graph",
  "version": 1,
  "name": "lost",
  "nodes": [
    {"id": "a", "block": "lost.source", "block_version": 3, "values": {"seed": 7}, "position": [0, 0]},
    {"id": "b", "block": "lost.sink", "block_version": 1, "position": [300, 0], "colour": "pink"}
  ],
  "links": [
    {"from": "a.picture", "to": "b.picture"}
  ]
}
"""


def test_nodes_of_missing_blocks_keep_their_ports_values_and_links(desk: Desk) -> None:
    graph = loads(LOST)
    desk.editor.show_graph(graph)
    a, b = (desk.canvas.board.nodes[NodeId(node)].face for node in "ab")
    assert [port.name for port in a.outputs] == ["picture"]
    assert [(port.name, port.value) for port in a.inputs] == [("seed", "7")]
    assert [port.name for port in b.inputs] == ["picture"]
    assert "not installed" in a.absence
    gestures.drag(desk.viewport, desk.title("a"), desk.title("a") + gestures.QPoint(30, 30))
    desk.assert_same()
    desk.canvas.grab()


def failure(message: str) -> NodeFailure:
    return NodeFailure(
        node=NodeId("blur"),
        block=BlockId("image.blur"),
        error_type="ValueError",
        message=message,
        hint="",
        inputs={},
        code=None,
        traceback="",
        upstream=(),
        category="fatal",
    )


def test_a_failed_node_shows_its_cause_until_its_inputs_change(pipeline: Desk) -> None:
    item = pipeline.canvas.board.nodes[NodeId("blur")]
    height = item.outline.height()
    failed = NodeRuntime(status=NodeStatus.FAILED, failure=failure("The picture is empty."))
    pipeline.editor.runtime = {NodeId("blur"): failed}
    pipeline.editor.runtime_changed.emit({NodeId("blur")})
    assert " ".join(item.layout.alert_lines) == "The picture is empty."
    assert item.outline.height() > height
    pipeline.assert_same()
    stale = NodeRuntime(status=NodeStatus.FAILED, failure=failure("The picture is empty."), stale=True)
    pipeline.editor.runtime = {NodeId("blur"): stale}
    pipeline.editor.runtime_changed.emit({NodeId("blur")})
    assert item.layout.alert is None
    assert item.outline.height() == height


def test_a_problem_is_marked_on_its_node_and_goes_when_it_is_mended(pipeline: Desk) -> None:
    port = PortName("image")
    problem = Problem("error", "missing_input", "Link an image.", NodeId("blur"), port)
    warning = Problem("warning", "bad_value", "The edge is odd.", NodeId("blur"), PortName("edge"))
    note = Problem("info", "dead_node", "Nobody reads it.", NodeId("text"))
    item = pipeline.canvas.board.nodes[NodeId("blur")]
    height = item.outline.height()
    pipeline.editor.problems_changed.emit([warning, problem, note])
    assert item.concern is not None
    assert item.concern.severe
    assert item.finding is not None
    assert item.finding.inputs == {"image", "edge"}
    assert item.outline.height() == height
    assert pipeline.canvas.board.nodes[NodeId("text")].concern is None
    assert "Link an image." in tip(item)
    pipeline.canvas.grab()
    pipeline.editor.problems_changed.emit([])
    assert item.concern is None
    pipeline.assert_same()


def test_a_link_that_cannot_carry_its_value_is_drawn_as_broken(pipeline: Desk) -> None:
    problem = Problem("error", "type_mismatch", "No.", NodeId("blur"), PortName("image"))
    pipeline.editor.problems_changed.emit([problem])
    links = pipeline.canvas.board.links
    assert [str(target) for target, link in links.items() if link.broken] == ["blur.image"]
    pipeline.editor.problems_changed.emit([])
    assert not any(link.broken for link in links.values())


@pytest.mark.parametrize("status", list(NodeStatus))
def test_every_status_can_be_painted(pipeline: Desk, status: NodeStatus) -> None:
    picture = QImage(64, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("orange"))
    pipeline.editor.thumbnails = {NodeId("blur"): picture}
    for stale in (False, True):
        pipeline.editor.runtime = {NodeId("blur"): NodeRuntime(status=status, progress=0.4, stale=stale)}
        pipeline.editor.runtime_changed.emit({NodeId("blur")})
        for zoom in (1.0, 0.4, 0.15):
            pipeline.view.zoom_to(zoom)
            pipeline.canvas.grab()
    pipeline.assert_same()


def look_of(desk: Desk, runtime: NodeRuntime, zoom: float) -> QImage:
    desk.editor.runtime = {NodeId("blur"): runtime}
    desk.editor.runtime_changed.emit({NodeId("blur")})
    desk.view.zoom_to(zoom)
    desk.canvas.center_on(NodeId("blur"))
    return desk.canvas.grab().toImage()


@pytest.mark.parametrize("zoom", [1.0, 0.4, 0.15])
@pytest.mark.parametrize("status", [NodeStatus.DONE, NodeStatus.FAILED])
def test_a_result_that_is_out_of_date_looks_different_at_every_zoom(
    pipeline: Desk, status: NodeStatus, zoom: float
) -> None:
    fresh = look_of(pipeline, NodeRuntime(status=status), zoom)
    assert look_of(pipeline, NodeRuntime(status=status), zoom) == fresh
    assert look_of(pipeline, NodeRuntime(status=status, stale=True), zoom) != fresh


def test_a_running_node_moves_until_it_is_done(pipeline: Desk) -> None:
    pulse = pipeline.canvas.pulse
    first = look_of(pipeline, NodeRuntime(status=NodeStatus.RUNNING, started_s=0.0), 1.0)
    assert pulse.is_beating
    item = pipeline.canvas.board.nodes[NodeId("blur")]
    item.beat(3.5, 2.0)
    assert footer_texts(item.face, item.runtime, item.running_s)[1] == "running  ·  3 s"
    assert pipeline.canvas.grab().toImage() != first
    look_of(pipeline, NodeRuntime(status=NodeStatus.DONE), 1.0)
    assert not pulse.is_beating
    assert item.phase is None


def test_nothing_moves_after_another_graph_is_shown(pipeline: Desk) -> None:
    look_of(pipeline, NodeRuntime(status=NodeStatus.RUNNING, started_s=0.0), 1.0)
    pipeline.editor.runtime = {}
    pipeline.editor.show_graph(Graph())
    assert not pipeline.canvas.pulse.is_beating


def test_a_thumbnail_makes_room_for_itself_and_its_links_follow(pipeline: Desk) -> None:
    item = pipeline.canvas.board.nodes[NodeId("load")]
    height = item.outline.height()
    picture = QImage(192, 128, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    pipeline.editor.thumbnails = {NodeId("load"): picture}
    pipeline.editor.runtime = {NodeId("load"): NodeRuntime(status=NodeStatus.DONE)}
    pipeline.editor.runtime_changed.emit({NodeId("load")})
    assert item.outline.height() > height
    assert item.layout.thumbnail is not None
    middle = pipeline.view.to_viewport(item.pos() + item.layout.thumbnail.center())
    image = pipeline.canvas.grab().toImage()
    at = pipeline.viewport.mapTo(pipeline.canvas, middle) * image.devicePixelRatio()
    assert image.pixelColor(at) == QColor("teal")
    pipeline.assert_same()


@pytest.mark.parametrize(
    ("runtime", "text"),
    [
        (NodeRuntime(), ""),
        (NodeRuntime(status=NodeStatus.DONE, elapsed_s=0.012, output_bytes=3_100_000), "12 ms  ·  3.1 MB"),
        (NodeRuntime(status=NodeStatus.RUNNING, progress=0.42), "42%"),
        (NodeRuntime(status=NodeStatus.DONE, elapsed_s=1, stale=True), "out of date"),
        (NodeRuntime(status=NodeStatus.SKIPPED), "skipped"),
    ],
)
def test_the_footer_tells_state_and_cost(runtime: NodeRuntime, text: str) -> None:
    assert footer_texts(face_of(definition_of(blur)), runtime) == ("n", text)


def test_both_themes_draw_everything_anew(pipeline: Desk, qapp: QApplication) -> None:
    colors = set()
    for name in ("light", "dark"):
        theme.apply(qapp, name)
        gestures.settle()
        shown = pipeline.canvas.grab().toImage()
        colors.add(shown.pixelColor(4, 4).name())
        assert shown.pixelColor(4, 4).name() == theme.tokens(name).background.name()
    assert len(colors) == 2
    pipeline.assert_same()


def test_a_changed_value_is_seen_on_the_node_at_once(pipeline: Desk) -> None:
    pipeline.graph.set("number.value", 42)
    assert pipeline.canvas.board.nodes[NodeId("number")].face.note == (("value", "42.0"),)
    pipeline.assert_same()


def test_a_port_explains_itself(pipeline: Desk) -> None:
    item = pipeline.canvas.board.nodes[NodeId("blur")]
    port = item.face.port("in", "image")
    assert heading(item, port, None) == "<b>image</b> of Blur &nbsp;image"
    assert heading(None, None, None) == ""


def test_an_empty_graph_has_no_extent(desk: Desk) -> None:
    desk.editor.show_graph(Graph("nothing"))
    assert desk.canvas.board.extent().isEmpty()
    desk.canvas.fit()
    assert desk.view.zoom == 1.0


def test_pictures_made_after_a_run_are_asked_for_when_it_ends(pipeline: Desk) -> None:
    picture = QImage(64, 40, QImage.Format.Format_RGB32)
    pipeline.editor.thumbnails = {NodeId("load"): picture}
    assert pipeline.canvas.board.nodes[NodeId("load")].thumbnail is None
    pipeline.editor.run_finished.emit(None)
    assert pipeline.canvas.board.nodes[NodeId("load")].thumbnail is picture
