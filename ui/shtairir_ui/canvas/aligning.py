"""Where nodes go when they are aligned, spread evenly, or their links made level: pure functions of rectangles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRectF

from shtairir.ids import NodeId

Side = Literal["left", "center", "right", "top", "middle", "bottom"]
Axis = Literal["horizontally", "vertically"]
Places = dict[NodeId, tuple[float, float]]


def aligned(rects: Mapping[NodeId, QRectF], side: Side) -> Places:
    """Put nodes so that these sides, or their middles, are in one line: that of the outermost, or of all."""
    around = _around(rects.values())
    x: dict[Side, Callable[[QRectF], float]] = {
        "left": lambda rect: around.left(),
        "center": lambda rect: around.center().x() - rect.width() / 2,
        "right": lambda rect: around.right() - rect.width(),
    }
    y: dict[Side, Callable[[QRectF], float]] = {
        "top": lambda rect: around.top(),
        "middle": lambda rect: around.center().y() - rect.height() / 2,
        "bottom": lambda rect: around.bottom() - rect.height(),
    }
    to_x, to_y = x.get(side, QRectF.left), y.get(side, QRectF.top)
    return {node: (round(to_x(rect)), round(to_y(rect))) for node, rect in rects.items()}


def distributed(rects: Mapping[NodeId, QRectF], axis: Axis) -> Places:
    """Leave the same gap between nodes that follow each other; the first and the last stay where they are.

    Where there is no room for gaps, the nodes overlap evenly.
    """
    flat = axis == "horizontally"
    order = sorted(rects, key=lambda node: (rects[node].center().x() if flat else rects[node].center().y(), node))
    lengths = [rects[node].width() if flat else rects[node].height() for node in order]
    first, last = rects[order[0]], rects[order[-1]]
    room = (last.right() - first.left()) if flat else (last.bottom() - first.top())
    gap = (room - sum(lengths)) / max(len(order) - 1, 1)
    at = first.left() if flat else first.top()
    places: Places = {}
    for node, length in zip(order, lengths, strict=True):
        rect = rects[node]
        places[node] = (round(at), rect.top()) if flat else (rect.left(), round(at))
        at += length + gap
    return places


def straightened(links: Sequence[tuple[NodeId, QPointF, NodeId, QPointF]], rects: Mapping[NodeId, QRectF]) -> Places:
    """Move nodes up or down so that the links that feed them are level.

    Each follows the first link into it, from the left to the right; a node that nothing feeds among these stays.

    Parameters
    ----------
    links
        Node and place of either end, where they are now.
    rects
        The nodes that may move.
    """
    down = dict.fromkeys(rects, 0.0)
    feeds: dict[NodeId, tuple[NodeId, float]] = {}
    for source, start, target, end in sorted(links, key=lambda link: link[3].y()):
        if target in rects and source != target:
            feeds.setdefault(target, (source, start.y() - end.y()))
    for node in sorted(feeds, key=lambda one: (rects[one].left(), one)):
        source, step = feeds[node]
        down[node] = step + down.get(source, 0.0)
    return {node: (rects[node].left(), round(rects[node].top() + by)) for node, by in down.items() if by}


def _around(rects: Iterable[QRectF]) -> QRectF:
    around = QRectF()
    for rect in rects:
        around = around.united(rect)
    return around
