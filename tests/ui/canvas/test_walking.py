"""Where a step with the keys leads."""

from __future__ import annotations

import pytest

from shtairir.document import Link
from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas.walking import Direction, next_node

PLACES = {
    NodeId(name): place
    for name, place in {"a": (0, 0), "b": (0, 200), "mix": (300, 80), "far": (900, 90), "low": (600, 400)}.items()
}
LINKS = {
    link.target: link
    for link in (
        Link(PortRef.parse("b.out"), PortRef.parse("mix.x")),
        Link(PortRef.parse("a.out"), PortRef.parse("mix.y")),
        Link(PortRef.parse("mix.out"), PortRef.parse("low.x")),
        Link(PortRef.parse("mix.out"), PortRef.parse("far.x")),
    )
}


@pytest.mark.parametrize(
    ("start", "direction", "expected"),
    [
        (None, "right", "a"),
        ("gone", "up", "a"),
        ("a", "right", "mix"),
        ("mix", "left", "b"),
        ("mix", "right", "far"),
        ("a", "down", "b"),
        ("b", "up", "a"),
        ("a", "up", None),
        ("low", "right", "far"),
        ("far", "right", None),
    ],
)
def test_a_step_follows_the_links_or_goes_to_the_nearest(
    start: str | None, direction: Direction, expected: str | None
) -> None:
    assert next_node(NodeId(start) if start else None, direction, PLACES, LINKS) == expected


def test_an_empty_graph_has_no_step() -> None:
    assert next_node(None, "right", {}, {}) is None
