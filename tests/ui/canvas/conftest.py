"""A canvas over a real document, with an editor that knows the verbs and nothing of runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from shtairir.block import Array, BlockDefinition, Compatibility, Image, Param, block
from shtairir.block.registry import Registry
from shtairir.document import Graph
from shtairir.document import edits as document_edits
from shtairir.document.edits import Edit
from shtairir.ids import NodeId, PortRef
from shtairir.validation import Problem
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.linking import check_link
from shtairir_ui.places import ROOT
from shtairir_ui.runtime import NodeRuntime
from tests.ui import gestures


class Counted(NamedTuple):
    """Two outputs of different types."""

    labels: Array
    total: int


@block(category="Image/Source", id="image.load")
def load(path: str = "coins.png") -> Image:
    """Read a picture."""


@block(category="Image/Filter", id="image.blur")
def blur(
    image: Image,
    sigma: Annotated[float, Param(ge=0, le=50)] = 1.0,
    edge: Literal["reflect", "wrap"] = "reflect",
) -> Image:
    """Blur a picture."""


@block(category="Image/Measure", id="image.count")
def count(image: Image, least: int = 10) -> Counted:
    """Count what is in a picture."""


@block(category="Math", id="math.number")
def number(value: float = 0.0) -> float:
    """A number."""


@block(category="Math", id="math.add")
def add(a: float, b: float) -> float:
    """Add two numbers."""


@block(category="Text", id="text.constant")
def text(value: str = "") -> str:
    """A text."""


@block(category="View", id="view.show")
def show(value: object) -> None:
    """Show anything."""


BLOCKS = (load, blur, count, number, add, text, show)


class FakeEditor(QObject):
    """The verbs and signals that the canvas uses, on a real document."""

    graph_replaced = Signal()
    place_changed = Signal(object)
    place = ROOT
    graph_changed = Signal(object)
    selection_changed = Signal(tuple)
    problems_changed = Signal(list)
    runtime_changed = Signal(object)
    run_finished = Signal(object)
    marks_changed = Signal()
    message = Signal(str)
    is_running = False

    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry(packs={}, folders=[])
        for function in BLOCKS:
            self.registry.add(function)
        self.selection: tuple[NodeId, ...] = ()
        self.problems: list[Problem] = []
        self.runtime: dict[NodeId, NodeRuntime] = {}
        self.thumbnails: dict[NodeId, QImage] = {}
        self.stops_here: set[str] = set()
        self.watched_here: set[PortRef] = set()
        self.asked: list[tuple[str, ...]] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self.graph = Graph()
        self.show_graph(self.graph)

    def show_graph(self, graph: Graph) -> None:
        self._unsubscribe()
        self.graph, self.selection = graph, ()
        self._unsubscribe = graph.subscribe(self._changed)
        self.graph_replaced.emit()

    def _changed(self, change: object) -> None:
        self.graph_changed.emit(change)
        self.select(self.selection)

    def definition(self, node: NodeId) -> BlockDefinition | None:
        return self.registry.get(self.graph.nodes[node].block)

    def own_blocks(self) -> list[BlockDefinition]:
        return []

    def thumbnail(self, node: NodeId) -> QImage | None:
        return self.thumbnails.get(node)

    def add_block(self, block_id: str, x: float, y: float) -> NodeId:
        handle = self.graph.add(block_id, position=(x, y))
        self.select((handle.id,))
        return handle.id

    def remove(self, ids: Iterable[NodeId]) -> None:
        self.graph.remove(*ids)

    def move(self, positions: Mapping[NodeId, tuple[float, float]]) -> None:
        self.graph.apply(document_edits.MoveNodes(dict(positions)))

    def can_connect(self, source: PortRef, target: PortRef) -> Compatibility:
        return check_link(self.graph, self.registry, source, target)

    def link(self, source: PortRef, target: PortRef) -> str | None:
        verdict = self.can_connect(source, target)
        if verdict.ok:
            self.graph.link(source, target)
        return None if verdict.ok else verdict.reason

    def unlink(self, target: PortRef) -> None:
        self.graph.unlink(target)

    def set_title(self, node: NodeId, title: str | None) -> None:
        self.graph.apply(document_edits.SetTitle(node, title))

    def expose(self, node: NodeId, port: str, exposed: bool) -> None:
        self.graph.apply(document_edits.SetExposed(node, PortRef.parse(f"x.{port}").port, exposed))

    def apply(self, edit: Edit) -> None:
        self.graph.apply(edit)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.graph.copy_text(self.selection))

    def cut(self) -> None:
        self.copy()
        self.remove(self.selection)

    def paste(self, at: tuple[float, float] | None = None) -> None:
        self.select(self.graph.paste_text(QGuiApplication.clipboard().text(), at=at))

    def paste_in_place(self) -> None:
        text = QGuiApplication.clipboard().text()
        self.select(self.graph.paste_text(text, offset=(0.0, 0.0)))

    def duplicate(self) -> None:
        self.select(self.graph.duplicate(self.selection))

    def select(self, ids: Iterable[NodeId]) -> None:
        chosen = tuple(node for node in dict.fromkeys(ids) if node in self.graph.nodes)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit(chosen)

    def select_all(self) -> None:
        self.select(self.graph.nodes)

    def toggle_stop(self, *names: NodeId | PortRef) -> None:
        self.stops_here ^= {str(name) for name in names}
        self.marks_changed.emit()

    def toggle_watch(self, link: PortRef) -> None:
        self.watched_here ^= {link}
        self.marks_changed.emit()

    def run_to(self, node: NodeId) -> None:
        self.asked.append(("run_to", node))

    def run_from(self, node: NodeId) -> None:
        self.asked.append(("run_from", node))

    def run_selected(self) -> None:
        self.asked.append(("run_selected", *self.selection))

    def let_go(self, node: NodeId) -> None:
        self.asked.append(("let_go", node))

    def rehearse(self, node: NodeId, kind: str) -> None:
        self.asked.append(("rehearse", node, kind))

    def unpublish(self, name: str) -> None:
        self.graph.unpublish(name)

    def can_enter(self, node: NodeId) -> bool:
        return False

    def enter(self, node: NodeId) -> bool:
        return False

    def selected_instances(self) -> tuple[NodeId, ...]:
        return ()

    def make_subgraph(self) -> NodeId | None:
        return NodeId(self.graph.make_subgraph(self.selection, registry=self.registry).id)

    def expand_subgraphs(self) -> None:
        raise AssertionError("there are no instances here")

    def make_unique(self) -> None:
        raise AssertionError("there are no instances here")


class Desk:
    """A canvas with its editor, and short names for places on it."""

    def __init__(self, canvas: GraphCanvas, editor: FakeEditor) -> None:
        self.canvas = canvas
        self.editor = editor
        self.view = canvas.view
        self.viewport = canvas.view.viewport()

    @property
    def graph(self) -> Graph:
        return self.editor.graph

    def output(self, name: str) -> QPoint:
        return self.canvas.port_position(PortRef.parse(name), "out")

    def input(self, name: str) -> QPoint:
        return self.canvas.port_position(PortRef.parse(name), "in")

    def title(self, node: str) -> QPoint:
        return self.canvas.node_position(NodeId(node))

    def body(self, node: str) -> QPoint:
        outline = self.canvas.board.nodes[NodeId(node)].outline
        return self.view.to_viewport(QPointF(outline.center().x(), outline.bottom() - 10))

    def empty_place(self) -> QPoint:
        extent = self.canvas.board.extent()
        return self.view.to_viewport(extent.bottomLeft() + QPointF(20, 60))

    def drag(self, start: QPoint, end: QPoint) -> None:
        gestures.drag(self.viewport, start, end)

    @property
    def links(self) -> set[str]:
        return {f"{link.source} -> {link.target}" for link in self.graph.links.values()}

    def assert_same(self) -> None:
        """The scene shows exactly the document."""
        assert self.canvas.board.disagreements() == []


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """A canvas with nothing on it."""
    editor = FakeEditor()
    canvas = GraphCanvas(editor)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 700)
    canvas.show()
    qtbot.waitExposed(canvas)
    yield Desk(canvas, editor)
    canvas.hand.cancel()


@pytest.fixture
def pipeline(desk: Desk) -> Desk:
    """load → blur → count, with a number and a text beside them; blur and count are linked."""
    graph = Graph("pipeline")
    load_, blur_ = graph.add("image.load", position=(0, 0)), graph.add("image.blur", position=(260, 20))
    graph.add("image.count", position=(520, 0), image=blur_["out"])
    graph.add("math.number", position=(0, 220), value=2)
    graph.add("text.constant", id="text", position=(0, 380), value="hello")
    graph.link(load_["out"], blur_["image"])
    desk.editor.show_graph(graph)
    gestures.settle()
    return desk
