"""Nodes are put in line, spread evenly, and their links made level."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from shtairir.ids import NodeId
from shtairir_ui.canvas.aligning import aligned, distributed, straightened

A, B, C = NodeId("a"), NodeId("b"), NodeId("c")
RECTS = {A: QRectF(0, 0, 100, 40), B: QRectF(300, 30, 200, 80), C: QRectF(120, 200, 60, 60)}


def test_sides_are_put_in_line_with_the_outermost() -> None:
    assert {x for x, _ in aligned(RECTS, "left").values()} == {0}
    assert {x + RECTS[node].width() for node, (x, _) in aligned(RECTS, "right").items()} == {500}
    assert {y for _, y in aligned(RECTS, "top").values()} == {0}
    assert {y + RECTS[node].height() for node, (_, y) in aligned(RECTS, "bottom").items()} == {260}


def test_middles_are_put_in_line_with_that_of_all() -> None:
    assert {x + RECTS[node].width() / 2 for node, (x, _) in aligned(RECTS, "center").items()} == {250}
    assert {y + RECTS[node].height() / 2 for node, (_, y) in aligned(RECTS, "middle").items()} == {130}


def test_aligning_moves_nodes_in_one_direction_only() -> None:
    assert {node: y for node, (_, y) in aligned(RECTS, "left").items()} == {A: 0, B: 30, C: 200}
    assert {node: x for node, (x, _) in aligned(RECTS, "top").items()} == {A: 0, B: 300, C: 120}


def test_gaps_become_the_same_and_the_ends_stay() -> None:
    """500 units for nodes of 100, 60 and 200: two gaps of 70."""
    assert {node: x for node, (x, _) in distributed(RECTS, "horizontally").items()} == {A: 0, C: 170, B: 300}
    assert {node: y for node, (_, y) in distributed(RECTS, "vertically").items()} == {A: 0, B: 80, C: 200}


def test_nodes_follow_the_link_that_feeds_them_through_a_chain() -> None:
    """a → b → c: b goes up by 20, and c by 20 and what its own link asks for."""
    links = [(A, QPointF(100, 30), B, QPointF(300, 50)), (B, QPointF(500, 60), C, QPointF(600, 20))]
    rects = {**RECTS, C: QRectF(600, 0, 60, 60)}
    assert straightened(links, rects) == {B: (300, 10), C: (600, 20)}


def test_the_uppermost_link_decides() -> None:
    links = [(A, QPointF(100, 30), C, QPointF(120, 240)), (B, QPointF(500, 60), C, QPointF(120, 220))]
    assert straightened(links, {C: RECTS[C]}) == {C: (120, 40)}


def test_a_ring_of_links_comes_to_an_end() -> None:
    links = [(A, QPointF(100, 30), B, QPointF(300, 50)), (B, QPointF(500, 60), A, QPointF(0, 10))]
    assert set(straightened(links, RECTS)) <= {A, B}
