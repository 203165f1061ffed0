"""A graph that is arranged reads from left to right, and nothing lies on anything."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from shtairir.document.arranging import Box
from shtairir.document.arranging import arranged as arranged_boxes

_Id = TypeVar("_Id", bound="str | int")
Sizes = dict[int, tuple[float, float]]
Links = list[tuple[int, int]]


def arranged(
    sizes: Mapping[_Id, tuple[float, float]], links: Iterable[tuple[_Id, _Id]]
) -> dict[_Id, tuple[float, float]]:
    """Arrange boxes whose ports are half way down."""
    return arranged_boxes({key: Box(*size) for key, size in sizes.items()}, [(a, "", b, "") for a, b in links])


def _random_graph(count: int, links: int, seed: int = 0) -> tuple[Sizes, Links]:
    chance = random.Random(seed)
    sizes = {node: (chance.uniform(80, 200), chance.uniform(40, 160)) for node in range(count)}
    pairs = []
    for _ in range(links):
        a = chance.randrange(count - 1)
        pairs.append((a, chance.randrange(a + 1, min(count, a + 30))))
    return sizes, pairs


def _overlaps(sizes: Sizes, places: dict[int, tuple[float, float]]) -> list[tuple[int, int]]:
    found = []
    nodes = sorted(places, key=lambda node: places[node])
    for index, one in enumerate(nodes):
        x, y = places[one]
        for other in nodes[index + 1 :]:
            u, v = places[other]
            if u >= x + sizes[one][0]:
                break
            if v < y + sizes[one][1] and y < v + sizes[other][1]:
                found.append((one, other))
    return found


def _crossings(sizes: Sizes, links: Links, places: dict[int, tuple[float, float]]) -> int:
    """Count pairs of straight lines that cross, from right side to left side."""

    def line(link: tuple[int, int]) -> tuple[float, float, float, float]:
        (x, y), (u, v) = places[link[0]], places[link[1]]
        return x + sizes[link[0]][0], y + sizes[link[0]][1] / 2, u, v + sizes[link[1]][1] / 2

    def side(a: float, b: float, c: float, d: float, x: float, y: float) -> float:
        return (c - a) * (y - b) - (d - b) * (x - a)

    lines = [line(link) for link in set(links)]
    count = 0
    for index, (a, b, c, d) in enumerate(lines):
        for p, q, r, s in lines[index + 1 :]:
            apart = side(a, b, c, d, p, q) * side(a, b, c, d, r, s)
            count += apart < 0 and side(p, q, r, s, a, b) * side(p, q, r, s, c, d) < 0
    return count


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[Sizes, Links]:
    count = draw(st.integers(1, 14))
    side = st.floats(20, 300)
    sizes = {node: (draw(side), draw(side)) for node in range(count)}
    node = st.integers(0, count - 1)
    return sizes, draw(st.lists(st.tuples(node, node), max_size=30))


@given(_graphs())
def test_nothing_lies_on_anything_also_with_rings(graph: tuple[Sizes, Links]) -> None:
    sizes, links = graph
    places = arranged(sizes, links)
    assert places.keys() == sizes.keys()
    assert _overlaps(sizes, places) == []


def test_links_lead_to_the_right() -> None:
    sizes, links = _random_graph(60, 90)
    places = arranged(sizes, links)
    assert all(places[a][0] + sizes[a][0] < places[b][0] for a, b in links)


def test_the_same_graph_is_arranged_the_same_way() -> None:
    sizes, links = _random_graph(40, 70)
    assert arranged(sizes, links) == arranged(sizes, links[::-1] + links)


def test_diamond_is_drawn_without_crossings_and_straight() -> None:
    """a feeds b and c, both feed d."""
    sizes = dict.fromkeys("abcd", (100.0, 40.0))
    places = arranged(sizes, [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    assert places["b"][0] == places["c"][0]
    assert places["a"][1] == places["d"][1]
    middle = (places["b"][1] + places["c"][1]) / 2
    assert abs(places["a"][1] - middle) < 1


def test_chain_is_a_straight_line_whatever_the_heights() -> None:
    sizes = {node: (100.0, 40.0 + 10 * node) for node in range(6)}
    places = arranged(sizes, [(node, node + 1) for node in range(5)])
    middles = {round(places[node][1] + sizes[node][1] / 2, 6) for node in range(6)}
    assert len(middles) == 1


def test_parts_stand_apart_and_the_whole_is_about_as_wide_as_a_screen() -> None:
    """Forty pairs that have nothing to do with each other."""
    sizes = dict.fromkeys(range(80), (100.0, 40.0))
    places = arranged(sizes, [(node, node + 1) for node in range(0, 80, 2)])
    width = max(x for x, _ in places.values()) + 100
    height = max(y for _, y in places.values()) + 40
    assert 1.0 < width / height < 2.5
    assert _overlaps(sizes, places) == []


def test_links_are_level_at_their_ports() -> None:
    """a has its output near its top, b its input near its bottom."""
    boxes = {"a": Box(100, 200, {}, {"out": 30}), "b": Box(100, 100, {"x": 90})}
    places = arranged_boxes(boxes, [("a", "out", "b", "x")])
    assert abs((places["a"][1] + 30) - (places["b"][1] + 90)) < 1e-6


def test_what_feeds_the_upper_input_stands_above() -> None:
    """p feeds the lower input of z, q the upper one."""
    boxes = {"p": Box(100, 40), "q": Box(100, 40), "z": Box(100, 100, {"upper": 20, "lower": 80})}
    places = arranged_boxes(boxes, [("p", "", "z", "lower"), ("q", "", "z", "upper")])
    assert places["q"][1] < places["p"][1]


def test_links_over_many_layers_are_drawn_too() -> None:
    """A chain of 40 with a link from its first to its last node."""
    sizes = dict.fromkeys(range(40), (100.0, 40.0))
    places = arranged(sizes, [*((node, node + 1) for node in range(39)), (0, 39)])
    assert _overlaps(sizes, places) == []
    assert places[0][0] < places[39][0]


def test_crossings_are_few() -> None:
    """Two sides of a grid that were shuffled; unshuffled, no links cross."""
    names = list(range(40))
    random.Random(1).shuffle(names)
    sizes = dict.fromkeys(range(40), (100.0, 40.0))
    links = [(names[row * 4 + step], names[row * 4 + step + 1]) for row in range(10) for step in range(3)]
    links += [(names[row * 4], names[row * 4 + 5]) for row in range(9)]
    assert _crossings(sizes, links, arranged(sizes, links)) == 0


def test_random_graph_has_fewer_crossings_than_in_its_own_order() -> None:
    sizes, links = _random_graph(50, 75, seed=3)
    tidy = _crossings(sizes, links, arranged(sizes, links))
    layered = arranged(sizes, [])
    columns = arranged(sizes, links)
    untidy = {node: (columns[node][0], layered[node][1]) for node in sizes}
    assert tidy < 0.5 * _crossings(sizes, links, untidy)


def test_no_nodes_no_places() -> None:
    assert arranged({}, []) == {}
