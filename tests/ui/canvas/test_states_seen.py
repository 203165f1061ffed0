"""States can be told from each other at every zoom, and not by colour alone."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from shtairir.document import SetFrozen
from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.runtime import IDLE, NodeRuntime
from tests.ui.canvas.conftest import Desk

NODE = NodeId("blur")


def _seen(item: NodeItem, zoom: float, *, grey: bool) -> QImage:
    """A picture of one node alone, from a distance."""
    box = item.outline.adjusted(-8, -8, 8, 8)
    image = QImage(round(box.width() * zoom), round(box.height() * zoom), QImage.Format.Format_RGB32)
    image.fill(item.look.tokens.background)
    painter = QPainter(image)
    item.scene().render(painter, QRectF(image.rect()), box)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Grayscale8) if grey else image


def _distance(one: QImage, other: QImage) -> int:
    """By how much the pixels that differ most do so."""
    return max(abs(a - b) for a, b in zip(bytes(one.constBits()), bytes(other.constBits()), strict=True))


@pytest.mark.parametrize("zoom", [0.2, 0.4, 1.0])
def test_every_status_looks_different_even_without_colour(pipeline: Desk, zoom: float) -> None:
    item = pipeline.canvas.board.nodes[NODE]
    pictures: dict[str, QImage] = {}
    for status in NodeStatus:
        item.show_runtime(NodeRuntime(status=status, progress=0.5), None)
        pictures[status] = _seen(item, zoom, grey=True)
    item.show_runtime(IDLE, None)
    pictures["none"] = _seen(item, zoom, grey=True)
    for (one, first), (other, second) in combinations(pictures.items(), 2):
        assert _distance(first, second) > 24, f"{one} looks like {other} at {zoom}"


@pytest.mark.parametrize("zoom", [0.1, 0.2, 0.4, 1.0])
def test_result_that_is_out_of_date_looks_it(pipeline: Desk, zoom: float) -> None:
    item = pipeline.canvas.board.nodes[NODE]
    pictures = []
    for stale in (False, True):
        item.show_runtime(NodeRuntime(status=NodeStatus.DONE, stale=stale), None)
        pictures.append(_seen(item, zoom, grey=False))
    assert _distance(*pictures) > 24


@pytest.mark.parametrize("zoom", [0.2, 0.4, 1.0])
def test_frozen_node_has_a_flake(pipeline: Desk, zoom: float) -> None:
    item = pipeline.canvas.board.nodes[NODE]
    before = _seen(item, zoom, grey=True)
    pipeline.editor.apply(SetFrozen((NODE,), True))
    item = pipeline.canvas.board.nodes[NODE]
    after = _seen(item, zoom, grey=True)
    assert before.size() != after.size() or _distance(before, after) > 24
