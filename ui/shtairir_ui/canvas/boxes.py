"""How large nodes are drawn, for whoever arranges them: of items on the canvas, and of graphs that nobody sees."""

from __future__ import annotations

from dataclasses import replace

from shtairir.block.registry import Registry
from shtairir.document import Graph
from shtairir.document.arranging import Box
from shtairir.document.placement import Scene
from shtairir.ids import NodeId, PortName
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.face import node_face
from shtairir_ui.canvas.layout import Layout, arrange
from shtairir_ui.canvas.look import Look


def scene_of(graph: Graph) -> Scene:
    """What lies on the canvas of a graph."""
    return Scene(graph.nodes, graph.links, graph.frames, graph.notes)


def box_of(layout: Layout) -> Box:
    """The size of a node, and at which heights its ports are."""
    inputs = {str(placed.port.name): placed.center.y() for placed in layout.inputs}
    outputs = {str(placed.port.name): placed.center.y() for placed in layout.outputs}
    return Box(layout.size.width(), layout.size.height(), inputs, outputs)


def boxes_on(board: Board) -> dict[NodeId, Box]:
    """The nodes on the canvas as they are drawn now, with thumbnails, alerts and the previews pinned under them."""
    boxes = {}
    for node, item in board.nodes.items():
        box, pinned = box_of(item.layout), board.pins.extent(node)
        if not pinned.isEmpty():
            width, height = pinned.right() - item.x(), pinned.bottom() - item.y()
            box = replace(box, width=max(box.width, width), height=max(box.height, height))
        boxes[node] = box
    return boxes


def boxes_in(graph: Graph, registry: Registry, look: Look) -> dict[NodeId, Box]:
    """The nodes of a graph as they would be drawn."""
    inputs: dict[NodeId, set[PortName]] = {}
    outputs: dict[NodeId, set[PortName]] = {}
    for link in graph.links.values():
        inputs.setdefault(link.target.node, set()).add(link.target.port)
        outputs.setdefault(link.source.node, set()).add(link.source.port)
    snapshot = graph.snapshot()
    return {
        key: box_of(
            arrange(
                node_face(node, snapshot.definition(node, registry), inputs.get(key, ()), outputs.get(key, ())), look
            )
        )
        for key, node in graph.nodes.items()
    }
